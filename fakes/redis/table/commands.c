/* Looking commands up, and the checks that most handlers begin with. */
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

enum { NAME_BYTES_MAX = 32 };

#define ROW(name, handler, family, arity, flags, first, last, step)                                \
    {name, FAKE_FAMILY_##family, arity, flags, first, last, step, fake_cmd_##handler},
static const struct fake_command commands[] = {FAKE_COMMAND_LIST(ROW)};
#undef ROW

static const struct fake_command *find(enum fake_version version, const char *name)
{
    size_t low = 0, high = FL_COUNT(commands);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(commands[middle].name, name);
        if (order == 0)
            return fake_version_knows(version, &commands[middle]) ? &commands[middle] : NULL;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Appends the lower-case form; false: longer than any command's name. */
static bool append_lower(char *name, size_t *length, struct fl_span text)
{
    if (*length + text.length >= NAME_BYTES_MAX) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        if (c == '\0' || c == '|') return false;
        name[(*length)++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    name[*length] = '\0';
    return true;
}

const struct fake_command *fake_command_find(enum fake_version version, struct fl_span name)
{
    char lower[NAME_BYTES_MAX];
    size_t length = 0;
    return append_lower(lower, &length, name) ? find(version, lower) : NULL;
}

const struct fake_command *fake_command_find_recent(struct fake_redis *engine, struct fl_span name)
{
    if (!name.length) return NULL;
    size_t slot = fl_span_glance(name) % FAKE_RECENT_COMMANDS;
    const struct fake_command *command = engine->recent[slot];
    if (command && fake_arg_is(name, command->name)) return command;
    command = fake_command_find(engine->version, name);
    if (command) engine->recent[slot] = command;
    return command;
}

const struct fake_command *fake_command_find_sub(enum fake_version version,
                                                 const struct fake_command *container,
                                                 struct fl_span name)
{
    char lower[NAME_BYTES_MAX];
    size_t length = strlen(container->name);
    memcpy(lower, container->name, length);
    lower[length++] = '|';
    return append_lower(lower, &length, name) ? find(version, lower) : NULL;
}

size_t fake_command_count(void)
{
    return FL_COUNT(commands);
}

const struct fake_command *fake_command_at(size_t i)
{
    fl_assert(i < FL_COUNT(commands));
    return &commands[i];
}

/* A container without a subcommand never passes its arity check. */
void fake_cmd_container(struct fake_call *call)
{
    fake_call_syntax_error(call);
}

void fake_cmd_unsupported(struct fake_call *call)
{
    fake_reply_errorf(call->out, "ERR the fake does not implement '%s' yet", call->command->name);
}

/* ---- what handlers share ---- */

bool fake_call_find(struct fake_call *call, struct fl_span name, enum fake_redis_type type,
                    struct fake_redis_key **ret_key)
{
    struct fake_redis_key *key = fake_key_find(call->db, name);
    if (!key && (call->command->flags & FAKE_CMD_READ)) fake_key_missed(call->db, name);
    if (key && key->type != type) {
        fake_reply_error(call->out,
                         "WRONGTYPE Operation against a key holding the wrong kind of value");
        return false;
    }
    *ret_key = key;
    return true;
}

bool fake_call_find_source(struct fake_call *call, struct fl_span name, enum fake_redis_type type,
                           struct fake_redis_key **ret_key)
{
    if (!fake_call_find(call, name, type, ret_key)) return false;
    if (!*ret_key && !(call->command->flags & FAKE_CMD_READ)) fake_key_missed(call->db, name);
    return true;
}

bool fake_call_find_or_create(struct fake_call *call, struct fl_span name,
                              enum fake_redis_type type, struct fake_redis_key **ret_key)
{
    if (!fake_call_find(call, name, type, ret_key)) return false;
    if (!*ret_key) *ret_key = fake_key_create(call->db, name, type);
    if (!*ret_key) fake_call_oom(call);
    return *ret_key;
}

bool fake_call_int(struct fake_call *call, struct fl_span text, int64_t *ret_value)
{
    if (fake_int_parse(text, ret_value)) return true;
    fake_reply_error(call->out, "ERR value is not an integer or out of range");
    return false;
}

bool fake_call_int_range(struct fake_call *call, struct fl_span text, int64_t low, int64_t high,
                         const char *error, int64_t *ret_value)
{
    int64_t value;
    bool is_int = fake_int_parse(text, &value);
    if (is_int && value >= low && value <= high) {
        *ret_value = value;
        return true;
    }
    if (error)
        fake_reply_error(call->out, error);
    else if (!is_int)
        fake_reply_error(call->out, "ERR value is not an integer or out of range");
    else
        fake_reply_errorf(call->out, "ERR value is out of range, value must between %lld and %lld",
                          (long long)low, (long long)high);
    return false;
}

bool fake_arg_is(struct fl_span arg, const char *word)
{
    for (size_t i = 0; i < arg.length; i++) {
        char c = arg.bytes[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (c != word[i] || c == '\0') return false;
    }
    return word[arg.length] == '\0';
}

struct fake_heap *fake_call_heap(struct fake_call *call)
{
    return &call->engine->heap;
}

void fake_call_syntax_error(struct fake_call *call)
{
    fake_reply_error(call->out, "ERR syntax error");
}

void fake_call_arity_error(struct fake_call *call)
{
    fake_reply_errorf(call->out, "ERR wrong number of arguments for '%s' command",
                      call->command->name);
}

void fake_call_oom(struct fake_call *call)
{
    fake_reply_error(call->out, "OOM command not allowed when used memory > 'maxmemory'.");
}

bool fake_range_clamp(int64_t *start, int64_t *stop, size_t length)
{
    int64_t count = (int64_t)length;
    if (*start < 0) *start += count;
    if (*stop < 0) *stop += count;
    if (*start < 0) *start = 0;
    if (*start > *stop || *start >= count) return false;
    if (*stop >= count) *stop = count - 1;
    return true;
}
