#include "fakes/redis/serve/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/time_text.h"

void fake_record_init(struct fake_record *record)
{
    *record = (struct fake_record){.fd = -1,
                                   .unwritten = FL_BUF_INIT(FAKE_RECORD_UNWRITTEN_BYTES_MAX),
                                   .scratch = FL_BUF_INIT(FAKE_RECORD_LINE_BYTES_MAX)};
}

static struct fl_span *line_at(const struct fake_record *record, size_t i)
{
    return &record->lines[(record->first + i) % FAKE_RECORD_COMMANDS_MAX];
}

static void free_line(struct fl_span *line)
{
    union {
        const char *borrowed;
        char *owned;
    } bytes = {line->bytes};
    free(bytes.owned);
    *line = (struct fl_span){0};
}

static void forget_first(struct fake_record *record)
{
    struct fl_span *line = line_at(record, 0);
    record->bytes -= line->length;
    free_line(line);
    record->first = (record->first + 1) % FAKE_RECORD_COMMANDS_MAX;
    record->count--;
}

void fake_record_release(struct fake_record *record)
{
    while (record->count)
        forget_first(record);
    free(record->lines);
    fl_buf_release(&record->unwritten);
    fl_buf_release(&record->scratch);
    if (record->fd >= 0) close(record->fd);
    record->fd = -1;
}

enum fl_error fake_record_open(struct fake_record *record, const char *path)
{
    record->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (record->fd < 0) return FL_EIO;
    record->is_on = true;
    return FL_OK;
}

/* ---- one command ---- */

static void put_args(struct fl_json_writer *w, const struct fake_recorded *command)
{
    bool cut = false;
    fl_json_key(w, "args");
    struct fl_json_writer args = fl_json_begin_array(w->out);
    for (size_t i = 0; i < command->count; i++) {
        struct fl_span arg = command->args[i];
        if (arg.length > FAKE_RECORD_ARG_BYTES_MAX) {
            arg.length = FAKE_RECORD_ARG_BYTES_MAX;
            cut = true;
        }
        fl_json_put_string(&args, NULL, arg);
    }
    enum fl_error err = fl_json_end(&args);
    if (err && !w->err) w->err = err;
    if (cut) fl_json_put_bool(w, "cut", true);
}

static enum fl_error put_instant(struct fl_json_writer *w, int64_t now_us)
{
    fl_json_key(w, "at");
    enum fl_error err = w->err;
    if (!err) err = fl_buf_append_char(w->out, '"');
    if (!err) err = fl_instant_format(w->out, now_us);
    return err ? err : fl_buf_append_char(w->out, '"');
}

static void put_reply(struct fl_json_writer *w, struct fl_span reply)
{
    static const char kinds[] = "+-:$*_%~,#=>";
    static const char *const words[] = {"none",    "status", "error", "integer", "bulk",
                                        "array",   "nil",    "map",   "set",     "double",
                                        "boolean", "text",   "push"};
    const char *kind = reply.length && reply.bytes[0] ? strchr(kinds, reply.bytes[0]) : NULL;
    bool nil = kind && reply.length > 2 && strchr("$*", *kind) && reply.bytes[1] == '-';
    const char *word = nil ? "nil" : words[kind ? kind - kinds + 1 : 0];
    fl_json_put_string(w, "reply", fl_span_from(word));
    if (!kind || *kind != '-') return;
    const char *end = memchr(reply.bytes, '\r', reply.length);
    size_t length = end ? (size_t)(end - reply.bytes) : reply.length;
    fl_json_put_string(w, "error", (struct fl_span){reply.bytes + 1, length - 1});
}

static enum fl_error format(const struct fake_recorded *command, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    enum fl_error err = put_instant(&w, command->now_us);
    if (err && !w.err) w.err = err;
    fl_json_put_int64(&w, "us", command->now_us);
    fl_json_put_string(&w, "client", fl_span_from(command->client));
    if (command->db >= 0) fl_json_put_int64(&w, "db", command->db);
    fl_json_put_string(&w, "by", fl_span_from(command->by));
    put_args(&w, command);
    put_reply(&w, command->reply);
    return fl_json_end(&w);
}

/* ---- all of them ---- */

static bool keep(struct fake_record *record, struct fl_span text)
{
    if (!record->lines) record->lines = calloc(FAKE_RECORD_COMMANDS_MAX, sizeof *record->lines);
    char *copy = record->lines ? malloc(text.length) : NULL;
    if (!copy) return false;
    memcpy(copy, text.bytes, text.length);
    while (record->count == FAKE_RECORD_COMMANDS_MAX ||
           (record->count && record->bytes + text.length > FAKE_RECORD_BYTES_MAX))
        forget_first(record);
    *line_at(record, record->count++) = (struct fl_span){copy, text.length};
    record->bytes += text.length;
    return true;
}

void fake_record_add(struct fake_record *record, const struct fake_recorded *command)
{
    struct fl_buf *text = &record->scratch;
    record->seen++;
    fl_buf_truncate(text, 0);
    bool kept = format(command, text) == FL_OK && keep(record, fl_buf_span(text));
    if (kept && record->fd >= 0)
        kept = fl_buf_reserve(&record->unwritten, text->length + 1) == FL_OK &&
               fl_buf_append_span(&record->unwritten, fl_buf_span(text)) == FL_OK &&
               fl_buf_append_char(&record->unwritten, '\n') == FL_OK;
    if (!kept) record->forgotten++;
}

enum fl_error fake_record_flush(struct fake_record *record)
{
    struct fl_buf *out = &record->unwritten;
    size_t written = 0;
    while (written < out->length) {
        ssize_t now = write(record->fd, out->bytes + written, out->length - written);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) return FL_EIO;
        written += (size_t)now;
    }
    fl_buf_truncate(out, 0);
    return FL_OK;
}

void fake_record_tell(const struct fake_record *record, size_t most, struct fl_json_writer *array)
{
    size_t from = most < record->count ? record->count - most : 0;
    for (size_t i = from; i < record->count; i++)
        fl_json_put_raw(array, NULL, *line_at(record, i));
}
