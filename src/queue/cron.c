#include "queue/cron.h"

#include <ctype.h>
#include <strings.h>

#include "core/assert.h"
#include "core/civil.h"
#include "core/time_text.h"
#include "ports/clock.h"

enum {
    FIELDS = 5,
    MINUTE_S = 60,
    DAY_S = 24 * 3600,
    NAME_BYTES = 3,
    DAYS_AHEAD_MAX = 9 * 366, /* 29 February, over 1900 or 2100 */
};

/* --- reading --- */

static const struct field {
    const char *problem;
    int low, high;
    const char *names; /* three letters each, from `low` on */
} fields[FIELDS] = {
    {"minute wants 0-59, *, a list, a range or a step", 0, 59, ""},
    {"hour wants 0-23, *, a list, a range or a step", 0, 23, ""},
    {"day wants 1-31, *, a list, a range or a step", 1, 31, ""},
    {"month wants 1-12, JAN-DEC, *, a list, a range or a step", 1, 12,
     "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"weekday wants 0-7, SUN-SAT, *, a list, a range or a step", 0, 7, "sunmontuewedthufrisat"},
};

static const struct {
    const char *name, *text;
} nicknames[] = {
    {"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},   {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
};

static bool take(struct fl_span *text, char c)
{
    if (!text->length || text->bytes[0] != c) return false;
    text->bytes++;
    text->length--;
    return true;
}

static bool take_number(struct fl_span *text, int *ret_value)
{
    int value = 0, digits = 0;
    for (; text->length && isdigit((unsigned char)text->bytes[0]); digits++) {
        value = value * 10 + (text->bytes[0] - '0');
        if (digits == 4) return false;
        take(text, text->bytes[0]);
    }
    *ret_value = value;
    return digits > 0;
}

static bool take_name(const struct field *field, struct fl_span *text, int *ret_value)
{
    if (text->length < NAME_BYTES) return false;
    for (int i = 0; field->names[(size_t)i * NAME_BYTES]; i++) {
        if (strncasecmp(text->bytes, field->names + (size_t)i * NAME_BYTES, NAME_BYTES) != 0)
            continue;
        text->bytes += NAME_BYTES;
        text->length -= NAME_BYTES;
        *ret_value = field->low + i;
        return true;
    }
    return false;
}

static bool take_value(const struct field *field, struct fl_span *text, int *ret_value)
{
    if (!take_name(field, text, ret_value) && !take_number(text, ret_value)) return false;
    return *ret_value >= field->low && *ret_value <= field->high;
}

/* "*", "5", "1-5", each of the first and last with "/2". */
static bool take_range(const struct field *field, struct fl_span *text, uint64_t *bits)
{
    int first = field->low, last = field->high, step = 1;
    bool many = take(text, '*');
    if (!many) {
        if (!take_value(field, text, &first)) return false;
        last = first;
        many = take(text, '-');
        if (many && (!take_value(field, text, &last) || last < first)) return false;
    }
    if (take(text, '/') && (!many || !take_number(text, &step) || step < 1)) return false;
    for (int value = first; value <= last; value += step)
        *bits |= UINT64_C(1) << value;
    return true;
}

static bool read_field(const struct field *field, struct fl_span text, uint64_t *ret_bits)
{
    *ret_bits = 0;
    do {
        if (!take_range(field, &text, ret_bits)) return false;
    } while (take(&text, ','));
    return text.length == 0;
}

static struct fl_span next_word(struct fl_span *text)
{
    while (take(text, ' ') || take(text, '\t'))
        ;
    struct fl_span word = {text->bytes, 0};
    while (word.length < text->length && word.bytes[word.length] != ' ' &&
           word.bytes[word.length] != '\t')
        word.length++;
    text->bytes += word.length;
    text->length -= word.length;
    return word;
}

/* Whether one of its months has one of its days; 29 February comes in some year. */
static bool some_day_is_meant(const struct fl_cron *cron)
{
    if (!cron->any_weekday) return true;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= fl_days_in_month(2000, month); day++)
            if ((cron->months >> month & 1) && (cron->days >> day & 1)) return true;
    return false;
}

static struct fl_span spelled_out(struct fl_span text)
{
    struct fl_span rest = text, word = next_word(&rest);
    if (next_word(&rest).length) return text;
    for (size_t i = 0; i < FL_COUNT(nicknames); i++)
        if (fl_span_is(word, nicknames[i].name)) return fl_span_from(nicknames[i].text);
    return text;
}

enum fl_error fl_cron_parse(struct fl_span text, struct fl_cron *ret_cron, const char **ret_problem)
{
    uint64_t bits[FIELDS];
    bool star[FIELDS];
    *ret_problem = "cron wants five fields: minute hour day month weekday";
    if (text.length > FL_CRON_BYTES_MAX) return FL_EINVAL;
    text = spelled_out(text);
    for (int i = 0; i < FIELDS; i++) {
        struct fl_span word = next_word(&text);
        if (!word.length) return FL_EINVAL;
        star[i] = word.bytes[0] == '*';
        if (!read_field(&fields[i], word, &bits[i])) {
            *ret_problem = fields[i].problem;
            return FL_EINVAL;
        }
    }
    if (next_word(&text).length) return FL_EINVAL;
    bits[4] |= bits[4] >> 7 & 1; /* 7 is Sunday, too */
    struct fl_cron cron = {
        .minutes = bits[0],
        .hours = (uint32_t)bits[1],
        .days = (uint32_t)bits[2],
        .months = (uint32_t)bits[3],
        .weekdays = (uint8_t)(bits[4] & 0x7f),
        .any_day = star[2],
        .any_weekday = star[4],
    };
    *ret_problem = "no month of the cron line has such a day";
    if (!some_day_is_meant(&cron)) return FL_EINVAL;
    *ret_cron = cron;
    return FL_OK;
}

/* --- what is next --- */

static bool is_due_on(const struct fl_cron *cron, int64_t days)
{
    struct fl_civil date = fl_civil_from_days(days);
    if (!(cron->months >> date.month & 1)) return false;
    bool day = cron->days >> date.day & 1, weekday = cron->weekdays >> fl_weekday(days) & 1;
    return cron->any_day || cron->any_weekday ? day && weekday : day || weekday;
}

/* The first set bit from `from` on; -1: none. */
static int bit_from(uint64_t bits, int from)
{
    uint64_t rest = from < 64 ? bits >> from : 0;
    return rest ? from + __builtin_ctzll(rest) : -1;
}

/* The first minute of a day that is due, from that minute of it on; -1: none. */
static int minute_of_day(const struct fl_cron *cron, int from)
{
    for (int hour = bit_from(cron->hours, from / 60); hour >= 0;
         hour = bit_from(cron->hours, hour + 1)) {
        int minute = bit_from(cron->minutes, hour == from / 60 ? from % 60 : 0);
        if (minute >= 0) return hour * 60 + minute;
    }
    return -1;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* The first local time after `after_s`; INT64_MAX: none. */
static int64_t next_local_s(const struct fl_cron *cron, int64_t after_s)
{
    int64_t minute = floor_divide(after_s, MINUTE_S) + 1;
    int64_t today = floor_divide(minute, DAY_S / MINUTE_S);
    int from = (int)(minute - today * (DAY_S / MINUTE_S));
    for (int64_t day = today; day <= today + DAYS_AHEAD_MAX; day++, from = 0) {
        if (!is_due_on(cron, day)) continue;
        int found = minute_of_day(cron, from);
        if (found >= 0) return day * DAY_S + (int64_t)found * MINUTE_S;
    }
    return INT64_MAX;
}

/* Local times that the clocks have shown before are passed over: they map to an earlier instant. */
int64_t fl_cron_next_us(const struct fl_cron *cron, const struct fl_zone *zone, int64_t after_us)
{
    int64_t after_s = floor_divide(after_us, FL_SECOND_US);
    int64_t local_s = after_s + fl_zone_offset_s(zone, after_s);
    for (;;) {
        local_s = next_local_s(cron, local_s);
        if (local_s == INT64_MAX) return FL_NEVER_US;
        int64_t instant_s = fl_zone_instant_s(zone, local_s);
        if (instant_s > after_s) return instant_s * FL_SECOND_US;
    }
}
