/* fakes/redis/acl/acl_log.h - what was denied of late. */
#ifndef FAKE_REDIS_ACL_LOG_H
#define FAKE_REDIS_ACL_LOG_H

#include "fakes/redis/acl/acl_check.h"

enum fake_acl_reason {
    FAKE_ACL_REASON_COMMAND,
    FAKE_ACL_REASON_KEY,
    FAKE_ACL_REASON_CHANNEL,
    FAKE_ACL_REASON_AUTH,
};

/* Whatever acllog-max-len says, which is 128 in the beginning. */
enum { FAKE_ACL_LOG_MAX = 10 * 1000 };

struct fake_acl_entry {
    struct fake_acl_entry *next; /* older */
    uint64_t count;
    int64_t when_ms; /* the last time */
    enum fake_acl_context context;
    enum fake_acl_reason reason;
    struct fake_str *object, *user_name;
    struct fake_str *client; /* as CLIENT LIST shows it */
};

/* The same within a minute is counted, not added; the oldest entries go. Nothing is logged when
 * memory is out. */
void fake_acl_log_add(struct fake_redis_session *session, enum fake_acl_context context,
                      enum fake_acl_reason reason, struct fl_span object, struct fl_span user_name);
/* Drops all but the newest. */
void fake_acl_log_trim(struct fake_redis *engine, size_t count);

#endif
