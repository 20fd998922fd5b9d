#include "harness/operate/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/civil.h"
#include "core/time_text.h"
#include "core/utf8.h"

/* --- times --- */

static const struct {
    const char *name;
    int64_t us;
} units[] = {{"d", FL_DAY_US}, {"h", FL_HOUR_US}, {"m", FL_MINUTE_US}, {"s", FL_SECOND_US}};
enum { UNITS = sizeof(units) / sizeof(units[0]), DAYS_ALONE = 10 };

void operate_duration(int64_t us, char ret_text[OPERATE_WORD_BYTES])
{
    const char *sign = us < 0 ? "-" : "";
    if (us < 0) us = us == INT64_MIN ? INT64_MAX : -us;
    if (us < 10 * FL_SECOND_US) {
        snprintf(ret_text, OPERATE_WORD_BYTES, "%s%" PRId64 ".%" PRId64 "s", us < 50000 ? "" : sign,
                 (us + 50000) / FL_SECOND_US, (us + 50000) / 100000 % 10);
        return;
    }
    size_t i = 0;
    while (us < units[i].us)
        i++;
    int64_t whole = us / units[i].us, rest = 0;
    if (i + 1 < UNITS) rest = us % units[i].us / units[i + 1].us;
    if (rest && !(i == 0 && whole >= DAYS_ALONE))
        snprintf(ret_text, OPERATE_WORD_BYTES, "%s%" PRId64 "%s %" PRId64 "%s", sign, whole,
                 units[i].name, rest, units[i + 1].name);
    else
        snprintf(ret_text, OPERATE_WORD_BYTES, "%s%" PRId64 "%s", sign, whole, units[i].name);
}

void operate_relative(int64_t at_us, int64_t now_us, char ret_text[OPERATE_WORD_BYTES])
{
    char text[OPERATE_WORD_BYTES];
    int64_t distance_us = at_us - now_us;
    if (distance_us > -FL_SECOND_US && distance_us < FL_SECOND_US) {
        snprintf(ret_text, OPERATE_WORD_BYTES, "now");
        return;
    }
    operate_duration(distance_us < 0 ? -distance_us : distance_us, text);
    snprintf(ret_text, OPERATE_WORD_BYTES, distance_us < 0 ? "%.30s ago" : "in %.30s", text);
}

void operate_instant(int64_t at_us, char ret_text[OPERATE_WORD_BYTES])
{
    if (!at_us) {
        snprintf(ret_text, OPERATE_WORD_BYTES, "-");
        return;
    }
    int64_t seconds = at_us / FL_SECOND_US - (at_us % FL_SECOND_US < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0), of_day = seconds - days * 86400;
    struct fl_civil date = fl_civil_from_days(days);
    snprintf(ret_text, OPERATE_WORD_BYTES,
             "%04" PRId64 "-%02d-%02d %02" PRId64 ":%02" PRId64 ":%02" PRId64 " UTC", date.year,
             date.month, date.day, of_day / 3600, of_day / 60 % 60, of_day % 60);
}

/* --- sizes --- */

void operate_number(int64_t number, char ret_text[OPERATE_WORD_BYTES])
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRId64, number), out = 0;
    int first = number < 0;
    for (int i = 0; i < length; i++) {
        if (i > first && (length - i) % 3 == 0) ret_text[out++] = ',';
        ret_text[out++] = digits[i];
    }
    ret_text[out] = '\0';
}

void operate_kib(int64_t kib, char ret_text[OPERATE_WORD_BYTES])
{
    if (kib < 1024)
        snprintf(ret_text, OPERATE_WORD_BYTES, "%" PRId64 " KiB", kib);
    else if (kib < 1024 * 1024)
        snprintf(ret_text, OPERATE_WORD_BYTES, "%.1f MiB", (double)kib / 1024);
    else
        snprintf(ret_text, OPERATE_WORD_BYTES, "%.1f GiB", (double)kib / (1024.0 * 1024));
}

/* --- texts --- */

/* The bytes of one character as they may be shown. */
static struct fl_span next_shown(struct fl_span *text)
{
    size_t length = fl_utf8_sequence(*text);
    struct fl_span one = {text->bytes, length ? length : 1};
    unsigned char first = (unsigned char)one.bytes[0];
    bool obeyed = first < ' ' || first == 0x7f ||
                  (first == 0xc2 && length == 2 && (unsigned char)one.bytes[1] < 0xa0);
    *text = (struct fl_span){text->bytes + one.length, text->length - one.length};
    return length && !obeyed ? one : FL_SPAN("?");
}

size_t operate_columns(struct fl_span shown)
{
    size_t columns = 0;
    for (size_t i = 0; i < shown.length; i++)
        columns += ((unsigned char)shown.bytes[i] & 0xc0) != 0x80;
    return columns;
}

enum fl_error operate_append_shown(struct fl_buf *out, struct fl_span text, size_t columns)
{
    enum fl_error err = FL_OK;
    size_t before = out->length, last = before;
    for (size_t used = 0; !err && text.length; used++) {
        if (used == columns) {
            fl_buf_truncate(out, last);
            return columns ? fl_buf_append_text(out, "…") : FL_OK;
        }
        last = out->length;
        err = fl_buf_append_span(out, next_shown(&text));
    }
    if (err) fl_buf_truncate(out, before);
    return err;
}
