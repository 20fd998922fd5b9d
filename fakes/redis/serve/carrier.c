#include "fakes/redis/serve/carrier.h"

#include <stdlib.h>

#include "fakes/redis/fake_redis.h"
#include "ports/clock.h"

void fake_carrier_init(struct fake_carrier *carrier)
{
    carrier->requests = FL_BUF_INIT(FAKE_REDIS_INPUT_BYTES_MAX);
    carrier->delivery = fake_delivery_make();
}

static void pop(struct fake_carrier *carrier)
{
    struct fake_awaited *first = carrier->first;
    carrier->first = first->next;
    if (!first->next) carrier->last = NULL;
    carrier->awaited--;
    free(first);
}

void fake_carrier_release(struct fake_carrier *carrier)
{
    while (carrier->first)
        pop(carrier);
    fake_input_release(&carrier->input);
    fl_buf_release(&carrier->requests);
    fake_delivery_release(&carrier->delivery);
}

static void must(struct fake_carrier *carrier, enum fl_error err)
{
    if (err) carrier->has_failed = true;
}

/* ---- replies ---- */

static void deliver(struct fake_carrier *carrier, const struct fake_wire_decision *decision,
                    struct fl_span bytes, int64_t now_us)
{
    must(carrier, fake_delivery_begin(&carrier->delivery, decision, now_us));
    if (!carrier->has_failed) must(carrier, fake_delivery_append(&carrier->delivery, bytes));
}

static void answer(struct fake_carrier *carrier, const struct fake_wire_decision *decision,
                   int64_t now_us)
{
    deliver(carrier, decision, FL_SPAN("-"), now_us);
    if (!carrier->has_failed)
        must(carrier, fake_delivery_append(&carrier->delivery, decision->answer));
    if (!carrier->has_failed)
        must(carrier, fake_delivery_append(&carrier->delivery, FL_SPAN("\r\n")));
    if (!carrier->has_failed) fake_delivery_end(&carrier->delivery);
}

/* What the rules say in the server's place is said when its turn has come. */
static void say_what_is_due(struct fake_carrier *carrier, int64_t now_us)
{
    struct fake_awaited *first;
    while (!carrier->has_failed && !carrier->is_open && (first = carrier->first) &&
           (first->is_answered || first->breaks)) {
        if (first->breaks)
            must(carrier, fake_delivery_break(&carrier->delivery));
        else
            answer(carrier, &first->decision, now_us);
        pop(carrier);
    }
}

void fake_carrier_reply(struct fake_carrier *carrier, struct fl_span bytes, bool is_whole,
                        int64_t now_us)
{
    const struct fake_awaited *first = carrier->first;
    if (!first) {
        fake_carrier_push(carrier, bytes, now_us);
        return;
    }
    if (first->is_lost) {
        if (is_whole) pop(carrier);
    } else if (carrier->is_open) {
        must(carrier, fake_delivery_append(&carrier->delivery, bytes));
    } else {
        deliver(carrier, &first->decision, bytes, now_us);
        carrier->is_open = true;
    }
    if (!is_whole || carrier->has_failed) return;
    if (carrier->is_open) {
        fake_delivery_end(&carrier->delivery);
        carrier->is_open = false;
        pop(carrier);
    }
    say_what_is_due(carrier, now_us);
}

void fake_carrier_push(struct fake_carrier *carrier, struct fl_span bytes, int64_t now_us)
{
    const struct fake_wire_decision whole = {.reply_bytes_max = SIZE_MAX};
    if (!bytes.length || carrier->has_failed) return;
    if (carrier->is_open) { /* between two parts of a reply */
        must(carrier, fake_delivery_append(&carrier->delivery, bytes));
        return;
    }
    deliver(carrier, &whole, bytes, now_us);
    if (!carrier->has_failed) fake_delivery_end(&carrier->delivery);
}

/* ---- requests ---- */

static struct fake_awaited *await(struct fake_carrier *carrier)
{
    struct fake_awaited *awaited = calloc(1, sizeof *awaited);
    if (!awaited) {
        carrier->has_failed = true;
        return NULL;
    }
    awaited->decision = carrier->decision;
    *(carrier->last ? &carrier->last->next : &carrier->first) = awaited;
    carrier->last = awaited;
    carrier->awaited++;
    return awaited;
}

/* Once, or twice with the second reply lost; false: the server is busy, the rest waits. */
static bool hand_over_all(struct fake_carrier *carrier)
{
    while (carrier->copies && !carrier->has_failed) {
        if (carrier->awaited >= FAKE_CARRIER_AWAITED_MAX || carrier->is_busy(carrier->context))
            return false;
        struct fake_awaited *awaited = await(carrier);
        if (!awaited) return true;
        carrier->copies--;
        awaited->is_lost = carrier->decision.request == FAKE_WIRE_PASSES_TWICE && !carrier->copies;
        struct fl_span command = {carrier->requests.bytes + carrier->taken, carrier->command_bytes};
        carrier->hand_over(carrier->context, command, carrier->input.args,
                           carrier->input.args_count);
    }
    return true;
}

