/* harness/run/stores.c - what Redis and the database hold, as numbers that leave times out.
 *
 * Times differ between any two runs: those in payloads, scores of what waits, lifetimes. The
 * queue's keys become one number; those of the application are told one by one, since many of them
 * are written over before anybody looks (overwritten.c). */
#include <endian.h>
#include <string.h>

#include "core/cut.h"
#include "core/json.h"
#include "harness/run/stage.h"
#include "harness/trace/digest.h"
#include "queue/keys.h"

enum { ROWS_VERSION_OFFSET = 24 }; /* "file change counter" in SQLite's file format */

/* --- payloads --- */

/* They say when, not what. */
static bool is_time(struct fl_span key)
{
    static const char *const names[] = {"created_at", "enqueued_at", "failed_at", "retried_at",
                                        "at"};
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (fl_span_is(key, names[i])) return true;
    return false;
}

static uint64_t digest_payload(uint64_t digest, struct fl_span bytes)
{
    struct fl_json json;
    if (fl_json_parse(bytes, &json, NULL)) return digest_span(digest, bytes);
    struct fl_json_at root = fl_json_root(&json);
    if (fl_json_type(root) != FL_JSON_OBJECT) digest = digest_span(digest, bytes);
    for (uint32_t i = 0; fl_json_type(root) == FL_JSON_OBJECT && i < fl_json_length(root); i++) {
        struct fl_span key;
        struct fl_json_at value = fl_json_pair(root, i, &key);
        if (is_time(key)) continue;
        digest = digest_span(digest, key);
        digest = digest_span(digest, fl_json_raw(value));
    }
    fl_json_release(&json);
    return digest;
}

static uint64_t digest_jobs(const struct fake_redis_key *key)
{
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    uint64_t digest = (uint64_t)fake_redis_key_type(key);
    while (fake_redis_next(key, &cursor, &element)) {
        digest = digest_payload(digest, element.member);
        digest = digest_span(digest, element.value);
    }
    return digest;
}

/* --- keys of the queue --- */

/* What processes say of themselves, and counts that are written with the next heartbeat. */
static bool is_housekeeping(const struct run *run, struct fl_span key)
{
    static const char *const prefixes[] = {"stat:", FL_KEY_PROCESSES, FL_KEY_FETCHERS,
                                           FL_KEY_PROCESS_CLEANUP};
    for (size_t i = 0; i < FL_COUNT(prefixes); i++)
        if (fl_span_starts(key, fl_span_from(prefixes[i]))) return true;
    return run_is_of_a_process(run, key);
}

/* How often it was recovered: nobody asks once it has ended. */
static bool is_of_ended_job(const struct run *run, struct fl_span key)
{
    struct fl_span prefix = FL_SPAN("faultline:recovered:");
    if (!fl_span_starts(key, prefix)) return false;
    const struct ledger_job *job = ledger_find(
        run->ledger, (struct fl_span){key.bytes + prefix.length, key.length - prefix.length});
    return job && job->ended;
}

static const struct node *owner_of(const struct run *run, struct fl_span identity)
{
    for (uint32_t i = 0; i < run->node_count; i++) {
        struct fl_span name = fl_span_from(run->nodes[i].name);
        if (fl_span_starts(identity, name) && identity.length > name.length &&
            identity.bytes[name.length] == ':')
            return &run->nodes[i];
    }
    return NULL;
}

static void look_at_heartbeat(struct run *run, struct fl_span identity,
                              struct run_private_list *list)
{
    const struct fake_redis_key *beat = fake_redis_find(run->house->engine, 0, identity);
    list->beats = beat != NULL;
    if (beat) list->beats_until_us = fake_redis_key_expires_us(beat) - run->start_wall_us;
}

static bool add_private_list(struct run *run, const struct fake_redis_key *key,
                             struct fl_span identity)
{
    struct run_stores *stores = run->stores;
    const char *bar = memchr(identity.bytes, '|', identity.length);
    if (!bar || stores->list_count == RUN_PRIVATE_LISTS_MAX) return false;
    struct fl_span queue = {bar, identity.length - (size_t)(bar - identity.bytes)};
    identity.length = (size_t)(bar - identity.bytes);
    struct run_private_list *list = &stores->lists[stores->list_count++];
    *list = (struct run_private_list){.owner = owner_of(run, identity)};
    list->jobs = digest_span(digest_jobs(key), queue);
    if (!list->owner) list->jobs = digest_span(list->jobs, identity);
    list->is_current = list->owner && list->owner->alive && list->owner->program &&
                       fl_span_is(identity, fl_process_identity(list->owner->program));
    look_at_heartbeat(run, identity, list);
    return true;
}

static bool add_queue_key(struct run *run, const struct fake_redis_key *key)
{
    struct fl_span name = fake_redis_key_name(key), prefix = FL_SPAN(FL_KEY_PRIVATE_PREFIX);
    if (is_housekeeping(run, name) || is_of_ended_job(run, name)) return true;
    if (fl_span_starts(name, prefix)) {
        struct fl_span rest = {name.bytes + prefix.length, name.length - prefix.length};
        return add_private_list(run, key, rest);
    }
    run->stores->shared += digest_span(digest_jobs(key), name); /* in any order */
    return true;
}

/* --- keys of the application --- */

static uint64_t digest_contents(const struct fake_redis_key *key)
{
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    bool lasting = fake_redis_key_expires_us(key) == FL_NEVER_US;
    uint64_t digest = digest_word(lasting, (uint64_t)fake_redis_key_type(key));
    while (fake_redis_next(key, &cursor, &element)) {
        uint64_t score;
        memcpy(&score, &element.score, sizeof score);
        digest = digest_span(digest, element.member);
        if (element.value.bytes) digest = digest_span(digest, element.value);
        if (fake_redis_key_type(key) == FAKE_REDIS_ZSET) digest = digest_word(digest, score);
        for (size_t i = 0; i < element.field_count; i++)
            digest = digest_span(digest, element.fields[i]);
    }
    return digest ? digest : 1;
}

