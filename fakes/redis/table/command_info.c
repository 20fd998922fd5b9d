/* COMMAND: what the server tells about its commands. */
#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_keys.h"
#include "fakes/redis/table/command_list.h"

/* ---- sets of names ---- */

struct bit_name {
    unsigned bit;
    const char *name;
};

/* In the order in which Redis lists them. */
static const struct bit_name flag_names[] = {
    {FAKE_CMD_WRITE, "write"},
    {FAKE_CMD_READ, "readonly"},
    {FAKE_CMD_DENYOOM, "denyoom"},
    {FAKE_CMD_ADMIN, "admin"},
    {FAKE_CMD_PUBSUB, "pubsub"},
    {FAKE_CMD_NOSCRIPT, "noscript"},
    {FAKE_CMD_BLOCKING, "blocking"},
    {FAKE_CMD_LOADING, "loading"},
    {FAKE_CMD_STALE, "stale"},
    {FAKE_CMD_SKIP_MONITOR, "skip_monitor"},
    {FAKE_CMD_SKIP_SLOWLOG, "skip_slowlog"},
    {FAKE_CMD_ASKING, "asking"},
    {FAKE_CMD_FAST, "fast"},
    {FAKE_CMD_NO_AUTH, "no_auth"},
    {FAKE_CMD_NO_MANDATORY_KEYS, "no_mandatory_keys"},
    {FAKE_CMD_NO_ASYNC_LOADING, "no_async_loading"},
    {FAKE_CMD_NO_MULTI, "no_multi"},
    {FAKE_CMD_ALLOW_BUSY, "allow_busy"},
    {FAKE_CMD_MOVABLE_KEYS, "movablekeys"},
};

static const struct bit_name use_names[] = {
    {FAKE_KEY_READ_WRITE, "RW"},
    {FAKE_KEY_READ, "RO"},
    {FAKE_KEY_OVERWRITE, "OW"},
    {FAKE_KEY_REMOVE, "RM"},
    {FAKE_KEY_ACCESS, "access"},
    {FAKE_KEY_UPDATE, "update"},
    {FAKE_KEY_INSERT, "insert"},
    {FAKE_KEY_DELETE, "delete"},
    {FAKE_KEY_NOT, "not_key"},
    {FAKE_KEY_INCOMPLETE, "incomplete"},
    {FAKE_KEY_VARIABLE, "variable_flags"},
};

static void reply_names(struct fake_out *out, unsigned bits, const struct bit_name *names,
                        size_t length)
{
    size_t place = fake_reply_array_later(out), count = 0;
    for (size_t i = 0; i < length; i++) {
        if (!(bits & names[i].bit)) continue;
        fake_reply_status(out, names[i].name);
        count++;
    }
    fake_reply_set_set(out, place, count);
}

static void reply_categories(struct fake_out *out, unsigned categories)
{
    size_t place = fake_reply_array_later(out), count = 0;
    for (unsigned i = 0; i < FAKE_CATEGORIES; i++) {
        if (!(categories & 1u << i)) continue;
        char name[32] = "@";
        strncat(name, fake_category_name((enum fake_category)i), sizeof(name) - 2);
        fake_reply_status(out, name);
        count++;
    }
    fake_reply_set_set(out, place, count);
}

static void reply_words(struct fake_out *out, const char *text)
{
    size_t place = fake_reply_array_later(out), count = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        fake_reply_bulk(out, (struct fl_span){text, length});
        text += length;
        text += *text == ' ';
        count++;
    }
    fake_reply_set_set(out, place, count);
}

/* ---- key specs ---- */

static void reply_number(struct fake_out *out, const char *name, int value)
{
    fake_reply_bulk_text(out, name);
    fake_reply_int(out, value);
}

/* "type" and "spec" with so many fields, which follow. */
static void reply_step(struct fake_out *out, const char *name, const char *type, size_t fields)
{
    fake_reply_bulk_text(out, name);
    fake_reply_map(out, 2);
    fake_reply_bulk_text(out, "type");
    fake_reply_bulk_text(out, type);
    fake_reply_bulk_text(out, "spec");
    fake_reply_map(out, fields);
}

static void reply_begin(struct fake_out *out, const struct fake_key_spec *spec)
{
    switch (spec->begin) {
    case FAKE_BEGIN_INDEX:
        reply_step(out, "begin_search", "index", 1);
        reply_number(out, "index", spec->start);
        return;
    case FAKE_BEGIN_KEYWORD:
        reply_step(out, "begin_search", "keyword", 2);
        fake_reply_bulk_text(out, "keyword");
        fake_reply_bulk(out, spec->keyword);
        reply_number(out, "startfrom", spec->start);
        return;
    case FAKE_BEGIN_UNKNOWN: reply_step(out, "begin_search", "unknown", 0);
    }
}

