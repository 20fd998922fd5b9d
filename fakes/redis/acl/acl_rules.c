/* What each word of ACL SETUSER does. A selector's words are those of a user that are about
 * commands, keys and channels. */
#include "fakes/redis/acl/acl_rules.h"

#include <ctype.h>
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/values/sha256.h"

static const char syntax[] = "Syntax error";
static const char unknown[] = "Unknown command or category name in ACL";
static const char no_memory[] = "out of memory";
static const char bad_hash[] = "The password hash must be exactly 64 characters and contain only "
                               "lowercase hexadecimal characters";
static const char no_such_password[] =
    "The password you are trying to remove from the user does not exist";

static struct fl_span behind(struct fl_span text, size_t count)
{
    return (struct fl_span){text.bytes + count, text.length - count};
}

static bool has_blanks(struct fl_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (isspace((unsigned char)text.bytes[i]) || text.bytes[i] == '\0') return true;
    return false;
}

/* ---- commands ---- */

static size_t row_of(const struct fake_command *command)
{
    return (size_t)(command - fake_command_at(0));
}

static void forget_first_args(struct fake_heap *heap, struct fake_acl_selector *selector,
                              size_t row)
{
    struct fake_acl_words *args = &selector->first_args;
    for (size_t i = args->count; i > 0; i--)
        if (args->items[i - 1].value == row) fake_acl_words_remove(heap, args, &args->items[i - 1]);
}

static void set_row(struct fake_heap *heap, struct fake_acl_selector *selector, size_t row,
                    bool allows)
{
    uint64_t bit = UINT64_C(1) << row % 64;
    if (allows)
        selector->rows[row / 64] |= bit;
    else
        selector->rows[row / 64] &= ~bit;
    forget_first_args(heap, selector, row);
}

void fake_acl_allow_row(struct fake_heap *heap, struct fake_acl_selector *selector, size_t row,
                        bool allows)
{
    const char *name = fake_command_at(row)->name;
    size_t length = strlen(name);
    set_row(heap, selector, row, allows);
    if (!(fake_command_at(row)->flags & FAKE_CMD_CONTAINER)) return;
    for (size_t i = row + 1; i < fake_command_count(); i++) {
        const char *sub = fake_command_at(i)->name;
        if (strncmp(sub, name, length) != 0 || sub[length] != '|') break;
        set_row(heap, selector, i, allows);
    }
}

void fake_acl_allow_category(struct fake_heap *heap, enum fake_version version,
                             struct fake_acl_selector *selector, unsigned category, bool allows)
{
    for (size_t row = 0; row < fake_command_count(); row++) {
        const struct fake_command *command = fake_command_at(row);
        if (fake_command_is_listed(version, command) &&
            (fake_command_categories(command) & 1u << category))
            fake_acl_allow_row(heap, selector, row, allows);
    }
}

void fake_acl_allow_all(struct fake_heap *heap, struct fake_acl_selector *selector, bool allows)
{
    memset(selector->rows, allows ? 0xff : 0, sizeof(selector->rows));
    selector->new_commands = allows;
    fake_acl_words_clear(heap, &selector->first_args);
}

static const char *apply_category(struct fake_redis *engine, struct fake_acl_selector *selector,
                                  struct fl_span name, bool allows)
{
    enum fake_category category;
    if (fake_arg_is(name, "all")) {
        fake_acl_allow_all(&engine->heap, selector, allows);
        return NULL;
    }
    if (!fake_category_find(name, &category)) return unknown;
    fake_acl_allow_category(&engine->heap, engine->version, selector, category, allows);
    return NULL;
}

/* "+select|1": the command may be called with that first argument. */
static const char *apply_first_arg(struct fake_redis *engine, struct fake_acl_selector *selector,
                                   struct fl_span path)
{
    const char *bar = memrchr(path.bytes, '|', path.length);
    struct fl_span name = {path.bytes, (size_t)(bar - path.bytes)};
    struct fl_span arg = behind(path, name.length + 1);
    const struct fake_command *command = fake_command_find_path(engine->version, name);
    if (!command) return unknown;
    if (strchr(command->name, '|')) return "Allowing first-arg of a subcommand is not supported";
    if (command->flags & FAKE_CMD_CONTAINER) return unknown;
    if (!arg.length) return syntax;
    size_t row = row_of(command);
    for (size_t i = 0; i < selector->first_args.count; i++)
        if (selector->first_args.items[i].value == row &&
            fl_span_equal(fake_str_span(selector->first_args.items[i].text), arg))
            return NULL;
    return fake_acl_words_add(&engine->heap, &selector->first_args, arg, row) ? NULL : no_memory;
}

