#include "fakes/redis/engine/stats.h"

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"

static struct fake_command_stats *row_of(struct fake_redis *engine,
                                         const struct fake_command *command)
{
    return &engine->stats.commands[command - fake_command_at(0)];
}

/* Finds the place of a code in their order; false: it is not there yet. */
static bool find_error(const struct fake_stats *stats, struct fl_span code, size_t *ret_place)
{
    size_t i = 0;
    int order = -1;
    for (; i < stats->error_kinds; i++) {
        order = fl_span_compare(fl_span_from(stats->errors[i].code), code);
        if (order >= 0) break;
    }
    *ret_place = i;
    return i < stats->error_kinds && order == 0;
}

/* Errors without a code word that fits count as ERR does. */
static void count_error(struct fake_stats *stats, struct fl_span error)
{
    const char *blank = error.length ? memchr(error.bytes, ' ', error.length) : NULL;
    struct fl_span code = {error.bytes, blank ? (size_t)(blank - error.bytes) : 0};
    if (!code.length || code.length >= FAKE_STATS_ERROR_CODE_BYTES) code = FL_SPAN("ERR");
    size_t place;
    stats->error_replies++;
    if (!find_error(stats, code, &place)) {
        if (stats->error_kinds == FAKE_STATS_ERROR_KINDS_MAX) return;
        struct fake_error_stats *at = &stats->errors[place];
        memmove(at + 1, at, (stats->error_kinds++ - place) * sizeof(*at));
        *at = (struct fake_error_stats){.count = 0};
        memcpy(at->code, code.bytes, code.length);
    }
    stats->errors[place].count++;
}

void fake_stats_called(struct fake_redis *engine, const struct fake_command *command,
                       struct fl_span reply)
{
    struct fake_command_stats *row = row_of(engine, command);
    engine->stats.commands_processed++;
    row->calls++;
    if (__builtin_expect(!reply.length || reply.bytes[0] != '-', 1)) return;
    row->failed++;
    count_error(&engine->stats, (struct fl_span){reply.bytes + 1, reply.length - 1});
}

void fake_stats_rejected(struct fake_redis *engine, const struct fake_command *command,
                         struct fl_span error)
{
    if (command) row_of(engine, command)->rejected++;
    count_error(&engine->stats, error);
}

void fake_stats_reset(struct fake_redis *engine)
{
    size_t peak_bytes = engine->stats.memory_peak_bytes;
    fl_assert(fake_command_count() <= FAKE_STATS_ROWS_MAX);
    engine->stats = (struct fake_stats){.memory_peak_bytes = peak_bytes};
}

size_t fake_stats_memory_bytes(struct fake_redis *engine)
{
    size_t bytes = engine->heap.used_bytes + FAKE_ENGINE_BASE_BYTES;
    if (bytes > engine->stats.memory_peak_bytes) engine->stats.memory_peak_bytes = bytes;
    return bytes;
}
