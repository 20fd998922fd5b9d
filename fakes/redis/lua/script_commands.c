/* SCRIPT. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/sha1.h"

void fake_cmd_script_load(struct fake_call *call)
{
    char hex[FAKE_SHA1_HEX_BYTES];
    if (fake_script_load(call, call->args[2], hex))
        fake_reply_bulk(call->out, (struct fl_span){hex, FAKE_SHA1_HEX_BYTES});
}

void fake_cmd_script_exists(struct fake_call *call)
{
    struct fake_scripts *scripts = call->engine->scripts;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++)
        fake_reply_int(call->out, scripts && fake_script_find(scripts, call->args[i]));
}

void fake_cmd_script_flush(struct fake_call *call)
{
    bool ok = call->count == 2 || (call->count == 3 && (fake_arg_is(call->args[2], "sync") ||
                                                        fake_arg_is(call->args[2], "async")));
    if (!ok) {
        fake_reply_error(call->out, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    fake_redis_script_flush(call->engine);
    fake_reply_ok(call->out);
}

/* There is no debugger to turn on. */
void fake_cmd_script_debug(struct fake_call *call)
{
    if (fake_arg_is(call->args[2], "no"))
        fake_reply_ok(call->out);
    else if (fake_arg_is(call->args[2], "yes") || fake_arg_is(call->args[2], "sync"))
        fake_reply_error(call->out, "ERR this fake has no Lua debugger");
    else
        fake_reply_error(call->out, "ERR Use SCRIPT DEBUG YES/SYNC/NO");
}

void fake_cmd_script_kill(struct fake_call *call)
{
    unsigned states = call->engine->states;
    if (!(states & FAKE_REDIS_BUSY)) {
        fake_reply_error(call->out, "NOTBUSY No scripts in execution right now.");
    } else if (states & FAKE_REDIS_UNKILLABLE) {
        fake_reply_error(call->out,
                         "UNKILLABLE Sorry the script already executed write commands against the "
                         "dataset. You can either wait the script termination or kill the server "
                         "in a hard way using the SHUTDOWN NOSAVE command.");
    } else {
        fake_redis_set_states(call->engine, states & ~(unsigned)FAKE_REDIS_BUSY);
        fake_reply_ok(call->out);
    }
}

void fake_cmd_function_kill(struct fake_call *call)
{
    fake_cmd_script_kill(call);
}
