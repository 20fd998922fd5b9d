/* What the control channel can be asked of the served fake and of the proxy alike. */
#include "fakes/redis/serve/face.h"

enum { COMMANDS_TOLD = 100 };

static void fault(struct fake_control_call *call)
{
    struct fake_face *face = call->context;
    uint32_t id;
    if (!fake_rule_add(face->wire, &face->rule_reader, call->rest, &id, call->error)) return;
    if (id)
        fl_json_put_int64(call->answer, "id", id);
    else
        fake_control_wrong(call, "expected a fault, like delay 5s command lpush");
}

static void faults(struct fake_control_call *call)
{
    const struct fake_face *face = call->context;
    fl_json_key(call->answer, "faults");
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    fake_rules_tell(face->wire, &all);
    fake_control_end(call, &all);
}

static void heal(struct fake_control_call *call)
{
    struct fake_face *face = call->context;
    long long id;
    if (!call->rest.length)
        fake_wire_clear(face->wire);
    else if (fake_control_number(call, 1, UINT32_MAX, &id) &&
             !fake_wire_remove(face->wire, (uint32_t)id))
        fake_control_wrong(call, "there is no fault %lld", id);
}

static void record(struct fake_control_call *call)
{
    struct fake_face *face = call->context;
    struct fl_span word = fake_control_word(call);
    if (fl_span_is(word, "on"))
        face->record.is_on = true;
    else if (fl_span_is(word, "off"))
        face->record.is_on = false;
    else if (word.length)
        fake_control_wrong(call, "expected on or off, found \"%.*s\"", FL_SPAN_ARGS(word));
    if (face->on_record) face->on_record(face);
    fl_json_put_bool(call->answer, "on", face->record.is_on);
    fl_json_put_int64(call->answer, "seen", (int64_t)face->record.seen);
    fl_json_put_int64(call->answer, "forgotten", (int64_t)face->record.forgotten);
}

static void commands(struct fake_control_call *call)
{
    const struct fake_face *face = call->context;
    long long most = COMMANDS_TOLD;
    if (call->rest.length && !fake_control_number(call, 0, FAKE_RECORD_COMMANDS_MAX, &most)) return;
    fl_json_key(call->answer, "commands");
    struct fl_json_writer all = fl_json_begin_array(call->answer->out);
    fake_record_tell(&face->record, (size_t)most, &all);
    fake_control_end(call, &all);
}

static void seed(struct fake_control_call *call)
{
    const struct fake_face *face = call->context;
    fl_json_put_int64(call->answer, "seed", (int64_t)face->seed);
}

static void stop(struct fake_control_call *call)
{
    struct fake_face *face = call->context;
    face->is_stopping = true;
}

const struct fake_control_command fake_face_commands[] = {
    {"fault", "LINE", "adds a fault, as a scenario's line `fault` has it", fault},
    {"faults", "", "all faults, with how often each has matched and fired", faults},
    {"heal", "[ID]", "ends all faults, or one", heal},
    {"record", "[on|off]", "begins or stops to record commands", record},
    {"commands", "[N]", "the last commands that were recorded; 100 unless N says otherwise",
     commands},
    {"seed", "", "the seed that it was started with", seed},
    {"stop", "", "ends the server", stop},
    {0},
};
