/* The specs of command_facts_list.h applied to arguments; SORT and MIGRATE, where no spec tells
 * enough, are read as they read themselves. */
#include "fakes/redis/table/command_keys.h"

#include <stdlib.h>
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/values/number.h"

/* ---- reading specs ---- */

static unsigned use_of(char letter)
{
    static const char letters[] = "RWOXaudi";
    static const unsigned uses[] = {FAKE_KEY_READ,   FAKE_KEY_READ_WRITE, FAKE_KEY_OVERWRITE,
                                    FAKE_KEY_REMOVE, FAKE_KEY_ACCESS,     FAKE_KEY_UPDATE,
                                    FAKE_KEY_DELETE, FAKE_KEY_INSERT};
    const char *at = strchr(letters, letter);
    if (at) return uses[at - letters];
    return letter == 'n' ? FAKE_KEY_NOT : letter == 'c' ? FAKE_KEY_INCOMPLETE : FAKE_KEY_VARIABLE;
}

static int take_number(const char **at)
{
    char *end;
    int value = (int)strtol(*at, &end, 10);
    *at = end;
    return value;
}

static const char *take_begin(const char *at, struct fake_key_spec *spec)
{
    if (*at == '?') {
        spec->begin = FAKE_BEGIN_UNKNOWN;
        spec->find = FAKE_FIND_UNKNOWN;
        return at + 1;
    }
    if (*at >= 'A' && *at <= 'Z') {
        spec->begin = FAKE_BEGIN_KEYWORD;
        spec->keyword = (struct fl_span){at, strcspn(at, ":")};
        at += spec->keyword.length + 1;
    }
    spec->start = take_number(&at);
    return at;
}

static const char *take_find(const char *at, struct fake_key_spec *spec)
{
    if (*at == '#') {
        spec->find = FAKE_FIND_KEYNUM;
        return at + 1;
    }
    if (*at == '.') {
        at += 2;
        spec->last = take_number(&at);
    }
    if (*at == '/') {
        at++;
        spec->step = take_number(&at);
    }
    if (*at == '/') {
        at++;
        spec->limit = take_number(&at);
    }
    return at;
}

bool fake_key_spec_next(const char **text, struct fake_key_spec *ret_spec)
{
    const char *at = *text;
    if (!*at) return false;
    struct fake_key_spec spec = {.step = 1};
    while (*at != '@')
        spec.use |= use_of(*at++);
    at = take_find(take_begin(at + 1, &spec), &spec);
    if (*at == '*') {
        spec.has_note = true;
        at++;
    }
    if (*at == ' ') at++;
    *text = at;
    *ret_spec = spec;
    return true;
}

/* ---- applying them ---- */

static void add(struct fake_keys *keys, struct fake_key_range range)
{
    fl_assert(keys->count < FAKE_KEY_RANGES_MAX);
    if (range.first <= range.last) keys->ranges[keys->count++] = range;
}

static bool is_keyword(struct fl_span arg, struct fl_span keyword)
{
    return arg.length == keyword.length &&
           strncasecmp(arg.bytes, keyword.bytes, keyword.length) == 0;
}

/* Where the keys of a spec begin; 0: it is not among these arguments. */
static size_t find_begin(const struct fake_key_spec *spec, const struct fl_span *args, size_t count)
{
    if (spec->begin == FAKE_BEGIN_UNKNOWN) return 0;
    if (spec->begin == FAKE_BEGIN_INDEX)
        return (size_t)spec->start < count ? (size_t)spec->start : 0;
    fl_assert(spec->start > 0); /* the one that searches from the end is MIGRATE's */
    for (size_t i = (size_t)spec->start; i + 1 < count; i++)
        if (is_keyword(args[i], spec->keyword)) return i + 1;
    return 0;
}

/* False: there is a number of keys, and it is none or too great. */
static bool find_counted(size_t begin, const struct fl_span *args, size_t count,
                         struct fake_key_range *range)
{
    int64_t keys;
    if (!fake_int_parse(args[begin], &keys) || keys <= 0) return false;
    if ((uint64_t)keys > count - begin - 1) return false;
    range->first = begin + 1;
    range->last = begin + (size_t)keys;
    return true;
}

static void find_range(const struct fake_key_spec *spec, size_t begin, size_t count,
                       struct fake_key_range *range)
{
    size_t all = count - begin;
    if (spec->limit > 1) all /= (size_t)spec->limit;
    range->first = begin;
    range->step = (size_t)spec->step;
    if (spec->last >= 0)
        range->last = begin + (size_t)spec->last;
    else
        range->last = all >= (size_t)-spec->last ? begin + all - (size_t)-spec->last : begin - 1;
    if (range->last >= count) range->last = count - 1;
}

/* What SET and BITFIELD do to their key depends on other arguments. */
static unsigned vary(const struct fake_command *command, const struct fl_span *args, size_t count,
                     unsigned use)
{
    static const unsigned read_write = FAKE_KEY_READ_WRITE | FAKE_KEY_ACCESS | FAKE_KEY_UPDATE;
    if (!(use & FAKE_KEY_VARIABLE)) return use;
    if (strcmp(command->name, "set") == 0) {
        for (size_t i = 3; i < count; i++)
            if (fake_arg_is(args[i], "get")) return read_write;
        return FAKE_KEY_OVERWRITE | FAKE_KEY_UPDATE;
    }
    for (size_t i = 2; i < count; i++) {
        bool reads = fake_arg_is(args[i], "get") && i + 2 < count;
        if (!reads && !(fake_arg_is(args[i], "overflow") && i + 1 < count)) return read_write;
        i += reads ? 2 : 1;
    }
    return FAKE_KEY_READ | FAKE_KEY_ACCESS;
}

