#include "fakes/redis/engine/out.h"

#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/fake_redis.h"
#include "fakes/redis/values/number.h"

/* Errors longer than this are cut, as no client reads that far. */
enum { ERROR_BYTES_MAX = 1024, FORMAT_BYTES = 3 };

static bool make_room(struct fake_out *out, size_t extra)
{
    if (out->broken || out->muted) return false;
    size_t need = out->length + extra;
    if (need <= out->capacity) return true;
    if (out->consumed) { /* what was taken makes room first */
        memmove(out->bytes, out->bytes + out->consumed, out->length - out->consumed);
        out->length -= out->consumed;
        out->consumed = 0;
        need = out->length + extra;
        if (need <= out->capacity) return true;
    }
    size_t capacity = need + need / 2 + 256;
    char *grown = need > FAKE_REDIS_OUTPUT_BYTES_MAX ? NULL : realloc(out->bytes, capacity);
    if (!grown) {
        out->broken = true;
        return false;
    }
    out->bytes = grown;
    out->capacity = capacity;
    return true;
}

void fake_out_append(struct fake_out *out, const void *bytes, size_t length)
{
    if (!length || !make_room(out, length)) return;
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

void fake_out_consume(struct fake_out *out, size_t count)
{
    out->consumed += count;
    if (out->consumed >= out->length) out->consumed = out->length = 0;
}

void fake_out_release(struct fake_out *out)
{
    free(out->bytes);
    *out = (struct fake_out){0};
}

static void text_line(struct fake_out *out, char kind, struct fl_span text)
{
    if (!make_room(out, text.length + 3)) return;
    char *p = out->bytes + out->length;
    *p++ = kind;
    memcpy(p, text.bytes, text.length);
    p += text.length;
    *p++ = '\r';
    *p++ = '\n';
    out->length += text.length + 3;
}

static void int_line(struct fake_out *out, char kind, int64_t value)
{
    if (!make_room(out, FAKE_INT_TEXT_BYTES + 3)) return;
    char *p = out->bytes + out->length;
    *p++ = kind;
    p += fake_int_format(p, value);
    *p++ = '\r';
    *p++ = '\n';
    out->length = (size_t)(p - out->bytes);
}

/* A line break inside the line that was just written would end it. */
static void blank_breaks(struct fake_out *out, size_t text_bytes)
{
    if (out->broken || out->muted) return;
    for (size_t i = out->length - text_bytes - 2; i < out->length - 2; i++)
        if (out->bytes[i] == '\r' || out->bytes[i] == '\n') out->bytes[i] = ' ';
}

void fake_reply_status(struct fake_out *out, const char *text)
{
    text_line(out, '+', fl_span_from(text));
}

void fake_reply_status_span(struct fake_out *out, struct fl_span text)
{
    text_line(out, '+', text);
    blank_breaks(out, text.length);
}

void fake_reply_ok(struct fake_out *out)
{
    fake_out_append(out, "+OK\r\n", 5);
}

void fake_reply_error_span(struct fake_out *out, struct fl_span text)
{
    text_line(out, '-', text);
    blank_breaks(out, text.length);
}

void fake_reply_error(struct fake_out *out, const char *text)
{
    fake_reply_error_span(out, fl_span_from(text));
}

void fake_reply_errorf(struct fake_out *out, const char *format, ...)
{
    char text[ERROR_BYTES_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fake_reply_error(out, text);
}

void fake_reply_int(struct fake_out *out, int64_t value)
{
    int_line(out, ':', value);
}

void fake_reply_bulk(struct fake_out *out, struct fl_span bytes)
{
    if (!make_room(out, bytes.length + FAKE_INT_TEXT_BYTES + 5)) return;
    char *p = out->bytes + out->length;
    *p++ = '$';
    p += fake_int_format(p, (int64_t)bytes.length);
    *p++ = '\r';
    *p++ = '\n';
    if (bytes.length) memcpy(p, bytes.bytes, bytes.length);
    p += bytes.length;
    *p++ = '\r';
    *p++ = '\n';
    out->length = (size_t)(p - out->bytes);
}

void fake_reply_bulk_text(struct fake_out *out, const char *text)
{
    fake_reply_bulk(out, fl_span_from(text));
}

void fake_reply_bulk_int(struct fake_out *out, int64_t value)
{
    char text[FAKE_INT_TEXT_BYTES];
    fake_reply_bulk(out, (struct fl_span){text, fake_int_format(text, value)});
}

void fake_reply_verbatim(struct fake_out *out, const char *format, struct fl_span text)
{
    if (!out->resp3) {
        fake_reply_bulk(out, text);
        return;
    }
    char start[FORMAT_BYTES + 2];
    snprintf(start, sizeof start, "%-3.3s:", format);
    int_line(out, '=', (int64_t)(text.length + FORMAT_BYTES + 1));
    fake_out_append(out, start, FORMAT_BYTES + 1);
    fake_out_append(out, text.bytes, text.length);
    fake_out_append(out, "\r\n", 2);
}

void fake_reply_text(struct fake_out *out, struct fl_span text)
{
    fake_reply_verbatim(out, "txt", text);
}

void fake_reply_big_number(struct fake_out *out, struct fl_span digits)
{
    if (out->resp3)
        text_line(out, '(', digits);
    else
        fake_reply_bulk(out, digits);
}

void fake_reply_double_text(struct fake_out *out, struct fl_span text)
{
    if (out->resp3)
        text_line(out, ',', text);
    else
        fake_reply_bulk(out, text);
}

void fake_reply_double(struct fake_out *out, double value)
{
    char text[FAKE_DOUBLE_TEXT_BYTES];
    struct fl_span span = {text, out->shortest ? fake_double_shortest(text, value)
                                               : fake_double_format(text, value)};
    fake_reply_double_text(out, span);
}

void fake_reply_bulk_double(struct fake_out *out, double value)
{
    char text[FAKE_DOUBLE_TEXT_BYTES];
    fake_reply_bulk(out, (struct fl_span){text, fake_double_format(text, value)});
}

void fake_reply_bool(struct fake_out *out, bool value)
{
    if (out->resp3)
        fake_out_append(out, value ? "#t\r\n" : "#f\r\n", 4);
    else
        fake_reply_int(out, value);
}

static void null(struct fake_out *out, const char *resp2)
{
    if (out->resp3)
        fake_out_append(out, "_\r\n", 3);
    else
        fake_out_append(out, resp2, 5);
}

void fake_reply_nil(struct fake_out *out)
{
    null(out, "$-1\r\n");
}

void fake_reply_nil_array(struct fake_out *out)
{
    null(out, "*-1\r\n");
}

void fake_reply_array(struct fake_out *out, size_t count)
{
    int_line(out, '*', (int64_t)count);
}

void fake_reply_map(struct fake_out *out, size_t pairs)
{
    int_line(out, out->resp3 ? '%' : '*', (int64_t)(out->resp3 ? pairs : pairs * 2));
}

void fake_reply_set(struct fake_out *out, size_t count)
{
    int_line(out, out->resp3 ? '~' : '*', (int64_t)count);
}

void fake_reply_push(struct fake_out *out, size_t count)
{
    int_line(out, out->resp3 ? '>' : '*', (int64_t)count);
}

void fake_reply_pairs(struct fake_out *out, size_t pairs)
{
    fake_reply_array(out, out->resp3 ? pairs : pairs * 2);
}

void fake_reply_pair(struct fake_out *out)
{
    if (out->resp3) fake_reply_array(out, 2);
}

/* The place is counted from what is not yet consumed, since making room may drop the front. */
size_t fake_reply_array_later(struct fake_out *out)
{
    return out->length - out->consumed;
}

static void set_length(struct fake_out *out, size_t place, char kind, size_t count)
{
    char line[FAKE_INT_TEXT_BYTES + 3] = {kind};
    size_t length = 1 + fake_int_format(line + 1, (int64_t)count);
    line[length++] = '\r';
    line[length++] = '\n';
    if (!make_room(out, length)) return;
    char *at = out->bytes + out->consumed + place;
    memmove(at + length, at, (size_t)(out->bytes + out->length - at));
    memcpy(at, line, length);
    out->length += length;
}

void fake_reply_array_set(struct fake_out *out, size_t place, size_t count)
{
    set_length(out, place, '*', count);
}

void fake_reply_map_set(struct fake_out *out, size_t place, size_t pairs)
{
    set_length(out, place, out->resp3 ? '%' : '*', out->resp3 ? pairs : pairs * 2);
}

void fake_reply_set_set(struct fake_out *out, size_t place, size_t count)
{
    set_length(out, place, out->resp3 ? '~' : '*', count);
}