static struct run_key_change *entry_of(struct run_stores *stores, uint64_t key)
{
    for (uint32_t i = 0; i < stores->key_count; i++)
        if (stores->keys[i].key == key) return &stores->keys[i];
    if (stores->key_count == RUN_TRACKED_KEYS_MAX) return NULL;
    stores->keys[stores->key_count] = (struct run_key_change){.key = key};
    return &stores->keys[stores->key_count++];
}

static bool change_key(struct run *run, struct run_key_change *entry, uint64_t value)
{
    if (entry->value == value) return true;
    entry->value = value;
    return run_note_key_change(run, entry);
}

static bool look_at_keys(struct run *run)
{
    struct run_stores *stores = run->stores;
    bool seen[RUN_TRACKED_KEYS_MAX] = {false};
    size_t count;
    const struct fake_redis_key *const *keys = fake_redis_keys(run->house->engine, 0, &count);
    stores->shared = 0;
    stores->list_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct fl_span name = fake_redis_key_name(keys[i]);
        if (run_is_queue_key(run, name)) {
            if (!add_queue_key(run, keys[i])) return false;
            continue;
        }
        struct run_key_change *entry = entry_of(stores, run_key_digest(name));
        if (!entry || !change_key(run, entry, digest_contents(keys[i]))) return false;
        seen[entry - stores->keys] = true;
    }
    for (uint32_t i = 0; i < stores->key_count; i++)
        if (!seen[i] && !change_key(run, &stores->keys[i], 0)) return false;
    return true;
}

/* --- rows --- */

static uint32_t rows_version(struct fake_disk *disk)
{
    struct fake_file *file;
    uint32_t version = 0;
    if (fake_disk_open(disk, DATABASE_PATH, FAKE_DISK_EXISTING, &file)) return 0;
    if (fake_file_read(file, ROWS_VERSION_OFFSET, &version, sizeof version) != sizeof version)
        version = 0;
    fake_file_close(file);
    return be32toh(version);
}

static enum fl_error add_cell(void *context, const char *table, const char *column,
                              struct fl_span value)
{
    char group[160];
    if (column) return state_add(context, column, value);
    size_t length = fl_cut(group, sizeof group, 0, FL_SPAN("db "));
    fl_cut(group, sizeof group, length, fl_span_from(table));
    return state_begin_row(context, group);
}

/* From a copy of the disk, as gauges.c does: what is not committed is not there. */
static bool digest_rows(struct run *run, uint64_t *ret_digest)
{
    struct database copy;
    struct state state = {0};
    struct fl_buf text = FL_BUF_INIT(HOUSE_STATE_BYTES_MAX);
    database_rest(&run->database);
    if (database_open(run->database.disk, run->database.clock, &copy)) return false;
    copy.reader = run->house->reader;
    enum fl_error err = database_walk(&copy, add_cell, &state);
    if (!err) err = state_format(&state, &run->house->reference.volatiles, &text);
    if (!err) *ret_digest = digest_span(1, fl_buf_span(&text));
    database_close(&copy);
    state_release(&state);
    fl_buf_release(&text);
    return !err;
}

static bool look_at_rows(struct run *run)
{
    struct run_stores *stores = run->stores;
    uint32_t version = rows_version(run->database.disk);
    if (!stores->known) stores->rows_version = rows_version(run->house->seeded); /* rows: 0 */
    if (version == stores->rows_version) return true;
    stores->rows_version = version;
    return digest_rows(run, &stores->rows);
}

/* --- what the outside has got --- */

static uint64_t digest_mail(const struct fake_mail_record *mail)
{
    uint64_t digest = digest_span(digest_span(1, mail->to), mail->subject);
    return digest_span(digest_span(digest, mail->text), mail->idempotency_key);
}

static uint64_t digest_request(const struct fake_http_record *request)
{
    uint64_t digest = digest_span(2, fl_span_from(request->method));
    digest = digest_span(digest_span(digest, fl_span_from(request->url)), request->body);
    digest = digest_word(digest, request->answer ? (uint64_t)request->answer->status + 1 : 0);
    return digest_span(digest, request->idempotency_key);
}

/* Questions are in it: an answer may be another the second time. */
static void look_at_outside(struct run *run)
{
    struct run_stores *stores = run->stores;
    for (; stores->mails < fake_mail_count(run->office); stores->mails++)
        stores->outside += digest_mail(fake_mail_record(run->office, stores->mails));
    for (; stores->requests < fake_http_count(run->web); stores->requests++)
        stores->outside += digest_request(fake_http_record(run->web, stores->requests));
}

/* --- the whole --- */

static bool is_current(const struct run *run)
{
    const struct run_stores *stores = run->stores;
    return stores->known && !stores->stale &&
           stores->version == fake_redis_version_counter(run->house->engine) &&
           sim_world_now_us(run->world) < stores->until_us;
}

bool run_look_at_stores(struct run *run)
{
    struct run_stores *stores = run->stores;
    look_at_outside(run);
    if (!look_at_rows(run)) return false;
    if (is_current(run)) return true;
    if (!look_at_keys(run)) return false;
    int64_t dies_us = fake_redis_next_expiry_us(run->house->engine);
    stores->version = fake_redis_version_counter(run->house->engine);
    stores->until_us = dies_us == FL_NEVER_US ? dies_us : dies_us - run->start_wall_us;
    stores->known = true;
    stores->stale = false;
    return true;
}
