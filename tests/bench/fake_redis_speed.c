/* tests/bench/fake_redis_speed.c - how fast is the fake Redis in process? For each kind of command:
 * commands a second of processor time, request bytes to reply bytes, and what a queued payload
 * costs in memory.
 *
 *     fake_redis_speed [NAME...]     only those whose name begins so; all by default */
#include <hiredis/hiredis.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fakes/clock/fake_clock.h"
#include "fakes/redis/fake_redis.h"

enum { PAYLOAD_BYTES = 100, MILLION = 1000 * 1000, BATCH = 64, ZSET_MEMBERS = 100 * 1000 };

struct bench {
    struct fake_clock clock;
    struct fake_redis *engine;
    struct fake_redis_session *session;
    char *requests; /* a batch */
    size_t request_bytes;
};

static void fail(const char *what)
{
    fprintf(stderr, "fake_redis_speed: %s\n", what);
    exit(1);
}

static void open_bench(struct bench *bench)
{
    *bench = (struct bench){.clock = {.wall_us = INT64_C(1700000000000000)}};
    const struct fake_redis_options options = {.clock = fake_clock_port(&bench->clock)};
    bench->engine = fake_redis_new(&options);
    bench->session = bench->engine ? fake_redis_open(bench->engine, "bench") : NULL;
    bench->requests = malloc(BATCH * 1024);
    if (!bench->session || !bench->requests) fail("out of memory");
}

static void close_bench(struct bench *bench)
{
    fake_redis_free(bench->engine);
    free(bench->requests);
}

static void add(struct bench *bench, const char *command, const char *key, const char *more,
                size_t more_bytes)
{
    char *out = bench->requests + bench->request_bytes;
    size_t room = BATCH * 1024 - bench->request_bytes;
    int length = more ? snprintf(out, room, "*3\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n$%zu\r\n%.*s\r\n",
                                 strlen(command), command, strlen(key), key, more_bytes,
                                 (int)more_bytes, more)
                      : snprintf(out, room, "*2\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(command),
                                 command, strlen(key), key);
    if (length < 0 || (size_t)length >= room) fail("a batch does not fit");
    bench->request_bytes += (size_t)length;
}

