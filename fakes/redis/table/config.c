#include "fakes/redis/table/config.h"

#include <stdlib.h>

#include "core/assert.h"
#include "fakes/redis/acl/acl.h"
#include "fakes/redis/acl/acl_log.h"
#include "fakes/redis/engine/frequency.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/engine/replication.h"
#include "fakes/redis/table/command.h"
#include "fakes/redis/table/config_list.h"

#define ROW(name, kind, value, limits) {name, FAKE_CONFIG_##kind, value, limits},
static const struct fake_config_row rows[] = {FAKE_CONFIG_LIST(ROW)};
#undef ROW

/* What was set; NULL: as the table has it. */
struct fake_config {
    struct fake_str *values[FL_COUNT(rows)];
};

size_t fake_config_count(void)
{
    return FL_COUNT(rows);
}

const struct fake_config_row *fake_config_at(size_t i)
{
    fl_assert(i < FL_COUNT(rows));
    return &rows[i];
}

const struct fake_config_row *fake_config_find(struct fl_span name)
{
    char lower[64];
    if (name.length >= sizeof(lower)) return NULL;
    for (size_t i = 0; i < name.length; i++)
        lower[i] = (char)(name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? name.bytes[i] + 32
                                                                       : name.bytes[i]);
    size_t low = 0, high = FL_COUNT(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order =
            fl_span_compare(fl_span_from(rows[middle].name), (struct fl_span){lower, name.length});
        if (order == 0) return &rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct fake_config_row *fake_config_resolve(const struct fake_config_row *row)
{
    return row->kind == FAKE_CONFIG_ALIAS ? fake_config_find(fl_span_from(row->limits)) : row;
}

/* Values that somebody else keeps. False: this one is kept here. */
static bool kept_elsewhere(const struct fake_redis *engine, const struct fake_config_row *row,
                           char buffer[static FAKE_CONFIG_TEXT_BYTES], struct fl_span *ret_value)
{
    if (strcmp(row->name, "maxmemory") == 0)
        *ret_value =
            (struct fl_span){buffer, fake_int_format(buffer, (int64_t)engine->memory_max_bytes)};
    else if (row->kind == FAKE_CONFIG_EVENTS)
        *ret_value = (struct fl_span){buffer, fake_notify_format(engine->notify_classes, buffer)};
    else if (strcmp(row->name, "requirepass") == 0)
        *ret_value = fake_acl_required_password(engine);
    else if (strcmp(row->name, "enable-debug-command") == 0)
        *ret_value = fl_span_from(engine->options.allows_debug ? "yes" : "no");
    else
        return false;
    return true;
}

struct fl_span fake_config_text(const struct fake_redis *engine, const struct fake_config_row *row,
                                char buffer[static FAKE_CONFIG_TEXT_BYTES])
{
    struct fl_span text;
    row = fake_config_resolve(row);
    if (kept_elsewhere(engine, row, buffer, &text)) return text;
    const struct fake_str *value = engine->config ? engine->config->values[row - rows] : NULL;
    return value ? fake_str_span(value) : fl_span_from(row->value);
}

int64_t fake_config_number(const struct fake_redis *engine, const char *name)
{
    char text[FAKE_CONFIG_TEXT_BYTES];
    const struct fake_config_row *row = fake_config_find(fl_span_from(name));
    int64_t number = 0;
    fl_assert(row);
    bool is_number = fake_int_parse(fake_config_text(engine, row, text), &number);
    fl_assert(is_number);
    return number;
}

bool fake_config_is_on(const struct fake_redis *engine, const char *name)
{
    char text[FAKE_CONFIG_TEXT_BYTES];
    const struct fake_config_row *row = fake_config_find(fl_span_from(name));
    fl_assert(row);
    return fl_span_is(fake_config_text(engine, row, text), "yes");
}

/* ---- what follows from a value ---- */

static void have_replicas(struct fake_redis *engine)
{
    bool wants = fake_config_number(engine, "min-replicas-to-write") > 0 &&
                 fake_config_number(engine, "min-replicas-max-lag") > 0;
    unsigned others = engine->states & ~(unsigned)FAKE_REDIS_NOREPLICAS;
    fake_redis_set_states(engine, others | (wants ? FAKE_REDIS_NOREPLICAS : 0u));
}

static void watch_slowness(struct fake_redis *engine)
{
    engine->logs_all_as_slow = fake_config_number(engine, "slowlog-log-slower-than") == 0 &&
                               fake_config_number(engine, "slowlog-max-len") > 0;
}

static void shorten_acl_log(struct fake_redis *engine)
{
    fake_acl_log_trim(engine, (size_t)fake_config_number(engine, "acllog-max-len"));
}

static void set_acl_channels(struct fake_redis *engine)
{
    char text[FAKE_CONFIG_TEXT_BYTES];
    const struct fake_config_row *row = fake_config_find(FL_SPAN("acl-pubsub-default"));
    engine->acl_all_channels = fl_span_is(fake_config_text(engine, row, text), "allchannels");
}

static const struct {
    const char *name;
    void (*follow)(struct fake_redis *engine);
} followers[] = {
    {"acl-pubsub-default", set_acl_channels},
    {"acllog-max-len", shorten_acl_log},
    {"maxmemory-policy", fake_frequency_follow_policy},
    {"min-replicas-max-lag", have_replicas},
    {"min-replicas-to-write", have_replicas},
    {"replica-read-only", fake_replication_apply},
    {"replica-serve-stale-data", fake_replication_apply},
    {"slowlog-log-slower-than", watch_slowness},
    {"slowlog-max-len", watch_slowness},
};

static bool set_elsewhere(struct fake_redis *engine, const struct fake_config_row *row,
                          struct fl_span value, bool *ret_done)
{
    int64_t bytes = 0;
    *ret_done = true;
    if (strcmp(row->name, "requirepass") == 0) {
        *ret_done = fake_acl_require_password(engine, value);
    } else if (row->kind == FAKE_CONFIG_EVENTS) {
        *ret_done = fake_notify_parse(value, &engine->notify_classes);
    } else if (strcmp(row->name, "maxmemory") == 0) {
        (void)fake_int_parse(value, &bytes);
        engine->memory_max_bytes = (size_t)bytes;
    } else {
        return false;
    }
    return true;
}

bool fake_config_set(struct fake_redis *engine, const struct fake_config_row *row,
                     struct fake_str *value)
{
    bool done;
    row = fake_config_resolve(row);
    if (set_elsewhere(engine, row, fake_str_span(value), &done)) {
        fake_str_free(&engine->heap, value);
        return done;
    }
    if (!engine->config) engine->config = fake_alloc_zeroed(&engine->heap, sizeof(*engine->config));
    if (!engine->config) {
        fake_str_free(&engine->heap, value);
        return false;
    }
    struct fake_str **place = &engine->config->values[row - rows];
    fake_str_free(&engine->heap, *place);
    *place = value;
    for (size_t i = 0; i < FL_COUNT(followers); i++)
        if (strcmp(followers[i].name, row->name) == 0) followers[i].follow(engine);
    return true;
}

void fake_config_free(struct fake_redis *engine)
{
    if (!engine->config) return;
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        fake_str_free(&engine->heap, engine->config->values[i]);
    fake_release(&engine->heap, engine->config, sizeof(*engine->config));
    engine->config = NULL;
}
