/* src/core/span.h - borrowed bytes: a pointer and a length, never owned, NUL bytes allowed. */
#ifndef FL_CORE_SPAN_H
#define FL_CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct fl_span {
    const char *bytes; /* may be NULL only when length is 0 */
    size_t length;
};

/* A literal's bytes without its NUL. */
#define FL_SPAN(literal) ((struct fl_span){"" literal, sizeof(literal) - 1})
/* For printf: printf("%.*s", FL_SPAN_ARGS(span)). */
#define FL_SPAN_ARGS(span) ((int)(span).length), (span).bytes

/* Borrows a C string; NULL gives the empty span. */
static inline struct fl_span fl_span_from(const char *text)
{
    return (struct fl_span){text, text ? strlen(text) : 0};
}

static inline bool fl_span_equal(struct fl_span a, struct fl_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static inline bool fl_span_is(struct fl_span span, const char *text)
{
    return fl_span_equal(span, fl_span_from(text));
}

/* A hash of the length and of the first and last four bytes: enough to find the names of commands
 * and the like in a small table, where a name that another has displaced is looked for elsewhere.
 */
static inline size_t fl_span_glance(struct fl_span span)
{
    unsigned first = 0, last = 0;
    if (span.length >= sizeof first) {
        memcpy(&first, span.bytes, sizeof first);
        memcpy(&last, span.bytes + span.length - sizeof last, sizeof last);
    } else if (span.length) {
        first = (unsigned char)span.bytes[0];
        last = (unsigned char)span.bytes[span.length - 1];
    }
    unsigned hash = (first * 0x9E3779B1U ^ last) * 0x85EBCA77U + (unsigned)span.length;
    return hash >> 16;
}

/* Bytewise, as Redis orders members: a prefix comes first. */
int fl_span_compare(struct fl_span a, struct fl_span b);
bool fl_span_starts(struct fl_span span, struct fl_span prefix);
/* Redis's glob: * ? [a-z] [^a] and \ to quote; the whole span must match. Bounded work: a pattern
 * never costs more than length x stars steps. */
bool fl_span_glob(struct fl_span pattern, struct fl_span text);
/* Decimal integers as Redis reads them: an optional minus, no blanks, no leading zero, no plus
 * sign. */
bool fl_span_int64(struct fl_span span, long long *ret_value);

#endif
