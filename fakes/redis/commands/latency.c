/* LATENCY: there is one event, "command", and only DEBUG SLEEP makes it last. */
#include <stdio.h>

#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/slowlog.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/table/config.h"

static const char event[] = "command";

void fake_cmd_latency_latest(struct fake_call *call)
{
    const struct fake_latency *latency = &call->engine->latency;
    fake_reply_array(call->out, latency->count ? 1 : 0);
    if (!latency->count) return;
    size_t last = (latency->first + latency->count - 1) % FAKE_LATENCY_SAMPLES_MAX;
    fake_reply_array(call->out, 4);
    fake_reply_bulk_text(call->out, event);
    fake_reply_int(call->out, latency->samples[last].when_s);
    fake_reply_int(call->out, latency->samples[last].delay_ms);
    fake_reply_int(call->out, latency->worst_ms);
}

void fake_cmd_latency_history(struct fake_call *call)
{
    const struct fake_latency *latency = &call->engine->latency;
    size_t count = fl_span_is(call->args[2], event) ? latency->count : 0;
    fake_reply_array(call->out, count);
    for (size_t i = 0; i < count; i++) {
        size_t place = (latency->first + i) % FAKE_LATENCY_SAMPLES_MAX;
        fake_reply_array(call->out, 2);
        fake_reply_int(call->out, latency->samples[place].when_s);
        fake_reply_int(call->out, latency->samples[place].delay_ms);
    }
}

void fake_cmd_latency_reset(struct fake_call *call)
{
    struct fake_latency *latency = &call->engine->latency;
    bool is_named = call->count == 2;
    for (size_t i = 2; i < call->count; i++)
        is_named |= fl_span_is(call->args[i], event);
    bool resets = is_named && latency->count;
    if (resets) *latency = (struct fake_latency){.first = 0};
    fake_reply_int(call->out, resets);
}

static int64_t least_ms(const struct fake_latency *latency)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < latency->count; i++)
        if (latency->samples[i].delay_ms < least) least = latency->samples[i].delay_ms;
    return least;
}

static int64_t most_ms(const struct fake_latency *latency)
{
    int64_t most = 0;
    for (size_t i = 0; i < latency->count; i++)
        if (latency->samples[i].delay_ms > most) most = latency->samples[i].delay_ms;
    return most;
}

/* A bar of at most sixty marks for each of the latest samples. */
static void append_bars(struct fake_out *out, const struct fake_latency *latency)
{
    enum { BARS_MAX = 20, MARKS_MAX = 60 };
    static const char marks[] = "############################################################";
    size_t shown = latency->count < BARS_MAX ? latency->count : BARS_MAX;
    int64_t most = most_ms(latency);
    for (size_t i = latency->count - shown; i < latency->count; i++) {
        size_t place = (latency->first + i) % FAKE_LATENCY_SAMPLES_MAX;
        int64_t delay_ms = latency->samples[place].delay_ms;
        char text[128];
        int length = snprintf(
            text, sizeof(text), "%lld %.*s %lld ms\n", (long long)latency->samples[place].when_s,
            (int)(MARKS_MAX * delay_ms / (most ? most : 1)), marks, (long long)delay_ms);
        fake_out_append(out, text, (size_t)length);
    }
}

void fake_cmd_latency_graph(struct fake_call *call)
{
    const struct fake_latency *latency = &call->engine->latency;
    struct fake_out text = {0};
    char title[128];
    if (!latency->count || !fl_span_is(call->args[2], event)) {
        fake_reply_errorf(call->out, "ERR No samples available for event '%.*s'",
                          (int)(call->args[2].length & 0x7f), call->args[2].bytes);
        return;
    }
    int length = snprintf(
        title, sizeof(title), "%s - high %lld ms, low %lld ms (all time high %lld ms)\n", event,
        (long long)most_ms(latency), (long long)least_ms(latency), (long long)latency->worst_ms);
    fake_out_append(&text, title, (size_t)length);
    append_bars(&text, latency);
    fake_reply_text(call->out, (struct fl_span){text.bytes, text.length});
    call->out->broken |= text.broken;
    fake_out_release(&text);
}

void fake_cmd_latency_doctor(struct fake_call *call)
{
    const struct fake_latency *latency = &call->engine->latency;
    char text[160];
    int length;
    if (latency->count)
        length = snprintf(text, sizeof(text), "%s: %zu delays, the worst of %lld ms.\n", event,
                          latency->count, (long long)latency->worst_ms);
    else if (fake_config_number(call->engine, "latency-monitor-threshold"))
        length = snprintf(text, sizeof(text), "No command was delayed.\n");
    else
        length = snprintf(text, sizeof(text),
                          "Delays are not watched: latency-monitor-threshold is 0.\n");
    fake_reply_text(call->out, (struct fl_span){text, (size_t)length});
}

/* ---- LATENCY HISTOGRAM ---- */

static bool reply_histogram(struct fake_call *call, const struct fake_command *command)
{
    uint64_t calls = call->engine->stats.commands[command - fake_command_at(0)].calls;
    if (!calls) return false;
    fake_reply_bulk_text(call->out, command->name);
    fake_reply_map(call->out, 2);
    fake_reply_bulk_text(call->out, "calls");
    fake_reply_int(call->out, (int64_t)calls);
    fake_reply_bulk_text(call->out, "histogram_usec");
    fake_reply_map(call->out, 1);
    fake_reply_int(call->out, 1);
    fake_reply_int(call->out, (int64_t)calls);
    return true;
}

void fake_cmd_latency_histogram(struct fake_call *call)
{
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (size_t i = 0; call->count == 2 && i < fake_command_count(); i++)
        count += reply_histogram(call, fake_command_at(i));
    for (size_t i = 2; i < call->count; i++) {
        const struct fake_command *command =
            fake_command_find_path(call->engine->version, call->args[i]);
        if (command) count += reply_histogram(call, command);
    }
    fake_reply_map_set(call->out, place, count);
}
