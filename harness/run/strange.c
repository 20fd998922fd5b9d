/* Payloads that nobody has pushed: a job's first one, once more or spoilt, straight into the fake.
 */
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "harness/run/stage.h"
#include "harness/scenario/poisons.h"
#include "harness/scenario/words.h"

enum { JID_BYTES = 25, NAME_BYTES = 256 };

struct way {
    const char *key;
    struct fl_span value;
};

static const struct way ways[] = {
#define ROW(name, key, value, what) {key, {value, sizeof(value) - 1}},
    POISON_WAYS(ROW)
#undef ROW
};

static const struct ledger_job *job_of(const struct run *run, const char *name)
{
    for (uint32_t i = 0; i < run->ledger->count; i++) {
        const struct ledger_job *job = run->ledger->all[i];
        if (job->payload.bytes && strcmp(job->name, name) == 0) return job;
    }
    return NULL;
}

/* One command, as somebody called `who` sends it. */
static bool ask(struct run *run, const char *who, const struct fl_span *args, size_t count)
{
    size_t bytes = 1024;
    for (size_t i = 0; i < count; i++)
        bytes += args[i].length;
    struct fl_buf wire = FL_BUF_INIT(bytes);
    enum fl_error err = fl_buf_printf(&wire, "*%zu\r\n", count);
    for (size_t i = 0; i < count && !err; i++) {
        err = fl_buf_printf(&wire, "$%zu\r\n", args[i].length);
        if (!err) err = fl_buf_append_span(&wire, args[i]);
        if (!err) err = fl_buf_append_text(&wire, "\r\n");
    }
    if (!err) err = server_ask(&run->server, who, fl_buf_span(&wire), NULL);
    fl_buf_release(&wire);
    return !err;
}

static bool push(struct run *run, const char *who, const char *key, struct fl_span payload)
{
    const struct fl_span args[] = {FL_SPAN("LPUSH"), fl_span_from(key), payload};
    return ask(run, who, args, FL_COUNT(args));
}

bool run_push_again(struct run *run, const char *name)
{
    const struct ledger_job *job = job_of(run, name);
    return job && push(run, "duplicate", job->first_queue, job->payload);
}

/* With an id of its own, unless that is what the way spoils. */
static enum fl_error spoil(struct fl_span payload, const struct way *way, const char *jid,
                           struct fl_buf *out)
{
    char quoted[JID_BYTES + 2];
    struct fl_json json = {0};
    struct fl_json_error ignored;
    const struct fl_json_edit edits[] = {
        {way->key, way->value.length ? way->value : (struct fl_span){NULL, 0}},
        {"jid", {quoted, (size_t)snprintf(quoted, sizeof quoted, "\"%s\"", jid)}},
    };
    if (!way->key[0]) return fl_buf_append_span(out, way->value);
    enum fl_error err = fl_json_parse(payload, &json, &ignored);
    uint32_t count = strcmp(way->key, "jid") == 0 ? 1 : 2;
    if (!err) err = fl_json_edit(fl_json_root(&json), edits, count, out);
    fl_json_release(&json);
    return err;
}

bool run_push_spoilt(struct run *run, const char *name, uint64_t number)
{
    const struct ledger_job *job = job_of(run, name);
    if (!job || number >= FL_COUNT(ways)) return false;
    const struct way *way = &ways[number];
    bool has_jid = way->key[0] && strcmp(way->key, "jid") != 0;
    char jid[JID_BYTES], called[NAME_BYTES];
    snprintf(jid, sizeof jid, "bad%021llx", (unsigned long long)number);
    snprintf(called, sizeof called, "%s.%s", name, words_poisons.rows[number].text);
    struct fl_buf payload = FL_BUF_INIT(job->payload.length + 4096);
    bool pushed = spoil(job->payload, way, jid, &payload) == FL_OK &&
                  (has_jid ? ledger_announce(run->ledger, called, jid)
                           : ledger_announce_raw(run->ledger, called, fl_buf_span(&payload))) &&
                  push(run, "poison", job->first_queue, fl_buf_span(&payload));
    fl_buf_release(&payload);
    return pushed;
}

/* Every job goes to a list beside and back: for the ledger it has never been nowhere. */
bool run_reorder(struct run *run, const char *queue)
{
    static const char script[] =
        "for i=1,redis.call('LLEN',KEYS[1]) do redis.call('LMOVE',KEYS[1],KEYS[2],'LEFT','LEFT') "
        "end for i=1,redis.call('LLEN',KEYS[2]) do "
        "redis.call('LMOVE',KEYS[2],KEYS[1],'LEFT','RIGHT') end";
    char key[FL_QUEUE_NAME_BYTES + 8], beside[FL_QUEUE_NAME_BYTES + 16];
    snprintf(key, sizeof key, "queue:%s", queue);
    snprintf(beside, sizeof beside, "%s|turned", key);
    const struct fl_span args[] = {FL_SPAN("EVAL"), fl_span_from(script), FL_SPAN("2"),
                                   fl_span_from(key), fl_span_from(beside)};
    return ask(run, "reorder", args, FL_COUNT(args));
}
