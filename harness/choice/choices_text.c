/* One choice a line: kind, stream, label, occurrence, value. Words are quoted, numbers are not:
 *     schedule "world" "next" 3 "p1/fetch"
 *     random "p1/poller" "retry jitter" 0 17
 * A line `instant` says that calls took no time. What steps.h and turns.h need is read, and never
 * written.
 */
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/choice/choices_record.h"

static const char *const kind_words[] = {[SIM_CHOICE_SCHEDULE] = "schedule",
                                         [SIM_CHOICE_DELAY] = "delay",
                                         [SIM_CHOICE_RANDOM] = "random",
                                         [SIM_CHOICE_FAULT] = "fault"};

enum { WORD_BYTES_MAX = 1024 };

static enum fl_error append_quoted(struct fl_buf *out, const char *text)
{
    enum fl_error err = fl_buf_append_text(out, " \"");
    for (; !err && *text; text++) {
        if (*text == '"' || *text == '\\') err = fl_buf_append_char(out, '\\');
        if (!err) err = fl_buf_append_char(out, *text == '\n' ? ' ' : *text);
    }
    return err ? err : fl_buf_append_char(out, '"');
}

static enum fl_error begin_line(enum sim_choice_kind kind, const char *stream, const char *label,
                                uint32_t occurrence, struct fl_buf *out)
{
    enum fl_error err = fl_buf_append_text(out, kind_words[kind]);
    if (!err) err = append_quoted(out, stream);
    if (!err) err = append_quoted(out, label);
    return err ? err : fl_buf_printf(out, " %u", occurrence);
}

enum fl_error sim_choice_line(enum sim_choice_kind kind, const char *stream, const char *label,
                              uint32_t occurrence, const char *name, struct fl_buf *out)
{
    enum fl_error err = begin_line(kind, stream, label, occurrence, out);
    if (!err) err = append_quoted(out, name);
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error sim_choice_number_line(enum sim_choice_kind kind, const char *stream,
                                     const char *label, uint32_t occurrence, uint64_t number,
                                     struct fl_buf *out)
{
    enum fl_error err = begin_line(kind, stream, label, occurrence, out);
    if (!err) err = fl_buf_printf(out, " %llu", (unsigned long long)number);
    return err ? err : fl_buf_append_char(out, '\n');
}

static enum fl_error format_one(const struct sim_choices *choices, const struct sim_choice *choice,
                                uint32_t occurrence, struct fl_buf *out)
{
    const struct sim_point *point = &choices->points.points[choice->point];
    char *const *texts = choices->points.names.texts;
    if (choice->name != SIM_NO_NAME)
        return sim_choice_line(point->kind, texts[point->stream], texts[point->label], occurrence,
                               texts[choice->name], out);
    return sim_choice_number_line(point->kind, texts[point->stream], texts[point->label],
                                  occurrence, choice->number, out);
}

enum fl_error sim_choices_format(const struct sim_choices *choices, struct fl_buf *out)
{
    if (choices->made_err) return choices->made_err;
    uint32_t *seen = calloc(choices->points.count + 1, sizeof(*seen));
    if (!seen) return FL_ENOMEM;
    enum fl_error err = choices->instant ? fl_buf_append_text(out, SIM_INSTANT_LINE "\n") : FL_OK;
    if (!err && choices->swarm) err = fl_buf_append_text(out, SIM_SWARM_LINE "\n");
    for (size_t i = 0; !err && i < choices->made_count; i++) {
        const struct sim_choice *choice = &choices->made[i];
        err = format_one(choices, choice, seen[choice->point]++, out);
    }
    free(seen);
    return err;
}

/* --- reading: each takes its part from the front of *rest, or answers false --- */

static bool take_byte(struct fl_span *rest, char want)
{
    if (rest->length == 0 || rest->bytes[0] != want) return false;
    rest->bytes++;
    rest->length--;
    return true;
}

static bool take_kind(struct fl_span *rest, enum sim_choice_kind *ret_kind)
{
    for (size_t i = 0; i < FL_COUNT(kind_words); i++) {
        size_t length = strlen(kind_words[i]);
        if (rest->length <= length || memcmp(rest->bytes, kind_words[i], length) != 0) continue;
        rest->bytes += length;
        rest->length -= length;
        *ret_kind = (enum sim_choice_kind)i;
        return true;
    }
    return false;
}

static bool take_word(struct fl_span *rest, char ret_word[WORD_BYTES_MAX])
{
    if (!take_byte(rest, ' ') || !take_byte(rest, '"')) return false;
    size_t length = 0;
    while (!take_byte(rest, '"')) {
        take_byte(rest, '\\');
        if (rest->length == 0 || rest->bytes[0] == '\0' || length == WORD_BYTES_MAX - 1)
            return false;
        ret_word[length++] = rest->bytes[0];
        rest->bytes++;
        rest->length--;
    }
    ret_word[length] = '\0';
    return true;
}

static bool take_number(struct fl_span *rest, uint64_t *ret_number)
{
    if (!take_byte(rest, ' ')) return false;
    uint64_t number = 0;
    size_t digits = 0;
    for (; rest->length > 0 && rest->bytes[0] >= '0' && rest->bytes[0] <= '9'; digits++) {
        uint64_t digit = (uint64_t)(rest->bytes[0] - '0');
        if (number > (UINT64_MAX - digit) / 10) return false;
        number = number * 10 + digit;
        rest->bytes++;
        rest->length--;
    }
    *ret_number = number;
    return digits > 0;
}

static enum fl_error parse_line(struct sim_choices *choices, struct fl_span line,
                                struct sim_recorded *ret_recorded)
{
    enum sim_choice_kind kind;
    char stream[WORD_BYTES_MAX], label[WORD_BYTES_MAX], name[WORD_BYTES_MAX];
    uint64_t occurrence, number = 0;
    uint32_t name_number = SIM_NO_NAME, point;
    if (!take_kind(&line, &kind) || !take_word(&line, stream) || !take_word(&line, label) ||
        !take_number(&line, &occurrence) || occurrence >= SIM_CHOICES_MAX)
        return FL_EPARSE;
    enum fl_error err = FL_OK;
    if (line.length >= 2 && line.bytes[1] == '"') {
        if (!take_word(&line, name)) return FL_EPARSE;
        err = sim_names_put(&choices->points.names, name, &name_number);
    } else if (!take_number(&line, &number)) {
        return FL_EPARSE;
    }
    if (line.length > 0) return FL_EPARSE;
    if (!err) err = sim_points_find(&choices->points, kind, stream, label, &point);
    if (err) return err;
    *ret_recorded = (struct sim_recorded){{point, name_number, number}, (uint32_t)occurrence};
    return FL_OK;
}

static int by_point_and_occurrence(const void *left, const void *right)
{
    const struct sim_recorded *a = left, *b = right;
    if (a->choice.point != b->choice.point) return a->choice.point < b->choice.point ? -1 : 1;
    if (a->occurrence != b->occurrence) return a->occurrence < b->occurrence ? -1 : 1;
    return 0;
}

static void index_recorded(struct sim_choices *choices)
{
    qsort(choices->recorded, choices->recorded_count, sizeof(*choices->recorded),
          by_point_and_occurrence);
    for (uint32_t i = 0; i < choices->recorded_count; i++) {
        struct sim_point *point = &choices->points.points[choices->recorded[i].choice.point];
        if (point->recorded_behind == 0) point->recorded = i;
        point->recorded_behind = i + 1;
    }
}

static size_t count_lines(struct fl_span text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.length; i++) {
        lines += text.bytes[i] == '\n';
    }
    return lines;
}

