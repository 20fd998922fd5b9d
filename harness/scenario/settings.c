/* The lines about the scenario as a whole: title, seeds, times, modules. */
#include <string.h>

#include "core/time_text.h"
#include "harness/scenario/reading.h"

static const char variant_setting[] = "variant"; /* the setting that chooses one */
static const char sweep_setting[] = "sweep";     /* and which alternative of the sweep is read */

bool read_scenario(struct reading *r)
{
    const struct token *version = line_peek(&r->line);
    if (!token_is(version, "1"))
        return reading_problem(r, version, "1, the version of the scenario language");
    line_take(&r->line);
    return reading_text(r, "a title in quotes", &r->plan->title) && reading_end(r, NULL);
}

/* Prose: neither quotes nor # nor $ mean anything in it. */
bool read_why(struct reading *r)
{
    struct fl_span text = line_trimmed(r->line.source);
    text = line_trimmed((struct fl_span){text.bytes + strlen("why"), text.length - strlen("why")});
    struct token at = {.column = (uint32_t)(text.bytes - r->line.source.bytes) + 1,
                       .kind = text.length ? TOKEN_WORD : TOKEN_END,
                       .text = text};
    if (text.length == 0 || memchr(text.bytes, '\0', text.length))
        return reading_problem(r, &at, "a reason in words");
    fl_buf_truncate(&r->scratch, 0);
    enum fl_error err = FL_OK;
    if (r->plan->why) err = fl_buf_printf(&r->scratch, "%s\n", r->plan->why);
    if (!err) err = fl_buf_append_span(&r->scratch, text);
    if (err) r->err = err;
    r->plan->why = err ? NULL : reading_copy(r, fl_buf_span(&r->scratch));
    return r->plan->why != NULL;
}

static struct line_setting *find_setting(struct line_setting *settings, const char *name)
{
    while (settings && strcmp(settings->name, name) != 0)
        settings = settings->next;
    return settings;
}

bool reading_setting_name(struct reading *r, const char **ret_name)
{
    const struct token *at = line_peek(&r->line);
    if (!reading_name(r, "the name of a setting", READING_NAME, ret_name)) return false;
    char first = (*ret_name)[0];
    bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
    if (!letter || strpbrk(*ret_name, ".:"))
        return reading_problem(r, at,
                               "a name of letters, digits, - and _ that begins with a letter");
    if (strcmp(*ret_name, variant_setting) == 0)
        return reading_problem(r, at, "another name: this one means a line `variant`");
    if (strcmp(*ret_name, sweep_setting) == 0)
        return reading_problem(r, at, "another name: this one means a line `sweep`");
    if (find_setting(r->settings, *ret_name))
        return reading_problem(r, at, "a setting that no line above has made");
    return true;
}

static bool read_value(struct reading *r, const char **ret_value)
{
    const struct token *token = line_peek(&r->line);
    if (token->kind != TOKEN_STRING || token->text.length)
        return reading_text(r, "a value", ret_value);
    line_take(&r->line);
    *ret_value = "";
    return true;
}

/* A value that the file has is the file's own, though --set has chosen it: @FILE is beside it. */
static bool has_value(const struct plan_varied *varied, const char *value)
{
    for (uint32_t i = 0; varied && i < varied->count; i++)
        if (strcmp(varied->values[i], value) == 0) return true;
    return false;
}

static bool make_setting(struct reading *r, const char *name, const char *value,
                         const struct plan_varied *varied)
{
    struct line_setting *override = find_setting(r->overrides, name);
    struct line_setting *setting = fl_arena_alloc(&r->plan->arena, sizeof *setting);
    if (!setting) {
        r->err = FL_ENOMEM;
        return false;
    }
    *setting = (struct line_setting){.next = r->settings, .name = name, .value = value};
    if (override) {
        override->overridden = true; /* some line takes it */
        setting->value = override->value;
        setting->overridden = !has_value(varied, override->value);
    }
    r->settings = setting;
    return true;
}

