#include "harness/check/meaning.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/check/lock_scripts.h"
#include "harness/trace/digest.h"

static bool is_word(struct fl_span text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.bytes, word, text.length) == 0;
}

static bool is_among(struct fl_span text, const char *const *words)
{
    for (; *words; words++)
        if (is_word(text, *words)) return true;
    return false;
}

bool meaning_is_lock(struct fl_span key)
{
    const struct fl_span end = FL_SPAN(":LOCKED");
    return key.length > end.length &&
           memcmp(key.bytes + key.length - end.length, end.bytes, end.length) == 0;
}

/* The one key that most commands have; its operation. */
static struct linear_operation *first(struct meaning *meaning)
{
    return &meaning->parts[0].operation;
}

static void strange(struct meaning *meaning)
{
    meaning->sort = MEANING_STRANGE;
}

/* --- strings --- */

/* False: not a number, or none that can be a time to live. */
static bool read_ttl(struct fl_span text, int64_t unit_us, int64_t *ret_us)
{
    long long number;
    if (!fl_span_int64(text, &number) || number <= 0 || number > INT64_MAX / unit_us) return false;
    *ret_us = number * unit_us;
    return true;
}

static void read_set(const struct fl_command *command, struct meaning *meaning)
{
    struct linear_operation *operation = first(meaning);
    operation->kind = LINEAR_WRITE;
    operation->value = linear_value(command->args[2]);
    for (size_t i = 3; i < command->count; i++) {
        bool seconds = is_word(command->args[i], "EX"),
             thousandths = is_word(command->args[i], "PX");
        if (is_word(command->args[i], "NX"))
            operation->kind = LINEAR_ACQUIRE;
        else if (!(seconds || thousandths) || i + 1 == command->count ||
                 !read_ttl(command->args[i + 1], seconds ? FL_SECOND_US : 1000, &operation->ttl_us))
            strange(meaning);
        if (seconds || thousandths) i++;
    }
}

static void read_setex(const struct fl_command *command, struct meaning *meaning, int64_t unit_us)
{
    first(meaning)->kind = LINEAR_WRITE;
    first(meaning)->value = linear_value(command->args[3]);
    if (!read_ttl(command->args[2], unit_us, &first(meaning)->ttl_us)) strange(meaning);
}

static void read_extension(const struct fl_command *command, struct meaning *meaning,
                           int64_t unit_us)
{
    first(meaning)->kind = LINEAR_EXTEND;
    if (command->count != 3 || !read_ttl(command->args[2], unit_us, &first(meaning)->ttl_us))
        strange(meaning);
}

static void read_sum(const struct fl_command *command, struct meaning *meaning, int sign)
{
    long long number = 1;
    if (command->count == 3 && !fl_span_int64(command->args[2], &number)) strange(meaning);
    first(meaning)->kind = LINEAR_ADD;
    first(meaning)->value = sign * number;
}

/* --- limiters --- */

/* "lmtr:window:geocoder" */
static bool is_limiter(struct fl_span key, enum linear_object *ret_object)
{
    static const struct {
        struct fl_span prefix;
        enum linear_object object;
    } kinds[] = {{FL_SPAN("lmtr:concurrent:"), LINEAR_SLOTS},
                 {FL_SPAN("lmtr:window:"), LINEAR_WINDOW},
                 {FL_SPAN("lmtr:bucket:"), LINEAR_BUCKETS},
                 {FL_SPAN("lmtr:leaky:"), LINEAR_LEVEL},
                 {FL_SPAN("lmtr:points:"), LINEAR_LEVEL}};
    for (size_t i = 0; i < FL_COUNT(kinds); i++)
        if (fl_span_starts(key, kinds[i].prefix)) {
            *ret_object = kinds[i].object;
            return true;
        }
    return false;
}

/* A permit is a client of its own: it is what holds a place, and gives it back. */
static uint64_t permit(struct fl_span token)
{
    return digest_span(2, token) | 1;
}

