#include "core/span.h"

#include <stdint.h>

int fl_span_compare(struct fl_span a, struct fl_span b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common ? memcmp(a.bytes, b.bytes, common) : 0;
    if (order) return order < 0 ? -1 : 1;
    return (a.length > b.length) - (a.length < b.length);
}

bool fl_span_starts(struct fl_span span, struct fl_span prefix)
{
    return span.length >= prefix.length &&
           fl_span_equal((struct fl_span){span.bytes, prefix.length}, prefix);
}

/* One element of a pattern against one character: what a class, ? or a literal says. Sets
 * *ret_length to the element's length in the pattern. Redis is lenient, so this is too: an unclosed
 * class ends with the pattern, a reversed range is turned round, a last backslash is itself. */
static bool element_matches(struct fl_span pattern, char c, size_t *ret_length)
{
    const unsigned char *p = (const unsigned char *)pattern.bytes;
    size_t end = pattern.length, i = 1;
    unsigned char wanted = (unsigned char)c;

    *ret_length = 1;
    if (p[0] == '?') return true;
    if (p[0] == '\\' && end >= 2) {
        *ret_length = 2;
        return p[1] == wanted;
    }
    if (p[0] != '[') return p[0] == wanted;

    bool negated = i < end && p[i] == '^', found = false;
    if (negated) i++;
    while (i < end && p[i] != ']') {
        if (p[i] == '\\' && i + 1 < end) {
            found |= p[i + 1] == wanted;
            i += 2;
        } else if (i + 2 < end && p[i + 1] == '-') {
            unsigned char low = p[i] < p[i + 2] ? p[i] : p[i + 2];
            unsigned char high = p[i] < p[i + 2] ? p[i + 2] : p[i];
            found |= low <= wanted && wanted <= high;
            i += 3;
        } else {
            found |= p[i++] == wanted;
        }
    }
    *ret_length = i < end ? i + 1 : end;
    return found != negated;
}

/* Only the last star is ever tried again: what an earlier one could swallow more of, the later one
 * can swallow as well. That keeps hostile patterns from costing exponential time. */
bool fl_span_glob(struct fl_span pattern, struct fl_span text)
{
    size_t p = 0, t = 0, retry_p = SIZE_MAX, retry_t = 0;

    while (t < text.length) {
        size_t length = 0;
        if (p < pattern.length && pattern.bytes[p] == '*') {
            retry_p = ++p;
            retry_t = t;
        } else if (p < pattern.length &&
                   element_matches((struct fl_span){pattern.bytes + p, pattern.length - p},
                                   text.bytes[t], &length)) {
            p += length;
            t++;
        } else if (retry_p != SIZE_MAX) {
            p = retry_p;
            t = ++retry_t;
        } else {
            return false;
        }
    }
    while (p < pattern.length && pattern.bytes[p] == '*')
        p++;
    return p == pattern.length;
}

bool fl_span_int64(struct fl_span span, long long *ret_value)
{
    size_t i = 0;
    bool negative = span.length > 0 && span.bytes[0] == '-';
    unsigned long long value = 0;

    if (negative) i++;
    if (i == span.length) return false;
    if (span.bytes[i] == '0' && span.length > 1) return false; /* 007, and -0 as well */
    for (; i < span.length; i++) {
        unsigned digit = (unsigned)(unsigned char)span.bytes[i] - '0';
        if (digit > 9) return false;
        if (__builtin_mul_overflow(value, 10ULL, &value) ||
            __builtin_add_overflow(value, (unsigned long long)digit, &value))
            return false;
    }
    if (value > (unsigned long long)INT64_MAX + (negative ? 1 : 0)) return false;
    *ret_value = negative ? (long long)(0 - value) : (long long)value;
    return true;
}
