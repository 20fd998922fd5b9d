#include "harness/selftest/mutant.h"

#include <string.h>

struct head {
    struct fl_span rest; /* behind the head's empty line */
    const char *bug, *run, *test, *expect, *budget, *explore;
};

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    struct fl_span line = {text->bytes, end ? (size_t)(end - text->bytes) : text->length};
    size_t taken = line.length + (end ? 1 : 0);
    text->bytes += taken;
    text->length -= taken;
    return line;
}

static const char **field_of(struct head *head, struct fl_span key)
{
    const struct {
        const char *key;
        const char **value;
    } fields[] = {{"Bug", &head->bug},       {"Run", &head->run},
                  {"Test", &head->test},     {"Expect", &head->expect},
                  {"Budget", &head->budget}, {"Explore", &head->explore}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fl_span_is(key, fields[i].key)) return fields[i].value;
    return NULL;
}

static enum fl_error wrong(struct fl_buf *problem, const char *expected, struct fl_span found)
{
    enum fl_error err =
        fl_buf_printf(problem, "expected %s, found \"%.*s\"", expected, FL_SPAN_ARGS(found));
    return err ? err : FL_EINVAL;
}

static enum fl_error read_field(struct head *head, struct fl_span line, struct fl_arena *arena,
                                struct fl_buf *problem)
{
    const char *colon = memmem(line.bytes, line.length, ": ", 2);
    const char **value = NULL;
    if (colon) value = field_of(head, (struct fl_span){line.bytes, (size_t)(colon - line.bytes)});
    if (!value) return wrong(problem, "Bug, Run, Test, Expect, Budget or Explore", line);
    if (*value) return wrong(problem, "each line of the head once", line);
    size_t skipped = (size_t)(colon - line.bytes) + 2;
    *value = fl_arena_copy(arena, (struct fl_span){colon + 2, line.length - skipped});
    return *value ? FL_OK : FL_ENOMEM;
}

static enum fl_error read_head(struct fl_span text, struct fl_arena *arena, struct head *head,
                               struct fl_buf *problem)
{
    enum fl_error err = FL_OK;
    while (!err && text.length) {
        struct fl_span line = take_line(&text);
        if (!line.length) break;
        err = read_field(head, line, arena, problem);
    }
    head->rest = text;
    return err;
}

/* One file, since what is built anew for a bug is one object; and not those of the tests. */
static enum fl_error read_file(struct fl_span patch, struct fl_arena *arena, const char **ret_file,
                               struct fl_buf *problem)
{
    const struct fl_span mark = FL_SPAN("+++ b/");
    *ret_file = NULL;
    while (patch.length) {
        struct fl_span line = take_line(&patch);
        if (!fl_span_starts(line, mark)) continue;
        struct fl_span file = {line.bytes + mark.length, line.length - mark.length};
        if (*ret_file) return wrong(problem, "a patch of one file", file);
        bool planted =
            fl_span_starts(file, FL_SPAN("src/")) || fl_span_starts(file, FL_SPAN("fakes/"));
        if (!planted) return wrong(problem, "a file of src or fakes", file);
        *ret_file = fl_arena_copy(arena, file);
        if (!*ret_file) return FL_ENOMEM;
    }
    return *ret_file ? FL_OK : wrong(problem, "a patch behind the head", FL_SPAN(""));
}

static enum fl_error add_word(struct mutant *mutant, struct fl_span word, struct fl_arena *arena,
                              struct fl_buf *problem)
{
    if (mutant->word_count == MUTANT_WORDS_MAX) return wrong(problem, "fewer words", word);
    const char *copy = fl_arena_copy(arena, word);
    if (!copy) return FL_ENOMEM;
    mutant->words[mutant->word_count++] = copy;
    return FL_OK;
}

static bool is_command(struct fl_span word)
{
    return fl_span_is(word, "run") || fl_span_is(word, "matrix") || fl_span_is(word, "oom");
}

