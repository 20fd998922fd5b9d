/* Words are coloured by their table, wherever they stand: an editor helps to read, `faultline
 * check` judges. Both files have the same groups; only how a pattern is written differs. */
#include "harness/scenario/syntax.h"

#include "core/json.h"
#include "harness/scenario/printing.h"
#include "harness/scenario/words.h"

enum { PATTERN_BYTES_MAX = 64 * 1024, TABLES_MAX = 10 };

struct group {
    const char *name;   /* of the Vim group */
    const char *colour; /* the Vim group that it looks like */
    const char *scope;  /* of TextMate */
    const struct words *tables[TABLES_MAX];
};

/* Statements begin lines and stand apart. */
static const struct group groups[] = {
    {"scenarioVerb", "Function", "support.function.scenario", {&words_verbs}},
    {"scenarioClause",
     "Conditional",
     "keyword.control.scenario",
     {&words_clauses, &words_conditions, &words_sweeps}},
    {"scenarioClaim",
     "Keyword",
     "keyword.other.scenario",
     {&words_expects, &words_states, &words_compares, &words_gauges}},
    {"scenarioOption",
     "Type",
     "storage.type.scenario",
     {&words_process, &words_given, &words_enqueue, &words_alerts, &words_explore}},
    {"scenarioConstant",
     "Constant",
     "constant.language.scenario",
     {&words_fetches, &words_booleans, &words_oom_modes, &words_redis_kept, &words_http, &words_db,
      &words_mail, &words_choices, &words_strategies, &words_calendar}},
};
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

/* One that no table before it has, in any group: the first colour counts. */
static bool is_told(const struct group *group, size_t table, size_t row)
{
    struct fl_span text = fl_span_from(group->tables[table]->rows[row].text);
    for (const struct group *at = groups; at <= group; at++)
        for (size_t t = 0; t < TABLES_MAX && at->tables[t]; t++) {
            if (at == group && t == table) {
                const struct word *first = words_find(at->tables[t], text);
                return first < &at->tables[t]->rows[row];
            }
            if (words_find(at->tables[t], text)) return true;
        }
    return false;
}

static void print_alternative(struct printing *p, const char *text, const char * or, bool *any)
{
    print_text(p, "%s%s", *any ? or : "", text);
    *any = true;
}

static bool is_of_letters(const char *text)
{
    return text[0] >= 'a' && text[0] <= 'z';
}

static void print_words(struct printing *p, const struct group *group, const char * or)
{
    bool any = false;
    for (size_t t = 0; t < TABLES_MAX && group->tables[t]; t++)
        for (size_t i = 0; i < group->tables[t]->count; i++)
            if (is_of_letters(group->tables[t]->rows[i].text) && !is_told(group, t, i))
                print_alternative(p, group->tables[t]->rows[i].text, or, &any);
}

static void print_statements(struct printing *p, const char * or)
{
    bool any = false;
    for (size_t i = 0; i < words_statements.count; i++)
        print_alternative(p, words_statements.rows[i].text, or, &any);
}

/* --- Vim --- */
static const char vim_head[] = "\" Scenarios of Faultline. Printed by `faultline-reference vim` "
                               "from the tables that drive the\n"
                               "\" parser.\n"
                               "if exists(\"b:current_syntax\")\n"
                               "  finish\n"
                               "endif\n"
                               "\n"
                               "syntax case match\n";

static const char vim_rest[] =
    "syntax match scenarioNumber /\\%(^\\|[ \\t=,.]\\)\\@<=[+-]\\?\\d\\+\\ze\\%([ \\t.,]\\|$\\)/\n"
    "syntax match scenarioNumber "
    "/\\%(^\\|[ \\t.]\\)\\@<=[+-]\\?\\%(\\d\\+\\%(us\\|ms\\|[smhdw]\\|[KMG]iB\\)\\)\\+\\ze\\%([ "
    "\\t.]\\|$\\)/\n"
    "syntax match scenarioSetting "
    "/\\$\\$\\|\\${[A-Za-z_][A-Za-z0-9_-]*}\\|\\$[A-Za-z_][A-Za-z0-9_-]*/\n"
    "syntax match scenarioRange /{\\d\\+\\.\\.\\d\\+}/\n"
    "syntax match scenarioEscape /\\\\\\%([ntr\"\\\\${]\\|x\\x\\x\\)/ contained\n"
    "syntax region scenarioText start=/\"/ skip=/\\\\./ end=/\"/ oneline "
    "contains=scenarioEscape,scenarioSetting,scenarioRange\n"
    "syntax match scenarioComment /\\%(^\\|[ \\t]\\)\\@<=#.*$/\n"
    "syntax match scenarioWhy /^[ \\t]*why\\%([ \\t].*\\)\\?$/ contains=scenarioStatement\n"
    "\n"
    "highlight default link scenarioStatement Statement\n"
    "highlight default link scenarioNumber Number\n"
    "highlight default link scenarioSetting Identifier\n"
    "highlight default link scenarioRange Special\n"
    "highlight default link scenarioEscape SpecialChar\n"
    "highlight default link scenarioText String\n"
    "highlight default link scenarioComment Comment\n"
    "highlight default link scenarioWhy Comment\n";

