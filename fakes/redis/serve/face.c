#include "fakes/redis/serve/face.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "fakes/redis/serve/script.h"

/* Descriptors beside those of clients: listeners, spares, control channels, files. */
enum { OTHER_DESCRIPTORS = 64 + FAKE_CONTROL_CONNECTIONS_MAX };

enum fl_error fake_face_problem(char text[FAKE_FACE_PROBLEM_BYTES], enum fl_error err,
                                const char *what)
{
    const char *why = err == FL_EIO      ? strerror(errno)
                      : err == FL_EEXIST ? "somebody listens there already"
                      : err == FL_EINVAL ? "no such address"
                                         : fl_error_text(err);
    snprintf(text, FAKE_FACE_PROBLEM_BYTES, "%.200s: %.200s", what, why);
    return err == FL_EEXIST ? FL_EINVAL : err;
}

size_t fake_face_clients_max(size_t wanted, size_t descriptors_each)
{
    struct rlimit limit;
    if (!wanted) wanted = FAKE_FACE_CLIENTS_MAX;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return wanted;
    rlim_t needed = (rlim_t)(wanted * descriptors_each) + OTHER_DESCRIPTORS;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) return wanted;
    if (limit.rlim_cur <= OTHER_DESCRIPTORS) return 1;
    return ((size_t)limit.rlim_cur - OTHER_DESCRIPTORS) / descriptors_each;
}

static void on_stop(struct fake_watch *watch, unsigned ready)
{
    struct fake_face *face =
        (struct fake_face *)(void *)((char *)watch - offsetof(struct fake_face, stop));
    (void)ready;
    face->is_stopping = true;
}

enum fl_error fake_face_init(struct fake_face *face, const struct fake_face_options *options,
                             char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    *face = (struct fake_face){.seed = options->seed, .rule_reader = options->rule_reader};
    fake_record_init(&face->record);
    face->stop = (struct fake_watch){options->stop_fd, FAKE_READY_READ, on_stop};
    enum fl_error err = fake_loop_init(&face->loop);
    if (!err && options->stop_fd >= 0) err = fake_loop_add(&face->loop, &face->stop);
    if (err) return fake_face_problem(ret_problem, err, "epoll");
    face->wire = fake_wire_new(options->seed);
    return face->wire ? FL_OK : fake_face_problem(ret_problem, FL_ENOMEM, "the rules");
}

static enum fl_error listen_tcp(struct fake_face *face, const struct fake_face_options *options,
                                char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    char name[FAKE_ADDRESS_BYTES];
    const char *host = options->host ? options->host : "127.0.0.1";
    enum fl_error err = fake_listener_open_tcp(&face->tcp, host, (uint16_t)options->port);
    snprintf(name, sizeof name, "%.100s:%d", host, options->port);
    return err ? fake_face_problem(ret_problem, err, name) : FL_OK;
}

static enum fl_error listen_all(struct fake_face *face, const struct fake_face_options *options,
                                char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    enum fl_error err = FL_OK;
    if (options->port >= 0) err = listen_tcp(face, options, ret_problem);
    if (err || !options->unix_path) return err;
    err = fake_listener_open_unix(&face->local, options->unix_path);
    return err ? fake_face_problem(ret_problem, err, options->unix_path) : FL_OK;
}

enum fl_error fake_face_open(struct fake_face *face, const struct fake_face_options *options,
                             const struct fake_face_owner *owner,
                             char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    enum fl_error err = FL_OK;
    face->control = (struct fake_control){
        .loop = &face->loop, .tables = owner->tables, .context = owner->control_context};
    if (!fake_script_run(face, options->script_path, options->script, ret_problem))
        return FL_EINVAL;
    if (options->record_path) err = fake_record_open(&face->record, options->record_path);
    if (err) return fake_face_problem(ret_problem, err, options->record_path);
    face->tcp = face->local = (struct fake_listener){.loop = &face->loop,
                                                     .on_connection = owner->on_connection,
                                                     .on_refusal = owner->on_refusal,
                                                     .context = owner->context};
    err = listen_all(face, options, ret_problem);
    if (err || !options->control) return err;
    err = fake_control_open(&face->control, options->control);
    return err ? fake_face_problem(ret_problem, err, options->control) : FL_OK;
}

void fake_face_release(struct fake_face *face)
{
    fake_listener_close(&face->tcp);
    fake_listener_close(&face->local);
    fake_control_close(&face->control);
    fake_record_release(&face->record);
    fake_wire_free(face->wire);
    fake_loop_release(&face->loop);
}

enum fl_error fake_face_describe(const struct fake_face *face, struct fl_buf *out)
{
    bool tcp = face->tcp.watch.on_ready, local = face->local.watch.on_ready;
    enum fl_error err = FL_OK;
    if (tcp) err = fl_buf_printf(out, "redis://%s", face->tcp.address);
    if (!err && local) err = fl_buf_printf(out, "%sunix://%s", tcp ? " " : "", face->local.address);
    if (!err && face->control.listener.watch.on_ready)
        err = fl_buf_printf(out, " (control %s)", face->control.listener.address);
    return err;
}