static const char *apply_command(struct fake_redis *engine, struct fake_acl_selector *selector,
                                 struct fl_span path, bool allows)
{
    const struct fake_command *command = fake_command_find_path(engine->version, path);
    if (command) {
        fake_acl_allow_row(&engine->heap, selector, row_of(command), allows);
        return NULL;
    }
    bool has_bar = path.length && memchr(path.bytes, '|', path.length);
    return allows && has_bar ? apply_first_arg(engine, selector, path) : unknown;
}

/* ---- keys and channels ---- */

static const char *add_keys(struct fake_heap *heap, struct fake_acl_selector *selector,
                            struct fl_span pattern, unsigned access)
{
    if (selector->all_keys)
        return "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does "
               "not have any effect. Try 'resetkeys' to start with an empty list of patterns";
    if (has_blanks(pattern)) return syntax;
    if (fl_span_is(pattern, "*") && access == (FAKE_ACL_READS | FAKE_ACL_WRITES)) {
        selector->all_keys = true;
        fake_acl_words_clear(heap, &selector->keys);
        return NULL;
    }
    struct fake_acl_word *known = fake_acl_words_find(&selector->keys, pattern);
    if (known) {
        known->value |= access;
        return NULL;
    }
    return fake_acl_words_add(heap, &selector->keys, pattern, access) ? NULL : no_memory;
}

/* "%R~pattern", "%W~pattern", "%RW~pattern". */
static const char *add_keys_with_access(struct fake_heap *heap, struct fake_acl_selector *selector,
                                        struct fl_span rule)
{
    unsigned access = 0;
    size_t i = 1;
    for (; i < rule.length && rule.bytes[i] != '~'; i++) {
        int letter = toupper((unsigned char)rule.bytes[i]);
        unsigned one = letter == 'R' ? FAKE_ACL_READS : letter == 'W' ? FAKE_ACL_WRITES : 0;
        if (!one || (access & one)) return syntax;
        access |= one;
    }
    if (!access) return syntax;
    return add_keys(heap, selector, behind(rule, i < rule.length ? i + 1 : i), access);
}

static const char *add_channels(struct fake_heap *heap, struct fake_acl_selector *selector,
                                struct fl_span pattern)
{
    if (selector->all_channels)
        return "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and "
               "does not have any effect. Try 'resetchannels' to start with an empty list of "
               "channels";
    if (has_blanks(pattern)) return syntax;
    if (fl_span_is(pattern, "*")) {
        selector->all_channels = true;
        fake_acl_words_clear(heap, &selector->channels);
        return NULL;
    }
    if (fake_acl_words_find(&selector->channels, pattern)) return NULL;
    return fake_acl_words_add(heap, &selector->channels, pattern, 0) ? NULL : no_memory;
}

/* True: it was one of the words without arguments. */
static bool apply_word(struct fake_heap *heap, struct fake_acl_selector *selector,
                       struct fl_span rule)
{
    if (fake_arg_is(rule, "allkeys") || fake_arg_is(rule, "resetkeys")) {
        fake_acl_words_clear(heap, &selector->keys);
        selector->all_keys = fake_arg_is(rule, "allkeys");
    } else if (fake_arg_is(rule, "allchannels") || fake_arg_is(rule, "resetchannels")) {
        fake_acl_words_clear(heap, &selector->channels);
        selector->all_channels = fake_arg_is(rule, "allchannels");
    } else if (fake_arg_is(rule, "allcommands") || fake_arg_is(rule, "nocommands")) {
        fake_acl_allow_all(heap, selector, fake_arg_is(rule, "allcommands"));
    } else {
        return false;
    }
    return true;
}

static const char *apply_to_selector(struct fake_redis *engine, struct fake_acl_selector *selector,
                                     struct fl_span rule)
{
    if (apply_word(&engine->heap, selector, rule)) return NULL;
    char kind = rule.length ? rule.bytes[0] : '\0';
    if (kind == '~')
        return add_keys(&engine->heap, selector, behind(rule, 1), FAKE_ACL_READS | FAKE_ACL_WRITES);
    if (kind == '%') return add_keys_with_access(&engine->heap, selector, rule);
    if (kind == '&') return add_channels(&engine->heap, selector, behind(rule, 1));
    if (kind != '+' && kind != '-') return syntax;
    if (rule.length > 1 && rule.bytes[1] == '@')
        return apply_category(engine, selector, behind(rule, 2), kind == '+');
    return apply_command(engine, selector, behind(rule, 1), kind == '+');
}

/* ---- selectors ---- */