/* Says what becomes of the command; false: it waits. */
static bool carry(struct fake_carrier *carrier, int64_t now_us)
{
    struct fake_awaited *awaited;
    if (now_us < carrier->request_due_us) return false;
    switch (carrier->decision.request) {
    case FAKE_WIRE_PASSES:
    case FAKE_WIRE_PASSES_TWICE: return hand_over_all(carrier);
    case FAKE_WIRE_IS_ANSWERED:
    case FAKE_WIRE_BREAKS:
        awaited = await(carrier);
        if (!awaited) return true;
        awaited->is_answered = carrier->decision.request == FAKE_WIRE_IS_ANSWERED;
        awaited->breaks = carrier->is_deaf = !awaited->is_answered;
        say_what_is_due(carrier, now_us);
        return true;
    case FAKE_WIRE_IS_DROPPED: carrier->is_deaf = true; return true;
    }
    return true;
}

static void decide(struct fake_carrier *carrier, int64_t now_us)
{
    carrier->decision = fake_wire_command(carrier->wire, carrier->names(carrier->context),
                                          carrier->input.args, carrier->input.args_count, now_us);
    carrier->copies = carrier->decision.request == FAKE_WIRE_PASSES_TWICE ? 2 : 1;
    carrier->has_command = true;
    if (__builtin_add_overflow(now_us, carrier->decision.request_delay_us,
                               &carrier->request_due_us))
        carrier->request_due_us = FL_NEVER_US;
}

static void go_raw(struct fake_carrier *carrier)
{
    struct fl_span rest = {carrier->requests.bytes + carrier->taken,
                           carrier->requests.length - carrier->taken};
    carrier->is_raw = true;
    carrier->taken = carrier->requests.length;
    carrier->hand_over_raw(carrier->context, rest);
}

/* False: there is no whole command. */
static bool take_command(struct fake_carrier *carrier, int64_t now_us)
{
    const char *error;
    size_t left = carrier->requests.length - carrier->taken, consumed;
    if (!left) return false;
    switch (fake_input_parse(&carrier->input, carrier->requests.bytes + carrier->taken, left,
                             &consumed, &error)) {
    case FAKE_PARSE_MORE: return false;
    case FAKE_PARSE_ERROR:
        if (!error) carrier->has_failed = true; /* out of memory */
        if (!error || carrier->awaited)
            return false; /* its error comes behind the replies before it */
        go_raw(carrier);
        return false;
    case FAKE_PARSE_COMMAND: break;
    }
    carrier->command_bytes = consumed;
    if (carrier->input.args_count)
        decide(carrier, now_us);
    else
        carrier->taken += consumed;
    return true;
}

/* The bytes of a command that waits have moved: its arguments are looked up again. */
static void find_arguments(struct fake_carrier *carrier)
{
    const char *error;
    size_t consumed;
    enum fake_parse parse =
        fake_input_parse(&carrier->input, carrier->requests.bytes + carrier->taken,
                         carrier->command_bytes, &consumed, &error);
    if (parse != FAKE_PARSE_COMMAND) carrier->has_failed = true; /* out of memory */
}

static void tidy(struct fake_carrier *carrier)
{
    if (carrier->has_command) return; /* its arguments point there */
    fl_buf_consume(&carrier->requests, carrier->taken);
    carrier->taken = 0;
}

void fake_carrier_go_on(struct fake_carrier *carrier, int64_t now_us)
{
    while (!carrier->is_deaf && !carrier->has_failed && !carrier->is_raw) {
        if (!carrier->has_command && !take_command(carrier, now_us)) break;
        if (!carrier->has_command) continue;
        if (!carry(carrier, now_us)) break;
        carrier->has_command = false;
        carrier->taken += carrier->command_bytes;
    }
    if (carrier->is_deaf) carrier->taken = carrier->requests.length;
    tidy(carrier);
}

void fake_carrier_receive(struct fake_carrier *carrier, struct fl_span bytes, int64_t now_us)
{
    if (carrier->is_deaf || carrier->has_failed) return;
    if (carrier->is_raw) {
        carrier->hand_over_raw(carrier->context, bytes);
        return;
    }
    must(carrier, fl_buf_append_span(&carrier->requests, bytes));
    if (carrier->has_command) find_arguments(carrier);
    fake_carrier_go_on(carrier, now_us);
}

int64_t fake_carrier_due_us(const struct fake_carrier *carrier, int64_t now_us)
{
    bool waits = carrier->has_command && carrier->request_due_us > now_us;
    return waits ? carrier->request_due_us : FL_NEVER_US;
}

bool fake_carrier_is_idle(const struct fake_carrier *carrier)
{
    return !carrier->requests.length && !carrier->first && !carrier->delivery.first &&
           !carrier->is_deaf && !carrier->is_raw && !carrier->delivery.is_mute &&
           !carrier->has_failed;
}