bool read_set(struct reading *r)
{
    const char *name, *value;
    return reading_setting_name(r, &name) && read_value(r, &value) && reading_end(r, NULL) &&
           make_setting(r, name, value, NULL);
}

bool read_vary(struct reading *r)
{
    struct list values = {0};
    if (r->repetition.setting)
        return reading_problem(r, &r->line.tokens[0], "end: nothing is varied inside a repeat");
    struct plan_varied *varied = reading_add(r, &r->varied, sizeof *varied, PLAN_VARIANTS_MAX);
    if (!varied || !reading_setting_name(r, &varied->name)) return false;
    do {
        const char **value = reading_add(r, &values, sizeof *value, PLAN_VARIANTS_MAX);
        if (!value || !read_value(r, value)) return false;
    } while (line_peek(&r->line)->kind != TOKEN_END);
    varied->values = values.items;
    varied->count = values.count;
    return make_setting(r, varied->name, varied->values[0], varied);
}

/* The chosen one is read, or the first; the lines of all others are passed over. */
bool read_variant(struct reading *r)
{
    const struct token *at = line_peek(&r->line);
    struct line_setting *chosen = find_setting(r->overrides, variant_setting);
    const char *name;
    if (r->repetition.setting)
        return reading_problem(r, &r->line.tokens[0], "end: no variant begins inside a repeat");
    if (!reading_name(r, "the name of a variant", READING_NAME, &name)) return false;
    for (uint32_t i = 0; i < r->variants.count; i++)
        if (strcmp(((const char **)r->variants.items)[i], name) == 0)
            return reading_problem(r, at, "a name that no other variant has");
    const char **kept = reading_add(r, &r->variants, sizeof *kept, PLAN_VARIANTS_MAX);
    if (!kept) return false;
    *kept = name;
    r->of_another_variant = chosen ? strcmp(chosen->value, name) != 0 : r->variants.count > 1;
    if (chosen && !r->of_another_variant) chosen->overridden = true;
    return reading_end(r, NULL);
}

/* Seeds are 64 bits wide; a number in a scenario is at most INT64_MAX, which is enough of them. */
static bool parse_seed(struct fl_span text, uint64_t *ret_seed)
{
    long long number;
    if (!fl_span_int64(text, &number) || number < 0) return false;
    *ret_seed = (uint64_t)number;
    return true;
}

bool read_seed(struct reading *r)
{
    const struct token *token = line_take(&r->line);
    if (token->kind != TOKEN_WORD || !parse_seed(token->text, &r->plan->seed_first))
        return reading_problem(r, token, "a seed, like 42");
    r->plan->seed_last = r->plan->seed_first;
    return reading_end(r, NULL);
}

bool read_seeds(struct reading *r)
{
    const struct token *token = line_take(&r->line);
    struct fl_span low, high;
    uint64_t first, last;
    if (token->kind != TOKEN_WORD || !reading_split_range(token->text, &low, &high) ||
        !parse_seed(low, &first) || !parse_seed(high, &last) || first > last)
        return reading_problem(r, token, "two seeds with .. between them, like 1..100");
    r->plan->seed_first = first;
    r->plan->seed_last = last;
    return reading_end(r, NULL);
}

bool read_start(struct reading *r)
{
    const struct token *token = line_take(&r->line);
    const struct word *trap =
        token->kind == TOKEN_WORD ? words_find(&words_calendar, token->text) : NULL;
    if (trap)
        r->plan->start_us = trap->value * FL_SECOND_US;
    else if (token->kind != TOKEN_WORD ||
             fl_instant_parse(token->text, &r->plan->start_us) != FL_OK || r->plan->start_us < 0)
        return reading_problem_among(r, token, &words_calendar);
    if (line_skip(&r->line, "tz") && !reading_zone(r, &r->plan->zone)) return false;
    return reading_end(r, NULL);
}

bool read_horizon(struct reading *r)
{
    return reading_duration(r, "a duration, like 60d", &r->plan->horizon_us) &&
           reading_end(r, NULL);
}

