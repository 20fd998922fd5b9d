#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

static const char *program(void)
{
    const char *given = getenv("FAULTLINE");
    return given ? given : "faultline";
}

/* A `faultline serve` whose clock stands still until `ctl` moves it. */
struct fake_redis {
    pid_t pid;
    int port, control;
    char answer[1024]; /* of the last ctl() */
};

static void start(struct fake_redis *fake)
{
    int ends[2];
    char line[256] = "";
    assert_int_equal(pipe(ends), 0);
    fake->pid = fork();
    if (fake->pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execlp(program(), program(), "serve", "--port", "0", "--control", "0", "--clock",
               "virtual@2026-03-29T00:30Z", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    assert_non_null(fgets(line, sizeof(line), output));
    fclose(output);
    assert_int_equal(sscanf(line, "faultline serve: redis://127.0.0.1:%d (control 127.0.0.1:%d)",
                            &fake->port, &fake->control),
                     2);
}

static const char *ctl(struct fake_redis *fake, const char *command)
{
    char line[512];
    snprintf(line, sizeof(line), "%s ctl %d %s", program(), fake->control, command);
    FILE *output = popen(line, "r");
    assert_non_null(fgets(fake->answer, sizeof(fake->answer), output));
    assert_int_equal(pclose(output), 0);
    return fake->answer;
}

static void stop(struct fake_redis *fake)
{
    kill(fake->pid, SIGTERM);
    waitpid(fake->pid, NULL, 0);
}

/* What is tested: runs jobs of a list, and a failed one again after an hour, by the clock of
 * Redis. How many have run well. */
static int run(redisContext *redis, int (*perform)(const char *job))
{
    int done = 0;
    redisReply *reply = redisCommand(redis, "TIME");
    long long now = strtoll(reply->element[0]->str, NULL, 10);
    freeReplyObject(reply);
    redisReply *due = redisCommand(redis, "ZRANGEBYSCORE retry -inf %lld", now);
    for (size_t i = 0; i < due->elements; i++) {
        freeReplyObject(redisCommand(redis, "ZREM retry %s", due->element[i]->str));
        freeReplyObject(redisCommand(redis, "LPUSH queue %s", due->element[i]->str));
    }
    freeReplyObject(due);
    while ((reply = redisCommand(redis, "RPOP queue")) && reply->type == REDIS_REPLY_STRING) {
        if (perform(reply->str))
            done++;
        else
            freeReplyObject(redisCommand(redis, "ZADD retry %lld %s", now + 3600, reply->str));
        freeReplyObject(reply);
    }
    freeReplyObject(reply);
    return done;
}

static int fails(const char *job)
{
    (void)job;
    return 0;
}

static int succeeds(const char *job)
{
    (void)job;
    return 1;
}

struct fixture {
    struct fake_redis fake;
    redisContext *redis;
};

static int begin(void **state)
{
    static struct fixture fixture;
    start(&fixture.fake);
    fixture.redis = redisConnect("127.0.0.1", fixture.fake.port);
    *state = &fixture;
    return fixture.redis->err;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    redisFree(fixture->redis);
    stop(&fixture->fake);
    return 0;
}

static void a_failed_job_runs_again_an_hour_later(void **state)
{
    struct fixture *f = *state;
    freeReplyObject(redisCommand(f->redis, "LPUSH queue mail"));
    assert_int_equal(run(f->redis, fails), 0);
    assert_non_null(
        strstr(ctl(&f->fake, "dump"), "zset \\\"retry\\\" [(\\\"mail\\\",1774747800)]"));
    ctl(&f->fake, "clock +59m");
    assert_int_equal(run(f->redis, succeeds), 0);
    ctl(&f->fake, "clock +1m");
    assert_int_equal(run(f->redis, succeeds), 1);
}

static void a_lost_reply_breaks_the_connection_although_the_job_was_pushed(void **state)
{
    struct fixture *f = *state;
    ctl(&f->fake, "fault lose-ack command lpush");
    assert_null(redisCommand(f->redis, "LPUSH queue mail"));
    assert_int_equal(f->redis->err, REDIS_ERR_IO);
    assert_non_null(strstr(ctl(&f->fake, "dump"), "list \\\"queue\\\" [\\\"mail\\\"]"));
}

static void a_failover_refuses_one_push(void **state)
{
    struct fixture *f = *state;
    ctl(&f->fake, "fault error readonly command lpush");
    redisReply *reply = redisCommand(f->redis, "LPUSH queue mail");
    assert_int_equal(reply->type, REDIS_REPLY_ERROR);
    assert_memory_equal(reply->str, "READONLY ", 9);
    freeReplyObject(reply);
    freeReplyObject(redisCommand(f->redis, "LPUSH queue mail"));
    assert_int_equal(run(f->redis, succeeds), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failed_job_runs_again_an_hour_later, begin, end),
        cmocka_unit_test_setup_teardown(
            a_lost_reply_breaks_the_connection_although_the_job_was_pushed, begin, end),
        cmocka_unit_test_setup_teardown(a_failover_refuses_one_push, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
