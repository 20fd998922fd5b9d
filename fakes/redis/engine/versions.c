#include "fakes/redis/engine/versions.h"

#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/table/command.h"

enum fake_version fake_version_parse(const char *text)
{
    unsigned major, minor;
    if (sscanf(text, "%u.%u", &major, &minor) != 2) return FAKE_VERSION_7_0;
    if (major < 7) return FAKE_VERSION_6_2;
    if (major > 7 || minor >= 4) return FAKE_VERSION_7_4;
    return minor >= 2 ? FAKE_VERSION_7_2 : FAKE_VERSION_7_0;
}

bool fake_version_has(enum fake_version version, enum fake_feature feature)
{
#define SINCE(name, version) [FAKE_FEATURE_##name] = FAKE_VERSION_##version,
    static const unsigned char since[] = {FAKE_FEATURE_LIST(SINCE)};
#undef SINCE
    return version >= since[feature];
}

/* Commands that came after 6.2, in the order of names; those of 7.0 as COMMAND DOCS dates them. */
static const struct newcomer {
    const char *name;
    enum fake_version since;
} newcomers[] = {
    {"acl|dryrun", FAKE_VERSION_7_0},
    {"blmpop", FAKE_VERSION_7_0},
    {"bzmpop", FAKE_VERSION_7_0},
    {"client|no-evict", FAKE_VERSION_7_0},
    {"client|no-touch", FAKE_VERSION_7_2},
    {"client|setinfo", FAKE_VERSION_7_2},
    {"cluster|addslotsrange", FAKE_VERSION_7_0},
    {"cluster|delslotsrange", FAKE_VERSION_7_0},
    {"cluster|links", FAKE_VERSION_7_0},
    {"cluster|shards", FAKE_VERSION_7_0},
    {"command|docs", FAKE_VERSION_7_0},
    {"command|getkeysandflags", FAKE_VERSION_7_0},
    {"command|list", FAKE_VERSION_7_0},
    {"eval_ro", FAKE_VERSION_7_0},
    {"evalsha_ro", FAKE_VERSION_7_0},
    {"expiretime", FAKE_VERSION_7_0},
    {"fcall", FAKE_VERSION_7_0},
    {"fcall_ro", FAKE_VERSION_7_0},
    {"function", FAKE_VERSION_7_0},
    {"latency|histogram", FAKE_VERSION_7_0},
    {"lcs", FAKE_VERSION_7_0},
    {"lmpop", FAKE_VERSION_7_0},
    {"module|loadex", FAKE_VERSION_7_0},
    {"pexpiretime", FAKE_VERSION_7_0},
    {"pubsub|shardchannels", FAKE_VERSION_7_0},
    {"pubsub|shardnumsub", FAKE_VERSION_7_0},
    {"sintercard", FAKE_VERSION_7_0},
    {"sort_ro", FAKE_VERSION_7_0},
    {"spublish", FAKE_VERSION_7_0},
    {"ssubscribe", FAKE_VERSION_7_0},
    {"sunsubscribe", FAKE_VERSION_7_0},
    {"zintercard", FAKE_VERSION_7_0},
    {"zmpop", FAKE_VERSION_7_0},
};

bool fake_version_knows(enum fake_version version, const struct fake_command *command)
{
    size_t low = 0, high = FL_COUNT(newcomers);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(newcomers[middle].name, command->name);
        if (order == 0) return version >= newcomers[middle].since;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return true;
}
