/* Commands about the server that are alone: TIME, LOLWUT, MODULE, CLUSTER and its kin, CONFIG
 * RESETSTAT. */
#include <stdio.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"

void fake_cmd_time(struct fake_call *call)
{
    fake_reply_array(call->out, 2);
    fake_reply_bulk_int(call->out, call->engine->now_us / 1000000);
    fake_reply_bulk_int(call->out, call->engine->now_us % 1000000);
}

/* No picture, but what stands below each. */
void fake_cmd_lolwut(struct fake_call *call)
{
    char text[64];
    int64_t version;
    bool is_asked = call->count > 2 && fake_arg_is(call->args[1], "version");
    if (is_asked && !fake_call_int(call, call->args[2], &version)) return;
    int length = snprintf(text, sizeof(text), "Redis ver. %.32s\n", call->engine->options.version);
    fake_reply_text(call->out, (struct fl_span){text, (size_t)length});
}

/* ---- MODULE: there are none ---- */

void fake_cmd_module_list(struct fake_call *call)
{
    fake_reply_array(call->out, 0);
}

void fake_cmd_module_load(struct fake_call *call)
{
    fake_reply_error(
        call->out, "ERR MODULE command not allowed. If the enable-module-command option is set to "
                   "\"local\", you can run it from a local connection, otherwise you need to set "
                   "this option in the configuration file, and then restart the server.");
}

/* ---- CLUSTER ---- */

void fake_cmd_cluster(struct fake_call *call)
{
    fake_reply_error(call->out, "ERR This instance has cluster support disabled");
}

/* READONLY, READWRITE, ASKING: of a node of a cluster, which serves what it has. */
void fake_cmd_cluster_mode(struct fake_call *call)
{
    if (call->engine->cluster)
        fake_reply_ok(call->out);
    else
        fake_cmd_cluster(call);
}

void fake_cmd_config_resetstat(struct fake_call *call)
{
    fake_stats_reset(call->engine);
    fake_reply_ok(call->out);
}
