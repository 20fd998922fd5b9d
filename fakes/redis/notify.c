#include "fakes/redis/notify.h"

void fake_notify_publish(struct fake_database *db, const char *event, struct fl_span name)
{
    (void)db, (void)event, (void)name; /* nobody can subscribe yet, and CONFIG names no class */
}
