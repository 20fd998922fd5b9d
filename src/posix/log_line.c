#include "posix/log_line.h"

#include <inttypes.h>
#include <stdbool.h>

#include "core/json.h"
#include "core/time_text.h"

const char *fl_log_level_name(enum fl_log_level level)
{
    switch (level) {
    case FL_LOG_DEBUG: return "DEBUG";
    case FL_LOG_INFO: return "INFO";
    case FL_LOG_WARN: return "WARN";
    case FL_LOG_ERROR: return "ERROR";
    case FL_LOG_FATAL: break;
    }
    return "FATAL";
}

static bool has_field(const struct fl_log_line *line, const char *name)
{
    for (size_t i = 0; i < line->field_count; i++)
        if (fl_span_is(fl_span_from(line->fields[i].name), name)) return true;
    return false;
}

/* The jid of the task that logs, when the line does not say it itself. */
static const char *added_jid(const struct fl_log_origin *origin, const struct fl_log_line *line)
{
    return origin->jid && !has_field(line, "jid") ? origin->jid : NULL;
}

static enum fl_error json_context(struct fl_buf *out, const char *jid,
                                  const struct fl_log_line *line)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    if (jid) fl_json_put_string(&w, "jid", fl_span_from(jid));
    for (size_t i = 0; i < line->field_count; i++) {
        const struct fl_log_field *field = &line->fields[i];
        if (field->kind == FL_LOG_RAW_JSON)
            fl_json_put_raw(&w, field->name, field->value);
        else
            fl_json_put_string(&w, field->name, field->value);
    }
    return fl_json_end(&w);
}

static enum fl_error json_time(struct fl_buf *out, int64_t wall_us)
{
    enum fl_error err = fl_buf_append_char(out, '"');
    if (!err) err = fl_instant_format(out, wall_us);
    return err ? err : fl_buf_append_char(out, '"');
}

static enum fl_error format_json(struct fl_buf *out, const struct fl_log_origin *origin,
                                 const struct fl_log_line *line)
{
    const char *jid = added_jid(origin, line);
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_key(&w, "ts");
    enum fl_error err = json_time(out, origin->wall_us);
    fl_json_put_int64(&w, "pid", origin->pid);
    fl_json_put_string(&w, "tid", fl_span_from(origin->tid));
    fl_json_put_string(&w, "lvl", fl_span_from(fl_log_level_name(line->level)));
    fl_json_put_string(&w, "msg", line->message);
    if (!err && (jid || line->field_count)) {
        fl_json_key(&w, "ctx");
        err = json_context(out, jid, line);
    }
    enum fl_error end = fl_json_end(&w);
    return err ? err : end;
}

/* Control characters become blanks: one line stays one line. */
static enum fl_error plain_text(struct fl_buf *out, struct fl_span text)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < text.length; i++) {
        char c = text.bytes[i];
        err = fl_buf_append_char(out, (unsigned char)c < ' ' || c == 0x7f ? ' ' : c);
    }
    return err;
}

static enum fl_error plain_field(struct fl_buf *out, const char *name, struct fl_span value)
{
    enum fl_error err = fl_buf_printf(out, " %s=", name);
    return err ? err : plain_text(out, value);
}

static enum fl_error format_plain(struct fl_buf *out, const struct fl_log_origin *origin,
                                  const struct fl_log_line *line)
{
    const char *jid = added_jid(origin, line);
    enum fl_error err = fl_instant_format(out, origin->wall_us);
    if (!err) err = fl_buf_printf(out, " pid=%" PRId64 " tid=%s", origin->pid, origin->tid);
    if (!err && jid) err = plain_field(out, "jid", fl_span_from(jid));
    for (size_t i = 0; !err && i < line->field_count; i++)
        err = plain_field(out, line->fields[i].name, line->fields[i].value);
    if (!err) err = fl_buf_printf(out, " %s: ", fl_log_level_name(line->level));
    return err ? err : plain_text(out, line->message);
}

static enum fl_error append(struct fl_buf *out, enum fl_log_format format,
                            const struct fl_log_origin *origin, const struct fl_log_line *line)
{
    size_t before = out->length;
    enum fl_error err =
        format == FL_LOG_JSON ? format_json(out, origin, line) : format_plain(out, origin, line);
    if (!err) err = fl_buf_append_char(out, '\n');
    if (err) fl_buf_truncate(out, before);
    return err;
}

enum fl_error fl_log_line_format(struct fl_buf *out, enum fl_log_format format,
                                 const struct fl_log_origin *origin, const struct fl_log_line *line)
{
    enum fl_error err = append(out, format, origin, line);
    if (err != FL_EBOUND) return err;
    struct fl_log_line shorter = {.level = line->level, .message = line->message};
    if (shorter.message.length > FL_LOG_MESSAGE_BYTES_KEPT)
        shorter.message.length = FL_LOG_MESSAGE_BYTES_KEPT;
    return append(out, format, origin, &shorter);
}
