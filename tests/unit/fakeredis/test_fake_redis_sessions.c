/* Bytes in and out, what follows for other sessions, and what the harness is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redis_fixture.h"

static void answers_the_same_however_the_bytes_are_cut(void **state)
{
    struct redis_fixture *f = *state;
    static const char bytes[] =
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\nv1\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
    for (size_t cut = 0; cut <= strlen(bytes); cut++) {
        fake_redis_feed(f->a, bytes, cut);
        fake_redis_feed(f->a, bytes + cut, strlen(bytes) - cut);
        assert_string_equal(heard(f->a), "+OK\r\n+PONG\r\n$2\r\nv1\r\n");
    }
}

static void hangs_up_after_a_protocol_error_and_hears_no_more(void **state)
{
    struct redis_fixture *f = *state;
    static const char bytes[] = "PING\r\n*1\r\n:4\r\nPING\r\n";
    fake_redis_feed(f->a, bytes, strlen(bytes));
    assert_string_equal(heard(f->a), "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
    assert_true(fake_redis_closed(f->a));
    assert_string_equal(say(f->a, "PING"), "");
}

static void answers_quit_and_hangs_up(void **state)
{
    struct redis_fixture *f = *state;
    assert_string_equal(say(f->a, "QUIT"), "+OK\r\n");
    assert_true(fake_redis_closed(f->a));
}

static void a_closed_session_waits_no_more(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "BRPOP q 0");
    say(f->b, "BRPOP q 0");
    fake_redis_close(f->a);
    assert_string_equal(say(f->c, "LPUSH q x"), ":1\r\n");
    assert_string_equal(heard(f->b), "*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
    assert_string_equal(say(f->c, "EXISTS q"), ":0\r\n");
}

static void a_closed_session_drops_its_transaction_and_watches(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "WATCH k");
    say(f->a, "MULTI");
    say(f->a, "SET k 1");
    fake_redis_close(f->a);
    assert_string_equal(say(f->b, "SET k 2"), "+OK\r\n");
    assert_string_equal(say(f->b, "GET k"), "$1\r\n2\r\n");
}

static void two_engines_know_nothing_of_each_other(void **state)
{
    struct redis_fixture *f = *state;
    struct fake_redis *other = fake_redis_new(&f->options);
    struct fake_redis_session *session = fake_redis_open(other, "x");
    say(f->a, "EVAL \"return redis.call('SET','k','1')\" 0");
    assert_string_equal(say(session, "EVAL \"return redis.call('GET','k')\" 0"), "$-1\r\n");
    assert_string_equal(say(session, "EVALSHA ad59c49ba65efd863e6e7af23be6f181a6ab2acc 0"),
                        "-NOSCRIPT No matching script. Please use EVAL.\r\n");
    fake_redis_free(other);
}

static void is_as_new_after_a_reset(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "SET k v");
    say(f->a, "EVAL \"return 1\" 0");
    say(f->a, "EVAL \"return math.random()\" 0");
    say(f->b, "BRPOP q 5");
    fake_redis_set_states(f->engine, FAKE_REDIS_READONLY);
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    assert_string_equal(say(f->a, "CLIENT ID"), ":1\r\n");
    assert_string_equal(say(f->a, "DBSIZE"), ":0\r\n");
    assert_string_equal(say(f->a, "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0"),
                        "-NOSCRIPT No matching script. Please use EVAL.\r\n");
    assert_string_equal(say(f->a, "EVAL \"return math.random(1000)\" 0"), ":397\r\n");
    assert_true(fake_redis_next_deadline_us(f->engine) == FL_NEVER_US);
    assert_int_equal(fake_redis_version_counter(f->engine), 0);
}

/* ---- hooks ---- */

struct diary {
    char text[4096];
    size_t length;
};

static void note(struct diary *diary, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void note(struct diary *diary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    diary->length += (size_t)vsnprintf(diary->text + diary->length,
                                       sizeof(diary->text) - diary->length, format, args);
    va_end(args);
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    static const char *const origins[] = {"direct", "exec", "script", "served"};
    note(context, "%s db%u %s %.*s %zu reply=%d %s\n", event->session_name, event->db,
         origins[event->origin], FL_SPAN_ARGS(event->args[0]), event->count, (int)event->reply,
         event->wrote ? "wrote" : "-");
}

static void on_output(void *context, struct fake_redis_session *session)
{
    note(context, "output %s %zu\n", fake_redis_session_name(session),
         fake_redis_output(session).length);
}

static void reports_each_command_where_it_came_from_and_what_it_did(void **state)
{
    struct redis_fixture *f = *state;
    struct diary diary = {.length = 0};
    f->options.hooks = (struct fake_redis_hooks){
        .context = &diary, .on_command = on_command, .on_output = on_output};
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "worker");
    f->b = fake_redis_open(f->engine, "web");
    say(f->a, "BRPOP q 0");
    say(f->b, "SELECT 1");
    say(f->b, "SELECT 0");
    say(f->b, "MULTI");
    say(f->b, "lpush q x y");
    say(f->b, "EXEC");
    say(f->b, "NOSUCH");
    say(f->b, "EVAL \"return redis.call('GET','k')\" 0");
    assert_string_equal(diary.text, "worker db0 direct BRPOP 3 reply=0 -\n"
                                    "web db0 direct SELECT 2 reply=1 -\n"
                                    "web db1 direct SELECT 2 reply=1 -\n"
                                    "web db0 direct MULTI 1 reply=1 -\n"
                                    "web db0 exec lpush 4 reply=3 wrote\n"
                                    "web db0 direct EXEC 1 reply=6 wrote\n"
                                    "worker db0 served BRPOP 3 reply=6 wrote\n"
                                    "output worker 18\n"
                                    "web db0 script GET 2 reply=5 -\n"
                                    "web db0 direct EVAL 3 reply=5 -\n");
}

