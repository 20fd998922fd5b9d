/* AUTH and the subcommands of ACL. */
#include <ctype.h>
#include <stdio.h>

#include "core/assert.h"
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/acl/acl_log.h"
#include "fakes/redis/acl/acl_rules.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_list.h"

void fake_cmd_auth(struct fake_call *call)
{
    static const char no_password[] =
        "ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?";
    const struct fake_acl *acl = call->engine->acl;
    if (call->count > 3) {
        fake_call_syntax_error(call);
    } else if (call->count == 2 && (!acl || acl->default_user->no_password)) {
        fake_reply_error(call->out, no_password);
    } else {
        struct fl_span name = call->count == 2 ? FL_SPAN("default") : call->args[1];
        if (fake_acl_authenticate(call->session, name, call->args[call->count - 1]))
            fake_reply_ok(call->out);
        else
            fake_reply_error(call->out,
                             "WRONGPASS invalid username-password pair or user is disabled.");
    }
}

static void reply_out(struct fake_call *call, struct fake_out *text)
{
    fake_reply_bulk(call->out, (struct fl_span){text->bytes, text->length});
    call->out->broken |= text->broken;
    fake_out_release(text);
}

/* False: OOM was answered. */
static bool need_users(struct fake_call *call)
{
    if (fake_acl_of(call->engine)) return true;
    fake_call_oom(call);
    return false;
}

void fake_cmd_acl_whoami(struct fake_call *call)
{
    const struct fake_acl_user *user = fake_acl_user_of(call->session);
    fake_reply_bulk(call->out, user ? fake_str_span(user->name) : FL_SPAN("default"));
}

/* ---- users ---- */

void fake_cmd_acl_list(struct fake_call *call)
{
    if (!need_users(call)) return;
    fake_reply_array(call->out, call->engine->acl->user_count);
    for (const struct fake_acl_user *user = call->engine->acl->first; user; user = user->next) {
        struct fake_out line = {0};
        fake_acl_describe(&line, call->engine->version, user);
        reply_out(call, &line);
    }
}

void fake_cmd_acl_users(struct fake_call *call)
{
    if (!need_users(call)) return;
    fake_reply_array(call->out, call->engine->acl->user_count);
    for (const struct fake_acl_user *user = call->engine->acl->first; user; user = user->next)
        fake_reply_bulk(call->out, fake_str_span(user->name));
}

static void reply_flags(struct fake_call *call, const struct fake_acl_user *user)
{
    size_t place = fake_reply_array_later(call->out), count = 1;
    fake_reply_bulk_text(call->out, user->is_on ? "on" : "off");
    if (user->no_password) {
        fake_reply_bulk_text(call->out, "nopass");
        count++;
    }
    if (user->payload != FAKE_ACL_PAYLOAD_UNSAID) {
        fake_reply_bulk_text(call->out, user->payload == FAKE_ACL_PAYLOAD_TRUSTED
                                            ? "skip-sanitize-payload"
                                            : "sanitize-payload");
        count++;
    }
    fake_reply_set_set(call->out, place, count);
}

static void reply_selector(struct fake_call *call, const struct fake_acl_selector *selector)
{
    struct fake_out text = {0};
    fake_reply_bulk_text(call->out, "commands");
    fake_acl_describe_commands(&text, call->engine->version, selector);
    reply_out(call, &text);
    fake_reply_bulk_text(call->out, "keys");
    fake_acl_describe_keys(&text, selector);
    reply_out(call, &text);
    fake_reply_bulk_text(call->out, "channels");
    fake_acl_describe_channels(&text, selector);
    reply_out(call, &text);
}

void fake_cmd_acl_getuser(struct fake_call *call)
{
    if (!need_users(call)) return;
    const struct fake_acl_user *user = fake_acl_find(call->engine, call->args[2]);
    if (!user) {
        fake_reply_nil(call->out);
        return;
    }
    fake_reply_map(call->out, 6);
    fake_reply_bulk_text(call->out, "flags");
    reply_flags(call, user);
    fake_reply_bulk_text(call->out, "passwords");
    fake_reply_array(call->out, user->passwords.count);
    for (size_t i = 0; i < user->passwords.count; i++)
        fake_reply_bulk(call->out, fake_str_span(user->passwords.items[i].text));
    reply_selector(call, &user->root);
    fake_reply_bulk_text(call->out, "selectors");
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (const struct fake_acl_selector *s = user->root.next; s; s = s->next, count++) {
        fake_reply_map(call->out, 3);
        reply_selector(call, s);
    }
    fake_reply_array_set(call->out, place, count);
}

/* ---- SETUSER ---- */

static bool is_user_name(struct fl_span name)
{
    for (size_t i = 0; i < name.length; i++)
        if (isspace((unsigned char)name.bytes[i]) || name.bytes[i] == '\0') return false;
    return true;
}

/* A selector may stand in several arguments, "(+get" "~a)". Returns how many the rule takes, or 0:
 * an error was written. `joined` holds the rule if it takes more than one. */
