/* Every allocation of the engine fails in turn: it answers OOM or hangs up, and stays whole. */
#include <stdlib.h>
#include <string.h>

#include "../alloc_sweep.h"
#include "fakes/redis/wire/wire.h"
#include "redis_fixture.h"

struct attempt {
    const char *name;
    const char *commands;
    const char *want; /* what arrives when memory is enough */
};

#define HELLO_3                                                                                    \
    "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n"  \
    "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"          \
    "$7\r\nmodules\r\n*0\r\n"

static struct attempt attempts[] = {
    {"strings survive every failing allocation",
     "SET k v\r\nAPPEND k 0123456789\r\nMSET a 1 b 2\r\nINCRBYFLOAT a 1.5\r\n",
     "+OK\r\n:11\r\n+OK\r\n$3\r\n2.5\r\n"},
    {"lists survive every failing allocation",
     "RPUSH l a b c d e f\r\nLMOVE l m LEFT RIGHT\r\nLINSERT l BEFORE b x\r\nLSET l 0 y\r\nLPOS l "
     "y\r\n",
     ":6\r\n$1\r\na\r\n:6\r\n+OK\r\n:0\r\n"},
    {"sets survive every failing allocation",
     "SADD s a b c\r\nSADD t b c\r\nSINTERSTORE u s t\r\nSMOVE s t a\r\nSUNION s\r\n",
     ":3\r\n:2\r\n:2\r\n:1\r\n*2\r\n$1\r\nb\r\n$1\r\nc\r\n"},
    {"hashes survive every failing allocation",
     "HSET h a 1 b 2 c 3 d 4 e 5\r\nHINCRBY h a 5\r\nCOPY h i\r\nRENAME i j\r\n",
     ":5\r\n:6\r\n:1\r\n+OK\r\n"},
    {"sorted sets survive every failing allocation",
     "ZADD z 1 a 2 b 3 c\r\nZRANGESTORE y z 0 1\r\nZINCRBY z 5 a\r\nCOPY z x\r\n",
     ":3\r\n:2\r\n$1\r\n6\r\n:1\r\n"},
    {"the algebra of sorted sets survives every failing allocation",
     "ZADD z 1 a 2 b\r\nSADD s b c\r\nZUNIONSTORE d 2 z s\r\nZINTER 2 d s WEIGHTS 2 3\r\n",
     ":2\r\n:2\r\n:3\r\n*2\r\n$1\r\nc\r\n$1\r\nb\r\n"},
    {"sorting survives every failing allocation",
     "RPUSH l 2 1 3\r\nMSET w2 5 w1 6\r\nSORT l BY w* GET w* STORE d\r\nSORT l LIMIT 0 1\r\n",
     ":3\r\n+OK\r\n:3\r\n*1\r\n$1\r\n1\r\n"},
    {"comparing strings survives every failing allocation",
     "MSET a ohmytext b mynewtext\r\nLCS a b\r\nLCS a b IDX MINMATCHLEN 3\r\n",
     "+OK\r\n$6\r\nmytext\r\n*4\r\n$7\r\nmatches\r\n*1\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5"
     "\r\n:8\r\n$3\r\nlen\r\n:6\r\n"},
    {"counting distinct elements survives every failing allocation",
     "PFADD a x y z\r\nPFADD b z\r\nPFMERGE c a b\r\nPFCOUNT c\r\nPFCOUNT a b\r\n"
     "PFDEBUG TODENSE c\r\nPFMERGE a c\r\n",
     ":1\r\n:1\r\n+OK\r\n:3\r\n:3\r\n:1\r\n+OK\r\n"},
    {"places survive every failing allocation",
     "GEOADD g 13.5 37.5 a 13.6 37.6 b\r\nGEOSEARCH g FROMMEMBER a BYRADIUS 50 km ASC\r\n"
     "GEOSEARCHSTORE h g FROMMEMBER a BYRADIUS 1 m\r\nGEOHASH h a\r\n",
     ":2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n*1\r\n$11\r\nsq9t74wmkf0\r\n"},
    {"streams survive every failing allocation",
     "XADD s 1-1 f v\r\nXADD s 2-1 f v g w\r\nXGROUP CREATE s g 0\r\nXREADGROUP GROUP g c COUNT 1 "
     "STREAMS s >\r\nXCLAIM s g d 0 1-1 JUSTID\r\nXPENDING s g\r\nCOPY s t\r\nXINFO CONSUMERS t "
     "g\r\n",
     "$3\r\n1-1\r\n$3\r\n2-1\r\n+OK\r\n"
     "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n"
     "*1\r\n$3\r\n1-1\r\n"
     "*4\r\n:1\r\n$3\r\n1-1\r\n$3\r\n1-1\r\n*1\r\n*2\r\n$1\r\nd\r\n$1\r\n1\r\n:1\r\n"
     "*2\r\n*6\r\n$4\r\nname\r\n$1\r\nc\r\n$7\r\npending\r\n:0\r\n$4\r\nidle\r\n:0\r\n"
     "*6\r\n$4\r\nname\r\n$1\r\nd\r\n$7\r\npending\r\n:1\r\n$4\r\nidle\r\n:0\r\n"},
    {"payloads survive every failing allocation",
     "HSET h f v\r\nSADD s 1 2\r\nRPUSH l a b\r\n"
     "EVAL \"for i=1,3 do redis.call('RESTORE','c'..i,0,redis.call('DUMP',KEYS[i])) end return "
     "redis.call('LRANGE','c3',0,-1)\" 3 h s l\r\n"
     "RESTORE z 0 \"\\x05\\x01\\x01a\\x00\\x00\\x00\\x00\\x00\\x00\\x04@"
     "\\x0a\\x00\\xd9\\xa9\\x10\\xcb\\x20\\x64\\xb4\\x50\"\r\nZSCORE z a\r\n"
     "RESTORE p 0 \"\\x00\\xc3\\x09\\x20\\x01aa\\xe0\\x13\\x00\\x01aa"
     "\\x0a\\x00\\x0a\\xaa\\x0e\\xcb\\xf5\\xef\\x30\\xf3\"\r\nSTRLEN p\r\n",
     ":1\r\n:2\r\n:2\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n+OK\r\n$3\r\n2.5\r\n+OK\r\n:32\r\n"},
    {"transactions survive every failing allocation",
     "WATCH k\r\nMULTI\r\nSET k 1\r\nGET k\r\nEXEC\r\n",
     "+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n$1\r\n1\r\n"},
    {"scripts survive every failing allocation",
     "EVAL \"redis.call('SET','k',ARGV[1]) return {redis.call('GET','k'),1}\" 0 v\r\n",
     "*2\r\n$1\r\nv\r\n:1\r\n"},
    {"subscriptions survive every failing allocation",
     "HELLO 3\r\nCONFIG SET notify-keyspace-events KA\r\nSUBSCRIBE a "
     "__keyspace@0__:k\r\nPSUBSCRIBE "
     "a*\r\nPUBLISH a x\r\nUNSUBSCRIBE a\r\nRESET\r\nPUBSUB CHANNELS\r\n",
     HELLO_3
     "+OK\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
     ">3\r\n$9\r\nsubscribe\r\n$16\r\n__keyspace@0__:k\r\n:2\r\n"
     ">3\r\n$10\r\npsubscribe\r\n$2\r\na*\r\n:3\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n"
     ">4\r\n$8\r\npmessage\r\n$2\r\na*\r\n$1\r\na\r\n$1\r\nx\r\n:2\r\n"
     ">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n+RESET\r\n*0\r\n"},
    {"users survive every failing allocation",
     "ACL SETUSER u on >a >b ~x %R~y &c +get +select|1 (+set ~z)\r\nACL SETUSER u +del\r\n"
     "CONFIG SET requirepass p timeout 5\r\nACL DELUSER u\r\n",
     "+OK\r\n+OK\r\n+OK\r\n:1\r\n"},
    {"libraries of functions survive every failing allocation",
     "FUNCTION LOAD \"#!lua name=lib\\nredis.register_function('f', function() return 1 end)\"\r\n"
     "FUNCTION RESTORE \"\\xf5@D#!lua name=lib\\x0a"
     "redis.register_function('f', function() return 7 end)"
     "\\x0a\\x007u)vq\\xc9B3\" REPLACE\r\n"
     "FUNCTION RESTORE \"\\xf5@D#!lua name=lib\\x0a"
     "redis.register_function('f', function() return 7 end)"
     "\\x0a\\x007u)vq\\xc9B3\" FLUSH\r\n"
     "FCALL f 0\r\nFUNCTION DELETE lib\r\n",
     "$3\r\nlib\r\n+OK\r\n+OK\r\n:7\r\n+OK\r\n"},
    {"tracking survives every failing allocation",
     "HELLO 3\r\nCLIENT TRACKING ON\r\nGET k\r\nSET k 1\r\nCLIENT TRACKING OFF\r\nCLIENT TRACKING "
     "ON BCAST "
     "PREFIX k PREFIX l\r\nSET k 2\r\nCLIENT TRACKINGINFO\r\n",
     HELLO_3 "+OK\r\n_\r\n+OK\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n+OK\r\n+OK\r\n"
             "%3\r\n$5\r\nflags\r\n~2\r\n$2\r\non\r\n$5\r\nbcast\r\n$8\r\nredirect\r\n:0\r\n"
             "$8\r\nprefixes\r\n*2\r\n$1\r\nk\r\n$1\r\nl\r\n"
             ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"},
    {"what MONITOR shows survives every failing allocation",
     "MONITOR\r\nPING\r\nCLIENT REPLY SKIP\r\nPING\r\n",
     "+OK\r\n+PONG\r\n+1700000000.000000 [0 127.0.0.1:40001] \"PING\"\r\n"
     "+1700000000.000000 [0 127.0.0.1:40001] \"CLIENT\" \"REPLY\" \"SKIP\"\r\n"},
    {"connection and bits survive every failing allocation",
     "CLIENT SETNAME me\r\nSETBIT k 7 1\r\nBITFIELD k SET u8 0 65\r\nGET k\r\n",
     "+OK\r\n:0\r\n*1\r\n:1\r\n$1\r\nA\r\n"},
};

static bool is_refused(struct fl_span got)
{
    if (!got.bytes) return false;
    return memmem(got.bytes, got.length, "-OOM", 4) || memmem(got.bytes, got.length, "memory", 6) ||
           memmem(got.bytes, got.length, "EXECABORT", 9);
}

static enum fl_error talk(void *context)
{
    const struct attempt *attempt = context;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock)};
    struct fake_redis *engine = fake_redis_new(&options);
    if (!engine) return FL_ENOMEM;
    enum fl_error err = FL_ENOMEM;
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    if (!session) goto out;
    fake_redis_feed(session, attempt->commands, strlen(attempt->commands));
    struct fl_span got = fake_redis_output(session);
    if (fl_span_is(got, attempt->want))
        err = FL_OK;
    else if (!fake_redis_closed(session) && !is_refused(got))
        err = FL_EINVAL;
