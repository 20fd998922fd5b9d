#include "fakes/redis/acl/acl_check.h"

#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/acl/acl_log.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/table/command_keys.h"
#include "fakes/redis/values/sha256.h"

/* ---- one selector ---- */

static bool allows_command(const struct fake_acl_selector *selector,
                           const struct fake_command *command, const struct fl_span *args,
                           size_t count)
{
    size_t row = (size_t)(command - fake_command_at(0));
    if (fake_acl_selector_has(selector, row) || (command->flags & FAKE_CMD_NO_AUTH)) return true;
    for (size_t i = 0; count > 1 && i < selector->first_args.count; i++) {
        const struct fake_acl_word *word = &selector->first_args.items[i];
        struct fl_span text = fake_str_span(word->text);
        if (word->value == row && text.length == args[1].length &&
            strncasecmp(text.bytes, args[1].bytes, text.length) == 0)
            return true;
    }
    return false;
}

static bool allows_key(const struct fake_acl_selector *selector, struct fl_span key, unsigned use)
{
    unsigned wanted = use & FAKE_KEY_ACCESS ? FAKE_ACL_READS : 0;
    if (use & (FAKE_KEY_INSERT | FAKE_KEY_UPDATE | FAKE_KEY_DELETE)) wanted |= FAKE_ACL_WRITES;
    for (size_t i = 0; i < selector->keys.count; i++) {
        const struct fake_acl_word *word = &selector->keys.items[i];
        if ((word->value & wanted) == wanted && fl_span_glob(fake_str_span(word->text), key))
            return true;
    }
    return false;
}

/* The argument that is a key it may not use so; 0: none. */
static size_t find_bad_key(const struct fake_acl_selector *selector,
                           const struct fake_command *command, const struct fl_span *args,
                           size_t count)
{
    struct fake_keys keys;
    struct fake_key_cursor cursor = {0};
    unsigned use;
    size_t i;
    if (selector->all_keys || !*fake_command_facts(command)->keys) return 0;
    (void)fake_command_keys(command, args, count, &keys);
    while ((i = fake_keys_next(&keys, &cursor, &use)))
        if (!allows_key(selector, args[i], use)) return i;
    return 0;
}

enum channels { NO_CHANNELS, ONE_CHANNEL, CHANNELS, PATTERNS };

static enum channels channels_of(const struct fake_command *command)
{
    static const struct {
        const char *name;
        enum channels channels;
    } known[] = {{"psubscribe", PATTERNS},
                 {"publish", ONE_CHANNEL},
                 {"spublish", ONE_CHANNEL},
                 {"ssubscribe", CHANNELS},
                 {"subscribe", CHANNELS}};
    for (size_t i = 0; command->family == FAKE_FAMILY_PUBSUB && i < FL_COUNT(known); i++)
        if (strcmp(command->name, known[i].name) == 0) return known[i].channels;
    return NO_CHANNELS;
}

bool fake_acl_allows_channel(const struct fake_acl_selector *selector, struct fl_span channel,
                             bool is_pattern)
{
    if (selector->all_channels) return true;
    for (size_t i = 0; i < selector->channels.count; i++) {
        struct fl_span pattern = fake_str_span(selector->channels.items[i].text);
        if (is_pattern ? fl_span_equal(pattern, channel) : fl_span_glob(pattern, channel))
            return true;
    }
    return false;
}

static size_t find_bad_channel(const struct fake_acl_selector *selector,
                               const struct fake_command *command, const struct fl_span *args,
                               size_t count)
{
    enum channels channels = channels_of(command);
    if (channels == NO_CHANNELS) return 0;
    if (channels == ONE_CHANNEL) count = 2;
    for (size_t i = 1; i < count; i++)
        if (!fake_acl_allows_channel(selector, args[i], channels == PATTERNS)) return i;
    return 0;
}

static enum fake_acl_verdict judge_selector(const struct fake_acl_selector *selector,
                                            const struct fake_command *command,
                                            const struct fl_span *args, size_t count,
                                            size_t *ret_arg)
{
    *ret_arg = 0;
    if (!allows_command(selector, command, args, count)) return FAKE_ACL_NO_COMMAND;
    *ret_arg = find_bad_key(selector, command, args, count);
    if (*ret_arg) return FAKE_ACL_NO_KEY;
    *ret_arg = find_bad_channel(selector, command, args, count);
    return *ret_arg ? FAKE_ACL_NO_CHANNEL : FAKE_ACL_ALLOWED;
}

/* ---- users ---- */

