#include "queue/failure.h"

#include <string.h>
#include <zlib.h>

#include "core/assert.h"
#include "core/cut.h"
#include "core/digits.h"
#include "core/json.h"
#include "core/utf8.h"

static const char no_memory[] = "failed to allocate memory";

/* The last two parts of a path: the same wherever the module was built. */
static const char *short_path(const char *path)
{
    const char *cut = path;
    int slashes = 0;
    for (const char *at = path + strlen(path); at > path && slashes < 2; at--) {
        if (at[-1] != '/') continue;
        if (++slashes == 2) cut = at;
    }
    return cut;
}

static void add_site(struct fl_failure_record *record, const char *function, const char *file,
                     int line)
{
    if (record->site_count >= FL_SITES_MAX) return;
    char site[FL_SITE_BYTES], digits[FL_DIGITS_BYTES];
    const struct fl_span parts[] = {fl_span_from(short_path(file)), FL_SPAN(":"),
                                    fl_digits(line, digits),        FL_SPAN(":in `"),
                                    fl_span_from(function),         FL_SPAN("'")};
    size_t length = 0;
    for (size_t i = 0; i < FL_COUNT(parts); i++)
        length = fl_cut(site, sizeof(site), length, parts[i]);
    record->sites.length_max = (size_t)FL_SITES_MAX * FL_SITE_BYTES;
    if (!fl_buf_append(&record->sites, site, length + 1)) record->site_count++;
}

/* Sidekiq cuts characters first and mends bad bytes then; one pass does both. */
static enum fl_error format_message(struct fl_buf *message, const char *format, va_list args)
{
    struct fl_buf raw = FL_BUF_INIT(FL_ERROR_RAW_BYTES);
    *message = FL_BUF_INIT(FL_ERROR_MESSAGE_BYTES);
    enum fl_error err = fl_buf_vprintf(&raw, format, args);
    if (!err)
        err = fl_utf8_append_scrubbed(message, fl_buf_span(&raw), FL_ERROR_MESSAGE_CHARACTERS);
    fl_buf_release(&raw);
    return err;
}

void fl_failure_set(struct fl_failure_record *record, enum fl_failure kind, const char *error_class,
                    const char *function, const char *file, int line, const char *format,
                    va_list args)
{
    struct fl_buf message = {0};
    record->failed = true;
    record->kind = kind;
    fl_cut(record->error_class, sizeof(record->error_class), 0, fl_span_from(error_class));
    add_site(record, function, file, line);
    if (format_message(&message, format, args)) fl_buf_release(&message);
    fl_buf_release(&record->message); /* only now: it may be among the arguments */
    record->message = message;
}

void fl_failure_clear(struct fl_failure_record *record)
{
    fl_buf_release(&record->message);
    fl_buf_release(&record->sites);
    *record = (struct fl_failure_record){0};
}

const char *fl_failure_message(const struct fl_failure_record *record)
{
    if (!record->failed) return "";
    return record->message.bytes ? record->message.bytes : no_memory;
}

static enum fl_error write_sites(const struct fl_failure_record *record, int lines_max,
                                 struct fl_buf *out)
{
    struct fl_json_writer array = fl_json_begin_array(out);
    const char *site = record->sites.bytes;
    int lines = lines_max < 0 || lines_max > record->site_count ? record->site_count : lines_max;
    for (int i = 0; i < lines; i++) {
        fl_json_put_string(&array, NULL, fl_span_from(site));
        site += strlen(site) + 1;
    }
    return fl_json_end(&array);
}

static enum fl_error append_base64(struct fl_buf *out, const unsigned char *bytes, size_t length,
                                   bool newlines)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { LINE_INPUT_BYTES = 45 }; /* 60 characters */
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < length; i += 3) {
        size_t left = length - i;
        unsigned word = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                        (left > 2 ? bytes[i + 2] : 0);
        char quad[] = {digits[word >> 18], digits[word >> 12 & 63],
                       left > 1 ? digits[word >> 6 & 63] : '=', left > 2 ? digits[word & 63] : '='};
        err = fl_buf_append(out, quad, sizeof(quad));
        bool line_end = left <= 3 || (i + 3) % LINE_INPUT_BYTES == 0;
        if (!err && newlines && line_end) err = fl_buf_append_char(out, '\n');
    }
    return err;
}

enum fl_error fl_backtrace_pack(const struct fl_failure_record *record, int lines_max,
                                bool newlines, struct fl_buf *out)
{
    struct fl_buf json = FL_BUF_INIT((size_t)FL_SITES_MAX * FL_SITE_BYTES * 7);
    struct fl_buf packed = FL_BUF_INIT(0);
    enum fl_error err = write_sites(record, lines_max, &json);
    if (!err) {
        uLongf bound = compressBound((uLong)json.length);
        packed.length_max = bound;
        err = fl_buf_reserve(&packed, bound);
        if (!err && compress((Bytef *)packed.bytes, &bound, (const Bytef *)json.bytes,
                             (uLong)json.length) != Z_OK)
            err = FL_ENOMEM; /* its only failure: the room suffices */
        packed.length = bound;
    }
    if (!err)
        err = append_base64(out, (const unsigned char *)packed.bytes, packed.length, newlines);
    fl_buf_release(&json);
    fl_buf_release(&packed);
    return err;
}
