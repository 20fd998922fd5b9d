#include "tests/conformance/about_server.h"

#include <ctype.h>
#include <stdlib.h>

#include "tests/conformance/item.h"

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

/* ---- COMMAND INFO ---- */

/* Equal but for the bulk string behind each "notes". */
static bool equal_but_notes(struct fl_span a, struct fl_span b)
{
    static const char notes[] = "$5\r\nnotes\r\n";
    for (;;) {
        const char *left = memmem(a.bytes, a.length, notes, strlen(notes));
        const char *right = memmem(b.bytes, b.length, notes, strlen(notes));
        if (!left || !right) return !left && !right && fl_span_equal(a, b);
        size_t length = (size_t)(left - a.bytes) + strlen(notes);
        if (length != (size_t)(right - b.bytes) + strlen(notes) ||
            memcmp(a.bytes, b.bytes, length) != 0)
            return false;
        a = (struct fl_span){a.bytes + length, a.length - length};
        b = (struct fl_span){b.bytes + length, b.length - length};
        size_t left_note = item_length(a), right_note = item_length(b);
        a = (struct fl_span){a.bytes + left_note, a.length - left_note};
        b = (struct fl_span){b.bytes + right_note, b.length - right_note};
    }
}

static bool same_subcommands(struct fl_span a, struct fl_span b)
{
    enum { SUBCOMMANDS_MAX = 64 };
    struct fl_span left[SUBCOMMANDS_MAX], right[SUBCOMMANDS_MAX];
    size_t count = (size_t)item_elements(a);
    if (count > SUBCOMMANDS_MAX || count != (size_t)item_elements(b)) return false;
    (void)item_split(a, 1, left);
    (void)item_split(b, 1, right);
    qsort(left, count, sizeof(*left), by_bytes);
    qsort(right, count, sizeof(*right), by_bytes);
    for (size_t i = 0; i < count; i++)
        if (!equal_but_notes(left[i], right[i])) return false;
    return true;
}

static bool same_command(struct fl_span a, struct fl_span b)
{
    enum { FIELDS = 10 };
    struct fl_span left[FIELDS], right[FIELDS];
    if (fl_span_equal(a, b)) return true;
    if (a.bytes[0] != '*' || b.bytes[0] != '*') return false;
    if (item_elements(a) != FIELDS || item_elements(b) != FIELDS) return false;
    (void)item_split(a, 1, left);
    (void)item_split(b, 1, right);
    for (size_t i = 0; i < FIELDS - 1; i++)
        if (!equal_but_notes(left[i], right[i])) return false;
    return same_subcommands(left[FIELDS - 1], right[FIELDS - 1]);
}

bool command_info_equal(struct fl_span a, struct fl_span b)
{
    enum { COMMANDS_MAX = 64 };
    struct fl_span left[COMMANDS_MAX], right[COMMANDS_MAX];
    if (a.bytes[0] != '*' || b.bytes[0] != '*') return false;
    size_t count = (size_t)item_elements(a);
    if (count > COMMANDS_MAX || count != (size_t)item_elements(b)) return false;
    (void)item_split(a, 1, left);
    (void)item_split(b, 1, right);
    for (size_t i = 0; i < count; i++)
        if (!same_command(left[i], right[i])) return false;
    return true;
}

/* ---- words ---- */

/* Takes the words of a text, sorted. -1: more than `max`. */
static long split_words(struct fl_span text, struct fl_span *words, long max)
{
    long count = 0;
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        while (at < text.length && isgraph((unsigned char)text.bytes[at]) &&
               !strchr("()", text.bytes[at]))
            at++;
        if (at > start && count == max) return -1;
        if (at > start) words[count++] = (struct fl_span){text.bytes + start, at - start};
        at++;
    }
    qsort(words, (size_t)count, sizeof(*words), by_bytes);
    return count;
}

bool words_equal(struct fl_span a, struct fl_span b)
{
    enum { WORDS_MAX = 4000 };
    struct fl_span *left = malloc(2 * WORDS_MAX * sizeof(*left)), *right = left + WORDS_MAX;
    if (!left) return false;
    long count = split_words(a, left, WORDS_MAX);
    bool same = count >= 0 && count == split_words(b, right, WORDS_MAX);
    for (long i = 0; same && i < count; i++)
        same = fl_span_equal(left[i], right[i]);
    free(left);
    return same;
}