static void reply_find(struct fake_out *out, const struct fake_key_spec *spec)
{
    switch (spec->find) {
    case FAKE_FIND_RANGE:
        reply_step(out, "find_keys", "range", 3);
        reply_number(out, "lastkey", spec->last);
        reply_number(out, "keystep", spec->step);
        reply_number(out, "limit", spec->limit);
        return;
    case FAKE_FIND_KEYNUM:
        reply_step(out, "find_keys", "keynum", 3);
        reply_number(out, "keynumidx", 0);
        reply_number(out, "firstkey", 1);
        reply_number(out, "keystep", 1);
        return;
    case FAKE_FIND_UNKNOWN: reply_step(out, "find_keys", "unknown", 0);
    }
}

static void reply_key_specs(struct fake_out *out, const char *text)
{
    struct fake_key_spec spec;
    size_t place = fake_reply_array_later(out), count = 0;
    for (; fake_key_spec_next(&text, &spec); count++) {
        fake_reply_map(out, spec.has_note ? 4 : 3);
        if (spec.has_note) {
            fake_reply_bulk_text(out, "notes");
            fake_reply_bulk_text(out, "the arguments decide, this is the most that may happen");
        }
        fake_reply_bulk_text(out, "flags");
        reply_names(out, spec.use, use_names, FL_COUNT(use_names));
        reply_begin(out, &spec);
        reply_find(out, &spec);
    }
    fake_reply_set_set(out, place, count);
}

/* ---- COMMAND and COMMAND INFO ---- */

static bool is_subcommand(const struct fake_command *command)
{
    return strchr(command->name, '|');
}

static bool is_sub_of(const struct fake_command *command, const struct fake_command *container)
{
    size_t length = strlen(container->name);
    return strncmp(command->name, container->name, length) == 0 && command->name[length] == '|';
}

typedef void show_fn(struct fake_call *call, const struct fake_command *command);

/* The subcommands stand behind their container. Returns how many there are. */
static size_t show_subcommands(struct fake_call *call, const struct fake_command *container,
                               show_fn *show)
{
    const struct fake_command *end = fake_command_at(0) + fake_command_count();
    size_t count = 0;
    for (const struct fake_command *c = container + 1; c < end && is_sub_of(c, container); c++) {
        if (!fake_command_is_listed(call->engine->version, c)) continue;
        show(call, c);
        count++;
    }
    return count;
}

static void reply_info(struct fake_call *call, const struct fake_command *command)
{
    const struct fake_command_facts *facts = fake_command_facts(command);
    struct fake_out *out = call->out;
    fake_reply_array(out, 10);
    fake_reply_bulk_text(out, command->name);
    fake_reply_int(out, command->arity);
    reply_names(out, command->flags, flag_names, FL_COUNT(flag_names));
    fake_reply_int(out, command->first_key);
    fake_reply_int(out, command->last_key);
    fake_reply_int(out, command->key_step);
    reply_categories(out, fake_command_categories(command));
    reply_words(out, facts->tips);
    reply_key_specs(out, facts->keys);
    size_t place = fake_reply_array_later(out);
    size_t count = show_subcommands(call, command, reply_info);
    if (count)
        fake_reply_array_set(out, place, count);
    else
        fake_reply_set(out, 0);
}

static void reply_all(struct fake_call *call, show_fn *show)
{
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (size_t i = 0; i < fake_command_count(); i++) {
        const struct fake_command *command = fake_command_at(i);
        if (is_subcommand(command) || !fake_command_is_listed(call->engine->version, command))
            continue;
        show(call, command);
        count++;
    }
    fake_reply_array_set(call->out, place, count);
}

void fake_cmd_command(struct fake_call *call)
{
    reply_all(call, reply_info);
}

void fake_cmd_command_info(struct fake_call *call)
{
    if (call->count == 2) {
        reply_all(call, reply_info);
        return;
    }
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++) {
        const struct fake_command *command =
            fake_command_find_path(call->engine->version, call->args[i]);
        if (command)
            reply_info(call, command);
        else
            fake_reply_nil(call->out);
    }
}

void fake_cmd_command_count(struct fake_call *call)
{
    int64_t count = 0;
    for (size_t i = 0; i < fake_command_count(); i++)
        count += !is_subcommand(fake_command_at(i)) &&
                 fake_command_is_listed(call->engine->version, fake_command_at(i));
    fake_reply_int(call->out, count);
}

/* ---- COMMAND DOCS: the facts; the sentences are Redis's own ---- */

static void reply_docs(struct fake_call *call, const struct fake_command *command)
{
    const struct fake_command_facts *facts = fake_command_facts(command);
    bool has_subs = (command->flags & FAKE_CMD_CONTAINER) && !is_subcommand(command);
    fake_reply_bulk_text(call->out, command->name);
    fake_reply_map(call->out, has_subs ? 4 : 3);
    fake_reply_bulk_text(call->out, "summary");
    fake_reply_bulk_text(call->out, "");
    fake_reply_bulk_text(call->out, "since");
    fake_reply_bulk_text(call->out, facts->since);
    fake_reply_bulk_text(call->out, "group");
    fake_reply_bulk_text(call->out, facts->group);
    if (!has_subs) return;
    fake_reply_bulk_text(call->out, "subcommands");
    size_t place = fake_reply_array_later(call->out);
    fake_reply_map_set(call->out, place, show_subcommands(call, command, reply_docs));
}