static size_t take_rule(struct fake_call *call, size_t i, struct fake_out *joined,
                        struct fl_span *ret_rule)
{
    const struct fl_span *args = call->args;
    size_t end = i;
    *ret_rule = args[i];
    if (!args[i].length || args[i].bytes[0] != '(') return 1;
    while (end < call->count && (!args[end].length || args[end].bytes[args[end].length - 1] != ')'))
        end++;
    if (end == call->count) {
        fake_reply_errorf(call->out,
                          "ERR Unmatched parenthesis in acl selector starting at '%.*s'.",
                          (int)(args[i].length & 0x1ff), args[i].bytes);
        return 0;
    }
    if (end == i) return 1;
    joined->length = 0;
    for (size_t j = i; j <= end; j++) {
        if (j > i) fake_out_append(joined, " ", 1);
        fake_out_append(joined, args[j].bytes, args[j].length);
    }
    *ret_rule = (struct fl_span){joined->bytes, joined->length};
    if (!joined->broken) return end - i + 1;
    fake_call_oom(call);
    return 0;
}

/* False: an error was written. */
static bool apply_rules(struct fake_call *call, struct fake_acl_user *user, struct fake_out *joined)
{
    for (size_t i = 3; i < call->count;) {
        struct fl_span rule;
        size_t taken = take_rule(call, i, joined, &rule);
        if (!taken) return false;
        const char *error = fake_acl_apply(call->engine, user, rule);
        if (error) {
            fake_reply_errorf(call->out, "ERR Error in ACL SETUSER modifier '%.*s': %s",
                              (int)(rule.length & 0x1ff), rule.bytes, error);
            return false;
        }
        i += taken;
    }
    return true;
}

void fake_cmd_acl_setuser(struct fake_call *call)
{
    struct fake_redis *engine = call->engine;
    struct fl_span name = call->args[2];
    if (!is_user_name(name)) {
        fake_reply_error(call->out, "ERR Usernames can't contain spaces or null characters");
        return;
    }
    if (!need_users(call)) return;
    const struct fake_acl_user *old = fake_acl_find(engine, name);
    struct fake_acl_user *user = NULL;
    if (old)
        user = fake_acl_user_copy(engine, old);
    else if (engine->acl->user_count < FAKE_ACL_USERS_MAX)
        user = fake_acl_user_new(engine, name);
    if (!user) {
        fake_call_oom(call);
        return;
    }
    struct fake_out joined = {0};
    if (apply_rules(call, user, &joined)) {
        fake_acl_put(engine, user);
        fake_reply_ok(call->out);
    } else {
        fake_acl_user_free(engine, user);
    }
    fake_out_release(&joined);
}

void fake_cmd_acl_deluser(struct fake_call *call)
{
    int64_t deleted = 0;
    for (size_t i = 2; i < call->count; i++)
        if (fl_span_is(call->args[i], "default")) {
            fake_reply_error(call->out, "ERR The 'default' user cannot be removed");
            return;
        }
    for (size_t i = 2; i < call->count; i++)
        deleted += fake_acl_delete(call->engine, call->args[i]);
    fake_reply_int(call->out, deleted);
}

/* ---- the others ---- */

static void refuse_arity(struct fake_call *call)
{
    fake_reply_errorf(
        call->out, "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try ACL HELP.",
        (int)(call->args[1].length & 0x7f), call->args[1].bytes);
}

void fake_cmd_acl_cat(struct fake_call *call)
{
    enum fake_category category;
    if (call->count > 3) {
        refuse_arity(call);
    } else if (call->count == 2) {
        fake_reply_array(call->out, FAKE_CATEGORIES);
        for (unsigned i = 0; i < FAKE_CATEGORIES; i++)
            fake_reply_bulk_text(call->out, fake_category_name((enum fake_category)i));
    } else if (!fake_category_find(call->args[2], &category)) {
        fake_reply_errorf(call->out, "ERR Unknown category '%.*s'",
                          (int)(call->args[2].length & 0x7f), call->args[2].bytes);
    } else {
        size_t place = fake_reply_array_later(call->out), count = 0;
        for (size_t i = 0; i < fake_command_count(); i++) {
            const struct fake_command *command = fake_command_at(i);
            if (!fake_command_is_listed(call->engine->version, command) ||
                !(fake_command_categories(command) & 1u << category))
                continue;
            fake_reply_bulk_text(call->out, command->name);
            count++;
        }
        fake_reply_array_set(call->out, place, count);
    }
}

/* From the engine's dice, so that a run repeats. */
void fake_cmd_acl_genpass(struct fake_call *call)
{
    enum { BITS = 256, BITS_MAX = 4096, BITS_OF_DIGIT = 4 };
    char text[BITS_MAX / BITS_OF_DIGIT];
    int64_t bits = BITS;
    if (call->count > 3) {
        refuse_arity(call);
        return;
    }
    if (call->count == 3 && !fake_call_int(call, call->args[2], &bits)) return;
    if (bits <= 0 || bits > BITS_MAX) {
        fake_reply_error(call->out, "ERR ACL GENPASS argument must be the number of bits for the "
                                    "output password, a positive number up to 4096");
        return;
    }
    size_t digits = (size_t)(bits + BITS_OF_DIGIT - 1) / BITS_OF_DIGIT;
    for (size_t i = 0; i < digits; i++)
        text[i] = "0123456789abcdef"[fake_dice_roll(&call->engine->dice) >> 60];
    fake_reply_bulk(call->out, (struct fl_span){text, digits});
}

