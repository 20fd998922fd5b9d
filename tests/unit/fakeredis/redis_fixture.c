#include "redis_fixture.h"

#include <stdlib.h>
#include <string.h>

static struct redis_fixture the_fixture;
static char text[64 * 1024];

int redis_fixture_setup(void **state)
{
    struct redis_fixture *f = &the_fixture;
    *f = (struct redis_fixture){.clock = {.wall_us = START_US}};
    f->options = (struct fake_redis_options){.clock = fake_clock_port(&f->clock), .seed = 7};
    f->engine = fake_redis_new(&f->options);
    if (!f->engine) return -1;
    f->a = fake_redis_open(f->engine, "a");
    f->b = fake_redis_open(f->engine, "b");
    f->c = fake_redis_open(f->engine, "c");
    *state = f;
    return f->a && f->b && f->c ? 0 : -1;
}

int redis_fixture_teardown(void **state)
{
    struct redis_fixture *f = *state;
    fake_redis_free(f->engine);
    return 0;
}

const char *heard(struct fake_redis_session *session)
{
    struct fl_span output = fake_redis_output(session);
    assert_true(output.length < sizeof(text));
    if (output.length) memcpy(text, output.bytes, output.length);
    text[output.length] = '\0';
    fake_redis_consume(session, output.length);
    return text;
}

const char *say(struct fake_redis_session *session, const char *line)
{
    fake_redis_feed(session, line, strlen(line));
    fake_redis_feed(session, "\r\n", 2);
    return heard(session);
}

void pass_us(struct redis_fixture *fixture, int64_t delta_us)
{
    fake_clock_advance(&fixture->clock, delta_us);
    fake_redis_advance(fixture->engine);
}