/* What can be followed of it; a correction may be more than the limit, or less than nothing. */
static bool is_within_bounds(const struct linear_rules *rules, long long amount, bool corrects)
{
    bool few = rules->object == LINEAR_SLOTS || rules->object == LINEAR_WINDOW;
    if (rules->limit < 1 || rules->span_us < 1 || rules->span_us > LINEAR_LEVEL_MAX / rules->limit)
        return false;
    if (corrects) return amount != LLONG_MIN && llabs(amount) <= LINEAR_LEVEL_MAX / rules->span_us;
    return amount >= 1 && amount <= rules->limit && !(few && rules->limit > LINEAR_SLOTS_MAX);
}

/* The script of a limiter: its size, its period, how much is taken, and by which permit; of a
 * correction, how much more. */
static void read_limit(const struct fl_command *command, struct meaning *meaning)
{
    enum { SIZE = 4, PERIOD, AMOUNT, TOKEN, CORRECTION_COUNT = TOKEN, COUNT };
    struct meaning_part *part = &meaning->parts[0];
    struct linear_rules *rules = &part->limits;
    bool corrects = rules->object == LINEAR_LEVEL && command->count == CORRECTION_COUNT;
    long long size = 0, period_us = 0, amount = 0;
    strange(meaning);
    if ((command->count != COUNT && !corrects) || !fl_span_int64(command->args[SIZE], &size) ||
        !fl_span_int64(command->args[PERIOD], &period_us) ||
        !fl_span_int64(command->args[AMOUNT], &amount))
        return;
    *rules = (struct linear_rules){rules->object, size, period_us};
    if (!is_within_bounds(rules, amount, corrects)) return;
    meaning->sort = MEANING_CLEAR;
    part->operation.kind = corrects ? LINEAR_ADD : LINEAR_ACQUIRE;
    part->answer = corrects ? MEANING_AS_IT_IS : MEANING_WAIT;
    part->operation.value = corrects ? amount : 0;
    part->operation.amount = corrects ? 0 : amount;
    if (!corrects) part->operation.client = permit(command->args[TOKEN]);
}

static bool gives_back(const struct fl_command *command, struct meaning *meaning)
{
    if (command->count != 3 || !is_word(command->args[0], "ZREM") ||
        !is_limiter(command->args[1], &meaning->parts[0].limits.object))
        return false;
    first(meaning)->kind = LINEAR_RELEASE;
    first(meaning)->client = permit(command->args[2]);
    return true;
}

/* --- all --- */

/* EVAL and EVALSHA: the script, the number of keys, keys, arguments. */
static void read_script(const struct fl_command *command, struct meaning *meaning)
{
    long long keys;
    bool known = command->count > 3 && fl_span_int64(command->args[2], &keys) && keys >= 1;
    meaning->part_count = 0;
    if (!known || lock_scripts_read(command, meaning)) return;
    meaning->sort = MEANING_CLEAR;
    meaning->part_count = 1;
    meaning->parts[0].key = 3;
    if (is_limiter(command->args[3], &meaning->parts[0].limits.object)) {
        read_limit(command, meaning);
    } else if (keys != 1 || command->count != 5) {
        strange(meaning);
    } else {
        first(meaning)->kind = LINEAR_RELEASE_OWN;
        first(meaning)->value = linear_value(command->args[4]);
    }
}