out:
    fake_redis_free(engine);
    return err;
}

static void survives_every_failing_allocation(void **state)
{
    alloc_sweep(talk, *state);
}

static struct attempt blocked = {"a wake-up", "BLPOP q 0\r\nPING\r\n",
                                 "*2\r\n$1\r\nq\r\n$1\r\nx\r\n+PONG\r\n"};

/* The waiter is served, or one of the two is told. */
static enum fl_error wait_and_push(void *context)
{
    const struct attempt *attempt = context;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock)};
    struct fake_redis *engine = fake_redis_new(&options);
    if (!engine) return FL_ENOMEM;
    enum fl_error err = FL_ENOMEM;
    struct fake_redis_session *waiter = fake_redis_open(engine, "a");
    struct fake_redis_session *pusher = fake_redis_open(engine, "b");
    if (!waiter || !pusher) goto out;
    fake_redis_feed(waiter, attempt->commands, strlen(attempt->commands));
    fake_redis_feed(pusher, "RPUSH q x\r\n", 11);
    struct fl_span got = fake_redis_output(waiter), pushed = fake_redis_output(pusher);
    if (fl_span_is(got, attempt->want) && fl_span_is(pushed, ":1\r\n"))
        err = FL_OK;
    else if (!fake_redis_closed(waiter) && !fake_redis_closed(pusher) && !is_refused(got) &&
             !is_refused(pushed))
        err = FL_EINVAL;
