#include "fakes/redis/engine/monitor.h"

#include <ctype.h>
#include <stdio.h>

#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/engine/states.h"
#include "fakes/redis/table/command_list.h"

static bool is_named(const struct fake_command *command, const char *name)
{
    return strcmp(command->name, name) == 0;
}

void fake_cmd_monitor(struct fake_call *call)
{
    if (call->engine->in_transaction) {
        fake_reply_error(call->out, "ERR MONITOR isn't allowed for DENY BLOCKING client");
        return;
    }
    if (call->session->monitors) return; /* Redis does not even answer */
    call->session->monitors = true;
    call->engine->monitors++;
    fake_reply_ok(call->out);
}

void fake_monitor_leave(struct fake_redis_session *session)
{
    if (session->monitors) session->engine->monitors--;
    session->monitors = false;
}

bool fake_monitor_forbids(const struct fake_redis_session *session,
                          const struct fake_command *command, const struct fl_span *args)
{
    if (!session->monitors) return false;
    return (command->flags & (FAKE_CMD_READ | FAKE_CMD_WRITE)) ||
           fake_states_may_replicate(session->engine, command, args);
}

/* ---- the line ---- */

static void append_text(struct fake_out *line, const char *text)
{
    fake_out_append(line, text, strlen(text));
}

static void append_quoted(struct fake_out *line, struct fl_span text)
{
    static const char plain[] = "\n\r\t\a\b\"\\", letters[] = "nrtab\"\\";
    append_text(line, "\"");
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];
        const char *special = c ? strchr(plain, c) : NULL;
        char shown[8];
        int length = special      ? snprintf(shown, sizeof(shown), "\\%c", letters[special - plain])
                     : isprint(c) ? snprintf(shown, sizeof(shown), "%c", c)
                                  : snprintf(shown, sizeof(shown), "\\x%02x", c);
        fake_out_append(line, shown, (size_t)length);
    }
    append_text(line, "\"");
}

/* Passwords: all that AUTH says, and the two words behind HELLO's AUTH. */
static bool is_secret(const struct fake_call *call, size_t i)
{
    if (is_named(call->command, "auth")) return i > 0;
    if (!is_named(call->command, "hello")) return false;
    for (size_t at = 2; at < i && at + 2 < call->count; at++)
        if (fake_arg_is(call->args[at], "auth") && i <= at + 2) return true;
    return false;
}

static void write_line(const struct fake_call *call, struct fake_out *line)
{
    char head[96], address[FAKE_CLIENT_ADDRESS_BYTES];
    bool is_script = !call->session->is_client;
    int length = snprintf(head, sizeof(head), "+%lld.%06lld [%u %s]",
                          (long long)(call->engine->now_us / 1000000),
                          (long long)(call->engine->now_us % 1000000), call->session->db,
                          is_script ? "lua" : fake_client_address(call->session, address));
    fake_out_append(line, head, (size_t)length);
    for (size_t i = 0; i < call->count; i++) {
        append_text(line, " ");
        append_quoted(line, is_secret(call, i) ? FL_SPAN("(redacted)") : call->args[i]);
    }
    append_text(line, "\r\n");
}

static struct fake_redis_session *next_listener(struct fake_redis_session *session)
{
    while (session && (!session->monitors || session->output.muted || fake_redis_closed(session)))
        session = session->next;
    return session;
}

void fake_monitor_show(const struct fake_call *call)
{
    struct fake_out line = {0};
    struct fake_redis_session *session = next_listener(call->engine->first_session);
    if (session) write_line(call, &line);
    for (; session; session = next_listener(session->next)) {
        fake_out_append(&session->output, line.bytes, line.length);
        session->output.broken |= line.broken; /* a line less would be a lie */
        fake_wakeup(session, FAKE_WAKEUP_TOLD);
    }
    fake_out_release(&line);
}
