/* CLIENT TRACKING, CACHING, TRACKINGINFO, GETREDIR. */
#include <stdlib.h>

#include "fakes/redis/engine/caching.h"
#include "fakes/redis/engine/client.h"
#include "fakes/redis/engine/session.h"
#include "fakes/redis/table/command_list.h"

struct options {
    unsigned flags; /* enum fake_caching_flags */
    uint64_t redirect;
    size_t prefixes; /* how many */
};

static bool refuse(struct fake_call *call, const char *error)
{
    fake_reply_error(call->out, error);
    return false;
}

static bool parse_redirect(struct fake_call *call, struct fl_span text, struct options *options)
{
    int64_t id;
    if (options->redirect)
        return refuse(call, "ERR A client can only redirect to a single other client");
    if (!fake_call_int(call, text, &id)) return false;
    if (!fake_client_find(call->engine, id))
        return refuse(call, "ERR The client ID you want redirect to does not exist");
    options->redirect = (uint64_t)id;
    return true;
}

/* Arguments behind ON and OFF. False: an error was written. */
static bool parse_options(struct fake_call *call, struct options *options)
{
    static const char *const words[] = {"bcast", "optin", "optout", "noloop"};
    *options = (struct options){0};
    for (size_t i = 3; i < call->count; i++) {
        unsigned flag = 0;
        while (flag < 4 && !fake_arg_is(call->args[i], words[flag]))
            flag++;
        bool has_value = i + 1 < call->count;
        if (flag < 4) {
            options->flags |= 1u << flag;
        } else if (fake_arg_is(call->args[i], "redirect") && has_value) {
            if (!parse_redirect(call, call->args[++i], options)) return false;
        } else if (fake_arg_is(call->args[i], "prefix") && has_value) {
            options->prefixes++;
            i++;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    return true;
}

/* The prefix at or behind *at, which moves on. */
static bool next_prefix(const struct fake_call *call, size_t *at, struct fl_span *ret_prefix)
{
    for (; *at < call->count; (*at)++) {
        if (fake_arg_is(call->args[*at], "redirect")) {
            (*at)++;
        } else if (fake_arg_is(call->args[*at], "prefix")) {
            *ret_prefix = call->args[*at + 1];
            *at += 2;
            return true;
        }
    }
    return false;
}

static bool overlap(struct fl_span a, struct fl_span b)
{
    return a.length < b.length ? fl_span_starts(b, a) : fl_span_starts(a, b);
}

static bool refuse_overlap(struct fake_call *call, struct fl_span prefix, const char *with,
                           struct fl_span other)
{
    fake_reply_errorf(call->out,
                      "ERR Prefix '%.*s' overlaps with %s prefix '%.*s'. Prefixes for a single "
                      "client must not overlap.",
                      FL_SPAN_ARGS(prefix), with, FL_SPAN_ARGS(other));
    return false;
}

/* The least of those that overlap. */
static bool find_overlap(const struct fake_dict *prefixes, struct fl_span prefix,
                         struct fl_span *ret_other)
{
    uint32_t i = 0;
    bool found = false;
    for (const struct fake_entry *entry; (entry = fake_dict_next(prefixes, &i));) {
        struct fl_span other = fake_entry_key(entry);
        if (!overlap(prefix, other) || (found && fl_span_compare(other, *ret_other) > 0)) continue;
        *ret_other = other;
        found = true;
    }
    return found;
}

static bool check_prefixes(struct fake_call *call)
{
    const struct fake_caching *tracking = call->session->caching;
    struct fl_span prefix, other;
    for (size_t at = 3; next_prefix(call, &at, &prefix);) {
        if (tracking && find_overlap(&tracking->prefixes, prefix, &other))
            return refuse_overlap(call, prefix, "an existing", other);
        for (size_t behind = at; next_prefix(call, &behind, &other);)
            if (overlap(prefix, other))
                return refuse_overlap(call, prefix, "another provided", other);
    }
    return true;
}

/* In Redis's order. False: an error was written. */
static bool check(struct fake_call *call, const struct options *options)
{
    const struct fake_caching *tracking = call->session->caching;
    unsigned old = tracking ? tracking->flags : 0, flags = options->flags;
    bool bcast = flags & FAKE_CACHING_BCAST;
    if (!bcast && options->prefixes)
        return refuse(call, "ERR PREFIX option requires BCAST mode to be enabled");
    if (tracking && ((old ^ flags) & FAKE_CACHING_BCAST))
        return refuse(call, "ERR You can't switch BCAST mode on/off before disabling tracking for "
                            "this client, and then re-enabling it with a different mode.");
    if (bcast && (flags & (FAKE_CACHING_OPTIN | FAKE_CACHING_OPTOUT)))
        return refuse(call, "ERR OPTIN and OPTOUT are not compatible with BCAST");
    if ((flags & FAKE_CACHING_OPTIN) && (flags & FAKE_CACHING_OPTOUT))
        return refuse(call, "ERR You can't specify both OPTIN mode and OPTOUT mode");
    if (((flags & FAKE_CACHING_OPTIN) && (old & FAKE_CACHING_OPTOUT)) ||
        ((flags & FAKE_CACHING_OPTOUT) && (old & FAKE_CACHING_OPTIN)))
        return refuse(call, "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for "
                            "this client, and then re-enabling it with a different mode.");
    return !bcast || check_prefixes(call);
}

/* False: out of memory. */
static bool start(struct fake_call *call, const struct options *options)
{
    struct fl_span prefix;
    if (!fake_caching_start(call->session, options->flags, options->redirect)) return false;
    if (!(options->flags & FAKE_CACHING_BCAST)) return true;
    if (!options->prefixes) return fake_caching_add_prefix(call->session, FL_SPAN(""));
    for (size_t at = 3; next_prefix(call, &at, &prefix);)
        if (!fake_caching_add_prefix(call->session, prefix)) return false;
    return true;
}

void fake_cmd_client_tracking(struct fake_call *call)
{
    struct options options;
    if (!parse_options(call, &options)) return;
    if (fake_arg_is(call->args[2], "off")) {
        fake_caching_stop(call->session);
    } else if (!fake_arg_is(call->args[2], "on")) {
        fake_call_syntax_error(call);
        return;
    } else if (!check(call, &options)) {
        return;
    } else if (!start(call, &options)) {
        fake_caching_stop(call->session);
        fake_call_oom(call);
        return;
    }
    fake_reply_ok(call->out);
}

void fake_cmd_client_caching(struct fake_call *call)
{
    struct fake_caching *tracking = call->session->caching;
    unsigned modes = FAKE_CACHING_OPTIN | FAKE_CACHING_OPTOUT;
    bool yes = fake_arg_is(call->args[2], "yes");
    const char *error = NULL;
    if (!tracking)
        error = "ERR CLIENT CACHING can be called only when the client is in tracking mode with "
                "OPTIN or OPTOUT mode enabled";
    else if (!yes && !fake_arg_is(call->args[2], "no"))
        error = "ERR syntax error";
    else if (yes && (tracking->flags & modes) != FAKE_CACHING_OPTIN)
        error = "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.";
    else if (!yes && (tracking->flags & modes) != FAKE_CACHING_OPTOUT)
        error = "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.";
    if (error) {
        fake_reply_error(call->out, error);
        return;
    }
    tracking->caches = true;
    fake_reply_ok(call->out);
}

void fake_cmd_client_getredir(struct fake_call *call)
{
    fake_reply_int(call->out, fake_caching_redirect(call->session));
}

/* ---- TRACKINGINFO ---- */

static void reply_flags(struct fake_call *call, const struct fake_caching *tracking)
{
    unsigned flags = tracking ? tracking->flags : 0;
    bool caches = tracking && tracking->caches;
    const struct {
        const char *word;
        bool is_set;
    } words[] = {
        {"on", tracking},
        {"off", !tracking},
        {"bcast", flags & FAKE_CACHING_BCAST},
        {"optin", flags & FAKE_CACHING_OPTIN},
        {"caching-yes", caches && (flags & FAKE_CACHING_OPTIN)},
        {"optout", flags & FAKE_CACHING_OPTOUT},
        {"caching-no", caches && (flags & FAKE_CACHING_OPTOUT)},
        {"noloop", flags & FAKE_CACHING_NOLOOP},
        {"broken_redirect", tracking && tracking->is_broken},
    };
    size_t place = fake_reply_array_later(call->out), count = 0;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!words[i].is_set) continue;
        fake_reply_bulk_text(call->out, words[i].word);
        count++;
    }
    fake_reply_set_set(call->out, place, count);
}

