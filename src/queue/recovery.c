#include "queue/recovery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/time_text.h"
#include "queue/burial.h"
#include "queue/commands.h"
#include "queue/log_text.h"
#include "queue/moves.h"
#include "queue/payload.h"
#include "queue/script.h"

enum caution { ONLY_IF_DEAD, FORCED };

/* How often a job may be recovered, and where it goes then; zeroed: that is not counted. */
struct limit {
    int recoveries_max;
    struct fl_span burial[3];
};

/* The keys of one recovery: private list and queue for each queue of the entry. */
struct lists {
    struct fl_arena texts;
    struct fl_span keys[4 + 2 * FL_QUEUES_MAX];
    size_t count;
};

static enum fl_error add_key(struct lists *lists, struct fl_span key)
{
    const char *copy = fl_arena_copy(&lists->texts, key);
    if (!copy) return FL_ENOMEM;
    lists->keys[lists->count++] = (struct fl_span){copy, key.length};
    return FL_OK;
}

/* A name that is none is FL_EPARSE. */
static enum fl_error read_name(struct fl_json_at at, struct fl_buf *out)
{
    enum fl_error err = fl_json_string(at, out);
    return !err && !out->length ? FL_EPARSE : err;
}

/* "queue", or ["queue","capsule"]. */
static enum fl_error add_list(struct lists *lists, const char *identity, struct fl_json_at entry)
{
    char key[FL_KEY_BYTES];
    struct fl_buf queue = FL_BUF_INIT(FL_QUEUE_NAME_BYTES);
    struct fl_buf capsule = FL_BUF_INIT(FL_CAPSULE_NAME_BYTES);
    bool pair = fl_json_type(entry) == FL_JSON_ARRAY;
    enum fl_error err = pair && fl_json_length(entry) != 2 ? FL_EPARSE : FL_OK;
    if (!err) err = read_name(pair ? fl_json_element(entry, 0) : entry, &queue);
    if (!err && pair) err = read_name(fl_json_element(entry, 1), &capsule);
    if (!err)
        err = add_key(lists, pair ? fl_shared_private_key(identity, queue.bytes, capsule.bytes, key)
                                  : fl_private_key(identity, queue.bytes, key));
    if (!err) err = add_key(lists, fl_queue_key(queue.bytes, key));
    fl_buf_release(&queue);
    fl_buf_release(&capsule);
    return err;
}

static enum fl_error add_lists(struct lists *lists, const char *identity, struct fl_json_at queues)
{
    enum fl_error err = FL_OK;
    if (fl_json_type(queues) != FL_JSON_ARRAY || fl_json_length(queues) > FL_QUEUES_MAX)
        return FL_EPARSE;
    for (uint32_t i = 0; !err && i < fl_json_length(queues); i++)
        err = add_list(lists, identity, fl_json_element(queues, i));
    return err;
}

static enum fl_error call(const struct fl_ports *ports, const char *identity,
                          const struct lists *lists, enum caution caution, enum fl_recovery_end end,
                          const struct limit *limit, struct fl_replies *ret_found)
{
    char most[24], keep[24], apart[24];
    snprintf(most, sizeof(most), "%d", limit->recoveries_max);
    snprintf(keep, sizeof(keep), "%d", FL_RECOVERY_COUNT_S);
    snprintf(apart, sizeof(apart), "%d", FL_RECOVERY_APART_S);
    const struct fl_span args[] = {fl_span_from(identity),
                                   caution == FORCED ? FL_SPAN("1") : FL_SPAN("0"),
                                   end == FL_RECOVERY_FORGET ? FL_SPAN("1") : FL_SPAN("0"),
                                   fl_span_from(most),
                                   limit->burial[0],
                                   limit->burial[1],
                                   limit->burial[2],
                                   fl_span_from(keep),
                                   fl_span_from(apart)};
    enum fl_error err = fl_script_ask(FL_SCRIPT_RECOVER, ports->redis, ports->clock, lists->keys,
                                      lists->count, args, FL_COUNT(args), ret_found, NULL);
    if (err) return err;
    const struct fl_reply *found = &ret_found->items[0];
    bool fits = found->type == FL_REPLY_ARRAY && found->count > 0 &&
                found->elements[0].type == FL_REPLY_INTEGER;
    return fits ? FL_OK : FL_EPROTOCOL;
}

/* What was found: how many were moved (-1 when it lives), then the pills. */
static enum fl_error recover(const struct fl_ports *ports, const char *identity,
                             struct fl_span queues, enum caution caution, enum fl_recovery_end end,
                             const struct limit *limit, struct fl_replies *ret_found)
{
    *ret_found = (struct fl_replies){0};
    struct fl_json json = {0};
    struct lists *lists = calloc(1, sizeof(*lists));
    if (!lists) return FL_ENOMEM;
    enum fl_error err = fl_json_parse(queues, &json, NULL);
    if (!err) err = add_key(lists, fl_span_from(identity));
    if (!err) err = add_key(lists, FL_SPAN(FL_KEY_FETCHERS));
    if (!err) err = add_key(lists, FL_SPAN(FL_KEY_DEAD));
    if (!err) err = add_key(lists, FL_SPAN(FL_KEY_SCHEDULE));
    if (!err) err = add_lists(lists, identity, fl_json_root(&json));
    if (!err) err = call(ports, identity, lists, caution, end, limit, ret_found);
    fl_json_release(&json);
    fl_arena_release(&lists->texts);
    free(lists);
    return err;
}

