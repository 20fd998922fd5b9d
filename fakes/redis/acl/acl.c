#include "fakes/redis/acl/acl.h"

#include <assert.h>

#include "core/assert.h"
#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/values/sha256.h"

/* ---- lists of texts ---- */

static size_t bytes_of(const struct fake_acl_words *words)
{
    return words->capacity * sizeof(*words->items);
}

bool fake_acl_words_add(struct fake_heap *heap, struct fake_acl_words *words, struct fl_span text,
                        size_t value)
{
    if (words->count == FAKE_ACL_WORDS_MAX) return false;
    if (words->count == words->capacity) {
        size_t capacity = words->capacity ? words->capacity * 2 : 4;
        struct fake_acl_word *grown =
            fake_realloc(heap, words->items, bytes_of(words), capacity * sizeof(*grown));
        if (!grown) return false;
        words->items = grown;
        words->capacity = capacity;
    }
    struct fake_str *copy = fake_str_new(heap, text);
    if (copy) words->items[words->count++] = (struct fake_acl_word){copy, value};
    return copy;
}

struct fake_acl_word *fake_acl_words_find(const struct fake_acl_words *words, struct fl_span text)
{
    for (size_t i = 0; i < words->count; i++)
        if (fl_span_equal(fake_str_span(words->items[i].text), text)) return &words->items[i];
    return NULL;
}

void fake_acl_words_remove(struct fake_heap *heap, struct fake_acl_words *words,
                           struct fake_acl_word *word)
{
    size_t behind = words->count - (size_t)(word - words->items) - 1;
    fake_str_free(heap, word->text);
    memmove(word, word + 1, behind * sizeof(*word));
    words->count--;
}

void fake_acl_words_clear(struct fake_heap *heap, struct fake_acl_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        fake_str_free(heap, words->items[i].text);
    fake_release(heap, words->items, bytes_of(words));
    *words = (struct fake_acl_words){0};
}

static bool copy_words(struct fake_heap *heap, struct fake_acl_words *to,
                       const struct fake_acl_words *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!fake_acl_words_add(heap, to, fake_str_span(from->items[i].text), from->items[i].value))
            return false;
    return true;
}

/* ---- selectors ---- */

void fake_acl_selector_release(struct fake_heap *heap, struct fake_acl_selector *selector)
{
    fake_acl_words_clear(heap, &selector->keys);
    fake_acl_words_clear(heap, &selector->channels);
    fake_acl_words_clear(heap, &selector->first_args);
}

void fake_acl_selectors_clear(struct fake_heap *heap, struct fake_acl_user *user)
{
    struct fake_acl_selector *next;
    for (struct fake_acl_selector *s = user->root.next; s; s = next) {
        next = s->next;
        fake_acl_selector_release(heap, s);
        fake_release(heap, s, sizeof(*s));
    }
    user->root.next = NULL;
}

/* False: out of memory; what was copied is to be released. */
static bool copy_selector(struct fake_heap *heap, struct fake_acl_selector *to,
                          const struct fake_acl_selector *from)
{
    memcpy(to->rows, from->rows, sizeof(to->rows));
    to->new_commands = from->new_commands;
    to->all_keys = from->all_keys;
    to->all_channels = from->all_channels;
    return copy_words(heap, &to->keys, &from->keys) &&
           copy_words(heap, &to->channels, &from->channels) &&
           copy_words(heap, &to->first_args, &from->first_args);
}

static bool copy_selectors(struct fake_heap *heap, struct fake_acl_selector *to,
                           const struct fake_acl_selector *from)
{
    if (!copy_selector(heap, to, from)) return false;
    for (from = from->next; from; from = from->next) {
        to->next = fake_alloc_zeroed(heap, sizeof(*to));
        if (!to->next || !copy_selector(heap, to->next, from)) return false;
        to = to->next;
    }
    return true;
}

/* ---- users ---- */

struct fake_acl_user *fake_acl_user_new(struct fake_redis *engine, struct fl_span name)
{
    struct fake_acl_user *user = fake_alloc_zeroed(&engine->heap, sizeof(*user));
    if (!user) return NULL;
    user->name = fake_str_new(&engine->heap, name);
    user->root.all_channels = engine->acl_all_channels;
    if (user->name) return user;
    fake_acl_user_free(engine, user);
    return NULL;
}

struct fake_acl_user *fake_acl_user_copy(struct fake_redis *engine,
                                         const struct fake_acl_user *user)
{
    struct fake_acl_user *copy = fake_acl_user_new(engine, fake_str_span(user->name));
    if (!copy) return NULL;
    copy->is_on = user->is_on;
    copy->no_password = user->no_password;
    copy->payload = user->payload;
    if (copy_words(&engine->heap, &copy->passwords, &user->passwords) &&
        copy_selectors(&engine->heap, &copy->root, &user->root))
        return copy;
    fake_acl_user_free(engine, copy);
    return NULL;
}

