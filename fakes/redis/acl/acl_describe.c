/* Rules that make a user what it is. Commands are told as Redis tells them: from all or none, the
 * categories that fit best one after the other, then what is still different. */
#include "fakes/redis/acl/acl_rules.h"
#include "fakes/redis/table/command_facts.h"
#include "fakes/redis/values/sha256.h"

static void append(struct fake_out *out, const char *text)
{
    fake_out_append(out, text, strlen(text));
}

static void append_str(struct fake_out *out, const struct fake_str *str)
{
    fake_out_append(out, str->bytes, str->length);
}

/* ---- commands ---- */

struct fit {
    size_t right,
        wrong; /* rows of a category that a rule for all of it would make right or wrong */
};

static struct fit measure(const struct fake_acl_selector *left, enum fake_version version,
                          unsigned category, bool adds)
{
    struct fit fit = {0};
    for (size_t row = 0; row < fake_command_count(); row++) {
        const struct fake_command *command = fake_command_at(row);
        if (!fake_command_is_listed(version, command) ||
            !(fake_command_categories(command) & 1u << category))
            continue;
        if (fake_acl_selector_has(left, row) == adds)
            fit.right++;
        else
            fit.wrong++;
    }
    return fit;
}

/* The category with the fewest wrong rows, then with the most right ones; FAKE_CATEGORIES: none is
 * more right than wrong. */
static unsigned find_best(const struct fake_acl_selector *left, enum fake_version version,
                          unsigned applied, bool adds)
{
    unsigned best = FAKE_CATEGORIES;
    struct fit best_fit = {0, SIZE_MAX};
    for (unsigned i = 0; i < FAKE_CATEGORIES; i++) {
        if (applied & 1u << i) continue;
        struct fit fit = measure(left, version, i, adds);
        bool better = fit.wrong < best_fit.wrong ||
                      (fit.wrong == best_fit.wrong && fit.right > best_fit.right);
        if (fit.right <= fit.wrong || !better) continue;
        best = i;
        best_fit = fit;
    }
    return best;
}

/* Appends categories, and does to `told` what they say. */
static void tell_categories(struct fake_out *out, enum fake_version version,
                            const struct fake_acl_selector *selector,
                            struct fake_acl_selector *told)
{
    struct fake_heap no_heap = {0}; /* first arguments are not copied, so nothing is freed */
    struct fake_acl_selector left = {0};
    bool adds = !selector->new_commands;
    unsigned applied = 0, best;
    memcpy(left.rows, selector->rows, sizeof(left.rows));
    while ((best = find_best(&left, version, applied, adds)) != FAKE_CATEGORIES) {
        append(out, adds ? " +@" : " -@");
        append(out, fake_category_name((enum fake_category)best));
        fake_acl_allow_category(&no_heap, version, told, best, adds);
        fake_acl_allow_category(&no_heap, version, &left, best, !adds);
        applied |= 1u << best;
    }
}

static void tell_row(struct fake_out *out, const struct fake_acl_selector *selector,
                     struct fake_acl_selector *told, size_t row)
{
    struct fake_heap no_heap = {0};
    bool allows = fake_acl_selector_has(selector, row);
    if (allows != fake_acl_selector_has(told, row)) {
        append(out, allows ? " +" : " -");
        append(out, fake_command_at(row)->name);
        fake_acl_allow_row(&no_heap, told, row, allows);
    }
    for (size_t i = 0; !allows && i < selector->first_args.count; i++) {
        if (selector->first_args.items[i].value != row) continue;
        append(out, " +");
        append(out, fake_command_at(row)->name);
        append(out, "|");
        append_str(out, selector->first_args.items[i].text);
    }
}

void fake_acl_describe_commands(struct fake_out *out, enum fake_version version,
                                const struct fake_acl_selector *selector)
{
    struct fake_acl_selector told = {0};
    if (selector->new_commands) memset(told.rows, 0xff, sizeof(told.rows));
    append(out, selector->new_commands ? "+@all" : "-@all");
    tell_categories(out, version, selector, &told);
    for (size_t row = 0; row < fake_command_count(); row++)
        if (fake_command_is_listed(version, fake_command_at(row)))
            tell_row(out, selector, &told, row);
}

/* ---- keys, channels, users ---- */

void fake_acl_describe_keys(struct fake_out *out, const struct fake_acl_selector *selector)
{
    static const char *const prefixes[] = {[FAKE_ACL_READS] = "%R~",
                                           [FAKE_ACL_WRITES] = "%W~",
                                           [FAKE_ACL_READS | FAKE_ACL_WRITES] = "~"};
    if (selector->all_keys) append(out, "~*");
    for (size_t i = 0; i < selector->keys.count; i++) {
        if (i) append(out, " ");
        append(out, prefixes[selector->keys.items[i].value]);
        append_str(out, selector->keys.items[i].text);
    }
}

void fake_acl_describe_channels(struct fake_out *out, const struct fake_acl_selector *selector)
{
    if (selector->all_channels) append(out, "&*");
    for (size_t i = 0; i < selector->channels.count; i++) {
        append(out, i ? " &" : "&");
        append_str(out, selector->channels.items[i].text);
    }
}

static void describe_selector(struct fake_out *out, enum fake_version version,
                              const struct fake_acl_selector *selector)
{
    fake_acl_describe_keys(out, selector);
    if (selector->all_keys || selector->keys.count) append(out, " ");
    if (!selector->all_channels) append(out, "resetchannels ");
    fake_acl_describe_channels(out, selector);
    if (selector->all_channels || selector->channels.count) append(out, " ");
    fake_acl_describe_commands(out, version, selector);
}

void fake_acl_describe(struct fake_out *out, enum fake_version version,
                       const struct fake_acl_user *user)
{
    append(out, "user ");
    append_str(out, user->name);
    append(out, user->is_on ? " on " : " off ");
    if (user->no_password) append(out, "nopass ");
    if (user->payload == FAKE_ACL_PAYLOAD_TRUSTED) append(out, "skip-sanitize-payload ");
    if (user->payload == FAKE_ACL_PAYLOAD_CHECKED) append(out, "sanitize-payload ");
    for (size_t i = 0; i < user->passwords.count; i++) {
        append(out, "#");
        append_str(out, user->passwords.items[i].text);
        append(out, " ");
    }
    describe_selector(out, version, &user->root);
    for (const struct fake_acl_selector *s = user->root.next; s; s = s->next) {
        append(out, " (");
        describe_selector(out, version, s);
        append(out, ")");
    }
}