/* The words of a line, one by one; false: there are no more. */
static bool next_word(const char **text, struct fl_span *ret_word)
{
    *text += strspn(*text, " ");
    *ret_word = (struct fl_span){*text, strcspn(*text, " ")};
    *text += ret_word->length;
    return ret_word->length > 0;
}

static enum fl_error split_run(const char *run, struct fl_arena *arena, struct mutant *mutant,
                               struct fl_buf *problem)
{
    struct fl_span word;
    enum fl_error err = FL_OK;
    while (!err && next_word(&run, &word)) {
        if (!mutant->word_count && !is_command(word))
            err = add_word(mutant, FL_SPAN("run"), arena, problem);
        if (!err) err = add_word(mutant, word, arena, problem);
    }
    return err;
}

static enum fl_error split_test(const char *test, struct fl_arena *arena, struct mutant *mutant,
                                struct fl_buf *problem)
{
    struct fl_span word;
    enum fl_error err = FL_OK;
    if (!next_word(&test, &word)) return wrong(problem, "a test", word);
    mutant->test = fl_arena_copy(arena, word);
    if (!mutant->test) return FL_ENOMEM;
    while (!err && next_word(&test, &word))
        err = add_word(mutant, word, arena, problem);
    return err;
}

static enum fl_error read_budget(const char *text, struct mutant *mutant, struct fl_buf *problem)
{
    long long number = 1;
    if (text &&
        (!fl_span_int64(fl_span_from(text), &number) || number < 1 || number > MUTANT_BUDGET_MAX))
        return wrong(problem, "a number of runs as the Budget", fl_span_from(text));
    mutant->budget = (uint32_t)number;
    return FL_OK;
}

static enum fl_error read_name(const char *path, struct fl_arena *arena, struct mutant *mutant)
{
    const char *slash = strrchr(path, '/');
    struct fl_span name = fl_span_from(slash ? slash + 1 : path);
    const struct fl_span suffix = FL_SPAN(".patch");
    if (name.length > suffix.length &&
        memcmp(name.bytes + name.length - suffix.length, suffix.bytes, suffix.length) == 0)
        name.length -= suffix.length;
    mutant->name = fl_arena_copy(arena, name);
    return mutant->name ? FL_OK : FL_ENOMEM;
}

enum fl_error mutant_read(const char *path, struct fl_span text, struct fl_arena *arena,
                          struct mutant *ret_mutant, struct fl_buf *problem)
{
    struct head head = {0};
    struct mutant mutant = {0};
    enum fl_error err = read_head(text, arena, &head, problem);
    if (!err && !head.bug) err = wrong(problem, "a Bug", FL_SPAN(""));
    if (!err && !head.expect) err = wrong(problem, "an Expect", FL_SPAN(""));
    if (!err && !head.run == !head.test) err = wrong(problem, "a Run or a Test", FL_SPAN(""));
    if (!err) {
        mutant.bug = head.bug;
        mutant.expect = head.expect;
        mutant.explore = head.explore;
        mutant.is_none = strcmp(head.expect, "nothing") == 0;
        err = read_name(path, arena, &mutant);
    }
    if (!err && head.run) err = split_run(head.run, arena, &mutant, problem);
    if (!err && head.test) err = split_test(head.test, arena, &mutant, problem);
    if (!err) err = read_budget(head.budget, &mutant, problem);
    if (!err) err = read_file(head.rest, arena, &mutant.file, problem);
    if (!err) *ret_mutant = mutant;
    return err;
}

const char *mutant_scenario(const struct mutant *mutant)
{
    static const char suffix[] = ".scenario";
    for (uint32_t i = 0; i < mutant->word_count; i++) {
        size_t length = strlen(mutant->words[i]);
        if (length > sizeof suffix - 1 &&
            strcmp(mutant->words[i] + length - (sizeof suffix - 1), suffix) == 0)
            return mutant->words[i];
    }
    return NULL;
}
