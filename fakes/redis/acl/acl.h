/* fakes/redis/acl/acl.h - users, and what each may do.
 *
 * An engine has users from the first command on that makes or changes one; before, everybody is the
 * default user, who may do everything, and no command pays for a check. Users live until they are
 * deleted, which hangs up on their sessions; SETUSER changes them in place. */
#ifndef FAKE_REDIS_ACL_H
#define FAKE_REDIS_ACL_H

#include "fakes/redis/table/command.h"

enum {
    FAKE_ACL_USERS_MAX = 10 * 1000,
    FAKE_ACL_WORDS_MAX = 10 * 1000, /* patterns, channels, passwords: of each kind, a user */
    FAKE_ACL_SELECTORS_MAX = 1000,  /* of a user */
    FAKE_ACL_ROWS_MAX = 8 * 64,     /* of the command table */
};

enum fake_acl_access { FAKE_ACL_READS = 1, FAKE_ACL_WRITES = 2 };

/* A list of texts, each with a number that its owner knows the sense of. */
struct fake_acl_word {
    struct fake_str *text;
    size_t value;
};
struct fake_acl_words {
    struct fake_acl_word *items;
    size_t count, capacity;
};

/* Commands, with the keys and channels that go with them. */
struct fake_acl_selector {
    struct fake_acl_selector *next;
    uint64_t rows[FAKE_ACL_ROWS_MAX / 64]; /* a bit for each allowed row of the command table */
    bool new_commands;                     /* began with +@all: also those of future versions */
    bool all_keys, all_channels;
    struct fake_acl_words keys;       /* value: enum fake_acl_access */
    struct fake_acl_words channels;   /* value: nothing */
    struct fake_acl_words first_args; /* value: the row that is allowed with this argument only */
};

enum fake_acl_payload {
    FAKE_ACL_PAYLOAD_UNSAID,
    FAKE_ACL_PAYLOAD_CHECKED,
    FAKE_ACL_PAYLOAD_TRUSTED,
};

struct fake_acl_user {
    struct fake_acl_user *next; /* in the order of names */
    struct fake_str *name;
    bool is_on, no_password;
    enum fake_acl_payload payload;
    struct fake_acl_words passwords; /* SHA-256 in hexadecimal */
    struct fake_acl_selector root;   /* root.next: the selectors in parentheses */
};

struct fake_acl {
    struct fake_acl_user *first;
    struct fake_acl_user *default_user; /* one of them */
    size_t user_count;
    struct fake_str *required_password; /* as CONFIG SET requirepass had it; NULL: none */
};

/* Makes them if there are none. NULL: out of memory. */
struct fake_acl *fake_acl_of(struct fake_redis *engine);
void fake_acl_free(struct fake_redis *engine);
struct fake_acl_user *fake_acl_find(const struct fake_redis *engine, struct fl_span name);
/* A user who may do nothing, or who may do as another; not among the engine's yet. NULL: out of
 * memory. */
struct fake_acl_user *fake_acl_user_new(struct fake_redis *engine, struct fl_span name);
struct fake_acl_user *fake_acl_user_copy(struct fake_redis *engine,
                                         const struct fake_acl_user *user);
void fake_acl_user_free(struct fake_redis *engine, struct fake_acl_user *user);
/* Takes `user`; one of that name becomes as this one is. */
void fake_acl_put(struct fake_redis *engine, struct fake_acl_user *user);
/* Hangs up on the user's sessions. False: there is none. */
bool fake_acl_delete(struct fake_redis *engine, struct fl_span name);
/* CONFIG SET requirepass; empty: none. False: out of memory. */
bool fake_acl_require_password(struct fake_redis *engine, struct fl_span password);
struct fl_span fake_acl_required_password(const struct fake_redis *engine);

/* ---- lists of texts ---- */

/* False: out of memory, or FAKE_ACL_WORDS_MAX. */
bool fake_acl_words_add(struct fake_heap *heap, struct fake_acl_words *words, struct fl_span text,
                        size_t value);
struct fake_acl_word *fake_acl_words_find(const struct fake_acl_words *words, struct fl_span text);
void fake_acl_words_remove(struct fake_heap *heap, struct fake_acl_words *words,
                           struct fake_acl_word *word);
void fake_acl_words_clear(struct fake_heap *heap, struct fake_acl_words *words);

/* ---- selectors ---- */

/* Empties it; `next` is left alone. */
void fake_acl_selector_release(struct fake_heap *heap, struct fake_acl_selector *selector);
/* Frees the selectors behind the root. */
void fake_acl_selectors_clear(struct fake_heap *heap, struct fake_acl_user *user);
static inline bool fake_acl_selector_has(const struct fake_acl_selector *selector, size_t row)
{
    return selector->rows[row / 64] >> row % 64 & 1;
}

#endif
