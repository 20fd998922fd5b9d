#include "harness/picture/html.h"

#include <inttypes.h>
#include <stdarg.h>

#include "core/assert.h"
#include "harness/trace/trace.h"

void html_markup(struct html *html, const char *format, ...)
{
    va_list args;
    if (html->err) return;
    va_start(args, format);
    html->err = fl_buf_vprintf(html->out, format, args);
    va_end(args);
}

void html_copy(struct html *html, struct fl_span markup)
{
    if (!html->err && markup.length) html->err = fl_buf_append_span(html->out, markup);
}

/* A control character is no character of HTML. */
static struct fl_span escaped(const char *c)
{
    switch (*c) {
    case '&': return FL_SPAN("&amp;");
    case '<': return FL_SPAN("&lt;");
    case '>': return FL_SPAN("&gt;");
    case '"': return FL_SPAN("&quot;");
    case '\'': return FL_SPAN("&#39;");
    default: break;
    }
    bool control = ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f;
    return control ? FL_SPAN("\xEF\xBF\xBD") : (struct fl_span){c, 1};
}

void html_text(struct html *html, struct fl_span text)
{
    size_t plain = 0; /* where what is not copied yet begins */
    for (size_t i = 0; i < text.length; i++) {
        struct fl_span to = escaped(&text.bytes[i]);
        if (to.bytes == &text.bytes[i]) continue;
        html_copy(html, (struct fl_span){text.bytes + plain, i - plain});
        html_copy(html, to);
        plain = i + 1;
    }
    if (plain < text.length)
        html_copy(html, (struct fl_span){text.bytes + plain, text.length - plain});
}

void html_json(struct html *html, struct fl_span json)
{
    size_t plain = 0;
    for (size_t i = 0; i < json.length; i++) {
        if (json.bytes[i] != '<') continue;
        html_copy(html, (struct fl_span){json.bytes + plain, i - plain});
        html_copy(html, FL_SPAN("\\u003c"));
        plain = i + 1;
    }
    if (plain < json.length)
        html_copy(html, (struct fl_span){json.bytes + plain, json.length - plain});
}

void html_time(struct html *html, int64_t at_us)
{
    if (!html->err) html->err = trace_time(html->out, at_us > 0 ? at_us : 0);
}

void html_duration(struct html *html, int64_t us)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"d", INT64_C(86400000000)},
                 {"h", INT64_C(3600000000)},
                 {"min", INT64_C(60000000)},
                 {"s", INT64_C(1000000)},
                 {"ms", INT64_C(1000)}};
    size_t i = 0;
    while (i + 1 < FL_COUNT(units) && us < units[i].us)
        i++;
    int64_t rest = us % units[i].us;
    if (units[i].us == INT64_C(1000000)) { /* of seconds a tenth is enough */
        html_markup(html, "%" PRId64 ".%" PRId64 " s", us / units[i].us, rest / INT64_C(100000));
        return;
    }
    html_markup(html, "%" PRId64 " %s", us / units[i].us, units[i].name);
    if (i + 1 == FL_COUNT(units) || rest < units[i + 1].us) return;
    html_markup(html, " %" PRId64 " %s", rest / units[i + 1].us, units[i + 1].name);
}