static const char *fill_selector(struct fake_redis *engine, struct fake_acl_selector *selector,
                                 struct fl_span text)
{
    size_t at = 0;
    while (at < text.length) {
        size_t start = at;
        while (at < text.length && text.bytes[at] != ' ')
            at++;
        struct fl_span word = {text.bytes + start, at - start};
        const char *error = word.length ? apply_to_selector(engine, selector, word) : NULL;
        if (error) return error;
        at++;
    }
    return NULL;
}

/* "(+get ~a)" with its parentheses. */
static const char *add_selector(struct fake_redis *engine, struct fake_acl_user *user,
                                struct fl_span rule)
{
    struct fake_acl_selector **place = &user->root.next;
    size_t count = 0;
    for (; *place; count++)
        place = &(*place)->next;
    if (rule.length < 2 || rule.bytes[rule.length - 1] != ')') return syntax;
    if (count == FAKE_ACL_SELECTORS_MAX) return no_memory;
    struct fake_acl_selector *selector = fake_alloc_zeroed(&engine->heap, sizeof(*selector));
    if (!selector) return no_memory;
    selector->all_channels = engine->acl_all_channels;
    *place = selector;
    return fill_selector(engine, selector, (struct fl_span){rule.bytes + 1, rule.length - 2});
}

/* ---- passwords ---- */

static bool is_hash(struct fl_span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!strchr("0123456789abcdef", text.bytes[i]) || !text.bytes[i]) return false;
    return text.length == FAKE_SHA256_HEX_BYTES;
}

static const char *add_password(struct fake_heap *heap, struct fake_acl_user *user,
                                struct fl_span hash)
{
    user->no_password = false;
    if (fake_acl_words_find(&user->passwords, hash)) return NULL;
    return fake_acl_words_add(heap, &user->passwords, hash, 0) ? NULL : no_memory;
}

static const char *apply_password(struct fake_heap *heap, struct fake_acl_user *user,
                                  struct fl_span rule)
{
    char hex[FAKE_SHA256_HEX_BYTES];
    char kind = rule.bytes[0];
    struct fl_span hash = behind(rule, 1);
    if (kind == '>' || kind == '<') {
        fake_sha256_hex(hash, hex);
        hash = (struct fl_span){hex, sizeof(hex)};
    } else if (!is_hash(hash)) {
        return bad_hash;
    }
    if (kind == '>' || kind == '#') return add_password(heap, user, hash);
    struct fake_acl_word *known = fake_acl_words_find(&user->passwords, hash);
    if (!known) return no_such_password;
    fake_acl_words_remove(heap, &user->passwords, known);
    return NULL;
}

/* ---- users ---- */

static void reset(struct fake_heap *heap, struct fake_acl_user *user)
{
    fake_acl_words_clear(heap, &user->passwords);
    fake_acl_selectors_clear(heap, user);
    fake_acl_selector_release(heap, &user->root);
    user->is_on = user->no_password = false;
    user->payload = FAKE_ACL_PAYLOAD_CHECKED;
    user->root = (struct fake_acl_selector){0};
}

/* True: it was one of the words about users that have no arguments. */
static bool apply_user_word(struct fake_heap *heap, struct fake_acl_user *user, struct fl_span rule)
{
    if (fake_arg_is(rule, "on") || fake_arg_is(rule, "off")) {
        user->is_on = rule.length == 2;
    } else if (fake_arg_is(rule, "nopass") || fake_arg_is(rule, "resetpass")) {
        fake_acl_words_clear(heap, &user->passwords);
        user->no_password = fake_arg_is(rule, "nopass");
    } else if (fake_arg_is(rule, "skip-sanitize-payload")) {
        user->payload = FAKE_ACL_PAYLOAD_TRUSTED;
    } else if (fake_arg_is(rule, "sanitize-payload")) {
        user->payload = FAKE_ACL_PAYLOAD_CHECKED;
    } else if (fake_arg_is(rule, "clearselectors")) {
        fake_acl_selectors_clear(heap, user);
    } else {
        return false;
    }
    return true;
}

const char *fake_acl_apply(struct fake_redis *engine, struct fake_acl_user *user,
                           struct fl_span rule)
{
    if (fake_arg_is(rule, "reset")) {
        reset(&engine->heap, user);
        user->root.all_channels = engine->acl_all_channels;
        return NULL;
    }
    if (!rule.length || apply_user_word(&engine->heap, user, rule)) return NULL;
    if (rule.bytes[0] && strchr("<>#!", rule.bytes[0]))
        return apply_password(&engine->heap, user, rule);
    if (rule.bytes[0] == '(') return add_selector(engine, user, rule);
    return apply_to_selector(engine, &user->root, rule);
}
