#include "fakes/redis/engine/slowlog.h"

#include <stdio.h>

#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/config.h"

static void free_entry(struct fake_heap *heap, struct fake_slow *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        fake_str_free(heap, entry->args[i]);
    fake_str_free(heap, entry->client_name);
    fake_release(heap, entry, sizeof(*entry));
}

void fake_slowlog_trim(struct fake_redis *engine, size_t length)
{
    struct fake_slow **place = &engine->slowlog.newest;
    for (size_t i = 0; *place && i < length; i++)
        place = &(*place)->next;
    while (*place) {
        struct fake_slow *entry = *place;
        *place = entry->next;
        free_entry(&engine->heap, entry);
        engine->slowlog.length--;
    }
}

/* ---- adding ---- */

static bool is_secret_parameter(struct fl_span name)
{
    const struct fake_config_row *row = fake_config_find(name);
    static const char *const secrets[] = {"masterauth", "masteruser", "requirepass",
                                          "tls-client-key-file-pass", "tls-key-file-pass"};
    for (size_t i = 0; row && i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (strcmp(row->name, secrets[i]) == 0) return true;
    return false;
}

/* Passwords are not logged. */
static bool is_secret(const struct fake_command *command, const struct fl_span *args, size_t i)
{
    if (strcmp(command->name, "auth") == 0) return i >= 1;
    if (strcmp(command->name, "acl|setuser") == 0) return i >= 3;
    if (strcmp(command->name, "config|set") == 0)
        return i >= 3 && i % 2 && is_secret_parameter(args[i - 1]);
    if (strcmp(command->name, "hello") == 0)
        return (i >= 3 && fake_arg_is(args[i - 1], "auth")) ||
               (i >= 4 && fake_arg_is(args[i - 2], "auth"));
    return false;
}

/* Long arguments and many of them are cut, with a word on how much is missing. */
static struct fake_str *copy_arg(struct fake_heap *heap, const struct fake_command *command,
                                 const struct fl_span *args, size_t count, size_t i)
{
    char text[FAKE_SLOWLOG_ARG_BYTES_MAX + 48];
    size_t length;
    if (count > FAKE_SLOWLOG_ARGS_MAX && i == FAKE_SLOWLOG_ARGS_MAX - 1) {
        length = (size_t)snprintf(text, sizeof(text), "... (%zu more arguments)",
                                  count - FAKE_SLOWLOG_ARGS_MAX + 1);
    } else if (is_secret(command, args, i)) {
        return fake_str_new(heap, FL_SPAN("(redacted)"));
    } else if (args[i].length <= FAKE_SLOWLOG_ARG_BYTES_MAX) {
        return fake_str_new(heap, args[i]);
    } else {
        memcpy(text, args[i].bytes, FAKE_SLOWLOG_ARG_BYTES_MAX);
        length = FAKE_SLOWLOG_ARG_BYTES_MAX;
        length += (size_t)snprintf(text + length, sizeof(text) - length, "... (%zu more bytes)",
                                   args[i].length - FAKE_SLOWLOG_ARG_BYTES_MAX);
    }
    return fake_str_new(heap, (struct fl_span){text, length});
}

static struct fake_slow *new_entry(struct fake_redis_session *session,
                                   const struct fake_command *command, const struct fl_span *args,
                                   size_t count)
{
    struct fake_heap *heap = &session->engine->heap;
    struct fake_slow *entry = fake_alloc_zeroed(heap, sizeof(*entry));
    if (!entry) return NULL;
    bool done = true;
    entry->count = count < FAKE_SLOWLOG_ARGS_MAX ? count : FAKE_SLOWLOG_ARGS_MAX;
    for (size_t i = 0; i < entry->count; i++) {
        entry->args[i] = copy_arg(heap, command, args, count, i);
        done &= entry->args[i] != NULL;
    }
    if (session->client_name) {
        entry->client_name = fake_str_new(heap, fake_str_span(session->client_name));
        done &= entry->client_name != NULL;
    }
    if (done) return entry;
    free_entry(heap, entry);
    return NULL;
}

void fake_slowlog_add(struct fake_redis_session *session, const struct fake_command *command,
                      const struct fl_span *args, size_t count, int64_t duration_us)
{
    struct fake_redis *engine = session->engine;
    int64_t threshold_us = fake_config_number(engine, "slowlog-log-slower-than");
    int64_t length = fake_config_number(engine, "slowlog-max-len");
    if (threshold_us < 0 || duration_us < threshold_us || (command->flags & FAKE_CMD_SKIP_SLOWLOG))
        return;
    struct fake_slow *entry = new_entry(session, command, args, count);
    if (!entry) return;
    entry->id = engine->slowlog.next_id++;
    entry->when_s = engine->now_us / 1000000;
    entry->duration_us = duration_us;
    entry->session_id = session->id;
    entry->next = engine->slowlog.newest;
    engine->slowlog.newest = entry;
    engine->slowlog.length++;
    fake_slowlog_trim(engine, (size_t)(length < FAKE_SLOWLOG_MAX ? length : FAKE_SLOWLOG_MAX));
}

/* ---- delays ---- */

void fake_latency_add(struct fake_redis *engine, int64_t duration_us)
{
    struct fake_latency *latency = &engine->latency;
    int64_t threshold_ms = fake_config_number(engine, "latency-monitor-threshold");
    int64_t delay_ms = duration_us / 1000, now_s = engine->now_us / 1000000;
    if (threshold_ms == 0 || delay_ms < threshold_ms) return;
    if (delay_ms > latency->worst_ms) latency->worst_ms = delay_ms;
    size_t last = (latency->first + latency->count - 1) % FAKE_LATENCY_SAMPLES_MAX;
    if (latency->count && latency->samples[last].when_s == now_s) {
        if (delay_ms > latency->samples[last].delay_ms) latency->samples[last].delay_ms = delay_ms;
        return;
    }
    size_t place = (latency->first + latency->count) % FAKE_LATENCY_SAMPLES_MAX;
    latency->samples[place].when_s = now_s;
    latency->samples[place].delay_ms = delay_ms;
    if (latency->count < FAKE_LATENCY_SAMPLES_MAX)
        latency->count++;
    else
        latency->first = (latency->first + 1) % FAKE_LATENCY_SAMPLES_MAX;
}