enum fl_error fl_recovery_force(const struct fl_ports *ports, const char *identity,
                                struct fl_span queues, enum fl_recovery_end end, int64_t *ret_moved)
{
    struct fl_replies found;
    const struct limit none = {0};
    enum fl_error err = recover(ports, identity, queues, FORCED, end, &none, &found);
    if (!err) *ret_moved = found.items[0].elements[0].integer;
    fl_replies_release(&found);
    return err;
}

/* "host:pid:nonce" of this host whose pid is gone. This process's own pid, which lives, says
 * nothing of an earlier process that had it: every container has a process 1. */
static bool is_gone(const struct fl_recovery *r, const char *identity)
{
    struct fl_process_port process = r->ports->process;
    const char *host = process.ops->hostname(process.self);
    size_t length = strlen(host);
    if (strncmp(identity, host, length) != 0 || identity[length] != ':') return false;
    char *end;
    long long pid = strtoll(identity + length + 1, &end, 10);
    if (*end != ':' || pid <= 0) return false;
    return !process.ops->pid_exists(process.self, pid);
}

static void log_pill(const struct fl_recovery *r, struct fl_span job)
{
    struct fl_payload payload;
    if (fl_payload_parse(job, &payload)) return; /* no memory for a log line */
    fl_log_printf(r->ports->log, FL_LOG_ERROR,
                  "poison pill: %s job %s was in hand of more than %d processes that died; %s",
                  payload.worker ? payload.worker : "a", payload.jid,
                  r->settings->options.max_recoveries,
                  payload.dead ? "it is dead" : "it is gone, as its dead is false");
    fl_metrics_count(r->metrics, "jobs.poison", 1,
                     &(struct fl_metrics_of){.worker = payload.worker});
    fl_payload_release(&payload);
}

static enum fl_error recover_dead(const struct fl_recovery *r, const char *name,
                                  struct fl_span queues, enum caution caution,
                                  struct fl_replies *ret_found)
{
    const struct fl_process_options *options = &r->settings->options;
    struct fl_burial burial;
    *ret_found = (struct fl_replies){0};
    enum fl_error err = fl_burial_init(&burial, fl_clock_wall_us(r->ports->clock),
                                       options->dead_max_jobs, options->dead_timeout_us);
    if (err) return err;
    const struct limit limit = {options->max_recoveries,
                                {burial.words[0], burial.words[1], burial.words[2]}};
    err = recover(r->ports, name, queues, caution, FL_RECOVERY_FORGET, &limit, ret_found);
    fl_burial_release(&burial);
    return err;
}

static enum fl_error recover_entry(const struct fl_recovery *r, struct fl_span identity,
                                   struct fl_span queues)
{
    char name[FL_IDENTITY_BYTES];
    struct fl_replies found;
    if (identity.length >= sizeof(name) || memchr(identity.bytes, '\0', identity.length))
        return FL_EPARSE;
    snprintf(name, sizeof(name), "%.*s", FL_SPAN_ARGS(identity));
    if (strcmp(name, r->identity) == 0) return FL_OK;
    enum caution caution = is_gone(r, name) ? FORCED : ONLY_IF_DEAD;
    enum fl_error err = recover_dead(r, name, queues, caution, &found);
    const struct fl_reply *answer = found.items;
    if (!err && answer->elements[0].integer > 0) {
        fl_log_printf(r->ports->log, FL_LOG_WARN, "recovered %" PRId64 " jobs of %s, which is dead",
                      answer->elements[0].integer, name);
        fl_metrics_count(r->metrics, "jobs.recovered.fetch", answer->elements[0].integer,
                         &(struct fl_metrics_of){0});
    }
    for (size_t i = 1; !err && i < answer->count; i++)
        log_pill(r, answer->elements[i].text);
    fl_replies_release(&found);
    return err;
}

static enum fl_error recover_all(const struct fl_recovery *r)
{
    const struct fl_span args[] = {FL_SPAN("HGETALL"), FL_SPAN(FL_KEY_FETCHERS)};
    struct fl_replies replies;
    enum fl_error first = FL_OK;
    enum fl_error err =
        fl_command_exec(&(struct fl_command){args, 2}, r->ports->redis, r->ports->clock, &replies);
    if (!err && replies.items[0].type != FL_REPLY_ARRAY) err = FL_EPROTOCOL;
    for (size_t i = 0; !err && i + 1 < replies.items[0].count; i += 2) {
        const struct fl_reply *pair = &replies.items[0].elements[i];
        enum fl_error one = recover_entry(r, pair[0].text, pair[1].text);
        if (one == FL_EPARSE || one == FL_EBOUND)
            fl_log_printf(r->ports->log, FL_LOG_WARN, "not understood in %s: %.*s", FL_KEY_FETCHERS,
                          FL_SPAN_ARGS(pair[0].text));
        else if (one && !first)
            first = one;
    }
    fl_replies_release(&replies);
    return err ? err : first;
}

void fl_recovery_run(void *recovery)
{
    const struct fl_recovery *r = recovery;
    for (;;) {
        enum fl_error err = recover_all(r);
        if (err) fl_log_printf(r->ports->log, FL_LOG_WARN, "recovery: %s", fl_error_text(err));
        int64_t until_us =
            fl_clock_deadline_us(r->ports->clock, FL_RECOVERY_PERIOD_S * FL_SECOND_US);
        if (fl_control_sleep(r->control, until_us, FL_PHASE_QUIET) >= FL_PHASE_QUIET) break;
    }
}