void fake_cmd_acl_file(struct fake_call *call)
{
    fake_reply_error(
        call->out, "ERR This Redis instance is not configured to use an ACL file. You may want to "
                   "specify users via the ACL SETUSER command and then issue a CONFIG REWRITE "
                   "(assuming you have a Redis configuration file set) in order to store users in "
                   "the Redis configuration.");
}

static void reply_denial(struct fake_call *call, enum fake_acl_verdict verdict, const char *name,
                         struct fl_span object)
{
    char text[600];
    int length;
    if (verdict == FAKE_ACL_NO_COMMAND)
        length = snprintf(text, sizeof(text),
                          "This user has no permissions to run the '%s' command", name);
    else
        length =
            snprintf(text, sizeof(text), "This user has no permissions to access the '%.*s' %s",
                     (int)(object.length & 0x1ff), object.bytes,
                     verdict == FAKE_ACL_NO_KEY ? "key" : "channel");
    fake_reply_bulk(call->out, (struct fl_span){text, (size_t)length});
}

void fake_cmd_acl_dryrun(struct fake_call *call)
{
    enum fake_version version = call->engine->version;
    const struct fl_span *args = call->args + 3;
    size_t count = call->count - 3, arg;
    if (!need_users(call)) return;
    const struct fake_acl_user *user = fake_acl_find(call->engine, call->args[2]);
    if (!user) {
        fake_reply_errorf(call->out, "ERR User '%.*s' not found",
                          (int)(call->args[2].length & 0x1ff), call->args[2].bytes);
        return;
    }
    const struct fake_command *command = fake_command_find(version, args[0]);
    if (command && (command->flags & FAKE_CMD_CONTAINER) && count > 1)
        command = fake_command_find_sub(version, command, args[1]);
    if (!command) {
        fake_reply_errorf(call->out, "ERR Command '%.*s' not found", (int)(args[0].length & 0x1ff),
                          args[0].bytes);
    } else if (!fake_command_arity_fits(command, count)) {
        fake_reply_errorf(call->out, "ERR wrong number of arguments for '%s' command",
                          command->name);
    } else {
        enum fake_acl_verdict verdict = fake_acl_judge(user, command, args, count, &arg);
        if (verdict == FAKE_ACL_ALLOWED)
            fake_reply_ok(call->out);
        else
            reply_denial(call, verdict, command->name, args[arg]);
    }
}

/* ---- ACL LOG ---- */

static void reply_entry(struct fake_call *call, const struct fake_acl_entry *entry)
{
    static const char *const reasons[] = {[FAKE_ACL_REASON_COMMAND] = "command",
                                          [FAKE_ACL_REASON_KEY] = "key",
                                          [FAKE_ACL_REASON_CHANNEL] = "channel",
                                          [FAKE_ACL_REASON_AUTH] = "auth"};
    static const char *const contexts[] = {[FAKE_ACL_TOPLEVEL] = "toplevel",
                                           [FAKE_ACL_IN_MULTI] = "multi",
                                           [FAKE_ACL_IN_SCRIPT] = "lua"};
    fake_reply_map(call->out, 7);
    fake_reply_bulk_text(call->out, "count");
    fake_reply_int(call->out, (int64_t)entry->count);
    fake_reply_bulk_text(call->out, "reason");
    fake_reply_bulk_text(call->out, reasons[entry->reason]);
    fake_reply_bulk_text(call->out, "context");
    fake_reply_bulk_text(call->out, contexts[entry->context]);
    fake_reply_bulk_text(call->out, "object");
    fake_reply_bulk(call->out, fake_str_span(entry->object));
    fake_reply_bulk_text(call->out, "username");
    fake_reply_bulk(call->out, fake_str_span(entry->user_name));
    fake_reply_bulk_text(call->out, "age-seconds");
    fake_reply_double(call->out, (double)(call->engine->now_ms - entry->when_ms) / 1000);
    fake_reply_bulk_text(call->out, "client-info");
    fake_reply_bulk(call->out, fake_str_span(entry->client));
}

void fake_cmd_acl_log(struct fake_call *call)
{
    int64_t count = 10;
    if (call->count > 3) {
        refuse_arity(call);
        return;
    }
    if (call->count == 3 && fake_arg_is(call->args[2], "reset")) {
        fake_acl_log_trim(call->engine, 0);
        fake_reply_ok(call->out);
        return;
    }
    if (call->count == 3 && !fake_call_int(call, call->args[2], &count)) return;
    size_t place = fake_reply_array_later(call->out);
    int64_t shown = 0;
    const struct fake_acl_entry *entry = call->engine->acl_log;
    for (; entry && shown < count; entry = entry->next, shown++)
        reply_entry(call, entry);
    fake_reply_array_set(call->out, place, (size_t)shown);
}
