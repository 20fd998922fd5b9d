/* What the control channel can be asked of the served fake alone: its clock, its clients, and what
 * its server is up to. */
#include <stdio.h>

#include "core/time_text.h"
#include "fakes/redis/serve/server.h"

/* ---- time ---- */

static void put_instant(struct fake_control_call *call, const char *key, int64_t us)
{
    struct fl_buf text = FL_BUF_INIT(64);
    if (fl_instant_format(&text, us) == FL_OK)
        fl_json_put_string(call->answer, key, fl_buf_span(&text));
    fl_buf_release(&text);
}

static void tell_clock(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    struct fake_serve_clock *clock = &serve->face.clock;
    fake_serve_clock_refresh(clock);
    put_instant(call, "now", clock->now_us);
    fl_json_put_int64(call->answer, "us", clock->now_us);
    fl_json_put_bool(call->answer, "runs", clock->runs);
}

/* The first instant at which a key is dead; FL_NEVER_US: none has an expiry. */
static int64_t first_death_us(struct fake_redis *engine)
{
    int64_t first_us = FL_NEVER_US;
    for (unsigned db = 0; db < FAKE_REDIS_DATABASES; db++) {
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(engine, db, &count);
        for (size_t i = 0; i < count; i++) {
            int64_t expires_us = fake_redis_key_expires_us(keys[i]);
            if (expires_us < first_us) first_us = expires_us;
        }
    }
    return first_us > FL_NEVER_US - 1000 ? FL_NEVER_US : first_us + 1000;
}

static void move_to(struct fake_control_call *call, int64_t until_us)
{
    struct fake_serve *serve = call->context;
    if (fake_serve_move_to(serve, until_us))
        tell_clock(call);
    else
        fake_control_wrong(call, "that is past the end of time");
}

static void to_next(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    int64_t deadline_us = fake_redis_next_deadline_us(serve->engine);
    int64_t death_us = first_death_us(serve->engine);
    int64_t rule_us = fake_clients_due_us(&serve->clients);
    int64_t next_us = deadline_us < death_us ? deadline_us : death_us;
    if (rule_us < next_us) next_us = rule_us;
    if (next_us == FL_NEVER_US)
        fake_control_wrong(call, "nothing waits for a time");
    else
        move_to(call, next_us);
}

static void move_clock(struct fake_control_call *call, struct fl_span word)
{
    struct fake_serve *serve = call->context;
    const struct fake_serve_clock *clock = &serve->face.clock;
    struct fl_span delta = {word.bytes + 1, word.length - 1};
    int64_t us;
    if (word.bytes[0] == '+' && fl_duration_parse(delta, &us) == FL_OK)
        move_to(call, us > FL_NEVER_US - clock->now_us ? FL_NEVER_US : clock->now_us + us);
    else if (fl_instant_parse(word, &us) != FL_OK)
        fake_control_wrong(call,
                           "expected +5m, next, stop, run or an instant, like 2026-03-29T00:30Z, "
                           "found \"%.*s\"",
                           FL_SPAN_ARGS(word));
    else if (us < clock->now_us)
        fake_control_wrong(call, "the clock goes forward only");
    else
        move_to(call, us);
}

static void clock_(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    struct fl_span word = fake_control_word(call);
    fake_serve_clock_refresh(&serve->face.clock);
    if (fl_span_is(word, "next")) {
        to_next(call);
        return;
    }
    if (fl_span_is(word, "stop"))
        fake_serve_clock_stop(&serve->face.clock);
    else if (fl_span_is(word, "run"))
        fake_serve_clock_run(&serve->face.clock);
    else if (word.length) {
        move_clock(call, word);
        return;
    }
    tell_clock(call);
}

/* ---- clients ---- */

static void pause_(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    fake_clients_pause(&serve->clients);
}

static void resume(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    fake_clients_resume(&serve->clients);
}

static void clients(struct fake_control_call *call)
{
    const struct fake_serve *serve = call->context;
    fl_json_key(call->answer, "clients");
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    for (const struct fake_client *at = serve->clients.first; at; at = at->next) {
        struct fake_redis_session_info info = fake_redis_session_info(at->session);
        fl_json_key(&all, NULL);
        struct fl_json_writer one = fl_json_begin_object(all.out);
        fl_json_put_int64(&one, "id", (int64_t)info.id);
        fl_json_put_string(&one, "address", fl_span_from(fake_redis_session_name(at->session)));
        fl_json_put_string(&one, "name", info.client_name);
        fl_json_put_int64(&one, "db", info.db);
        fl_json_put_string(&one, "command", fl_span_from(info.last_command));
        fl_json_put_bool(&one, "blocked", fake_redis_blocked(at->session));
        fl_json_put_int64(&one, "unread", (int64_t)at->unread_bytes);
        fake_control_end(call, &one);
    }
    fake_control_end(call, &all);
}