out:
    fake_redis_free(engine);
    return err;
}

static void loses_no_wake_up_to_a_failing_allocation(void **state)
{
    alloc_sweep(wait_and_push, *state);
}

static enum fl_error begin_to_track(void *context)
{
    (void)context;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock),
                                               .track_keys = true};
    struct fake_redis *engine = fake_redis_new(&options);
    fake_redis_free(engine);
    return engine ? FL_OK : FL_ENOMEM;
}

static void tracks_keys_from_the_start_or_does_not_start(void **state)
{
    alloc_sweep(begin_to_track, *state);
}

/* A failover is whole, or it says that memory was out. */
static enum fl_error fail_over(void *context)
{
    static const char writes[] =
        "SET a 1\r\nRPUSH q x y\r\nZADD z 1 m\r\nHSET h f v\r\nSADD s m\r\n";
    (void)context;
    struct fake_clock clock = {.wall_us = START_US};
    const struct fake_redis_options options = {.clock = fake_clock_port(&clock), .writes_kept = 2};
    struct fake_redis *engine = fake_redis_new(&options);
    if (!engine) return FL_ENOMEM;
    enum fl_error err = FL_ENOMEM;
    struct fake_redis_session *session = fake_redis_open(engine, "a");
    if (!session) goto out;
    fake_redis_feed(session, writes, sizeof writes - 1);
    bool complete = fl_span_is(fake_redis_output(session), "+OK\r\n:2\r\n:1\r\n:1\r\n:1\r\n");
    err = fake_redis_failover(engine, 1, NULL);
    alloc_sweep_pause();
    size_t keys;
    (void)fake_redis_keys(engine, 0, &keys);
    alloc_sweep_resume();
    if (!err && !complete) err = FL_ENOMEM; /* a command has told so */
    if (!err && keys != 4) err = FL_EINVAL;
out:
    fake_redis_free(engine);
    return err;
}

