/* When the keyspace is saved, and what a server begins from. */
#include <stdio.h>

#include "fakes/redis/serve/save.h"
#include "fakes/redis/serve/server.h"

bool fake_serve_save(struct fake_serve *serve, char problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fl_buf text = FL_BUF_INIT(FAKE_SAVE_BYTES_MAX);
    fake_serve_clock_refresh(&serve->face.clock);
    enum fl_error err = fake_save_format(serve->engine, serve->face.clock.now_us, &text);
    if (err) {
        snprintf(problem, FAKE_FACE_PROBLEM_BYTES, "%.200s: %s", serve->save_path,
                 fl_error_text(err));
    } else {
        err = fake_save_write(serve->save_path, fl_buf_span(&text));
        if (err) fake_face_problem(problem, err, serve->save_path);
    }
    fl_buf_release(&text);
    return !err;
}

/* Text read from the file, into the fresh engine. */
static enum fl_error begin_from(struct fake_serve *serve, const struct fake_serve_options *options,
                                struct fl_span text, char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    char what[FAKE_SAVE_PROBLEM_BYTES];
    int64_t now_us;
    if (options->virtual_clock && options->follows_saved && fake_save_clock(text, &now_us))
        serve->face.clock.now_us = now_us;
    enum fl_error err = fake_save_parse(serve->engine, text, what);
    if (!err) return FL_OK;
    snprintf(ret_problem, FAKE_FACE_PROBLEM_BYTES, "%.200s: %s", options->save_path, what);
    return err == FL_EPARSE ? FL_EINVAL : err;
}

enum fl_error fake_serve_load(struct fake_serve *serve, const struct fake_serve_options *options,
                              char ret_problem[FAKE_FACE_PROBLEM_BYTES])
{
    struct fl_buf text = FL_BUF_INIT(FAKE_SAVE_BYTES_MAX);
    serve->save_path = options->save_path;
    enum fl_error err =
        options->save_path ? fake_save_read(options->save_path, &text) : FL_ENOTFOUND;
    if (!err)
        err = begin_from(serve, options, fl_buf_span(&text), ret_problem);
    else if (err == FL_ENOTFOUND)
        err = FL_OK;
    else
        err = fake_face_problem(ret_problem, err, options->save_path);
    fl_buf_release(&text);
    return err;
}