bool read_tolerates(struct reading *r)
{
    int64_t number;
    if (!reading_number(r, "a number of processes", 0, PLAN_PROCESSES_MAX, &number)) return false;
    r->plan->tolerates = true;
    r->plan->down_max = (uint32_t)number;
    return reading_expect(r, "down") && reading_end(r, NULL);
}

bool read_idle(struct reading *r)
{
    if (!reading_expect(r, "exact")) return false;
    r->plan->fold_idle = false;
    return reading_end(r, NULL);
}

bool read_schedule(struct reading *r)
{
    r->plan->instant = line_skip(&r->line, "instant");
    r->plan->fifo = !r->plan->instant;
    if (r->plan->fifo && !line_skip(&r->line, "fifo"))
        return reading_problem(r, line_peek(&r->line), "fifo or instant");
    return reading_end(r, NULL);
}

static bool read_chosen(struct reading *r, struct plan_choice *choice)
{
    int64_t number;
    if (choice->kind == PLAN_CHOICE_SCHEDULE)
        return reading_text(r, "the name of a task, like p1/fetch", &choice->name);
    if (!reading_number(r, "the number that was chosen", 0, INT64_MAX, &number)) return false;
    choice->number = (uint64_t)number;
    return true;
}

bool read_choice(struct reading *r)
{
    int kind;
    int64_t occurrence;
    struct plan_choice *choice = reading_add(r, &r->choices, sizeof *choice, PLAN_CHOICES_MAX);
    if (!choice || !reading_word(r, &words_choices, &kind)) return false;
    choice->kind = (enum plan_choice_kind)kind;
    if (!reading_text(r, "who chooses: world, p1/poller", &choice->stream) ||
        !reading_text(r, "what is chosen: next, \"redis LMOVE\"", &choice->label) ||
        !reading_number(r, "how many of its kind came before", 0, PLAN_CHOICES_MAX, &occurrence))
        return false;
    choice->occurrence = (uint32_t)occurrence;
    return read_chosen(r, choice) && reading_end(r, NULL);
}

bool read_module(struct reading *r)
{
    const char *path;
    struct plan_where at = reading_where(r, line_peek(&r->line));
    if (!reading_text(r, "the path of a module", &path) || !reading_end(r, NULL)) return false;
    const char **module = reading_add(r, &r->modules, sizeof *module, PLAN_MODULES_MAX);
    struct plan_where *where = reading_add(r, &r->module_wheres, sizeof *where, PLAN_MODULES_MAX);
    if (!module || !where) return false;
    *module = path;
    *where = at;
    return true;
}

bool read_heal(struct reading *r)
{
    if (line_skip(&r->line, "at"))
        return reading_offset(r, &r->plan->heal_us) && reading_end(r, NULL);
    if (line_skip(&r->line, "after")) /* what is done without this line */
        return reading_expect(r, "faults") && reading_end(r, NULL);
    if (line_skip(&r->line, "when"))
        return read_gauge(r, &r->plan->heal_when) && reading_end(r, NULL);
    const char *what = "at, when, after faults, or a duration like 5s";
    if (!reading_duration(r, what, &r->plan->heal_after_us)) return false;
    if (!reading_expect(r, "after") || !reading_expect(r, "fault")) return false;
    const struct token *token = line_peek(&r->line);
    return reading_name(r, "the name of a fault", READING_NAME, &r->plan->heal_after_fault) &&
           reading_refer(r, token, REFERENCE_FAULT, r->plan->heal_after_fault) &&
           reading_end(r, NULL);
}

bool read_volatile(struct reading *r)
{
    if (!reading_expect(r, "db")) return false;
    const struct token *token = line_peek(&r->line);
    const char *column;
    if (!reading_name(r, "TABLE.COLUMN", READING_GLOB, &column)) return false;
    const char *dot = strchr(column, '.');
    if (!dot || dot == column || !dot[1]) return reading_problem(r, token, "TABLE.COLUMN");
    const char **item = reading_add(r, &r->volatiles, sizeof *item, LINE_TOKENS_MAX);
    if (item) *item = column;
    return item && reading_end(r, NULL);
}