static void read_command(const struct fl_command *command, struct meaning *meaning)
{
    struct fl_span name = command->args[0];
    size_t count = command->count;
    if (is_word(name, "SET") && count >= 3)
        read_set(command, meaning);
    else if (is_word(name, "SETNX") && count == 3)
        first(meaning)->kind = LINEAR_ACQUIRE,
        first(meaning)->value = linear_value(command->args[2]);
    else if ((is_word(name, "SETEX") || is_word(name, "PSETEX")) && count == 4)
        read_setex(command, meaning, name.length == 5 ? FL_SECOND_US : 1000);
    else if (is_word(name, "GET"))
        first(meaning)->kind = LINEAR_READ;
    else if ((is_word(name, "DEL") || is_word(name, "UNLINK")) && count == 2)
        first(meaning)->kind = LINEAR_RELEASE;
    else if (is_word(name, "EXPIRE") || is_word(name, "PEXPIRE"))
        read_extension(command, meaning, name.length == 6 ? FL_SECOND_US : 1000);
    else if (is_word(name, "INCR") || is_word(name, "INCRBY"))
        read_sum(command, meaning, 1);
    else if (is_word(name, "DECR") || is_word(name, "DECRBY"))
        read_sum(command, meaning, -1);
    else if (!gives_back(command, meaning))
        strange(meaning);
}

struct meaning meaning_of(const struct fl_command *command)
{
    static const char *const only_ask[] = {"EXISTS", "TTL",        "PTTL",   "TYPE", "STRLEN",
                                           "TOUCH",  "EXPIRETIME", "OBJECT", NULL};
    struct meaning meaning = {.sort = MEANING_NOTHING};
    struct fl_span name = command->args[0];
    if (is_word(name, "EVAL") || is_word(name, "EVALSHA")) {
        read_script(command, &meaning);
    } else if (command->count >= 2 && !is_among(name, only_ask)) {
        meaning.sort = MEANING_CLEAR;
        meaning.part_count = 1;
        meaning.parts[0].key = 1;
        read_command(command, &meaning);
    }
    return meaning;
}

static enum meaning_told read_as_it_is(struct linear_operation *operation,
                                       const struct fl_reply *reply)
{
    bool sets = operation->kind == LINEAR_ACQUIRE || operation->kind == LINEAR_WRITE;
    switch (reply->type) {
    case FL_REPLY_INTEGER: operation->answer = reply->integer; return MEANING_IS_TOLD;
    case FL_REPLY_NIL: operation->answer = sets ? 0 : LINEAR_NOTHING; return MEANING_IS_TOLD;
    case FL_REPLY_STATUS:
        operation->answer = 1;
        return sets && fl_span_is(reply->text, "OK") ? MEANING_IS_TOLD : MEANING_IS_STRANGE;
    case FL_REPLY_STRING:
        operation->answer = linear_value(reply->text);
        return sets ? MEANING_IS_STRANGE : MEANING_IS_TOLD;
    case FL_REPLY_ERROR:
    case FL_REPLY_ARRAY: return MEANING_IS_STRANGE;
    }
    fl_panic("a reply without a type %d", (int)reply->type);
}

/* 1: it has the lock; `refusal`: another has; anything else: the script has done nothing. */
static enum meaning_told read_lock(struct linear_operation *operation, int64_t integer,
                                   int64_t refusal)
{
    operation->answer = integer == 1;
    return integer == 1 || integer == refusal ? MEANING_IS_TOLD : MEANING_NOT_HAPPENED;
}

enum meaning_told meaning_read(struct linear_operation *operation, enum meaning_answer answer,
                               const struct fl_reply *reply)
{
    if (answer == MEANING_AS_IT_IS) return read_as_it_is(operation, reply);
    if (answer == MEANING_UNKNOWN) return MEANING_PERHAPS;
    if (reply->type != FL_REPLY_INTEGER) return MEANING_IS_STRANGE;
    switch (answer) {
    case MEANING_WAIT: operation->answer = !reply->integer; return MEANING_IS_TOLD;
    case MEANING_HOLDS: return read_lock(operation, reply->integer, 0);
    case MEANING_TICK: return read_lock(operation, reply->integer, 2);
    case MEANING_IF_1:
        operation->answer = LINEAR_UNTOLD;
        return reply->integer == 1 ? MEANING_IS_TOLD : MEANING_NOT_HAPPENED;
    case MEANING_AS_IT_IS:
    case MEANING_UNKNOWN: break;
    }
    fl_panic("an answer %d", (int)answer);
}
