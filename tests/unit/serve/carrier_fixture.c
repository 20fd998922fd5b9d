#include "carrier_fixture.h"

#include <stdio.h>

#include "fakes/redis/wire/rule_text.h"

enum { TEXT_BYTES_MAX = 1024 * 1024, WORDS_MAX = 16 };

static void note(struct carried *carried, struct fl_buf *out, struct fl_span text)
{
    if (fl_buf_append_span(out, text) != FL_OK) carried->carrier.has_failed = true;
}

static void hand_over(void *context, struct fl_span command, const struct fl_span *args,
                      size_t count)
{
    struct carried *carried = context;
    (void)command;
    for (size_t i = 0; i < count; i++) {
        if (i) note(carried, &carried->arrived, FL_SPAN(" "));
        note(carried, &carried->arrived, args[i]);
    }
    note(carried, &carried->arrived, FL_SPAN("\n"));
    if (!carried->is_slow) carried_answer(carried);
}

static void hand_over_raw(void *context, struct fl_span bytes)
{
    struct carried *carried = context;
    if (!carried->is_raw) note(carried, &carried->arrived, FL_SPAN("raw "));
    carried->is_raw = true;
    note(carried, &carried->arrived, bytes);
}

static bool is_busy(void *context)
{
    return ((const struct carried *)context)->is_busy;
}

static struct fl_span names(void *context)
{
    (void)context;
    return FL_SPAN("127.0.0.1:4711 worker");
}

bool carried_init(struct carried *carried)
{
    *carried = (struct carried){.wire = fake_wire_new(1),
                                .arrived = FL_BUF_INIT(TEXT_BYTES_MAX),
                                .received = FL_BUF_INIT(TEXT_BYTES_MAX)};
    carried->carrier = (struct fake_carrier){.wire = carried->wire,
                                             .hand_over = hand_over,
                                             .hand_over_raw = hand_over_raw,
                                             .is_busy = is_busy,
                                             .names = names,
                                             .context = carried};
    fake_carrier_init(&carried->carrier);
    return carried->wire;
}

void carried_release(struct carried *carried)
{
    fake_carrier_release(&carried->carrier);
    fake_wire_free(carried->wire);
    fl_buf_release(&carried->arrived);
    fl_buf_release(&carried->received);
}

bool carried_rule(struct carried *carried, const char *text)
{
    char line[256];
    struct fl_span words[WORDS_MAX];
    struct fake_wire_rule rule;
    const char *expected;
    size_t count = 0, bad;
    uint32_t id;
    snprintf(line, sizeof line, "%s", text);
    for (char *rest, *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = fl_span_from(word);
    return fake_wire_rule_parse(words, count, &rule, &bad, &expected) == FL_OK &&
           fake_wire_add(carried->wire, &rule, &id) == FL_OK;
}

void carried_send(struct carried *carried, const char *text)
{
    fake_carrier_receive(&carried->carrier, fl_span_from(text), carried->now_us);
    carried_receive(carried);
}

void carried_answer(struct carried *carried)
{
    char text[32];
    snprintf(text, sizeof text, "+%u\r\n", ++carried->answered);
    fake_carrier_reply(&carried->carrier, fl_span_from(text), true, carried->now_us);
}

void carried_wait(struct carried *carried, int64_t us)
{
    carried->now_us += us;
    fake_carrier_go_on(&carried->carrier, carried->now_us);
    carried_receive(carried);
}

void carried_receive(struct carried *carried)
{
    struct fl_span piece;
    while (!carried->carrier.has_failed) {
        switch (fake_delivery_next(&carried->carrier.delivery, carried->now_us, &piece,
                                   &carried->due_us)) {
        case FAKE_DELIVERY_WAITS: return;
        case FAKE_DELIVERY_CLOSES: note(carried, &carried->received, FL_SPAN("closed")); return;
        case FAKE_DELIVERY_RESETS: note(carried, &carried->received, FL_SPAN("reset")); return;
        case FAKE_DELIVERY_SENDS:
            note(carried, &carried->received, piece);
            note(carried, &carried->received, FL_SPAN("|"));
            fake_delivery_sent(&carried->carrier.delivery, piece.length, carried->now_us);
        }
    }
}