/* How the run is to be played, not a choice of it. */
static enum fl_error take_mode(struct sim_choices *choices, struct fl_span line, bool *ret_is_mode)
{
    *ret_is_mode = true;
    if (fl_span_is(line, SIM_INSTANT_LINE)) {
        choices->instant = true;
        return FL_OK;
    }
    if (fl_span_is(line, SIM_SWARM_LINE)) {
        choices->swarm = true;
        return FL_OK;
    }
    if (fl_span_is(line, SIM_STEPS_LINE))
        return choices->steps ? FL_EPARSE : sim_steps_new(&choices->steps);
    if (fl_span_starts(line, FL_SPAN(SIM_TURNS_LINE))) {
        if (!choices->turns) choices->turns = calloc(1, sizeof *choices->turns);
        return choices->turns ? sim_turns_read(choices->turns, line) : FL_ENOMEM;
    }
    *ret_is_mode = fl_span_starts(line, FL_SPAN("asleep "));
    if (!*ret_is_mode) return FL_OK;
    return choices->steps && sim_steps_read_sleeper(choices->steps, line) ? FL_OK : FL_EPARSE;
}

static enum fl_error parse_lines(struct sim_choices *choices, struct fl_span text,
                                 uint32_t *ret_line)
{
    for (uint32_t number = 1; text.length > 0; number++) {
        const char *end = memchr(text.bytes, '\n', text.length);
        struct fl_span line = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        text.bytes += line.length + (end ? 1 : 0);
        text.length -= line.length + (end ? 1 : 0);
        if (line.length == 0) continue;
        bool is_mode = true;
        enum fl_error err = take_mode(choices, line, &is_mode);
        if (!err && !is_mode)
            err = parse_line(choices, line, &choices->recorded[choices->recorded_count++]);
        if (err == FL_EPARSE) *ret_line = number;
        if (err) return err;
    }
    return FL_OK;
}

/* The seed must be known before: points get their generators when they are read. */
static enum fl_error read_into(struct sim_choices *choices, struct fl_span text,
                               struct sim_choices **ret_choices, uint32_t *ret_line)
{
    size_t lines = count_lines(text);
    enum fl_error err = FL_EBOUND;
    choices->source = SIM_SOURCE_RECORDED;
    if (lines <= SIM_CHOICES_MAX + 1) {
        choices->recorded = calloc(lines, sizeof(*choices->recorded));
        err = FL_ENOMEM;
    }
    if (choices->recorded) err = parse_lines(choices, text, ret_line);
    if (err) {
        sim_choices_free(choices);
        return err;
    }
    index_recorded(choices);
    *ret_choices = choices;
    return FL_OK;
}

enum fl_error sim_choices_from_text(struct fl_span text, struct sim_choices **ret_choices,
                                    uint32_t *ret_line)
{
    struct sim_choices *choices;
    enum fl_error err = sim_choices_simplest(&choices);
    return err ? err : read_into(choices, text, ret_choices, ret_line);
}

enum fl_error sim_choices_from_text_then_seed(struct fl_span text, uint64_t seed,
                                              struct sim_choices **ret_choices, uint32_t *ret_line)
{
    struct sim_choices *choices;
    enum fl_error err = sim_choices_from_seed(seed, &choices);
    if (err) return err;
    choices->then_seeded = true;
    return read_into(choices, text, ret_choices, ret_line);
}