/* ---- INFO ---- */

static struct fl_span take_line(struct fl_span *text)
{
    const char *end = text->length ? memchr(text->bytes, '\n', text->length) : NULL;
    size_t length = end ? (size_t)(end - text->bytes) + 1 : text->length;
    struct fl_span line = {text->bytes, length};
    *text = (struct fl_span){text->bytes + length, text->length - length};
    while (line.length && strchr("\r\n", line.bytes[line.length - 1]))
        line.length--;
    return line;
}

/* The control connection of the duel is counted there, too. */
static struct fl_span take_field(struct fl_span *text)
{
    for (;;) {
        struct fl_span line = take_line(text);
        if (!text->length) return line;
        if (!fl_span_starts(line, FL_SPAN("cmdstat_")) &&
            !fl_span_starts(line, FL_SPAN("latency_percentiles_usec_")))
            return line;
    }
}

/* Not of clients: the real server hears late that those of the table before are gone. */
static bool tells_a_state(struct fl_span field)
{
    static const char *const names[] = {
        "# ",
        "redis_version:",
        "redis_mode:",
        "arch_bits:",
        "hz:",
        "maxmemory",
        "loading:",
        "role:",
        "master_host:",
        "master_po",
        "slave_",
        "connected_sl",
        "db",
        "errorstat_",
        "cluster_",
        "aof_enabled:",
        "master_link_status:",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (fl_span_starts(field, fl_span_from(names[i]))) return true;
    return false;
}

/* "db0:keys=2,expires=1,avg_ttl=999950" without the mean, which the real server takes now and then.
 */
static struct fl_span without_mean_ttl(struct fl_span field)
{
    const char *mean = field.length ? memmem(field.bytes, field.length, ",avg_ttl=", 9) : NULL;
    return mean ? (struct fl_span){field.bytes, (size_t)(mean - field.bytes)} : field;
}

static bool same_field(struct fl_span a, struct fl_span b)
{
    if (fl_span_equal(without_mean_ttl(a), without_mean_ttl(b))) return true;
    if (tells_a_state(a)) return false;
    const char *left = a.length ? memchr(a.bytes, ':', a.length) : NULL;
    const char *right = b.length ? memchr(b.bytes, ':', b.length) : NULL;
    return left && right && left - a.bytes == right - b.bytes &&
           memcmp(a.bytes, b.bytes, (size_t)(left - a.bytes)) == 0;
}

bool info_equal(struct fl_span a, struct fl_span b)
{
    if (a.bytes[0] != b.bytes[0] || !strchr("$=", a.bytes[0])) return false;
    (void)take_line(&a);
    (void)take_line(&b);
    while (a.length || b.length)
        if (!same_field(take_field(&a), take_field(&b))) return false;
    return true;
}

/* ---- HELP ---- */

enum { HELP_LINES_MAX = 256 };

/* The words with which lines begin that are not indented, sorted. -1: no list of status lines. */
static long help_words(struct fl_span reply, struct fl_span *words)
{
    struct fl_span lines[HELP_LINES_MAX];
    long count = 0;
    if (reply.bytes[0] != '*' || item_elements(reply) > HELP_LINES_MAX) return -1;
    long length = item_split(reply, 1, lines);
    for (long i = 0; i < length; i++) {
        const char *word = lines[i].bytes + 1;
        size_t bytes = 0;
        if (lines[i].bytes[0] != '+') return -1;
        while (isgraph((unsigned char)word[bytes]))
            bytes++;
        if (bytes) words[count++] = (struct fl_span){word, bytes};
    }
    qsort(words, (size_t)count, sizeof(*words), by_bytes);
    return count;
}

bool help_equal(struct fl_span a, struct fl_span b)
{
    struct fl_span left[HELP_LINES_MAX], right[HELP_LINES_MAX];
    long count = help_words(a, left);
    if (count < 0 || count != help_words(b, right)) return false;
    for (long i = 0; i < count; i++)
        if (!fl_span_equal(left[i], right[i])) return false;
    return true;
}
