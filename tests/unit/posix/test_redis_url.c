#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/assert.h"
#include "posix/redis_url.h"

struct row {
    const char *url;
    const char *parts; /* "host port path user password database" */
};

static const struct row rows[] = {
    {"redis://localhost", "localhost 6379 - - - 0"},
    {"redis://example.org:6380/3", "example.org 6380 - - - 3"},
    {"redis://:secret@h:1/0", "h 1 - - secret 0"},
    {"redis://ann:a%40b%2Fc@h", "h 6379 - ann a@b/c 0"},
    {"redis://[::1]:7000/1", "::1 7000 - - - 1"},
    {"redis:///2", "localhost 6379 - - - 2"},
    {"redis://h/?timeout=1", "h 6379 - - - 0"},
    {"unix:///run/redis.sock", "- - /run/redis.sock - - 0"},
    {"unix://:pw@/run/a%20b?db=5", "- - /run/a b - pw 5"},
};

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static void a_url_has_its_parts(void **state)
{
    const struct row *row = *state;
    struct fl_redis_url url;
    const char *problem;
    char parts[256];
    assert_int_equal(fl_redis_url_parse(row->url, &url, &problem), FL_OK);
    snprintf(parts, sizeof parts, "%s %s %s %s %s %d", or_dash(url.host), or_dash(url.port),
             or_dash(url.path), or_dash(url.username), or_dash(url.password), url.database);
    assert_string_equal(parts, row->parts);
}

static const struct row wrong[] = {
    {"", "want redis://host:port/db or unix:///path"},
    {"localhost:6379", "want redis://host:port/db or unix:///path"},
    {"rediss://h", "rediss:// (TLS) is not supported; put a tunnel in front and use redis://"},
    {"redis://h:port", "the port is not a number from 1 to 65535"},
    {"redis://h:99999", "the port is not a number from 1 to 65535"},
    {"redis://h/x", "the database is not a number"},
    {"redis://h/-1", "the database is not a number"},
    {"redis://ann@h", "want a password after the user name: user:password@"},
    {"redis://:%zz@h", "the user name or password has a wrong %-escape"},
    {"redis://:%00@h", "the user name or password has a wrong %-escape"},
    {"redis://[::1", "want a ']' after the IPv6 address"},
    {"redis://[::1]x", "want ':' and a port after the ']'"},
    {"unix://", "want the path of a socket after unix://"},
    {"unix:///s?database=1", "the only query that a unix:// URL has is ?db=n"},
};

static void a_wrong_url_is_explained(void **state)
{
    const struct row *row = *state;
    struct fl_redis_url url;
    const char *problem = NULL;
    assert_int_equal(fl_redis_url_parse(row->url, &url, &problem), FL_EINVAL);
    assert_string_equal(problem, row->parts);
}

static void a_url_without_end_is_refused(void **state)
{
    (void)state;
    char text[FL_URL_BYTES_MAX + 2];
    struct fl_redis_url url;
    const char *problem = NULL;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "redis://", 8);
    assert_int_equal(fl_redis_url_parse(text, &url, &problem), FL_EINVAL);
    assert_string_equal(problem, "the URL is too long");
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(rows) + FL_COUNT(wrong) + 1];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(rows); i++)
        tests[count++] = (struct CMUnitTest){rows[i].url, a_url_has_its_parts, NULL, NULL,
                                             (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < FL_COUNT(wrong); i++)
        tests[count++] = (struct CMUnitTest){wrong[i].url, a_wrong_url_is_explained, NULL, NULL,
                                             (void *)(uintptr_t)&wrong[i]};
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_url_without_end_is_refused);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