/* ---- the server ---- */

static const struct state_word {
    const char *word;
    unsigned state;
} state_words[] = {
    {"oom", FAKE_REDIS_OOM},
    {"readonly", FAKE_REDIS_READONLY},
    {"loading", FAKE_REDIS_LOADING},
    {"noreplicas", FAKE_REDIS_NOREPLICAS},
    {"masterdown", FAKE_REDIS_MASTERDOWN},
    {"misconf", FAKE_REDIS_MISCONF},
    {"busy", FAKE_REDIS_BUSY},
    {"unkillable", FAKE_REDIS_BUSY | FAKE_REDIS_UNKILLABLE},
    {"clusterdown", FAKE_REDIS_CLUSTERDOWN},
};
#define STATES                                                                                     \
    "oom, readonly, loading, noreplicas, masterdown, misconf, busy, unkillable, clusterdown"
enum { STATE_WORDS = sizeof state_words / sizeof state_words[0] };

static bool read_states(struct fake_control_call *call, unsigned *ret_states)
{
    unsigned states = 0;
    while (call->rest.length) {
        struct fl_span word = fake_control_word(call);
        size_t i = 0;
        if (fl_span_is(word, "healthy")) continue;
        while (i < STATE_WORDS && !fl_span_is(word, state_words[i].word))
            i++;
        if (i == STATE_WORDS) {
            fake_control_wrong(call, "expected " STATES " or healthy, found \"%.*s\"",
                               FL_SPAN_ARGS(word));
            return false;
        }
        states |= state_words[i].state;
    }
    *ret_states = states;
    return true;
}

static void state(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    unsigned states;
    if (call->rest.length) {
        if (!read_states(call, &states)) return;
        fake_redis_set_states(serve->engine, states);
    }
    states = fake_redis_states(serve->engine);
    fl_json_key(call->answer, "states");
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    for (size_t i = 0; i < STATE_WORDS; i++)
        if ((states & state_words[i].state) == state_words[i].state)
            fl_json_put_string(&all, NULL, fl_span_from(state_words[i].word));
    fake_control_end(call, &all);
}

/* ---- accidents ---- */

static void fail_over(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    long long writes;
    if (!fake_control_number(call, 0, INT64_MAX, &writes)) return;
    enum fl_error err = fake_redis_failover(serve->engine, (uint64_t)writes, NULL);
    if (err == FL_EINVAL)
        fake_control_wrong(call, "more than are kept: faultline serve --writes-kept %lld", writes);
    else if (err)
        fake_control_wrong(call, "%s", fl_error_text(err));
}

static void start_again(struct fake_control_call *call, struct fl_span word)
{
    static const char *const kept[] = {"all", "aof", "rdb", "nothing"};
    struct fake_serve *serve = call->context;
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (!fl_span_is(word, kept[i])) continue;
        enum fl_error err = fake_redis_restart(serve->engine, (enum fake_redis_kept)i, NULL);
        if (err == FL_EINVAL)
            fake_control_wrong(call, "no writes are kept: faultline serve --writes-kept N");
        else if (err)
            fake_control_wrong(call, "%s", fl_error_text(err));
        return;
    }
    fake_control_wrong(call, "expected lose N, all, aof, rdb or nothing, found \"%.*s\"",
                       FL_SPAN_ARGS(word));
}

static void restart(struct fake_control_call *call)
{
    struct fake_serve *serve = call->context;
    struct fl_span word = fake_control_word(call);
    if (fl_span_is(word, "lose"))
        fail_over(call);
    else
        start_again(call, word.length ? word : FL_SPAN("all"));
    fake_clients_touch_all(&serve->clients);
}

const struct fake_control_command fake_serve_commands[] = {
    {"clock", "[+5m|next|stop|run|TIME]",
     "what time it is; moves it forward, to the next timeout or expiry; lets it stand or run",
     clock_},
    {"pause", "", "answers no client until `resume`, as a process that was stopped", pause_},
    {"resume", "", "goes on after `pause`", resume},
    {"clients", "", "who is connected", clients},
    {"state", "[NAME...|healthy]", "the state of the server: " STATES, state},
    {"restart", "[all|aof|rdb|nothing|lose N]",
     "starts again, with what a disk has kept; or fails over and loses the last N writes", restart},
    {0},
};
