/* fakes/redis/acl/acl_check.h - may this session do that? And who may come in. */
#ifndef FAKE_REDIS_ACL_CHECK_H
#define FAKE_REDIS_ACL_CHECK_H

#include "fakes/redis/acl/acl.h"

enum fake_acl_verdict {
    FAKE_ACL_ALLOWED,
    FAKE_ACL_NO_COMMAND,
    FAKE_ACL_NO_KEY,
    FAKE_ACL_NO_CHANNEL,
};

/* A pattern to subscribe to must be allowed word by word. */
bool fake_acl_allows_channel(const struct fake_acl_selector *selector, struct fl_span channel,
                             bool is_pattern);
/* In *ret_arg the argument that was decisive: a key or a channel, else 0. */
enum fake_acl_verdict fake_acl_judge(const struct fake_acl_user *user,
                                     const struct fake_command *command, const struct fl_span *args,
                                     size_t count, size_t *ret_arg);

enum fake_acl_context { FAKE_ACL_TOPLEVEL, FAKE_ACL_IN_MULTI, FAKE_ACL_IN_SCRIPT };
/* Judges the session's user, and logs what is denied. Only for an engine that has users. */
enum fake_acl_verdict fake_acl_check(struct fake_redis_session *session,
                                     enum fake_acl_context context,
                                     const struct fake_command *command, const struct fl_span *args,
                                     size_t count);
/* As SORT's BY and GET want it: what they read is known only when it is read. */
bool fake_acl_reads_all_keys(const struct fake_redis_session *session);
/* NULL: the engine has no users, so it is the default user. */
const struct fake_acl_user *fake_acl_user_of(const struct fake_redis_session *session);

/* Makes the session that user's if the password is right, else logs it. */
bool fake_acl_authenticate(struct fake_redis_session *session, struct fl_span name,
                           struct fl_span password);
/* A new session, and one that was RESET: the default user if it has no password, else a guest. */
void fake_acl_greet(struct fake_redis_session *session);
/* After a change of users: who must authenticate first? Hangs up on those who listen to channels
 * that they may no longer hear. */
void fake_acl_recheck_sessions(struct fake_redis *engine);

#endif
