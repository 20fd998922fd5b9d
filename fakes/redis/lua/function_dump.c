/* FUNCTION DUMP and RESTORE: the code of each library, and a footer. What is restored is loaded
 * beside what is there, and takes its place when all of it is known to be good. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/rdb/footer.h"
#include "fakes/redis/rdb/reader.h"
#include "fakes/redis/rdb/writer.h"
#include "fakes/redis/table/command_list.h"

enum { DUMP_BYTES_MAX = FAKE_REDIS_BULK_BYTES_MAX };

/* What stands before a library: of 7.0, and of its release candidates. */
enum { LIBRARY = 0xf5, CANDIDATES_LIBRARY = 0xf6 };

static enum fl_error append_libraries(const struct fake_functions *functions, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    const struct fake_library *library = functions ? functions->first : NULL;
    for (; !err && library; library = library->next) {
        err = fl_buf_append_char(out, (char)LIBRARY);
        if (!err)
            err = fake_rdb_put_string(out, (struct fl_span){library->code, library->code_bytes});
    }
    return err;
}

void fake_cmd_function_dump(struct fake_call *call)
{
    const struct fake_scripts *scripts = call->engine->scripts;
    struct fl_buf payload = FL_BUF_INIT(DUMP_BYTES_MAX);
    enum fl_error err = append_libraries(scripts ? scripts->functions : NULL, &payload);
    if (!err) err = fake_rdb_put_footer(&payload);
    if (err)
        fake_call_oom(call);
    else
        fake_reply_bulk(call->out, fl_buf_span(&payload));
    fl_buf_release(&payload);
}

/* ---- RESTORE ---- */

enum policy { APPEND, REPLACE, FLUSH };

static bool parse_policy(struct fake_call *call, enum policy *ret_policy)
{
    static const char *const words[] = {
        [APPEND] = "append", [REPLACE] = "replace", [FLUSH] = "flush"};
    *ret_policy = APPEND;
    if (call->count > 4) {
        fake_function_refuse_count(call);
        return false;
    }
    if (call->count == 3) return true;
    for (enum policy policy = APPEND; policy <= FLUSH; policy++) {
        if (!fake_arg_is(call->args[3], words[policy])) continue;
        *ret_policy = policy;
        return true;
    }
    fake_reply_error(call->out, "ERR Wrong restore policy given, value should be either FLUSH, "
                                "APPEND or REPLACE.");
    return false;
}

static bool load_next(struct fake_call *call, struct fake_rdb_reader *reader,
                      struct fake_functions *functions, struct fake_functions *staged)
{
    uint64_t type;
    struct fake_rdb_text code;
    if (fake_rdb_take_big(reader, 1, &type)) type = 0;
    if (type != LIBRARY) {
        fake_reply_error(call->out,
                         type == CANDIDATES_LIBRARY
                             ? "ERR the fake does not implement what release candidates dumped"
                             : "ERR given type is not a function");
        return false;
    }
    enum fake_rdb_read got = fake_rdb_take_text(reader, &code);
    if (got) {
        if (got == FAKE_RDB_OOM)
            fake_call_oom(call);
        else
            fake_reply_error(call->out, "ERR Failed loading library payload");
        return false;
    }
    struct fake_library *library = fake_library_make(call, functions, code.span, staged);
    fake_rdb_release_text(&code);
    if (library) fake_library_link(staged, library);
    return library;
}

/* False: an error was written. Redis reads on into the footer when the last one is cut short. */
static bool load_all(struct fake_call *call, struct fake_functions *functions,
                     struct fake_functions *staged)
{
    struct fake_rdb_reader reader = {.heap = fake_call_heap(call), .rest = call->args[2]};
    while (reader.rest.length > FAKE_RDB_FOOTER_BYTES)
        if (!load_next(call, &reader, functions, staged)) return false;
    return true;
}

/* False: a library of these that stays has the name or a function of one of `staged`, and an error
 * was written. */
static bool fit_together(struct fake_call *call, const struct fake_functions *functions,
                         const struct fake_functions *staged, enum policy policy)
{
    const struct fake_library *library;
    for (library = staged->first; library && policy == APPEND; library = library->next) {
        if (!fake_library_find(functions, fl_span_from(library->name))) continue;
        fake_reply_errorf(call->out, "ERR Library %s already exists", library->name);
        return false;
    }
    for (library = staged->first; library; library = library->next) {
        for (const struct fake_function *f = library->first; f; f = f->next) {
            const struct fake_library *owner =
                fake_function_owner(functions, fl_span_from(f->name));
            if (!owner || fake_library_find(staged, fl_span_from(owner->name))) continue;
            fake_reply_errorf(call->out, "ERR Function %s already exists", f->name);
            return false;
        }
    }
    return true;
}

static void move_in(struct fake_functions *functions, struct fake_functions *staged)
{
    struct fake_library *library;
    while ((library = staged->first)) {
        struct fake_library *old = fake_library_find(functions, fl_span_from(library->name));
        if (old) fake_library_delete(functions, old);
        fake_library_unlink(staged, library);
        fake_library_link(functions, library);
    }
}

/* Into the machine that is there. False: an error was written, and all is as before. */
static bool restore_beside(struct fake_call *call, struct fake_functions *functions,
                           enum policy policy)
{
    struct fake_functions staged = {0};
    bool done =
        load_all(call, functions, &staged) && fit_together(call, functions, &staged, policy);
    if (done) {
        move_in(functions, &staged);
        return true;
    }
    struct fake_library *library;
    while ((library = staged.first)) {
        fake_library_unlink(&staged, library);
        fake_library_drop(functions, library);
    }
    return false;
}

/* Into a machine of their own, which takes the place of the one that is there. */
static bool restore_instead(struct fake_call *call)
{
    struct fake_functions *fresh = fake_functions_new(call->engine);
    if (!fresh) fake_call_oom(call);
    if (!fresh || !load_all(call, fresh, fresh)) {
        fake_functions_free(fresh);
        return false;
    }
    fake_functions_free(call->engine->scripts->functions);
    call->engine->scripts->functions = fresh;
    return true;
}

void fake_cmd_function_restore(struct fake_call *call)
{
    enum policy policy;
    if (!parse_policy(call, &policy)) return;
    if (!fake_rdb_check_footer(call->args[2])) {
        fake_reply_error(call->out, "ERR DUMP payload version or checksum are wrong");
        return;
    }
    struct fake_functions *functions = fake_functions_of(call->engine);
    if (!functions)
        fake_call_oom(call);
    else if (policy == FLUSH ? restore_instead(call) : restore_beside(call, functions, policy))
        fake_reply_ok(call->out);
}
