#include "fakes/redis/table/command_facts.h"

#include "core/assert.h"
#include "fakes/redis/table/command_facts_list.h"

#define ROW(name, since, group, keys, tips) {name, since, group, keys, tips},
static const struct fake_command_facts facts[] = {FAKE_COMMAND_FACTS_LIST(ROW)};
#undef ROW

const struct fake_command_facts *fake_command_facts(const struct fake_command *command)
{
    size_t i = (size_t)(command - fake_command_at(0));
    fl_assert(i < FL_COUNT(facts));
    return &facts[i];
}

bool fake_command_is_listed(enum fake_version version, const struct fake_command *command)
{
    return *fake_command_facts(command)->since && fake_version_knows(version, command);
}

const struct fake_command *fake_command_find_path(enum fake_version version, struct fl_span path)
{
    const char *bar = path.length ? memchr(path.bytes, '|', path.length) : NULL;
    struct fl_span name = {path.bytes, bar ? (size_t)(bar - path.bytes) : path.length};
    const struct fake_command *command = fake_command_find(version, name);
    if (command && bar) {
        struct fl_span rest = {bar + 1, path.length - name.length - 1};
        bool has_subs = command->flags & FAKE_CMD_CONTAINER;
        command = has_subs ? fake_command_find_sub(version, command, rest) : NULL;
    }
    return command && fake_command_is_listed(version, command) ? command : NULL;
}

#define NAME(name, text) text,
static const char *const category_names[] = {FAKE_CATEGORY_LIST(NAME)};
#undef NAME

const char *fake_category_name(enum fake_category category)
{
    return category_names[category];
}

bool fake_category_find(struct fl_span name, enum fake_category *ret_category)
{
    for (unsigned i = 0; i < FAKE_CATEGORIES; i++) {
        if (!fake_arg_is(name, category_names[i])) continue;
        *ret_category = (enum fake_category)i;
        return true;
    }
    return false;
}

/* The category of a family; the server's own commands have none. */
static unsigned of_family(enum fake_family family)
{
    enum { NONE = 0 };
    static const unsigned categories[] = {
        [FAKE_FAMILY_SERVER] = NONE,
        [FAKE_FAMILY_CONNECTION] = 1u << FAKE_CATEGORY_CONNECTION,
        [FAKE_FAMILY_KEYSPACE] = 1u << FAKE_CATEGORY_KEYSPACE,
        [FAKE_FAMILY_STRING] = 1u << FAKE_CATEGORY_STRING,
        [FAKE_FAMILY_BITMAP] = 1u << FAKE_CATEGORY_BITMAP,
        [FAKE_FAMILY_HYPERLOGLOG] = 1u << FAKE_CATEGORY_HYPERLOGLOG,
        [FAKE_FAMILY_LIST] = 1u << FAKE_CATEGORY_LIST,
        [FAKE_FAMILY_HASH] = 1u << FAKE_CATEGORY_HASH,
        [FAKE_FAMILY_SET] = 1u << FAKE_CATEGORY_SET,
        [FAKE_FAMILY_ZSET] = 1u << FAKE_CATEGORY_ZSET,
        [FAKE_FAMILY_SORT] =
            1u << FAKE_CATEGORY_LIST | 1u << FAKE_CATEGORY_SET | 1u << FAKE_CATEGORY_ZSET,
        [FAKE_FAMILY_GEO] = 1u << FAKE_CATEGORY_GEO,
        [FAKE_FAMILY_STREAM] = 1u << FAKE_CATEGORY_STREAM,
        [FAKE_FAMILY_TRANSACTION] = 1u << FAKE_CATEGORY_TRANSACTION,
        [FAKE_FAMILY_SCRIPTING] = 1u << FAKE_CATEGORY_SCRIPTING,
        [FAKE_FAMILY_PUBSUB] = 1u << FAKE_CATEGORY_PUBSUB,
    };
    return categories[family];
}

unsigned fake_command_categories(const struct fake_command *command)
{
    unsigned flags = command->flags, categories = of_family(command->family);
    bool is_script = command->family == FAKE_FAMILY_SCRIPTING;
    if ((flags & FAKE_CMD_READ) && !is_script) categories |= 1u << FAKE_CATEGORY_READ;
    if (flags & FAKE_CMD_WRITE) categories |= 1u << FAKE_CATEGORY_WRITE;
    if (flags & (FAKE_CMD_ADMIN | FAKE_CMD_FOR_ADMIN))
        categories |= 1u << FAKE_CATEGORY_ADMIN | 1u << FAKE_CATEGORY_DANGEROUS;
    if (flags & FAKE_CMD_DANGEROUS) categories |= 1u << FAKE_CATEGORY_DANGEROUS;
    if (flags & FAKE_CMD_BLOCKING) categories |= 1u << FAKE_CATEGORY_BLOCKING;
    return categories | 1u << (flags & FAKE_CMD_FAST ? FAKE_CATEGORY_FAST : FAKE_CATEGORY_SLOW);
}