void fake_cmd_command_docs(struct fake_call *call)
{
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (size_t i = 2; i < call->count; i++) {
        const struct fake_command *command =
            fake_command_find_path(call->engine->version, call->args[i]);
        if (!command) continue;
        reply_docs(call, command);
        count++;
    }
    for (size_t i = 0; call->count == 2 && i < fake_command_count(); i++) {
        const struct fake_command *command = fake_command_at(i);
        if (is_subcommand(command) || !fake_command_is_listed(call->engine->version, command))
            continue;
        reply_docs(call, command);
        count++;
    }
    fake_reply_map_set(call->out, place, count);
}

/* ---- COMMAND LIST ---- */

enum filter { FILTER_NONE, FILTER_MODULE, FILTER_CATEGORY, FILTER_PATTERN };

/* False: a syntax error. */
static bool parse_filter(const struct fake_call *call, enum filter *ret_filter)
{
    static const char *const words[] = {"module", "aclcat", "pattern"};
    *ret_filter = FILTER_NONE;
    if (call->count == 2) return true;
    if (call->count != 5 || !fake_arg_is(call->args[2], "filterby")) return false;
    for (unsigned i = 0; i < FL_COUNT(words); i++)
        if (fake_arg_is(call->args[3], words[i])) *ret_filter = (enum filter)(FILTER_MODULE + i);
    return *ret_filter != FILTER_NONE;
}

static bool passes(const struct fake_command *command, enum filter filter, struct fl_span what)
{
    enum fake_category category;
    char lower[64];
    switch (filter) {
    case FILTER_NONE: return true;
    case FILTER_MODULE: return false; /* there are no modules */
    case FILTER_CATEGORY:
        return fake_category_find(what, &category) &&
               (fake_command_categories(command) & 1u << category);
    case FILTER_PATTERN:
        if (what.length >= sizeof(lower)) return false;
        for (size_t i = 0; i < what.length; i++)
            lower[i] = (char)(what.bytes[i] >= 'A' && what.bytes[i] <= 'Z' ? what.bytes[i] + 32
                                                                           : what.bytes[i]);
        return fl_span_glob((struct fl_span){lower, what.length}, fl_span_from(command->name));
    }
    return false;
}

void fake_cmd_command_list(struct fake_call *call)
{
    enum filter filter;
    if (!parse_filter(call, &filter)) {
        fake_call_syntax_error(call);
        return;
    }
    struct fl_span what = filter == FILTER_NONE ? (struct fl_span){0} : call->args[4];
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (size_t i = 0; i < fake_command_count(); i++) {
        const struct fake_command *command = fake_command_at(i);
        if (!fake_command_is_listed(call->engine->version, command) ||
            !passes(command, filter, what))
            continue;
        fake_reply_bulk_text(call->out, command->name);
        count++;
    }
    fake_reply_array_set(call->out, place, count);
}

/* ---- COMMAND GETKEYS ---- */

/* NULL: an error was written. */
static const struct fake_command *find_inner(struct fake_call *call, const struct fl_span *args,
                                             size_t count)
{
    enum fake_version version = call->engine->version;
    const struct fake_command *command = fake_command_find(version, args[0]);
    if (command && (command->flags & FAKE_CMD_CONTAINER) && count > 1)
        command = fake_command_find_sub(version, command, args[1]);
    if (!command)
        fake_reply_error(call->out, "ERR Invalid command specified");
    else if (!*fake_command_facts(command)->keys)
        fake_reply_error(call->out, "ERR The command has no key arguments");
    else if (!fake_command_arity_fits(command, count))
        fake_reply_error(call->out, "ERR Invalid number of arguments specified for command");
    else
        return command;
    return NULL;
}

enum with { WITH_NAMES, WITH_FLAGS };

static void reply_keys(struct fake_call *call, enum with with)
{
    const struct fl_span *args = call->args + 2;
    size_t count = call->count - 2, index, shown = 0;
    const struct fake_command *command = find_inner(call, args, count);
    if (!command) return;
    struct fake_keys keys;
    enum fake_keys_found found = fake_command_keys(command, args, count, &keys);
    if (found != FAKE_KEYS_FOUND) {
        fake_reply_error(call->out, found == FAKE_KEYS_NONE
                                        ? "ERR The command has no key arguments"
                                        : "ERR Invalid arguments specified for command");
        return;
    }
    size_t place = fake_reply_array_later(call->out);
    struct fake_key_cursor cursor = {0};
    for (unsigned use; (index = fake_keys_next(&keys, &cursor, &use)); shown++) {
        if (with == WITH_FLAGS) fake_reply_array(call->out, 2);
        fake_reply_bulk(call->out, args[index]);
        if (with == WITH_FLAGS) reply_names(call->out, use, use_names, FL_COUNT(use_names));
    }
    fake_reply_array_set(call->out, place, shown);
}

void fake_cmd_command_getkeys(struct fake_call *call)
{
    reply_keys(call, WITH_NAMES);
}

void fake_cmd_command_getkeysandflags(struct fake_call *call)
{
    reply_keys(call, WITH_FLAGS);
}
