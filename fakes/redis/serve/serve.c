#include "fakes/redis/serve/serve.h"

#include <stdio.h>
#include <stdlib.h>

#include "fakes/redis/serve/server.h"

enum { DUMP_BYTES_MAX = 1024 * 1024 * 1024 };

/* ---- recording ---- */

static const char *origin_word(enum fake_redis_origin origin)
{
    switch (origin) {
    case FAKE_REDIS_DIRECT: return "client";
    case FAKE_REDIS_TRANSACTION: return "transaction";
    case FAKE_REDIS_SCRIPT: return "script";
    case FAKE_REDIS_SERVED: return "served";
    }
    return "client";
}

static struct fake_serve *serve_of(void *context)
{
    struct fake_clients *clients = context;
    return (struct fake_serve *)(void *)((char *)clients - offsetof(struct fake_serve, clients));
}

static void on_command(void *context, const struct fake_redis_event *event)
{
    struct fake_serve *serve = serve_of(context);
    fake_record_add(&serve->face.record, &(struct fake_recorded){
                                             .now_us = serve->face.clock.now_us,
                                             .client = event->session_name,
                                             .db = (int)event->db,
                                             .by = origin_word(event->origin),
                                             .args = event->args,
                                             .count = event->count,
                                             .reply = event->reply_bytes,
                                         });
}

static void on_sleep(void *context, int64_t us)
{
    (void)fake_serve_clock_move(&serve_of(context)->face.clock, us);
}

static void on_shutdown(void *context)
{
    serve_of(context)->face.is_stopping = true;
}

/* A command costs nothing more while nobody records. */
static void set_hooks(struct fake_face *face)
{
    struct fake_serve *serve = (struct fake_serve *)(void *)face;
    fake_redis_set_hooks(serve->engine, &(struct fake_redis_hooks){
                                            .context = &serve->clients,
                                            .on_command = face->record.is_on ? on_command : NULL,
                                            .on_output = fake_clients_on_output,
                                            .on_shutdown = on_shutdown,
                                            .on_sleep = on_sleep,
                                        });
}

/* ---- starting ---- */

static enum fl_error start_engine(struct fake_serve *serve,
                                  const struct fake_serve_options *options)
{
    struct fake_redis_options engine = options->engine;
    struct fake_face *face = &serve->face;
    face->clock = options->virtual_clock ? fake_serve_clock_virtual(options->virtual_us)
                                         : fake_serve_clock_real();
    face->on_record = set_hooks;
    engine.clock = fake_serve_clock_port(&face->clock);
    engine.seed = options->face.seed;
    serve->engine = fake_redis_new(&engine);
    if (!serve->engine) return FL_ENOMEM;
    serve->passing = (struct fake_passing){.clock = &face->clock, .engine = serve->engine};
    serve->clients.loop = &face->loop;
    serve->clients.clock = &face->clock;
    serve->clients.engine = serve->engine;
    serve->clients.wire = face->wire;
    return fake_clients_init(&serve->clients, fake_face_clients_max(options->clients_max, 1));
}

/* As a client would, before any comes. False: this Redis knows no such setting. */
static bool set_password(struct fake_serve *serve, const char *password)
{
    struct fake_redis_session *session = fake_redis_open(serve->engine, "options");
    struct fl_buf command = FL_BUF_INIT(64 * 1024);
    bool done = session && fl_buf_printf(&command,
                                         "*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$11\r\nrequirepass\r\n"
                                         "$%zu\r\n%s\r\n",
                                         strlen(password), password) == FL_OK;
    if (done) fake_redis_feed(session, command.bytes, command.length);
    done = done && fl_span_is(fake_redis_output(session), "+OK\r\n");
    fake_redis_close(session);
    fl_buf_release(&command);
    return done;
}

