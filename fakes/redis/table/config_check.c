/* Which values a parameter takes, in the words with which Redis refuses the others. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command.h"
#include "fakes/redis/table/config.h"

/* The text of an error that names the limits of a row, in `canonical`, which is not needed then. */
__attribute__((format(printf, 2, 3))) static const char *say(struct fake_out *canonical,
                                                             const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    canonical->length = 0;
    fake_out_append(canonical, text, strlen(text) + 1);
    return canonical->broken ? "out of memory" : canonical->bytes;
}

static void keep(struct fake_out *canonical, struct fl_span value)
{
    fake_out_append(canonical, value.bytes, value.length);
}

static void keep_number(struct fake_out *canonical, int64_t number)
{
    char text[FAKE_INT_TEXT_BYTES];
    keep(canonical, (struct fl_span){text, fake_int_format(text, number)});
}

/* The next word that ends with blanks. False: no more. */
static bool next_word(struct fl_span *text, struct fl_span *ret_word)
{
    size_t start = 0, end;
    while (start < text->length && text->bytes[start] == ' ')
        start++;
    for (end = start; end < text->length && text->bytes[end] != ' ';)
        end++;
    *ret_word = (struct fl_span){text->bytes + start, end - start};
    *text = (struct fl_span){text->bytes + end, text->length - end};
    return ret_word->length;
}

static const char *check_switch(struct fl_span value, struct fake_out *canonical)
{
    bool is_on = fake_arg_is(value, "yes");
    if (!is_on && !fake_arg_is(value, "no")) return "argument must be 'yes' or 'no'";
    keep(canonical, is_on ? FL_SPAN("yes") : FL_SPAN("no"));
    return NULL;
}

static const char *check_number(const struct fake_config_row *row, struct fl_span value,
                                struct fake_out *canonical)
{
    int64_t number;
    char *rest;
    long long low = strtoll(row->limits, &rest, 10);
    long long high = strtoll(rest, NULL, 10);
    if (!fake_int_parse(value, &number)) return "argument couldn't be parsed into an integer";
    if (number < low || number > high)
        return say(canonical, "argument must be between %lld and %lld inclusive", low, high);
    keep_number(canonical, number);
    return NULL;
}

/* Digits and a unit; no digits are zero, too many the greatest number. False: neither. */
static bool parse_bytes(struct fl_span value, int64_t *ret_bytes)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"", 1},        {"b", 1},        {"k", 1000},       {"kb", 1 << 10},
                 {"m", 1000000}, {"mb", 1 << 20}, {"g", 1000000000}, {"gb", 1 << 30}};
    size_t digits = 0;
    int64_t number = 0;
    for (; digits < value.length && isdigit((unsigned char)value.bytes[digits]); digits++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, value.bytes[digits] - '0', &number))
            number = INT64_MAX / 16;
    struct fl_span unit = {value.bytes + digits, value.length - digits};
    for (size_t i = 0; i < FL_COUNT(units); i++) {
        if (!fake_arg_is(unit, units[i].name)) continue;
        if (__builtin_mul_overflow(number, units[i].bytes, ret_bytes)) *ret_bytes = INT64_MAX;
        return true;
    }
    return false;
}

static const char *check_bytes(const struct fake_config_row *row, struct fl_span value,
                               struct fake_out *canonical)
{
    int64_t bytes;
    long long low = strtoll(row->limits, NULL, 10);
    if (!parse_bytes(value, &bytes)) return "argument must be a memory value";
    if (bytes < low)
        return say(canonical, "argument must be between %lld and %lld inclusive", low,
                   (long long)INT64_MAX);
    keep_number(canonical, bytes);
    return NULL;
}

static const char *check_percent(struct fl_span value, struct fake_out *canonical)
{
    int64_t number;
    bool is_percent = value.length && value.bytes[value.length - 1] == '%';
    if (!is_percent) {
        if (!parse_bytes(value, &number)) return "argument must be a memory or percent value";
        keep_number(canonical, number);
        return NULL;
    }
    if (!fake_int_parse((struct fl_span){value.bytes, value.length - 1}, &number) || number < 0)
        return "argument must be a memory or percent value";
    if (number > 100) return "percentage argument must be less or equal to 100";
    keep(canonical, value);
    return NULL;
}

static const char *check_choice(const struct fake_config_row *row, struct fl_span value,
                                struct fake_out *canonical)
{
    for (const char *at = row->limits; *at;) {
        size_t length = strcspn(at, ",");
        if (length == value.length && strncasecmp(at, value.bytes, length) == 0) {
            keep(canonical, (struct fl_span){at, length});
            return NULL;
        }
        at += length;
        at += strspn(at, ", ");
    }
    return say(canonical, "argument(s) must be one of the following: %s", row->limits);
}

static const char *check_save(struct fl_span value, struct fake_out *canonical)
{
    struct fl_span seconds, changes;
    int64_t number;
    while (next_word(&value, &seconds)) {
        if (!next_word(&value, &changes) || !fake_int_parse(seconds, &number) || number < 1 ||
            !fake_int_parse(changes, &number) || number < 0)
            return "Invalid save parameters";
        if (canonical->length) keep(canonical, FL_SPAN(" "));
        keep(canonical, seconds);
        keep(canonical, FL_SPAN(" "));
        keep(canonical, changes);
    }
    return NULL;
}