static void swallow(struct bench *bench)
{
    struct fl_span output = fake_redis_output(bench->session);
    if (!output.length || output.bytes[0] == '-') fail("an error came back");
    fake_redis_consume(bench->session, output.length);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print(const char *name, size_t commands, double seconds)
{
    printf("%-44s %6.2f million commands a second\n", name, (double)commands / seconds / 1e6);
}

/* The batch `rounds` times, in one feed each. */
static double repeat(struct bench *bench, size_t rounds)
{
    double began = now_s();
    for (size_t i = 0; i < rounds; i++) {
        fake_redis_feed(bench->session, bench->requests, bench->request_bytes);
        swallow(bench);
    }
    return now_s() - began;
}

static void lists(size_t per_feed, const char *push_name, const char *pop_name)
{
    struct bench bench;
    char payload[PAYLOAD_BYTES];
    size_t rounds = 3 * MILLION / per_feed;
    memset(payload, 'x', sizeof payload);
    open_bench(&bench);
    for (size_t i = 0; i < per_feed; i++)
        add(&bench, "LPUSH", "queue:default", payload, sizeof payload);
    print(push_name, rounds * per_feed, repeat(&bench, rounds));
    bench.request_bytes = 0;
    for (size_t i = 0; i < per_feed; i++)
        add(&bench, "RPOP", "queue:default", NULL, 0);
    print(pop_name, rounds * per_feed, repeat(&bench, rounds));
    close_bench(&bench);
}

static void batched(void)
{
    lists(BATCH, "LPUSH, 64 a feed", "RPOP, 64 a feed");
}

static void single(void)
{
    lists(1, "LPUSH, one a feed", "RPOP, one a feed");
}

/* A queue of ten million: the cost of a command beside that of an empty one. */
static void long_queue(void)
{
    struct bench bench;
    char payload[PAYLOAD_BYTES];
    memset(payload, 'x', sizeof payload);
    open_bench(&bench);
    for (size_t i = 0; i < BATCH; i++)
        add(&bench, "LPUSH", "queue:default", payload, sizeof payload);
    struct mallinfo2 before = mallinfo2();
    repeat(&bench, 10 * MILLION / BATCH);
    struct mallinfo2 after = mallinfo2();
    double held =
        (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
    printf("%-44s %6.1f bytes beside the payload\n", "memory of a queued payload",
           held / (10.0 * MILLION) - PAYLOAD_BYTES);
    bench.request_bytes = 0;
    for (size_t i = 0; i < BATCH; i++) {
        add(&bench, "RPOP", "queue:default", NULL, 0);
        add(&bench, "LPUSH", "queue:default", payload, sizeof payload);
    }
    print("RPOP and LPUSH, ten million queued", 3 * MILLION / BATCH * BATCH * 2,
          repeat(&bench, 3 * MILLION / BATCH));
    close_bench(&bench);
}

/* A set of 100,000 is filled, then asked a million times more. */
static void zadd(const char *name,
                 void (*choose)(uint64_t *state, unsigned *score, unsigned *member))
{
    struct bench bench;
    uint64_t state = 1;
    size_t commands = 0;
    double seconds = 0;
    open_bench(&bench);
    while (commands < 2 * MILLION) {
        bench.request_bytes = 0;
        for (size_t i = 0; i < BATCH; i++) {
            char score[32], member[32];
            unsigned score_number, member_number;
            choose(&state, &score_number, &member_number);
            int score_bytes = snprintf(score, sizeof score, "%u", score_number);
            int member_bytes = snprintf(member, sizeof member, "job-%u", member_number);
            bench.request_bytes += (size_t)snprintf(
                bench.requests + bench.request_bytes, BATCH * 1024 - bench.request_bytes,
                "*4\r\n$4\r\nZADD\r\n$5\r\nretry\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", score_bytes, score,
                member_bytes, member);
        }
        double took = repeat(&bench, 1);
        if (commands >= MILLION) seconds += took;
        commands += BATCH;
    }
    print(name, commands - MILLION, seconds);
    close_bench(&bench);
}

static void choose_by_chance(uint64_t *state, unsigned *score, unsigned *member)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    *score = (unsigned)(*state >> 40);
    *member = (unsigned)(*state >> 33) % ZSET_MEMBERS;
}

/* As jobs are scheduled: later ones at later times. */
static void choose_in_order(uint64_t *state, unsigned *score, unsigned *member)
{
    *score = (unsigned)++*state;
    *member = (unsigned)(*state % ZSET_MEMBERS);
}

static void zsets(void)
{
    zadd("ZADD to a set of 100,000, in order of time", choose_in_order);
    zadd("ZADD to a set of 100,000, by chance", choose_by_chance);
}

/* hiredis writes the requests and reads the replies. */
static void with_hiredis(void)
{
    struct bench bench;
    char payload[PAYLOAD_BYTES];
    const char *argv[] = {"LPUSH", "queue:default", payload};
    const size_t lengths[] = {5, 13, sizeof payload};
    redisReader *reader = redisReaderCreate();
    open_bench(&bench);
    memset(payload, 'x', sizeof payload);
    double began = now_s();
    for (size_t i = 0; i < MILLION; i++) {
        char *request = NULL;
        long long bytes = redisFormatCommandArgv(&request, 3, argv, lengths);
        if (bytes < 0) fail("hiredis has no memory");
        fake_redis_feed(bench.session, request, (size_t)bytes);
        redisFreeCommand(request);
        struct fl_span output = fake_redis_output(bench.session);
        void *reply = NULL;
        if (redisReaderFeed(reader, output.bytes, output.length) ||
            redisReaderGetReply(reader, &reply) || !reply)
            fail("hiredis cannot read the reply");
        freeReplyObject(reply);
        fake_redis_consume(bench.session, output.length);
    }
    print("LPUSH, hiredis on the other side", MILLION, now_s() - began);
    redisReaderFree(reader);
    close_bench(&bench);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } benches[] = {{"batched", batched},
                   {"single", single},
                   {"zsets", zsets},
                   {"hiredis", with_hiredis},
                   {"long", long_queue}};
    for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++) {
        int wanted = argc < 2;
        for (int j = 1; j < argc; j++)
            wanted |= strncmp(benches[i].name, argv[j], strlen(argv[j])) == 0;
        if (wanted) benches[i].run();
    }
    return 0;
}
