/* EVAL, EVALSHA and what reads only. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/monitor.h"
#include "fakes/redis/lua/run.h"
#include "fakes/redis/lua/script.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/sha1.h"

static void run(struct fake_call *call, struct fake_script *script, const char *name,
                size_t key_count)
{
    fake_lua_run(&(struct fake_lua_run){
        .call = call,
        .machine = call->engine->scripts->machine,
        .name = name,
        .reference = &script->reference,
        .code = {script->code, script->code_bytes},
        .flags = script->flags,
        .key_count = key_count,
    });
}

/* What MONITOR shows of a script comes before what it shows of the script's commands. */
static void show(const struct fake_call *call)
{
    if (call->engine->monitors) fake_monitor_show(call);
}

void fake_cmd_eval(struct fake_call *call)
{
    show(call);
    size_t key_count;
    char hex[FAKE_SHA1_HEX_BYTES + 1] = "";
    if (!fake_lua_parse_key_count(call, NULL, &key_count)) return;
    struct fake_script *script = fake_script_load(call, call->args[1], hex);
    if (script) run(call, script, hex, key_count);
}

void fake_cmd_eval_ro(struct fake_call *call)
{
    fake_cmd_eval(call);
}

void fake_cmd_evalsha(struct fake_call *call)
{
    show(call);
    static const char no_script[] = "NOSCRIPT No matching script. Please use EVAL.";
    size_t key_count;
    struct fl_span name = call->args[1];
    if (name.length != FAKE_SHA1_HEX_BYTES) {
        fake_reply_error(call->out, no_script);
        return;
    }
    if (!fake_lua_parse_key_count(call, NULL, &key_count)) return;
    struct fake_scripts *scripts = call->engine->scripts;
    struct fake_script *script = scripts ? fake_script_find(scripts, name) : NULL;
    if (!script) {
        fake_reply_error(call->out, no_script);
        return;
    }
    char hex[FAKE_SHA1_HEX_BYTES + 1] = "";
    for (size_t i = 0; i < name.length; i++)
        hex[i] = (char)(name.bytes[i] | (name.bytes[i] >= 'A' && name.bytes[i] <= 'F' ? 0x20 : 0));
    run(call, script, hex, key_count);
}

void fake_cmd_evalsha_ro(struct fake_call *call)
{
    fake_cmd_evalsha(call);
}