enum fl_error scenario_syntax_vim(struct fl_buf *out)
{
    struct printing p = {.out = out};
    print_text(&p, "%s", vim_head);
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        print_text(&p, "syntax match %s /[ \\t]\\@<=\\%%(", groups[i].name);
        print_words(&p, &groups[i], "\\|");
        print_text(&p, "\\)\\ze\\%%([ \\t]\\|$\\)/\n");
    }
    print_text(&p, "syntax match scenarioStatement /^[ \\t]*\\%%(");
    print_statements(&p, "\\|");
    print_text(&p, "\\)\\ze\\%%([ \\t]\\|$\\)/\n%s", vim_rest);
    for (size_t i = 0; i < GROUP_COUNT; i++)
        print_text(&p, "highlight default link %s %s\n", groups[i].name, groups[i].colour);
    print_text(&p, "\nlet b:current_syntax = \"scenario\"\n");
    return p.err;
}

/* --- TextMate --- */
struct rule {
    const char *scope, *match;
};

static const struct rule rules_before[] = {
    {"comment.block.documentation.scenario", "^[ \\t]*why(?:[ \\t].*)?$"},
    {"comment.line.number-sign.scenario", "(?:^|(?<=[ \\t]))#.*$"},
};

static const struct rule rules_behind[] = {
    {"variable.other.scenario",
     "\\$\\$|\\$\\{[A-Za-z_][A-Za-z0-9_-]*\\}|\\$[A-Za-z_][A-Za-z0-9_-]*"},
    {"constant.other.range.scenario", "\\{[0-9]+\\.\\.[0-9]+\\}"},
    {"constant.numeric.scenario",
     "(?<=[ \\t=,.])[+-]?(?:[0-9]+(?:us|ms|[smhdw]|[KMG]iB)?)+(?=[ \\t.,]|$)"},
};

static void put_rule(struct fl_json_writer *w, const char *scope, struct fl_span match)
{
    fl_json_key(w, NULL);
    if (w->err) return;
    struct fl_json_writer rule = fl_json_begin_object(w->out);
    fl_json_put_string(&rule, "name", fl_span_from(scope));
    fl_json_put_string(&rule, "match", match);
    w->err = fl_json_end(&rule);
}

static void put_rules(struct fl_json_writer *w, const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_rule(w, rules[i].scope, fl_span_from(rules[i].match));
}

/* A text in quotes: with escapes, settings and ranges inside. */
static void put_text(struct fl_json_writer *w)
{
    fl_json_key(w, NULL);
    if (w->err) return;
    struct fl_json_writer text = fl_json_begin_object(w->out);
    fl_json_put_string(&text, "name", FL_SPAN("string.quoted.double.scenario"));
    fl_json_put_string(&text, "begin", FL_SPAN("\""));
    fl_json_put_string(&text, "end", FL_SPAN("\"|$"));
    fl_json_key(&text, "patterns");
    if (!text.err) {
        struct fl_json_writer inside = fl_json_begin_array(w->out);
        put_rule(&inside, "constant.character.escape.scenario",
                 FL_SPAN("\\\\(?:[ntr\"\\\\${]|x[0-9A-Fa-f]{2})"));
        put_rules(&inside, rules_behind, 2);
        text.err = fl_json_end(&inside);
    }
    w->err = fl_json_end(&text);
}

static void put_words(struct fl_json_writer *w, const struct group *group, struct fl_buf *pattern)
{
    struct printing p = {.out = pattern};
    fl_buf_truncate(pattern, 0);
    print_text(&p, group ? "(?<=[ \\t])(?:" : "^[ \\t]*(?:");
    if (group)
        print_words(&p, group, "|");
    else
        print_statements(&p, "|");
    print_text(&p, ")(?=[ \\t]|$)");
    if (!w->err) w->err = p.err;
    put_rule(w, group ? group->scope : "keyword.declaration.scenario", fl_buf_span(pattern));
}

static enum fl_error put_patterns(struct fl_buf *out)
{
    struct fl_buf pattern = FL_BUF_INIT(PATTERN_BYTES_MAX);
    struct fl_json_writer w = fl_json_begin_array(out);
    put_rules(&w, rules_before, FL_COUNT(rules_before));
    put_words(&w, NULL, &pattern);
    put_text(&w);
    for (size_t i = 0; i < GROUP_COUNT; i++)
        put_words(&w, &groups[i], &pattern);
    put_rules(&w, rules_behind, FL_COUNT(rules_behind));
    fl_buf_release(&pattern);
    return fl_json_end(&w);
}

enum fl_error scenario_syntax_textmate(struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "comment",
                       FL_SPAN("Printed by faultline-reference from the tables of the parser."));
    fl_json_put_string(&w, "name", FL_SPAN("Faultline scenario"));
    fl_json_put_string(&w, "scopeName", FL_SPAN("source.scenario"));
    fl_json_key(&w, "patterns");
    if (!w.err) w.err = put_patterns(out);
    enum fl_error err = fl_json_end(&w);
    return err ? err : fl_buf_append_char(out, '\n');
}