/* ---- looking ---- */

static void dumps_the_same_for_the_same_contents(void **state)
{
    struct redis_fixture *f = *state;
    struct fl_buf out = FL_BUF_INIT(4096);
    say(f->a, "SADD s c a b");
    say(f->a, "RPUSH l b a");
    say(f->a, "ZADD z 2 b 1.5 a");
    say(f->a, "HSET h y 1 x 2");
    say(f->a, "SET \"k\\x00\" 'it is \"so\"' EX 5");
    say(f->a, "SELECT 3");
    say(f->a, "SET other 1");
    assert_int_equal(fake_redis_dump(f->engine, &out), FL_OK);
    assert_string_equal(out.bytes, "db0 hash \"h\" {\"x\":\"2\",\"y\":\"1\"}\n"
                                   "db0 string \"k\\x00\" ttl seconds \"it is \\\"so\\\"\"\n"
                                   "db0 list \"l\" [\"b\",\"a\"]\n"
                                   "db0 set \"s\" {\"a\",\"b\",\"c\"}\n"
                                   "db0 zset \"z\" [(\"a\",1.5),(\"b\",2)]\n"
                                   "db3 string \"other\" \"1\"\n");
    fl_buf_release(&out);
}

static void reads_values_without_bytes(void **state)
{
    struct redis_fixture *f = *state;
    struct fl_span span;
    double score;
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    say(f->a, "RPUSH l b a");
    say(f->a, "ZADD z 2 b 1.5 a");
    say(f->a, "HSET h y 1");
    say(f->a, "SADD s m");
    say(f->a, "SET k v PX 7");
    const struct fake_redis_key *list = fake_redis_find(f->engine, 0, FL_SPAN("l"));
    assert_int_equal(fake_redis_length(list), 2);
    assert_true(fake_redis_list_at(list, 1, &span) && fl_span_is(span, "a"));
    assert_false(fake_redis_list_at(list, 2, &span));
    const struct fake_redis_key *zset = fake_redis_find(f->engine, 0, FL_SPAN("z"));
    assert_true(fake_redis_next(zset, &cursor, &element) && fl_span_is(element.member, "a"));
    assert_true(element.score == 1.5);
    assert_true(fake_redis_next(zset, &cursor, &element) && fl_span_is(element.member, "b"));
    assert_false(fake_redis_next(zset, &cursor, &element));
    assert_true(fake_redis_zset_score(zset, FL_SPAN("b"), &score) && score == 2);
    assert_false(fake_redis_zset_score(list, FL_SPAN("b"), &score));
    const struct fake_redis_key *hash = fake_redis_find(f->engine, 0, FL_SPAN("h"));
    assert_true(fake_redis_hash_get(hash, FL_SPAN("y"), &span) && fl_span_is(span, "1"));
    assert_true(fake_redis_set_has(fake_redis_find(f->engine, 0, FL_SPAN("s")), FL_SPAN("m")));
    const struct fake_redis_key *string = fake_redis_find(f->engine, 0, FL_SPAN("k"));
    assert_true(fake_redis_string(string, &span) && fl_span_is(span, "v"));
    assert_true(fake_redis_key_expires_us(string) == START_US + 7000);
    assert_true(fake_redis_key_expires_us(list) == FL_NEVER_US);
}

static void counts_changes_and_only_changes(void **state)
{
    struct redis_fixture *f = *state;
    static const char *const harmless[] = {"GET k",      "LREM l 0 x", "DEL none",     "SADD s a",
                                           "ZADD z 1 a", "HDEL h x",   "EXPIRE none 5"};
    static const char *const changes[] = {"SET k v", "LPOP l", "SADD s b", "ZADD z 2 a",
                                          "EXPIRE k 5"};
    say(f->a, "RPUSH l a b");
    say(f->a, "SADD s a");
    say(f->a, "ZADD z 1 a");
    say(f->a, "HSET h y 1");
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        uint64_t before = fake_redis_version_counter(f->engine);
        say(f->a, harmless[i]);
        assert_int_equal(fake_redis_version_counter(f->engine), before);
    }
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        uint64_t before = fake_redis_version_counter(f->engine);
        say(f->a, changes[i]);
        assert_int_not_equal(fake_redis_version_counter(f->engine), before);
    }
}