static enum fl_error start(struct fake_serve *serve, const struct fake_serve_options *options,
                           char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    static const struct fake_control_command *const tables[] = {
        fake_serve_commands, fake_keyspace_commands, fake_face_commands, NULL};
    enum fl_error err = fake_face_init(&serve->face, &options->face, ret_problem);
    if (err) return err;
    err = start_engine(serve, options);
    if (err) return fake_face_problem(ret_problem, err, "the engine");
    err = fake_serve_load(serve, options, ret_problem);
    if (err) return err;
    if (options->password && !set_password(serve, options->password)) {
        snprintf(ret_problem, FAKE_FACE_PROBLEM_BYTES, "the password cannot be set");
        return FL_EINVAL;
    }
    const struct fake_face_owner owner = {.on_connection = fake_clients_accept,
                                          .on_refusal = fake_clients_refuse,
                                          .context = &serve->clients,
                                          .tables = tables,
                                          .control_context = serve};
    err = fake_face_open(&serve->face, &options->face, &owner, ret_problem);
    if (!err) set_hooks(&serve->face);
    return err;
}

enum fl_error fake_serve_new(const struct fake_serve_options *options,
                             struct fake_serve **ret_serve,
                             char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fake_serve *serve = calloc(1, sizeof *serve);
    if (!serve) return fake_face_problem(ret_problem, FL_ENOMEM, "the server");
    serve->mark = FL_BUF_INIT(DUMP_BYTES_MAX);
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
    fake_clients_release(&serve->clients);
    fake_redis_free(serve->engine);
    fake_face_release(&serve->face);
    fl_buf_release(&serve->mark);
    free(serve);
}

/* ---- running ---- */

enum fl_error fake_serve_describe(const struct fake_serve *serve, struct fl_buf *out)
{
    return fake_face_describe(&serve->face, out);
}

/* When something happens next by the passing of time. */
static int64_t next_due_us(const struct fake_serve *serve)
{
    int64_t deadline_us = fake_redis_next_deadline_us(serve->engine);
    int64_t rule_us = fake_clients_due_us(&serve->clients);
    return deadline_us < rule_us ? deadline_us : rule_us;
}

static bool jump(struct fake_serve *serve, int64_t to_us)
{
    struct fake_serve_clock *clock = &serve->face.clock;
    if (to_us > clock->now_us && !fake_serve_clock_move(clock, to_us - clock->now_us)) return false;
    fake_redis_advance(serve->engine);
    fake_clients_go_on(&serve->clients);
    fake_clients_flush(&serve->clients);
    return true;
}

bool fake_serve_move_to(struct fake_serve *serve, int64_t until_us)
{
    fake_serve_clock_refresh(&serve->face.clock);
    while (next_due_us(serve) < until_us)
        if (!jump(serve, next_due_us(serve))) return false;
    return jump(serve, until_us);
}

/* How long the loop may wait; negative: for ever. */
static int64_t wait_us(const struct fake_serve *serve)
{
    const struct fake_serve_clock *clock = &serve->face.clock;
    if (serve->clients.is_paused || !clock->runs) return -1;
    int64_t wait_us = fake_passing_wait_us(&serve->passing);
    int64_t rule_us = fake_clients_due_us(&serve->clients);
    if (rule_us == FL_NEVER_US) return wait_us;
    int64_t rule_wait_us = rule_us > clock->now_us ? rule_us - clock->now_us : 0;
    return wait_us < 0 || rule_wait_us < wait_us ? rule_wait_us : wait_us;
}

static enum fl_error turn(struct fake_serve *serve)
{
    struct fake_face *face = &serve->face;
    enum fl_error err = fake_loop_turn(&face->loop, wait_us(serve));
    if (!serve->clients.is_paused) fake_passing_turn(&serve->passing);
    fake_clients_go_on(&serve->clients);
    fake_clients_flush(&serve->clients);
    if (!err && face->record.unwritten.length) err = fake_record_flush(&face->record);
    return err;
}

enum fl_error fake_serve_run(struct fake_serve *serve, char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    enum fl_error err = FL_OK;
    while (!err && !serve->face.is_stopping)
        err = turn(serve);
    if (err) fake_face_problem(ret_problem, err, "the loop, or the record");
    if (!err && serve->save_path && !fake_serve_save(serve, ret_problem)) err = FL_EIO;
    return err;
}