static int by_bytes(const void *a, const void *b)
{
    return fl_span_compare(*(const struct fl_span *)a, *(const struct fl_span *)b);
}

static void reply_prefixes(struct fake_call *call, const struct fake_dict *prefixes)
{
    size_t bytes = (prefixes->count + 1) * sizeof(struct fl_span), count = 0;
    struct fl_span *sorted = malloc(bytes);
    if (!sorted) call->out->broken = true;
    uint32_t i = 0;
    const struct fake_entry *entry;
    while (sorted && (entry = fake_dict_next(prefixes, &i)))
        sorted[count++] = fake_entry_key(entry);
    if (sorted) qsort(sorted, count, sizeof(*sorted), by_bytes);
    fake_reply_array(call->out, count);
    for (size_t at = 0; at < count; at++)
        fake_reply_bulk(call->out, sorted[at]);
    free(sorted);
}

void fake_cmd_client_trackinginfo(struct fake_call *call)
{
    static const struct fake_dict none = {0};
    const struct fake_caching *tracking = call->session->caching;
    fake_reply_map(call->out, 3);
    fake_reply_bulk_text(call->out, "flags");
    reply_flags(call, tracking);
    fake_reply_bulk_text(call->out, "redirect");
    fake_reply_int(call->out, fake_caching_redirect(call->session));
    fake_reply_bulk_text(call->out, "prefixes");
    reply_prefixes(call, tracking ? &tracking->prefixes : &none);
}