static void fails_over_whole_or_not_at_all(void **state)
{
    alloc_sweep(fail_over, *state);
}

static enum fl_error add_rules(void *context)
{
    (void)context;
    struct fake_wire *wire = fake_wire_new(1);
    if (!wire) return FL_ENOMEM;
    const struct fake_wire_rule rule = {.verb = FAKE_WIRE_ERROR,
                                        .text = FL_SPAN("ERR no"),
                                        .command = FL_SPAN("LPUSH"),
                                        .key = FL_SPAN("q")};
    uint32_t id;
    enum fl_error err = fake_wire_add(wire, &rule, &id);
    if (!err) err = fake_wire_add(wire, &rule, &id);
    fake_wire_free(wire);
    return err;
}

static void adds_a_rule_of_the_wire_whole_or_not_at_all(void **state)
{
    alloc_sweep(add_rules, *state);
}

int main(void)
{
    struct CMUnitTest tests[sizeof(attempts) / sizeof(attempts[0]) + 4];
    size_t count = 0;
    for (; count < sizeof(attempts) / sizeof(attempts[0]); count++)
        tests[count] = (struct CMUnitTest){attempts[count].name, survives_every_failing_allocation,
                                           NULL, NULL, &attempts[count]};
    tests[count++] =
        (struct CMUnitTest){"loses_no_wake_up_to_a_failing_allocation",
                            loses_no_wake_up_to_a_failing_allocation, NULL, NULL, &blocked};
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(adds_a_rule_of_the_wire_whole_or_not_at_all);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(fails_over_whole_or_not_at_all);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(tracks_keys_from_the_start_or_does_not_start);
    return _cmocka_run_group_tests("fake_redis_memory", tests, count, NULL, NULL);
}
