/* fakes/redis/serve/carried.h - a client of the served fake whose bytes go by the rules of the
 * wire.
 *
 * Where there are no rules, clients and engine speak without this; who has one keeps it until all
 * that was decided is over. */
#ifndef FAKE_REDIS_SERVE_CARRIED_H
#define FAKE_REDIS_SERVE_CARRIED_H

#include "fakes/redis/serve/clients.h"

/* Whether the client's next bytes go by the rules; begins it when it is time. */
bool fake_carried_is_due(struct fake_client *client);
void fake_carried_receive(struct fake_client *client, struct fl_span bytes);
/* Takes what the engine has answered and sends what may be sent. False: it is over, and the
 * connection was reset already if it had to be. Ends the carrying when there is no reason left. */
bool fake_carried_write(struct fake_client *client, size_t *ret_unread);
/* The client goes straight again, or away; one that is not carried is fine. */
void fake_carried_end(struct fake_client *client);

#endif
