/* A rule of the wire: any words make a rule that prints as words which make the same one, or are
 * refused with the place of the mistake. The rule then decides on commands made of the words. */
#include <stdint.h>

#include "core/assert.h"
#include "fakes/redis/wire/rule_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { WORDS_MAX = 64, PRINTED_BYTES_MAX = 256 * 1024 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

static size_t split(const char *text, size_t length, struct fl_span *words)
{
    size_t count = 0;
    for (size_t i = 0; i < length && count < WORDS_MAX;) {
        size_t start = i;
        while (i < length && !is_blank(text[i]))
            i++;
        if (i > start) words[count++] = (struct fl_span){text + start, i - start};
        if (i < length) i++;
    }
    return count;
}

static void decide(struct fake_wire *wire, const struct fl_span *words, size_t count)
{
    for (size_t from = 0; from < count; from++) {
        struct fake_wire_decision decision =
            fake_wire_command(wire, words[0], words + from, count - from, (int64_t)from);
        fl_assert(decision.request_delay_us >= 0 && decision.reply_delay_us >= 0);
        size_t sent = 0, piece;
        while (sent < 8 && (piece = fake_wire_piece(&decision, sent, 8 - sent)) > 0)
            sent += piece;
        fl_assert(sent <= decision.reply_bytes_max);
        (void)fake_wire_refuses(wire, words[from], (int64_t)from);
    }
}

/* Texts with quotes need a reader of quotes, so only rules without them are read again. */
static void read_again(const struct fake_wire_rule *rule, struct fl_buf *printed)
{
    struct fl_span words[WORDS_MAX];
    struct fake_wire_rule again;
    size_t bad;
    const char *expected;
    struct fl_buf twice = FL_BUF_INIT(PRINTED_BYTES_MAX);
    enum fl_error err = fake_wire_rule_format(rule, printed);
    fl_assert(!err);
    if (!memchr(printed->bytes, '"', printed->length)) {
        size_t count = split(printed->bytes, printed->length, words);
        err = fake_wire_rule_parse(words, count, &again, &bad, &expected);
        fl_assert(!err);
        err = fake_wire_rule_format(&again, &twice);
        fl_assert(!err && fl_span_equal(fl_buf_span(printed), fl_buf_span(&twice)));
    }
    fl_buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fl_span words[WORDS_MAX];
    size_t count = split((const char *)bytes, length, words), bad = SIZE_MAX;
    struct fake_wire_rule rule;
    const char *expected = NULL;
    if (fake_wire_rule_parse(words, count, &rule, &bad, &expected)) {
        fl_assert(bad <= count && expected);
        return 0;
    }
    struct fl_buf printed = FL_BUF_INIT(PRINTED_BYTES_MAX);
    read_again(&rule, &printed);
    struct fake_wire *wire = fake_wire_new(length);
    uint32_t id;
    fl_assert(wire);
    enum fl_error err = fake_wire_add(wire, &rule, &id);
    fl_assert(!err); /* what can be read makes sense */
    decide(wire, words, count);
    fake_wire_free(wire);
    fl_buf_release(&printed);
    return 0;
}
