#include "fakes/redis/serve/carried.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "fakes/redis/serve/socket.h"

/* ---- the engine as the carrier's server ---- */

/* Output of a blocked session is nobody's reply: it waits for that. */
static void collect(struct fake_client *client)
{
    struct fl_span output = fake_redis_output(client->session);
    int64_t now_us = client->clients->clock->now_us;
    if (!fake_redis_blocked(client->session))
        fake_carrier_reply(client->carrier, output, true, now_us);
    else
        fake_carrier_push(client->carrier, output, now_us);
    if (output.length) fake_redis_consume(client->session, output.length);
}

static void hand_over(void *context, struct fl_span command, const struct fl_span *args,
                      size_t count)
{
    struct fake_client *client = context;
    (void)args, (void)count;
    fake_redis_feed(client->session, command.bytes, command.length);
    collect(client);
}

static void hand_over_raw(void *context, struct fl_span bytes)
{
    struct fake_client *client = context;
    fake_redis_feed(client->session, bytes.bytes, bytes.length);
    collect(client);
}

static bool is_busy(void *context)
{
    const struct fake_client *client = context;
    return fake_redis_blocked(client->session) || fake_redis_closed(client->session);
}

static struct fl_span names(void *context)
{
    const struct fake_client *client = context;
    struct fake_redis_session_info info = fake_redis_session_info(client->session);
    char *text = client->clients->names;
    snprintf(text, FAKE_CARRIER_NAMES_BYTES_MAX, "%s %.*s",
             fake_redis_session_name(client->session), FL_SPAN_ARGS(info.client_name));
    return fl_span_from(text);
}

/* ---- begin and end ---- */

static bool begin(struct fake_client *client)
{
    struct fake_clients *clients = client->clients;
    struct fake_carrier *carrier = calloc(1, sizeof *carrier);
    if (!carrier) return false; /* without memory there are no rules */
    *carrier = (struct fake_carrier){.wire = clients->wire,
                                     .hand_over = hand_over,
                                     .hand_over_raw = hand_over_raw,
                                     .is_busy = is_busy,
                                     .names = names,
                                     .context = client};
    fake_carrier_init(carrier);
    client->carrier = carrier;
    client->due_us = FL_NEVER_US;
    client->previous_carried = NULL;
    client->next_carried = clients->first_carried;
    if (clients->first_carried) clients->first_carried->previous_carried = client;
    clients->first_carried = client;
    return true;
}

/* Not in the middle of a command, whose first bytes the engine has. */
bool fake_carried_is_due(struct fake_client *client)
{
    if (client->carrier) return true;
    if (!fake_wire_count(client->clients->wire)) return false;
    return !fake_redis_session_info(client->session).waiting_bytes && begin(client);
}

void fake_carried_end(struct fake_client *client)
{
    if (!client->carrier) return;
    struct fake_client *previous = client->previous_carried, *next = client->next_carried;
    *(previous ? &previous->next_carried : &client->clients->first_carried) = next;
    if (next) next->previous_carried = previous;
    fake_carrier_release(client->carrier);
    free(client->carrier);
    client->carrier = NULL;
}

/* ---- bytes ---- */

void fake_carried_receive(struct fake_client *client, struct fl_span bytes)
{
    fake_carrier_receive(client->carrier, bytes, client->clients->clock->now_us);
    fake_clients_touch(client);
}

enum sent { SENT_ALL, SENT_SOME, SENT_END };

static enum sent send_what_may_go(struct fake_client *client)
{
    int64_t now_us = client->clients->clock->now_us;
    struct fake_delivery *delivery = &client->carrier->delivery;
    struct fl_span piece;
    size_t sent;
    for (;;) {
        switch (fake_delivery_next(delivery, now_us, &piece, &client->due_us)) {
        case FAKE_DELIVERY_WAITS: return SENT_ALL;
        case FAKE_DELIVERY_CLOSES: return SENT_END;
        case FAKE_DELIVERY_RESETS: client->is_reset = true; return SENT_END;
        case FAKE_DELIVERY_SENDS:
            if (!fake_socket_send(client->watch.fd, piece, &sent)) return SENT_END;
            fake_delivery_sent(delivery, sent, now_us);
            if (sent < piece.length) return SENT_SOME;
        }
    }
}

bool fake_carried_write(struct fake_client *client, size_t *ret_unread)
{
    struct fake_carrier *carrier = client->carrier;
    if (fake_redis_output(client->session).length || carrier->first) collect(client);
    fake_carrier_go_on(carrier, client->clients->clock->now_us);
    enum sent sent = send_what_may_go(client);
    if (sent == SENT_END || carrier->has_failed) return false;
    if (fake_redis_closed(client->session) && !carrier->delivery.first) return false;
    int64_t request_due_us = fake_carrier_due_us(carrier, client->clients->clock->now_us);
    if (request_due_us < client->due_us) client->due_us = request_due_us;
    *ret_unread = sent == SENT_SOME ? fake_delivery_unsent(&carrier->delivery) : 0;
    if (!fake_wire_count(client->clients->wire) && fake_carrier_is_idle(carrier))
        fake_carried_end(client);
    return true;
}
