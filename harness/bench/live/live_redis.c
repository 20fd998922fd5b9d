#include "harness/bench/live/live_redis.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_TRIES = 500, TRY_US = 10 * 1000, TIMEOUT_S = 30 };

extern char **environ;

/* --- connections --- */
static bool accepted(redisReply *reply, char problem[LIVE_PROBLEM_BYTES])
{
    bool well = reply && reply->type != REDIS_REPLY_ERROR;
    if (!well) snprintf(problem, LIVE_PROBLEM_BYTES, "%s", reply ? reply->str : "no reply");
    if (reply) freeReplyObject(reply);
    return well;
}

static bool log_in(redisContext *context, const struct fl_redis_url *url,
                   char problem[LIVE_PROBLEM_BYTES])
{
    if (url->username && url->password &&
        !accepted(redisCommand(context, "AUTH %s %s", url->username, url->password), problem))
        return false;
    if (!url->username && url->password &&
        !accepted(redisCommand(context, "AUTH %s", url->password), problem))
        return false;
    return url->database == 0 ||
           accepted(redisCommand(context, "SELECT %d", url->database), problem);
}

redisContext *live_redis_connect(const char *text, char problem[LIVE_PROBLEM_BYTES])
{
    struct fl_redis_url url;
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    const char *wrong;
    if (fl_redis_url_parse(text, &url, &wrong) != FL_OK) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "%s", wrong);
        return NULL;
    }
    redisContext *context = url.path ? redisConnectUnixWithTimeout(url.path, timeout)
                                     : redisConnectWithTimeout(url.host, atoi(url.port), timeout);
    if (context && !context->err && redisSetTimeout(context, timeout) == REDIS_OK &&
        log_in(context, &url, problem))
        return context;
    if (!context || context->err)
        snprintf(problem, LIVE_PROBLEM_BYTES, "Redis: %s",
                 context ? context->errstr : fl_error_text(FL_ENOMEM));
    if (context) redisFree(context);
    return NULL;
}

long long live_redis_number(redisContext *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    long long number = reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
    if (reply) freeReplyObject(reply);
    return number;
}

/* --- a server of our own --- */
static bool spawn_server(struct live_redis *redis, char problem[LIVE_PROBLEM_BYTES])
{
    char socket[LIVE_PATH_BYTES + 16];
    snprintf(socket, sizeof socket, "%s/redis.sock", redis->folder);
    snprintf(redis->url, sizeof redis->url, "unix://%s", socket);
    char *const argv[] = {(char[]){"redis-server"},
                          (char[]){"--port"},
                          (char[]){"0"},
                          (char[]){"--unixsocket"},
                          socket,
                          (char[]){"--save"},
                          (char[]){""},
                          (char[]){"--appendonly"},
                          (char[]){"no"},
                          (char[]){"--dir"},
                          redis->folder,
                          (char[]){"--logfile"},
                          (char[]){"redis.log"},
                          NULL};
    int failed = posix_spawnp(&redis->server, "redis-server", NULL, NULL, argv, environ);
    if (failed) snprintf(problem, LIVE_PROBLEM_BYTES, "redis-server: %s", strerror(failed));
    return !failed;
}

static redisContext *await_server(struct live_redis *redis, char problem[LIVE_PROBLEM_BYTES])
{
    for (int i = 0; i < START_TRIES; i++) {
        redisContext *context = live_redis_connect(redis->url, problem);
        if (context) return context;
        if (waitpid(redis->server, NULL, WNOHANG) == redis->server) {
            redis->server = 0;
            snprintf(problem, LIVE_PROBLEM_BYTES, "redis-server ended at once");
            return NULL;
        }
        nanosleep(&(struct timespec){.tv_nsec = TRY_US * 1000L}, NULL);
    }
    return NULL;
}

static void remove_folder(const char *folder)
{
    static const char *const files[] = {"redis.sock", "redis.log"};
    char path[LIVE_PATH_BYTES + 16];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    rmdir(folder);
}

static bool start_own(struct live_redis *redis, char problem[LIVE_PROBLEM_BYTES])
{
    snprintf(redis->folder, sizeof redis->folder, "/tmp/faultline-bench-XXXXXX");
    if (!mkdtemp(redis->folder)) {
        snprintf(problem, LIVE_PROBLEM_BYTES, "%.200s: %s", redis->folder, strerror(errno));
        redis->folder[0] = '\0';
        return false;
    }
    if (!spawn_server(redis, problem)) return false;
    redis->context = await_server(redis, problem);
    return redis->context != NULL;
}

enum fl_error live_redis_start(const char *url, struct live_redis *ret_redis,
                               char problem[LIVE_PROBLEM_BYTES])
{
    *ret_redis = (struct live_redis){0};
    problem[0] = '\0';
    bool started;
    if (url) {
        snprintf(ret_redis->url, sizeof ret_redis->url, "%s", url);
        ret_redis->context = live_redis_connect(url, problem);
        started = ret_redis->context != NULL;
    } else {
        started = start_own(ret_redis, problem);
    }
    if (started) return FL_OK;
    live_redis_stop(ret_redis);
    return FL_ECONNECT;
}

void live_redis_stop(struct live_redis *redis)
{
    if (redis->context) redisFree(redis->context);
    if (redis->server) {
        kill(redis->server, SIGTERM);
        waitpid(redis->server, NULL, 0);
    }
    if (redis->folder[0]) remove_folder(redis->folder);
    *redis = (struct live_redis){0};
}
