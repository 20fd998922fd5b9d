#include "harness/run/footprint.h"

#include <string.h>
#include <strings.h>

#include "harness/trace/digest.h"

enum { SHA1_CHARACTERS = 40 };

static bool is(const struct fake_redis_event *event, const char *name)
{
    struct fl_span word = event->args[0];
    return word.length == strlen(name) && strncasecmp(word.bytes, name, word.length) == 0;
}

static bool is_one_of(const struct fake_redis_event *event, const char *const *names)
{
    for (; *names; names++)
        if (is(event, *names)) return true;
    return false;
}

/* Keyless commands that concern their own connection alone, and the frames of a transaction. */
static bool concerns_its_session(const struct fake_redis_event *event)
{
    static const char *const names[] = {"PING",  "ECHO",    "MULTI",  "DISCARD", "EXEC",
                                        "HELLO", "AUTH",    "SELECT", "TIME",    "RESET",
                                        "QUIT",  "COMMAND", "ASKING", "UNWATCH", NULL};
    if (is_one_of(event, names)) return true;
    return is(event, "CLIENT") && event->count > 1 && event->args[1].length >= 3 &&
           strncasecmp(event->args[1].bytes, "SET", 3) == 0;
}

/* Consumer groups are in no digest, and dice are thrown by all commands in turn. */
static bool leaves_what_no_digest_shows(const struct fake_redis_event *event)
{
    static const char *const dice[] = {"SPOP",       "SRANDMEMBER", "RANDOMKEY",
                                       "HRANDFIELD", "ZRANDMEMBER", NULL};
    return is_one_of(event, dice) ||
           (event->args[0].length && (event->args[0].bytes[0] | 0x20) == 'x');
}

bool footprint_changes_an_expiry(const struct fake_redis_event *event)
{
    static const char *const names[] = {"EXPIRE",  "PEXPIRE", "EXPIREAT", "PEXPIREAT",
                                        "PERSIST", "GETEX",   NULL};
    return is_one_of(event, names);
}

static bool calls_a_script(const struct fake_redis_event *event)
{
    static const char *const names[] = {"EVALSHA", "EVALSHA_RO", "EVAL", "EVAL_RO", NULL};
    return is_one_of(event, names);
}

static bool loads_a_script(const struct fake_redis_event *event)
{
    return is(event, "SCRIPT") && event->count == 3 && event->reply == FAKE_REDIS_REPLY_BULK;
}

static uint64_t digest_text(const struct fl_span *args, size_t count, uint64_t digest)
{
    for (size_t i = 0; i < count; i++)
        digest = digest_span(digest, args[i]);
    return digest;
}

/* --- who waits --- */

static uint64_t place_of(const struct fake_redis_event *event)
{
    return digest_text(event->args, event->count,
                       digest_span(event->db, fl_span_from(event->session_name)));
}

static void begin_to_wait(struct footprint *footprint, const struct fake_redis_event *event)
{
    if (footprint->waiting_count < FOOTPRINT_WAITING_MAX)
        footprint->waiting[footprint->waiting_count++] = place_of(event);
}

static void stop_waiting(struct footprint *footprint, const struct fake_redis_event *event)
{
    uint64_t place = place_of(event);
    uint32_t at = 0;
    while (at < footprint->waiting_count && footprint->waiting[at] != place)
        at++;
    if (at == footprint->waiting_count) return;
    memmove(&footprint->waiting[at], &footprint->waiting[at + 1],
            (--footprint->waiting_count - at) * sizeof *footprint->waiting);
}

uint64_t footprint_digest(const struct footprint *footprint)
{
    uint64_t digest = footprint->scripts;
    for (uint32_t i = 0; i < footprint->waiting_count; i++)
        digest = digest_word(digest, footprint->waiting[i]);
    return digest;
}

/* --- what it touches --- */

/* Loading a script twice is no different from loading it once. Of one that came with EVAL the hash
 * is not known here. */
static void touch_script(struct footprint *footprint, const struct fake_redis_event *event,
                         footprint_sink *sink, void *context)
{
    const uint64_t by_eval = digest_span(6, FL_SPAN("by EVAL"));
    if (loads_a_script(event) && event->reply_bytes.length >= 5 + SHA1_CHARACTERS) {
        struct fl_span sha = {event->reply_bytes.bytes + 5, SHA1_CHARACTERS}; /* $40\r\n */
        footprint->scripts += digest_span(7, sha);
        sink(context, digest_span(7, sha), SIM_ADDS);
    } else if (fl_span_starts(event->args[0], FL_SPAN("EVALSHA"))) {
        sink(context, digest_span(7, event->args[1]), SIM_READS);
        sink(context, by_eval, SIM_READS);
    } else {
        footprint->scripts += digest_span(8, event->args[1]);
        sink(context, by_eval, SIM_ADDS);
    }
}

static void touch_keys(const struct fake_redis_event *event, enum sim_touch touch,
                       footprint_sink *sink, void *context)
{
    struct fl_span key;
    for (size_t i = 0; fake_redis_key_of(event->args, event->count, i, &key); i++)
        sink(context, digest_span(16 + event->db, key), touch);
}

static enum sim_touch touch_of(struct footprint *footprint, const struct fake_redis_event *event)
{
    bool waits = event->reply == FAKE_REDIS_REPLY_NONE;
    if (waits) begin_to_wait(footprint, event);
    if (event->origin == FAKE_REDIS_SERVED) stop_waiting(footprint, event);
    bool writes = event->wrote || waits || event->origin == FAKE_REDIS_SERVED ||
                  footprint_changes_an_expiry(event);
    return writes ? SIM_WRITES : SIM_READS;
}

void footprint_command(struct footprint *footprint, const struct fake_redis_event *event,
                       footprint_sink *sink, void *context)
{
    struct fl_span key;
    if (is(event, "WATCH")) footprint->watched = true;
    if ((calls_a_script(event) && event->count > 1) || loads_a_script(event))
        touch_script(footprint, event, sink, context);
    else if (concerns_its_session(event) && !(is(event, "EXEC") && footprint->watched))
        return;
    else if (!leaves_what_no_digest_shows(event) &&
             fake_redis_key_of(event->args, event->count, 0, &key))
        touch_keys(event, touch_of(footprint, event), sink, context);
    else
        sink(context, SIM_EVERYTHING, SIM_WRITES);
}

void footprint_forget(struct footprint *footprint)
{
    footprint->scripts = digest_word(footprint->scripts, 1);
}