/* ---- limits of output buffers: those that are not named stay ---- */

enum { LIMIT_CLASSES = 3, LIMIT_NUMBERS = 3 };

static int class_of(struct fl_span name)
{
    if (fake_arg_is(name, "normal")) return 0;
    if (fake_arg_is(name, "slave") || fake_arg_is(name, "replica")) return 1;
    return fake_arg_is(name, "pubsub") ? 2 : -1;
}

/* NULL: read. */
static const char *read_limits(struct fl_span text, int64_t limits[LIMIT_CLASSES][LIMIT_NUMBERS])
{
    struct fl_span words[1 + LIMIT_NUMBERS];
    while (next_word(&text, &words[0])) {
        for (size_t i = 1; i <= LIMIT_NUMBERS; i++)
            if (!next_word(&text, &words[i]))
                return "Wrong number of arguments in buffer limit configuration.";
        int class = class_of(words[0]);
        if (class < 0) return "Invalid client class specified in buffer limit configuration.";
        int64_t *numbers = limits[class];
        if (!parse_bytes(words[1], &numbers[0]) || !parse_bytes(words[2], &numbers[1]) ||
            !fake_int_parse(words[3], &numbers[2]) || numbers[2] < 0)
            return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
    }
    return NULL;
}

static const char *check_limits(const struct fake_redis *engine, const struct fake_config_row *row,
                                struct fl_span value, struct fake_out *canonical)
{
    static const char *const names[LIMIT_CLASSES] = {"normal", "slave", "pubsub"};
    char number[FAKE_CONFIG_TEXT_BYTES];
    int64_t limits[LIMIT_CLASSES][LIMIT_NUMBERS];
    const char *error = read_limits(fake_config_text(engine, row, number), limits);
    fl_assert(!error);
    error = read_limits(value, limits);
    if (error) return error;
    for (size_t i = 0; i < LIMIT_CLASSES; i++) {
        if (i) keep(canonical, FL_SPAN(" "));
        keep(canonical, fl_span_from(names[i]));
        for (size_t j = 0; j < LIMIT_NUMBERS; j++) {
            keep(canonical, FL_SPAN(" "));
            keep_number(canonical, limits[i][j]);
        }
    }
    return NULL;
}

/* ---- the rest ---- */

static const char *check_scores(struct fl_span value, struct fake_out *canonical)
{
    enum { SCORES = 3, SCORE_MAX = 2000 };
    struct fl_span rest = value, word;
    int64_t number;
    size_t count = 0;
    while (next_word(&rest, &word))
        count++;
    if (count != SCORES) return "wrong number of arguments";
    for (rest = value; next_word(&rest, &word);)
        if (!fake_int_parse(word, &number) || number < -SCORE_MAX || number > SCORE_MAX)
            return "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
    keep(canonical, value);
    return NULL;
}

static const char *check_percentiles(struct fl_span value, struct fake_out *canonical)
{
    struct fl_span rest = value, word;
    double number;
    while (next_word(&rest, &word)) {
        if (!fake_double_parse(word, &number))
            return "Invalid latency-tracking-info-percentiles parameters";
        if (number < 0 || number > 100)
            return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    }
    keep(canonical, value);
    return NULL;
}

static const char *check_events(struct fl_span value, struct fake_out *canonical)
{
    unsigned classes;
    if (!fake_notify_parse(value, &classes))
        return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
    keep(canonical, value);
    return NULL;
}

static const char *check_hostname(struct fl_span value, struct fake_out *canonical)
{
    for (size_t i = 0; i < value.length; i++)
        if (!isalnum((unsigned char)value.bytes[i]) && value.bytes[i] != '-' &&
            value.bytes[i] != '.')
            return "Hostnames may only contain alphanumeric characters, hyphens or dots";
    keep(canonical, value);
    return NULL;
}

const char *fake_config_check(const struct fake_redis *engine, const struct fake_config_row *row,
                              struct fl_span value, struct fake_out *ret_canonical)
{
    row = fake_config_resolve(row);
    switch (row->kind) {
    case FAKE_CONFIG_FIXED: return "can't set immutable config";
    case FAKE_CONFIG_PROTECTED: return "can't set protected config";
    case FAKE_CONFIG_SWITCH: return check_switch(value, ret_canonical);
    case FAKE_CONFIG_NUMBER: return check_number(row, value, ret_canonical);
    case FAKE_CONFIG_BYTES: return check_bytes(row, value, ret_canonical);
    case FAKE_CONFIG_PERCENT: return check_percent(value, ret_canonical);
    case FAKE_CONFIG_CHOICE: return check_choice(row, value, ret_canonical);
    case FAKE_CONFIG_SAVE: return check_save(value, ret_canonical);
    case FAKE_CONFIG_LIMITS: return check_limits(engine, row, value, ret_canonical);
    case FAKE_CONFIG_SCORES: return check_scores(value, ret_canonical);
    case FAKE_CONFIG_PERCENTILES: return check_percentiles(value, ret_canonical);
    case FAKE_CONFIG_HOSTNAME: return check_hostname(value, ret_canonical);
    case FAKE_CONFIG_EVENTS: return check_events(value, ret_canonical);
    case FAKE_CONFIG_ALIAS:
    case FAKE_CONFIG_TEXT: break;
    }
    keep(ret_canonical, value);
    return NULL;
}
