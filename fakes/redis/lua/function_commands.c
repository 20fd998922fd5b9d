/* FUNCTION and FCALL. */
#include <ctype.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/monitor.h"
#include "fakes/redis/lua/functions.h"
#include "fakes/redis/lua/run.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/lua/shebang.h"
#include "fakes/redis/table/command_list.h"

enum { LOWER_BYTES_MAX = 256 }; /* of a library's name, and of patterns that people write */

static struct fake_functions *functions_of(struct fake_call *call)
{
    return call->engine->scripts ? call->engine->scripts->functions : NULL;
}

/* ---- FCALL ---- */

void fake_cmd_fcall(struct fake_call *call)
{
    if (call->engine->monitors) fake_monitor_show(call); /* before its commands */
    size_t key_count;
    struct fake_functions *functions = functions_of(call);
    struct fake_function *function = fake_function_find(functions, call->args[1]);
    if (!function) {
        fake_reply_error(call->out, "ERR Function not found");
        return;
    }
    if (!fake_lua_parse_key_count(call, "ERR Bad number of keys provided", &key_count)) return;
    fake_lua_run(&(struct fake_lua_run){
        .call = call,
        .machine = functions->machine,
        .name = function->name,
        .reference = &function->reference,
        .flags = function->flags,
        .key_count = key_count,
    });
}

void fake_cmd_fcall_ro(struct fake_call *call)
{
    fake_cmd_fcall(call);
}

/* ---- FUNCTION ---- */

void fake_cmd_function_load(struct fake_call *call)
{
    bool replace = false;
    for (size_t i = 2; i + 1 < call->count; i++) {
        if (!fake_arg_is(call->args[i], "replace")) {
            fake_reply_errorf(call->out, "ERR Unknown option given: %.*s",
                              FL_SPAN_ARGS(call->args[i]));
            return;
        }
        replace = true;
    }
    (void)fake_library_load(call, call->args[call->count - 1], replace);
}

void fake_cmd_function_delete(struct fake_call *call)
{
    struct fake_functions *functions = functions_of(call);
    struct fake_library *library = fake_library_find(functions, call->args[2]);
    if (!library) {
        fake_reply_error(call->out, "ERR Library not found");
        return;
    }
    fake_library_delete(functions, library);
    fake_reply_ok(call->out);
}

void fake_function_refuse_count(struct fake_call *call)
{
    fake_reply_errorf(call->out,
                      "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                      "FUNCTION HELP.",
                      FL_SPAN_ARGS(call->args[1]));
}

void fake_cmd_function_flush(struct fake_call *call)
{
    if (call->count > 3) {
        fake_function_refuse_count(call);
        return;
    }
    bool ok = call->count == 2 || fake_arg_is(call->args[2], "sync") ||
              fake_arg_is(call->args[2], "async");
    if (!ok) {
        fake_reply_error(call->out, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        return;
    }
    struct fake_scripts *scripts = call->engine->scripts;
    if (scripts) {
        fake_functions_free(scripts->functions);
        scripts->functions = NULL;
    }
    fake_reply_ok(call->out);
}

/* ---- FUNCTION LIST ---- */

static void reply_flags(struct fake_out *out, unsigned flags)
{
    size_t place = fake_reply_array_later(out), count = 0;
    unsigned flag;
    const char *name;
    for (size_t i = 0; (name = fake_script_flag_at(i, &flag)); i++) {
        if (!(flags & flag)) continue;
        fake_reply_status(out, name);
        count++;
    }
    fake_reply_set_set(out, place, count);
}

static void reply_library(struct fake_out *out, const struct fake_library *library, bool with_code)
{
    fake_reply_map(out, with_code ? 4 : 3);
    fake_reply_bulk_text(out, "library_name");
    fake_reply_bulk_text(out, library->name);
    fake_reply_bulk_text(out, "engine");
    fake_reply_bulk_text(out, "LUA");
    fake_reply_bulk_text(out, "functions");
    fake_reply_array(out, library->count);
    for (const struct fake_function *f = library->first; f; f = f->next) {
        fake_reply_map(out, 3);
        fake_reply_bulk_text(out, "name");
        fake_reply_bulk_text(out, f->name);
        fake_reply_bulk_text(out, "description");
        if (f->description)
            fake_reply_bulk_text(out, f->description);
        else
            fake_reply_nil(out);
        fake_reply_bulk_text(out, "flags");
        reply_flags(out, f->flags);
    }
    if (!with_code) return;
    fake_reply_bulk_text(out, "library_code");
    fake_reply_bulk(out, (struct fl_span){library->code, library->code_bytes});
}

/* False: an error was written. */
static bool parse_list(struct fake_call *call, bool *ret_with_code, struct fl_span *ret_pattern)
{
    *ret_with_code = false;
    *ret_pattern = (struct fl_span){0};
    for (size_t i = 2; i < call->count; i++) {
        if (!*ret_with_code && fake_arg_is(call->args[i], "withcode")) {
            *ret_with_code = true;
        } else if (!ret_pattern->bytes && fake_arg_is(call->args[i], "libraryname")) {
            if (++i == call->count) {
                fake_reply_error(call->out, "ERR library name argument was not given");
                return false;
            }
            *ret_pattern = call->args[i];
        } else {
            fake_reply_errorf(call->out, "ERR Unknown argument %.*s", FL_SPAN_ARGS(call->args[i]));
            return false;
        }
    }
    return true;
}

static struct fl_span lower(struct fl_span text, char copy[static LOWER_BYTES_MAX])
{
    if (text.length > LOWER_BYTES_MAX) return text;
    for (size_t i = 0; i < text.length; i++)
        copy[i] = (char)tolower((unsigned char)text.bytes[i]);
    return (struct fl_span){copy, text.length};
}

static bool matches_any_case(struct fl_span pattern, const char *name)
{
    char lower_pattern[LOWER_BYTES_MAX], lower_name[LOWER_BYTES_MAX];
    return fl_span_glob(lower(pattern, lower_pattern), lower(fl_span_from(name), lower_name));
}

void fake_cmd_function_list(struct fake_call *call)
{
    bool with_code;
    struct fl_span pattern;
    if (!parse_list(call, &with_code, &pattern)) return;
    const struct fake_functions *functions = functions_of(call);
    const struct fake_library *library = functions ? functions->first : NULL;
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (; library; library = library->next) {
        if (pattern.bytes && !matches_any_case(pattern, library->name)) continue;
        reply_library(call->out, library, with_code);
        count++;
    }
    fake_reply_array_set(call->out, place, count);
}

void fake_cmd_function_stats(struct fake_call *call)
{
    const struct fake_functions *functions = functions_of(call);
    struct fake_out *out = call->out;
    fake_reply_map(out, 2);
    fake_reply_bulk_text(out, "running_script");
    fake_reply_nil(out);
    fake_reply_bulk_text(out, "engines");
    fake_reply_map(out, 1);
    fake_reply_bulk_text(out, "LUA");
    fake_reply_map(out, 2);
    fake_reply_bulk_text(out, "libraries_count");
    fake_reply_int(out, functions ? (int64_t)functions->library_count : 0);
    fake_reply_bulk_text(out, "functions_count");
    fake_reply_int(out, functions ? (int64_t)functions->function_count : 0);
}
