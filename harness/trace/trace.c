/* harness/trace/trace.c - a ring of excerpts and a rolling hash of everything.
 *
 * Events are kept as they come and become text only when a person asks: formatting each of a
 * million events would cost more than playing them. */
#include "harness/trace/trace.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/time_text.h"
#include "harness/trace/digest.h"

struct kept {
    enum trace_kind kind;
    bool idle;
    uint8_t detail_length, outcome_length;
    int64_t at_us;
    uint64_t ordinal;
    const char *who, *what;
    char detail[TRACE_EXCERPT_BYTES], outcome[TRACE_EXCERPT_BYTES];
};

struct trace {
    struct trace_naming naming;
    enum trace_keep keep;
    void (*heard)(void *self, const struct trace_event *event); /* NULL: nobody listens */
    void *listener;
    uint64_t hash[2];
    uint64_t events;
    uint64_t notable; /* events in the ring so far: those that are not idle */
    enum fl_error text_err;
    struct fl_buf text;
    struct kept ring[TRACE_EVENTS_KEPT];
};

static_assert(TRACE_EXCERPT_BYTES <= UINT8_MAX, "an excerpt's length is stored in a byte");

enum fl_error trace_new(struct trace_naming naming, enum trace_keep keep, struct trace **ret_trace)
{
    struct trace *trace = malloc(sizeof *trace);
    if (!trace) return FL_ENOMEM;
    /* The ring is written before it is read. */
    memset(trace, 0, offsetof(struct trace, ring));
    trace->naming = naming;
    trace->keep = keep;
    trace->hash[0] = UINT64_C(0x243F6A8885A308D3);
    trace->hash[1] = UINT64_C(0x13198A2E03707344);
    trace->text = FL_BUF_INIT(TRACE_TEXT_BYTES_MAX);
    *ret_trace = trace;
    return FL_OK;
}

void trace_free(struct trace *trace)
{
    if (!trace) return;
    fl_buf_release(&trace->text);
    free(trace);
}

static uint8_t excerpt(char *to, struct fl_span from)
{
    size_t length = from.length < TRACE_EXCERPT_BYTES ? from.length : TRACE_EXCERPT_BYTES;
    if (length) memcpy(to, from.bytes, length);
    return (uint8_t)length;
}

static void keep(struct kept *kept, const struct trace_event *event)
{
    kept->kind = event->kind;
    kept->idle = event->idle;
    kept->at_us = event->at_us;
    kept->ordinal = event->ordinal;
    kept->who = event->who;
    kept->what = event->what;
    kept->detail_length = excerpt(kept->detail, event->detail);
    kept->outcome_length = excerpt(kept->outcome, event->outcome);
}

static void hash(struct trace *trace, const struct trace_event *event)
{
    uint64_t digest = digest_word((uint64_t)event->kind, (uint64_t)event->at_us);
    digest = digest_span(digest, fl_span_from(event->who));
    digest = digest_word(digest, event->ordinal);
    digest = digest_span(digest, fl_span_from(event->what));
    digest = digest_word(digest, event->request);
    digest = digest_word(digest, event->reply);
    trace->hash[0] = digest_word(trace->hash[0], digest);
    trace->hash[1] = digest_word(trace->hash[1], digest + trace->hash[0]);
}

enum fl_error trace_time(struct fl_buf *out, int64_t at_us)
{
    fl_assert(at_us >= 0);
    int64_t seconds = at_us / FL_SECOND_US;
    int64_t days = seconds / 86400;
    enum fl_error err = fl_buf_append_text(out, "+");
    if (!err && days) err = fl_buf_printf(out, "%" PRId64 "d", days);
    if (err) return err;
    return fl_buf_printf(out, "%02d:%02d:%02d.%06d", (int)(seconds / 3600 % 24),
                         (int)(seconds / 60 % 60), (int)(seconds % 60),
                         (int)(at_us % FL_SECOND_US));
}

static bool word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static enum fl_error append_plain(struct fl_buf *out, char c)
{
    if ((unsigned char)c >= ' ' && c != 0x7f) return fl_buf_append_char(out, c);
    return fl_buf_printf(out, "\\x%02x", (unsigned char)c);
}

enum fl_error trace_rename(struct trace_naming naming, struct fl_span text, struct fl_buf *out)
{
    bool inside = false;
    for (size_t i = 0; i < text.length;) {
        const char *name;
        size_t length = 0;
        struct fl_span rest = {text.bytes + i, text.length - i};
        if (!inside && naming.rename) length = naming.rename(naming.self, rest, &name);
        inside = word_character(text.bytes[i]);
        enum fl_error err =
            length ? fl_buf_append_text(out, name) : append_plain(out, text.bytes[i]);
        if (err) return err;
        i += length ? length : 1;
    }
    return FL_OK;
}

static enum fl_error line(const struct trace *trace, const struct kept *kept, struct fl_buf *out)
{
    char who[96];
    if (kept->ordinal)
        snprintf(who, sizeof who, "%s.%" PRIu64, kept->who, kept->ordinal);
    else
        snprintf(who, sizeof who, "%s", kept->who);
    enum fl_error err = trace_time(out, kept->at_us);
    if (!err)
        err = fl_buf_printf(out, "  %-16s %s%s", who, kept->kind == TRACE_FAULT ? "!! " : "",
                            kept->what);
    if (!err && kept->detail_length) err = fl_buf_append_char(out, ' ');
    if (!err)
        err = trace_rename(trace->naming, (struct fl_span){kept->detail, kept->detail_length}, out);
    if (!err && kept->outcome_length) err = fl_buf_append_text(out, " -> ");
    if (!err)
        err =
            trace_rename(trace->naming, (struct fl_span){kept->outcome, kept->outcome_length}, out);
    return err ? err : fl_buf_append_char(out, '\n');
}

void trace_listen(struct trace *trace, void (*heard)(void *self, const struct trace_event *event),
                  void *self)
{
    trace->heard = heard;
    trace->listener = self;
}

void trace_add(struct trace *trace, const struct trace_event *event)
{
    hash(trace, event);
    trace->events++;
    if (trace->heard) trace->heard(trace->listener, event);
    if (trace->keep == TRACE_KEEP_ALL && !trace->text_err) {
        struct kept kept;
        keep(&kept, event);
        trace->text_err = line(trace, &kept, &trace->text);
    }
    if (event->idle) return;
    keep(&trace->ring[trace->notable % TRACE_EVENTS_KEPT], event);
    trace->notable++;
}

void trace_hash(const struct trace *trace, uint64_t ret_hash[2])
{
    ret_hash[0] = trace->hash[0];
    ret_hash[1] = trace->hash[1];
}

uint64_t trace_events(const struct trace *trace)
{
    return trace->events;
}

enum fl_error trace_timeline(const struct trace *trace, size_t count, struct fl_buf *out)
{
    uint64_t available =
        trace->notable < TRACE_EVENTS_KEPT ? trace->notable : (uint64_t)TRACE_EVENTS_KEPT;
    uint64_t shown = count < available ? count : available;
    for (uint64_t i = trace->notable - shown; i < trace->notable; i++) {
        enum fl_error err = line(trace, &trace->ring[i % TRACE_EVENTS_KEPT], out);
        if (err) return err;
    }
    return FL_OK;
}

enum fl_error trace_text(const struct trace *trace, struct fl_buf *out)
{
    fl_assert(trace->keep == TRACE_KEEP_ALL);
    enum fl_error err = fl_buf_append_span(out, fl_buf_span(&trace->text));
    return err ? err : trace->text_err;
}