void fake_acl_user_free(struct fake_redis *engine, struct fake_acl_user *user)
{
    struct fake_heap *heap = &engine->heap;
    if (!user) return;
    fake_acl_words_clear(heap, &user->passwords);
    fake_acl_selectors_clear(heap, user);
    fake_acl_selector_release(heap, &user->root);
    fake_str_free(heap, user->name);
    fake_release(heap, user, sizeof(*user));
}

static struct fake_acl_user *new_default(struct fake_redis *engine)
{
    struct fake_acl_user *user = fake_acl_user_new(engine, FL_SPAN("default"));
    if (!user) return NULL;
    user->is_on = user->no_password = true;
    user->root.new_commands = user->root.all_keys = user->root.all_channels = true;
    memset(user->root.rows, 0xff, sizeof(user->root.rows));
    return user;
}

struct fake_acl *fake_acl_of(struct fake_redis *engine)
{
    static_assert(sizeof(engine->acl->default_user->root.rows) * 8 == FAKE_ACL_ROWS_MAX,
                  "a bit each");
    fl_assert(fake_command_count() <= FAKE_ACL_ROWS_MAX);
    if (engine->acl) return engine->acl;
    struct fake_acl *acl = fake_alloc_zeroed(&engine->heap, sizeof(*acl));
    if (!acl) return NULL;
    acl->first = acl->default_user = new_default(engine);
    if (!acl->first) {
        fake_release(&engine->heap, acl, sizeof(*acl));
        return NULL;
    }
    acl->user_count = 1;
    engine->acl = acl;
    return acl;
}

void fake_acl_free(struct fake_redis *engine)
{
    struct fake_acl *acl = engine->acl;
    if (!acl) return;
    struct fake_acl_user *next;
    for (struct fake_acl_user *user = acl->first; user; user = next) {
        next = user->next;
        fake_acl_user_free(engine, user);
    }
    fake_str_free(&engine->heap, acl->required_password);
    fake_release(&engine->heap, acl, sizeof(*acl));
    engine->acl = NULL;
}

struct fake_acl_user *fake_acl_find(const struct fake_redis *engine, struct fl_span name)
{
    struct fake_acl_user *user = engine->acl ? engine->acl->first : NULL;
    while (user && !fl_span_equal(fake_str_span(user->name), name))
        user = user->next;
    return user;
}

/* Exchanges what two users of a name may do. */
static void exchange(struct fake_acl_user *a, struct fake_acl_user *b)
{
    struct fake_acl_user old = *a;
    struct fake_acl_user *next = a->next;
    *a = *b;
    a->next = next;
    *b = old;
}

void fake_acl_put(struct fake_redis *engine, struct fake_acl_user *user)
{
    struct fake_acl *acl = engine->acl;
    struct fl_span name = fake_str_span(user->name);
    struct fake_acl_user **place = &acl->first;
    while (*place && fl_span_compare(fake_str_span((*place)->name), name) < 0)
        place = &(*place)->next;
    if (*place && fl_span_equal(fake_str_span((*place)->name), name)) {
        exchange(*place, user);
        fake_acl_user_free(engine, user);
    } else {
        user->next = *place;
        *place = user;
        acl->user_count++;
    }
    fake_acl_recheck_sessions(engine);
}

bool fake_acl_delete(struct fake_redis *engine, struct fl_span name)
{
    struct fake_acl_user *user = fake_acl_find(engine, name);
    if (!user) return false;
    fl_assert(user != engine->acl->default_user);
    for (struct fake_redis_session *s = engine->first_session; s; s = s->next) {
        if (s->user != user) continue;
        s->user = NULL;
        fake_session_hang_up(s, FAKE_HANG_UP_AFTER_OUTPUT);
    }
    struct fake_acl_user **place = &engine->acl->first;
    while (*place != user)
        place = &(*place)->next;
    *place = user->next;
    engine->acl->user_count--;
    fake_acl_user_free(engine, user);
    return true;
}

bool fake_acl_require_password(struct fake_redis *engine, struct fl_span password)
{
    struct fake_acl *acl = fake_acl_of(engine);
    struct fake_acl_words passwords = {0};
    char hex[FAKE_SHA256_HEX_BYTES];
    fake_sha256_hex(password, hex);
    struct fake_str *copy = acl ? fake_str_new(&engine->heap, password) : NULL;
    if (!copy || (password.length && !fake_acl_words_add(&engine->heap, &passwords,
                                                         (struct fl_span){hex, sizeof(hex)}, 0))) {
        fake_acl_words_clear(&engine->heap, &passwords);
        fake_str_free(&engine->heap, copy);
        return false;
    }
    fake_str_free(&engine->heap, acl->required_password);
    acl->required_password = copy;
    fake_acl_words_clear(&engine->heap, &acl->default_user->passwords);
    acl->default_user->passwords = passwords;
    acl->default_user->no_password = !password.length;
    fake_acl_recheck_sessions(engine);
    return true;
}

struct fl_span fake_acl_required_password(const struct fake_redis *engine)
{
    bool is_set = engine->acl && engine->acl->required_password;
    return is_set ? fake_str_span(engine->acl->required_password) : (struct fl_span){"", 0};
}