/* One selector that allows all is enough; else the one counts that came farthest. */
enum fake_acl_verdict fake_acl_judge(const struct fake_acl_user *user,
                                     const struct fake_command *command, const struct fl_span *args,
                                     size_t count, size_t *ret_arg)
{
    enum fake_acl_verdict verdict = FAKE_ACL_NO_COMMAND;
    size_t farthest = 0, arg;
    for (const struct fake_acl_selector *s = &user->root; s; s = s->next) {
        enum fake_acl_verdict one = judge_selector(s, command, args, count, &arg);
        if (one == FAKE_ACL_ALLOWED) {
            *ret_arg = 0;
            return one;
        }
        if (one < verdict || (one == verdict && arg <= farthest)) continue;
        verdict = one;
        farthest = arg;
    }
    *ret_arg = farthest;
    return verdict;
}

const struct fake_acl_user *fake_acl_user_of(const struct fake_redis_session *session)
{
    const struct fake_acl *acl = session->engine->acl;
    return session->user ? session->user : acl ? acl->default_user : NULL;
}

bool fake_acl_reads_all_keys(const struct fake_redis_session *session)
{
    const struct fake_acl_user *user = fake_acl_user_of(session);
    if (!user) return true;
    for (const struct fake_acl_selector *s = &user->root; s; s = s->next) {
        const struct fake_acl_word *all = fake_acl_words_find(&s->keys, FL_SPAN("*"));
        if (s->all_keys || (all && (all->value & FAKE_ACL_READS))) return true;
    }
    return false;
}

enum fake_acl_verdict fake_acl_check(struct fake_redis_session *session,
                                     enum fake_acl_context context,
                                     const struct fake_command *command, const struct fl_span *args,
                                     size_t count)
{
    static const enum fake_acl_reason reasons[] = {
        [FAKE_ACL_NO_COMMAND] = FAKE_ACL_REASON_COMMAND,
        [FAKE_ACL_NO_KEY] = FAKE_ACL_REASON_KEY,
        [FAKE_ACL_NO_CHANNEL] = FAKE_ACL_REASON_CHANNEL,
    };
    const struct fake_acl_user *user = fake_acl_user_of(session);
    size_t arg;
    enum fake_acl_verdict verdict = fake_acl_judge(user, command, args, count, &arg);
    if (verdict == FAKE_ACL_ALLOWED) return verdict;
    struct fl_span object = arg ? args[arg] : fl_span_from(command->name);
    fake_acl_log_add(session, context, reasons[verdict], object, fake_str_span(user->name));
    return verdict;
}

/* ---- coming in ---- */

static bool is_open(const struct fake_redis *engine)
{
    const struct fake_acl_user *user = engine->acl ? engine->acl->default_user : NULL;
    return !user || (user->is_on && user->no_password);
}

static bool is_right(const struct fake_acl_user *user, struct fl_span password)
{
    char hex[FAKE_SHA256_HEX_BYTES];
    if (!user || !user->is_on) return false;
    if (user->no_password) return true;
    fake_sha256_hex(password, hex);
    return fake_acl_words_find(&user->passwords, (struct fl_span){hex, sizeof(hex)});
}

bool fake_acl_authenticate(struct fake_redis_session *session, struct fl_span name,
                           struct fl_span password)
{
    struct fake_redis *engine = session->engine;
    bool right = !engine->acl ? fl_span_is(name, "default")
                              : is_right(fake_acl_find(engine, name), password);
    if (!right) {
        fake_acl_log_add(session, FAKE_ACL_TOPLEVEL, FAKE_ACL_REASON_AUTH, FL_SPAN("AUTH"), name);
        return false;
    }
    session->user = fake_acl_find(engine, name);
    session->is_stranger = session->input.is_guest = false;
    return true;
}

void fake_acl_greet(struct fake_redis_session *session)
{
    session->user = NULL;
    session->is_stranger = session->input.is_guest = !is_open(session->engine);
}

/* Every channel and pattern that it has subscribed to is allowed by some selector. */
static bool may_listen(const struct fake_redis_session *session)
{
    const struct fake_acl_user *user = fake_acl_user_of(session);
    for (int kind = 0; session->subscription_count && kind < FAKE_TOPIC_KINDS; kind++) {
        uint32_t i = 0;
        for (struct fake_entry *e; (e = fake_dict_next(&session->subscribed[kind], &i));) {
            const struct fake_acl_selector *s = &user->root;
            while (s &&
                   !fake_acl_allows_channel(s, fake_str_span(e->key), kind == FAKE_TOPIC_PATTERN))
                s = s->next;
            if (!s) return false;
        }
    }
    return true;
}

void fake_acl_recheck_sessions(struct fake_redis *engine)
{
    bool open = is_open(engine);
    for (struct fake_redis_session *s = engine->first_session; s; s = s->next) {
        s->input.is_guest = s->is_stranger && !open;
        if (!may_listen(s)) fake_session_hang_up(s, FAKE_HANG_UP_AFTER_OUTPUT);
    }
}
