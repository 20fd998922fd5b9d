/* tests/unit/fakeredis/redis_fixture.h - an engine on a clock that stands still, and clients that
 * talk lines. */
#ifndef TESTS_UNIT_FAKEREDIS_REDIS_FIXTURE_H
#define TESTS_UNIT_FAKEREDIS_REDIS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"

#define START_US INT64_C(1700000000000000)

struct redis_fixture {
    struct fake_clock clock;
    struct fake_redis_options options;
    struct fake_redis *engine;
    struct fake_redis_session *a, *b, *c;
};

/* For cmocka: *state becomes the fixture. */
int redis_fixture_setup(void **state);
int redis_fixture_teardown(void **state);
/* What has arrived at a session since it was last asked, as text until the next call on it. */
const char *heard(struct fake_redis_session *session);
/* Sends an inline command and returns what arrives. */
const char *say(struct fake_redis_session *session, const char *line);
void pass_us(struct redis_fixture *fixture, int64_t delta_us); /* the clock, then the engine */

#endif
