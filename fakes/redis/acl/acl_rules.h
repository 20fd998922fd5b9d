/* fakes/redis/acl/acl_rules.h - the words of ACL SETUSER: applied to a user, and told of one. */
#ifndef FAKE_REDIS_ACL_RULES_H
#define FAKE_REDIS_ACL_RULES_H

#include "fakes/redis/acl/acl.h"

/* NULL: done. Else why not, in Redis's words; the user may be changed in part then. */
const char *fake_acl_apply(struct fake_redis *engine, struct fake_acl_user *user,
                           struct fl_span rule);

/* "-@all +get": the fewest rules that Redis would find, single commands in the order of names. */
void fake_acl_describe_commands(struct fake_out *out, enum fake_version version,
                                const struct fake_acl_selector *selector);
/* "~a %R~b" or "~*". */
void fake_acl_describe_keys(struct fake_out *out, const struct fake_acl_selector *selector);
/* "&a &b" or "&*". */
void fake_acl_describe_channels(struct fake_out *out, const struct fake_acl_selector *selector);
/* "user name on nopass ~* ...", a line of ACL LIST. */
void fake_acl_describe(struct fake_out *out, enum fake_version version,
                       const struct fake_acl_user *user);

/* Allows or denies a row and, for a container, its subcommands. */
void fake_acl_allow_row(struct fake_heap *heap, struct fake_acl_selector *selector, size_t row,
                        bool allows);
/* As above for all rows of a category. */
void fake_acl_allow_category(struct fake_heap *heap, enum fake_version version,
                             struct fake_acl_selector *selector, unsigned category, bool allows);
void fake_acl_allow_all(struct fake_heap *heap, struct fake_acl_selector *selector, bool allows);

#endif