/* ---- scans ---- */

static void scans_see_each_element_once_though_others_come_and_go(void **state)
{
    struct redis_fixture *f = *state;
    unsigned seen[300] = {0};
    unsigned long long cursor = 0;
    char line[64];
    for (int i = 0; i < 300; i++) {
        snprintf(line, sizeof(line), "SADD s m%d", i);
        say(f->a, line);
    }
    unsigned step = 0;
    do {
        snprintf(line, sizeof(line), "SSCAN s %llu COUNT 7", cursor);
        const char *reply = say(f->a, line);
        cursor = strtoull(strchr(reply, '\n') + 1 + strcspn(strchr(reply, '\n') + 1, "\n") + 1,
                          NULL, 10);
        for (const char *at = reply; (at = strchr(at, 'm')); at++)
            seen[atoi(at + 1) % 300] += atoi(at + 1) < 300;
        snprintf(line, sizeof(line), "SADD s m%u", 1000 + step++);
        say(f->a, line);
        snprintf(line, sizeof(line), "SREM s m%u", step % 2 ? 1000 + step / 2 : 5000);
        say(f->a, line);
    } while (cursor && step < 1000);
    assert_true(step < 1000);
    for (int i = 0; i < 300; i++)
        assert_int_equal(seen[i], 1);
}

/* ---- protocol 3 ---- */

static void keep_event(void *context, const struct fake_redis_event *event)
{
    *(struct fake_redis_event *)context = *event;
}

static void speaks_protocol_3_from_hello_to_reset(void **state)
{
    struct redis_fixture *f = *state;
    say(f->a, "HSET h y 1");
    assert_non_null(strstr(say(f->a, "HELLO 3 SETNAME me"), "$5\r\nproto\r\n:3\r\n"));
    assert_string_equal(say(f->a, "HGETALL h"), "%1\r\n$1\r\ny\r\n$1\r\n1\r\n");
    assert_string_equal(say(f->a, "GET none"), "_\r\n");
    assert_non_null(strstr(say(f->a, "CLIENT INFO"), " resp=3\n"));
    assert_string_equal(say(f->b, "GET none"), "$-1\r\n");
    assert_string_equal(say(f->a, "RESET"), "+RESET\r\n");
    assert_string_equal(say(f->a, "HGETALL h"), "*2\r\n$1\r\ny\r\n$1\r\n1\r\n");
    assert_string_equal(say(f->a, "CLIENT GETNAME"), "$-1\r\n");
}

static void reports_the_types_of_protocol_3(void **state)
{
    struct redis_fixture *f = *state;
    static const struct {
        const char *line;
        enum fake_redis_reply want;
    } rows[] = {{"GET none", FAKE_REDIS_REPLY_NIL},       {"HGETALL h", FAKE_REDIS_REPLY_MAP},
                {"SMEMBERS s", FAKE_REDIS_REPLY_SET},     {"ZSCORE z a", FAKE_REDIS_REPLY_DOUBLE},
                {"CLIENT INFO", FAKE_REDIS_REPLY_TEXT},   {"GET k", FAKE_REDIS_REPLY_BULK},
                {"LRANGE l 0 -1", FAKE_REDIS_REPLY_ARRAY}};
    struct fake_redis_event last = {0};
    f->options.hooks = (struct fake_redis_hooks){.context = &last, .on_command = keep_event};
    fake_redis_reset(f->engine, &f->options);
    f->a = fake_redis_open(f->engine, "a");
    say(f->a, "HELLO 3");
    say(f->a, "ZADD z 1 a");
    say(f->a, "SET k v");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        say(f->a, rows[i].line);
        assert_int_equal(last.reply, rows[i].want);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, redis_fixture_setup, redis_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(answers_the_same_however_the_bytes_are_cut),
        TEST(hangs_up_after_a_protocol_error_and_hears_no_more),
        TEST(answers_quit_and_hangs_up),
        TEST(a_closed_session_waits_no_more),
        TEST(a_closed_session_drops_its_transaction_and_watches),
        TEST(two_engines_know_nothing_of_each_other),
        TEST(is_as_new_after_a_reset),
        TEST(reports_each_command_where_it_came_from_and_what_it_did),
        TEST(dumps_the_same_for_the_same_contents),
        TEST(reads_values_without_bytes),
        TEST(counts_changes_and_only_changes),
        TEST(scans_see_each_element_once_though_others_come_and_go),
        TEST(speaks_protocol_3_from_hello_to_reset),
        TEST(reports_the_types_of_protocol_3),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