static enum fake_keys_found apply_specs(const struct fake_command *command, const char *text,
                                        const struct fl_span *args, size_t count,
                                        struct fake_keys *keys)
{
    struct fake_key_spec spec;
    bool has_keys = false;
    while (fake_key_spec_next(&text, &spec)) {
        if (spec.use & FAKE_KEY_NOT) continue;
        has_keys = true;
        size_t begin = find_begin(&spec, args, count);
        if (!begin) continue;
        struct fake_key_range range = {.step = 1, .use = vary(command, args, count, spec.use)};
        if (spec.find == FAKE_FIND_RANGE)
            find_range(&spec, begin, count, &range);
        else if (!find_counted(begin, args, count, &range))
            return FAKE_KEYS_INVALID;
        add(keys, range);
    }
    if (!has_keys) return FAKE_KEYS_NONE;
    return keys->count ? FAKE_KEYS_FOUND : FAKE_KEYS_INVALID;
}

/* ---- commands of their own ---- */

/* The last STORE counts, as it does when SORT runs. */
static void sort_keys(const struct fl_span *args, size_t count, struct fake_keys *keys)
{
    size_t target = 0;
    add(keys, (struct fake_key_range){1, 1, 1, FAKE_KEY_READ | FAKE_KEY_ACCESS});
    for (size_t i = 2; i < count; i++) {
        if (fake_arg_is(args[i], "limit"))
            i += 2;
        else if (fake_arg_is(args[i], "get") || fake_arg_is(args[i], "by"))
            i++;
        else if (fake_arg_is(args[i], "store") && i + 1 < count)
            target = ++i;
    }
    if (target)
        add(keys, (struct fake_key_range){target, target, 1, FAKE_KEY_OVERWRITE | FAKE_KEY_UPDATE});
}

static enum fake_keys_found migrate_keys(const struct fl_span *args, size_t count,
                                         struct fake_keys *keys)
{
    struct fake_key_range range = {3, 3, 1,
                                   FAKE_KEY_READ_WRITE | FAKE_KEY_ACCESS | FAKE_KEY_DELETE};
    for (size_t i = 6; i < count; i++) {
        if (fake_arg_is(args[i], "auth")) {
            i++;
        } else if (fake_arg_is(args[i], "auth2")) {
            i += 2;
        } else if (fake_arg_is(args[i], "keys")) {
            if (args[3].length) return FAKE_KEYS_INVALID;
            if (i + 1 == count) break;
            range.first = i + 1;
            range.last = count - 1;
            break;
        }
    }
    add(keys, range);
    return FAKE_KEYS_FOUND;
}

enum fake_keys_found fake_command_keys(const struct fake_command *command,
                                       const struct fl_span *args, size_t count,
                                       struct fake_keys *ret_keys)
{
    fl_assert(fake_command_arity_fits(command, count));
    struct fake_keys keys = {.count = 0};
    enum fake_keys_found found = FAKE_KEYS_FOUND;
    if (strcmp(command->name, "sort") == 0)
        sort_keys(args, count, &keys);
    else if (strcmp(command->name, "migrate") == 0)
        found = migrate_keys(args, count, &keys);
    else
        found = apply_specs(command, fake_command_facts(command)->keys, args, count, &keys);
    if (found == FAKE_KEYS_INVALID && (command->flags & FAKE_CMD_NO_MANDATORY_KEYS))
        found = FAKE_KEYS_FOUND;
    if (found != FAKE_KEYS_FOUND) keys.count = 0;
    *ret_keys = keys;
    return found;
}

bool fake_redis_key_of(const struct fl_span *args, size_t count, size_t i, struct fl_span *ret_key)
{
    static const enum fake_version any = FAKE_VERSION_7_4;
    const struct fake_command *command = count ? fake_command_find(any, args[0]) : NULL;
    if (command && (command->flags & FAKE_CMD_CONTAINER) && count > 1)
        command = fake_command_find_sub(any, command, args[1]);
    struct fake_keys keys;
    if (!command || !fake_command_arity_fits(command, count) ||
        fake_command_keys(command, args, count, &keys) != FAKE_KEYS_FOUND)
        return false;
    for (size_t r = 0; r < keys.count; r++) {
        const struct fake_key_range *range = &keys.ranges[r];
        size_t length = (range->last - range->first) / range->step + 1;
        if (i < length) {
            *ret_key = args[range->first + i * range->step];
            return true;
        }
        i -= length;
    }
    return false;
}

size_t fake_keys_next(const struct fake_keys *keys, struct fake_key_cursor *cursor,
                      unsigned *ret_use)
{
    while (cursor->range < keys->count) {
        const struct fake_key_range *range = &keys->ranges[cursor->range];
        size_t index = cursor->index ? cursor->index : range->first;
        if (index <= range->last) {
            cursor->index = index + range->step;
            *ret_use = range->use;
            return index;
        }
        cursor->index = 0;
        cursor->range++;
    }
    return 0;
}
