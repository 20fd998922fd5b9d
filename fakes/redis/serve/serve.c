#include "fakes/redis/serve/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "fakes/redis/serve/clients.h"
#include "fakes/redis/serve/passing.h"

/* Descriptors beside those of clients: listeners, spares, control channels, files. */
enum { OTHER_DESCRIPTORS = 64 };

struct fake_serve {
    struct fake_loop loop;
    struct fake_serve_clock clock;
    struct fake_redis *engine;
    struct fake_clients clients;
    struct fake_passing passing;
    struct fake_listener tcp, local;
    struct fake_watch stop;
    bool has_stop, is_stopping;
};

/* ---- starting ---- */

static enum fl_error problem(char text[FAKE_SERVE_PROBLEM_BYTES], enum fl_error err,
                             const char *what)
{
    if (err == FL_EIO)
        snprintf(text, FAKE_SERVE_PROBLEM_BYTES, "%s: %s", what, strerror(errno));
    else if (err == FL_EEXIST)
        snprintf(text, FAKE_SERVE_PROBLEM_BYTES, "%s: somebody listens there already", what);
    else
        snprintf(text, FAKE_SERVE_PROBLEM_BYTES, "%s: %s", what,
                 err == FL_EINVAL ? "no such address" : fl_error_text(err));
    return err == FL_EEXIST ? FL_EINVAL : err;
}

/* As many descriptors as the machine gives us; fewer clients when it gives fewer. */
static size_t clients_max(size_t wanted)
{
    struct rlimit limit;
    if (!wanted) wanted = FAKE_SERVE_CLIENTS_MAX;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return wanted;
    rlim_t needed = (rlim_t)wanted + OTHER_DESCRIPTORS;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) return wanted;
    return limit.rlim_cur > OTHER_DESCRIPTORS ? (size_t)limit.rlim_cur - OTHER_DESCRIPTORS : 1;
}

static void on_stop(struct fake_watch *watch, unsigned ready)
{
    struct fake_serve *serve =
        (struct fake_serve *)(void *)((char *)watch - offsetof(struct fake_serve, stop));
    (void)ready;
    serve->is_stopping = true;
}

static enum fl_error start_engine(struct fake_serve *serve,
                                  const struct fake_serve_options *options)
{
    struct fake_redis_options engine = options->engine;
    serve->clock = options->virtual_clock ? fake_serve_clock_virtual(options->virtual_us)
                                          : fake_serve_clock_real();
    engine.clock = fake_serve_clock_port(&serve->clock);
    engine.hooks =
        (struct fake_redis_hooks){.context = &serve->clients, .on_output = fake_clients_on_output};
    serve->engine = fake_redis_new(&engine);
    if (!serve->engine) return FL_ENOMEM;
    serve->clients.loop = &serve->loop;
    serve->clients.clock = &serve->clock;
    serve->clients.engine = serve->engine;
    serve->passing = (struct fake_passing){.clock = &serve->clock, .engine = serve->engine};
    return fake_clients_init(&serve->clients, clients_max(options->clients_max));
}

static struct fake_listener listener(struct fake_serve *serve)
{
    return (struct fake_listener){.loop = &serve->loop,
                                  .on_connection = fake_clients_accept,
                                  .on_refusal = fake_clients_refuse,
                                  .context = &serve->clients};
}

static enum fl_error start_listening(struct fake_serve *serve,
                                     const struct fake_serve_options *options,
                                     char ret_problem[FAKE_SERVE_PROBLEM_BYTES])
{
    const char *host = options->host ? options->host : "127.0.0.1";
    enum fl_error err;
    serve->tcp = serve->local = listener(serve);
    if (options->port >= 0) {
        char name[FAKE_ADDRESS_BYTES];
        snprintf(name, sizeof name, "%.100s:%d", host, options->port);
        err = fake_listener_open_tcp(&serve->tcp, host, (uint16_t)options->port);
        if (err) return problem(ret_problem, err, name);
    }
    if (!options->unix_path) return FL_OK;
    err = fake_listener_open_unix(&serve->local, options->unix_path);
    return err ? problem(ret_problem, err, options->unix_path) : FL_OK;
}

static enum fl_error start(struct fake_serve *serve, const struct fake_serve_options *options,
                           char ret_problem[FAKE_SERVE_PROBLEM_BYTES])
{
    enum fl_error err = fake_loop_init(&serve->loop);
    if (err) return problem(ret_problem, err, "epoll");
    err = start_engine(serve, options);
    if (err) return problem(ret_problem, err, "the engine");
    serve->stop = (struct fake_watch){options->stop_fd, FAKE_READY_READ, on_stop};
    if (options->stop_fd >= 0) {
        err = fake_loop_add(&serve->loop, &serve->stop);
        if (err) return problem(ret_problem, err, "epoll");
    }
    return start_listening(serve, options, ret_problem);
}

enum fl_error fake_serve_new(const struct fake_serve_options *options,
                             struct fake_serve **ret_serve,
                             char ret_problem[FAKE_SERVE_PROBLEM_BYTES])
{
    struct fake_serve *serve = calloc(1, sizeof *serve);
    if (!serve) return problem(ret_problem, FL_ENOMEM, "the server");
    serve->loop.epoll_fd = -1;
    enum fl_error err = start(serve, options, ret_problem);
    if (err) {
        fake_serve_free(serve);
        return err;
    }
    *ret_serve = serve;
    return FL_OK;
}

void fake_serve_free(struct fake_serve *serve)
{
    if (!serve) return;
    fake_listener_close(&serve->tcp);
    fake_listener_close(&serve->local);
    fake_clients_release(&serve->clients);
    fake_redis_free(serve->engine);
    fake_loop_release(&serve->loop);
    free(serve);
}

/* ---- running ---- */

enum fl_error fake_serve_describe(const struct fake_serve *serve, struct fl_buf *out)
{
    const char *between = "";
    enum fl_error err = FL_OK;
    if (serve->tcp.watch.on_ready) {
        err = fl_buf_printf(out, "redis://%s", serve->tcp.address);
        between = " ";
    }
    if (!err && serve->local.watch.on_ready)
        err = fl_buf_printf(out, "%sunix://%s", between, serve->local.address);
    return err;
}

enum fl_error fake_serve_run(struct fake_serve *serve)
{
    enum fl_error err = FL_OK;
    while (!err && !serve->is_stopping) {
        bool paused = serve->clients.is_paused;
        int64_t wait_us = paused ? -1 : fake_passing_wait_us(&serve->passing);
        err = fake_loop_turn(&serve->loop, wait_us);
        if (!paused) fake_passing_turn(&serve->passing);
        fake_clients_flush(&serve->clients);
    }
    return err;
}
