/* Looks for two texts instead of parsing the JSON: it is read between two pushes that must not be
 * late. */
#include "harness/bench/done_line.h"

/* What follows the first `word`; empty: it is not there. */
static struct fl_span behind(struct fl_span line, struct fl_span word)
{
    for (size_t i = 0; i + word.length <= line.length; i++) {
        struct fl_span rest = {line.bytes + i, line.length - i};
        if (fl_span_starts(rest, word))
            return (struct fl_span){rest.bytes + word.length, rest.length - word.length};
    }
    return (struct fl_span){NULL, 0};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static bool line_read(struct fl_span line, struct fl_span word, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t i;
    struct fl_span jid = behind(line, FL_SPAN("\"jid\":\""));
    if (!behind(line, word).length) return false;
    for (i = 0; i < jid.length && jid.bytes[i] != '"'; i++) {
        int digit = hex_digit(jid.bytes[i]);
        if (digit < 0 || number >> 60) return false;
        number = number << 4 | (uint64_t)digit;
    }
    if (i == jid.length) return false;
    *ret_number = number;
    return true;
}

bool done_line_read(struct fl_span line, uint64_t *ret_number)
{
    return line_read(line, FL_SPAN("\"msg\":\"done\""), ret_number);
}

bool start_line_read(struct fl_span line, uint64_t *ret_number)
{
    return line_read(line, FL_SPAN("\"msg\":\"start\""), ret_number);
}
