#include "harness/effect/label.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static size_t append(char *bytes, size_t length, size_t capacity, struct fl_span word)
{
    if (length && length < capacity) bytes[length++] = ' ';
    size_t room = capacity - length;
    size_t count = word.length < room ? word.length : room;
    if (count) memcpy(bytes + length, word.bytes, count);
    return length + count;
}

void effect_name_begin(struct effect_name *name, const char *label)
{
    name->label_length = append(name->label, 0, EFFECT_LABEL_BYTES, fl_span_from(label));
    name->detail_length = 0;
}

void effect_name_label_add(struct effect_name *name, struct fl_span word)
{
    name->label_length = append(name->label, name->label_length, EFFECT_LABEL_BYTES, word);
}

void effect_name_detail_add(struct effect_name *name, struct fl_span word)
{
    name->detail_length = append(name->detail, name->detail_length, EFFECT_DETAIL_BYTES, word);
}

static bool is_script(struct fl_span command)
{
    return fl_span_is(command, "EVALSHA") || fl_span_is(command, "EVAL");
}

static bool has_subcommand(const struct fl_command *command)
{
    return fl_span_is(command->args[0], "SCRIPT") && command->count > 1;
}

bool effect_is_simple(const struct fl_command *command)
{
    return !is_script(command->args[0]) && !has_subcommand(command);
}

void effect_name_redis(struct effect_name *name, const struct fl_command *command,
                       const char *script)
{
    effect_name_begin(name, "redis");
    effect_name_label_add(name, command->args[0]);
    if (script && is_script(command->args[0])) effect_name_label_add(name, fl_span_from(script));
    if (has_subcommand(command)) effect_name_label_add(name, command->args[1]);
    effect_name_arguments(name, command);
}

void effect_name_arguments(struct effect_name *name, const struct fl_command *command)
{
    size_t next = has_subcommand(command) ? 2 : 1;
    if (is_script(command->args[0])) next = 3; /* it and the number of keys say nothing more */
    name->detail_length = 0;
    for (; next < command->count && name->detail_length < EFFECT_DETAIL_BYTES; next++)
        effect_name_detail_add(name, command->args[next]);
}

/* The next word of `sql`, quotes and brackets left off; empty at the end. */
static struct fl_span sql_word(const char **sql)
{
    const char *at = *sql;
    while (*at && !isalnum((unsigned char)*at) && *at != '_')
        at++;
    const char *end = at;
    while (isalnum((unsigned char)*end) || *end == '_' || *end == '.')
        end++;
    *sql = end;
    return (struct fl_span){at, (size_t)(end - at)};
}

static bool is_word(struct fl_span word, const char *text)
{
    return word.length == strlen(text) && strncasecmp(word.bytes, text, word.length) == 0;
}

void effect_name_sql(struct effect_name *name, const char *sql)
{
    effect_name_begin(name, "db");
    const char *at = sql;
    struct fl_span verb = sql_word(&at);
    effect_name_label_add(name, verb);
    bool table_follows = is_word(verb, "UPDATE");
    for (struct fl_span word = sql_word(&at); word.length; word = sql_word(&at)) {
        if (is_word(word, "OR")) {
            sql_word(&at); /* INSERT OR IGNORE, UPDATE OR ROLLBACK: the word after it too */
        } else if (table_follows) {
            effect_name_label_add(name, word);
            break;
        } else if (is_word(word, "FROM") || is_word(word, "INTO")) {
            table_follows = true;
        }
    }
    effect_name_detail_add(name, fl_span_from(sql));
}

struct fl_span effect_script_name(struct fl_span script)
{
    struct fl_span mark = FL_SPAN("-- name: ");
    if (!fl_span_starts(script, mark)) return (struct fl_span){NULL, 0};
    struct fl_span name = {script.bytes + mark.length, script.length - mark.length};
    const char *end = name.length ? memchr(name.bytes, '\n', name.length) : NULL;
    if (end) name.length = (size_t)(end - name.bytes);
    return name;
}
