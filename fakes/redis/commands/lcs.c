/* LCS: the longest common subsequence of two strings, by the table of all pairs of prefixes. */
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

struct lcs {
    struct fl_span a, b;
    bool wants_length, wants_matches, with_lengths;
    int64_t shortest;  /* matches below it are left out */
    uint32_t *lengths; /* of the prefixes of a (rows) and of b (columns); owned */
    size_t bytes;      /* of `lengths` */
};

/* A stretch that stands in both; starts are counted from 0. */
struct match {
    size_t a_start, b_start, length;
};

static uint32_t *at(const struct lcs *lcs, size_t a_length, size_t b_length)
{
    return &lcs->lengths[a_length * (lcs->b.length + 1) + b_length];
}

static uint32_t whole_length(const struct lcs *lcs)
{
    return *at(lcs, lcs->a.length, lcs->b.length);
}

/* ---- reading the command ---- */

static const struct fake_redis_key *find(struct fake_call *call, struct fl_span name)
{
    const struct fake_redis_key *key = fake_key_find(call->db, name);
    if (!key) fake_key_missed(call->db, name);
    return key;
}

static bool is_other(const struct fake_redis_key *key)
{
    return key && key->type != FAKE_REDIS_STRING;
}

/* False: an error was written. */
static bool find_strings(struct fake_call *call, struct lcs *lcs)
{
    const struct fake_redis_key *a = find(call, call->args[1]), *b = find(call, call->args[2]);
    if (is_other(a) || is_other(b)) {
        fake_reply_error(call->out, "ERR The specified keys must contain string values");
        return false;
    }
    if (a) lcs->a = fake_str_span(a->string);
    if (b) lcs->b = fake_str_span(b->string);
    return true;
}

/* False: an error was written. */
static bool parse_options(struct fake_call *call, struct lcs *lcs)
{
    for (size_t i = 3; i < call->count; i++) {
        if (fake_arg_is(call->args[i], "idx")) {
            lcs->wants_matches = true;
        } else if (fake_arg_is(call->args[i], "len")) {
            lcs->wants_length = true;
        } else if (fake_arg_is(call->args[i], "withmatchlen")) {
            lcs->with_lengths = true;
        } else if (fake_arg_is(call->args[i], "minmatchlen") && i + 1 < call->count) {
            if (!fake_call_int(call, call->args[++i], &lcs->shortest)) return false;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    if (!lcs->wants_length || !lcs->wants_matches) return true;
    fake_reply_error(call->out,
                     "ERR If you want both the length and indexes, please just use IDX.");
    return false;
}

/* ---- the table ---- */

static bool make_table(struct fake_call *call, struct lcs *lcs)
{
    size_t cells = (lcs->a.length + 1) * (lcs->b.length + 1);
    if (cells > FAKE_REDIS_BULK_BYTES_MAX / sizeof(*lcs->lengths)) {
        fake_reply_error(call->out, "ERR Insufficient memory, transient memory for LCS exceeds "
                                    "proto-max-bulk-len");
        return false;
    }
    lcs->bytes = cells * sizeof(*lcs->lengths);
    lcs->lengths = fake_alloc_zeroed(fake_call_heap(call), lcs->bytes);
    if (!lcs->lengths) {
        fake_call_oom(call);
        return false;
    }
    for (size_t i = 1; i <= lcs->a.length; i++) {
        for (size_t j = 1; j <= lcs->b.length; j++) {
            uint32_t without_a = *at(lcs, i - 1, j), without_b = *at(lcs, i, j - 1);
            if (lcs->a.bytes[i - 1] == lcs->b.bytes[j - 1])
                *at(lcs, i, j) = *at(lcs, i - 1, j - 1) + 1;
            else
                *at(lcs, i, j) = without_a > without_b ? without_a : without_b;
        }
    }
    return true;
}

/* The last match within the first *a bytes of one and *b of the other, which become what is before
 * it. False: there is none. Of equal choices Redis gives up the end of b first. */
static bool last_match(const struct lcs *lcs, size_t *a, size_t *b, struct match *ret_match)
{
    size_t i = *a, j = *b, length = 0;
    while (i && j && lcs->a.bytes[i - 1] != lcs->b.bytes[j - 1]) {
        if (*at(lcs, i - 1, j) > *at(lcs, i, j - 1))
            i--;
        else
            j--;
    }
    while (i && j && lcs->a.bytes[i - 1] == lcs->b.bytes[j - 1]) {
        i--;
        j--;
        length++;
    }
    *a = i;
    *b = j;
    *ret_match = (struct match){i, j, length};
    return length;
}

/* ---- answering ---- */

static void reply_range(struct fake_out *out, size_t start, size_t length)
{
    fake_reply_array(out, 2);
    fake_reply_int(out, (int64_t)start);
    fake_reply_int(out, (int64_t)(start + length - 1));
}

static void reply_matches(struct fake_out *out, const struct lcs *lcs)
{
    size_t a = lcs->a.length, b = lcs->b.length, count = 0;
    struct match match;
    fake_reply_map(out, 2);
    fake_reply_bulk_text(out, "matches");
    size_t place = fake_reply_array_later(out);
    while (last_match(lcs, &a, &b, &match)) {
        if ((int64_t)match.length < lcs->shortest) continue;
        fake_reply_array(out, lcs->with_lengths ? 3 : 2);
        reply_range(out, match.a_start, match.length);
        reply_range(out, match.b_start, match.length);
        if (lcs->with_lengths) fake_reply_int(out, (int64_t)match.length);
        count++;
    }
    fake_reply_array_set(out, place, count);
    fake_reply_bulk_text(out, "len");
    fake_reply_int(out, whole_length(lcs));
}

static void reply_string(struct fake_call *call, const struct lcs *lcs)
{
    size_t a = lcs->a.length, b = lcs->b.length, left = whole_length(lcs), bytes = left;
    struct match match;
    char *text = fake_alloc(fake_call_heap(call), bytes + 1);
    if (!text) {
        fake_call_oom(call);
        return;
    }
    while (last_match(lcs, &a, &b, &match)) {
        left -= match.length;
        memcpy(text + left, lcs->a.bytes + match.a_start, match.length);
    }
    fake_reply_bulk(call->out, (struct fl_span){text, bytes});
    fake_release(fake_call_heap(call), text, bytes + 1);
}

void fake_cmd_lcs(struct fake_call *call)
{
    struct lcs lcs = {0};
    if (!find_strings(call, &lcs)) return;
    if (!parse_options(call, &lcs) || !make_table(call, &lcs)) return;
    if (lcs.wants_matches)
        reply_matches(call->out, &lcs);
    else if (lcs.wants_length)
        fake_reply_int(call->out, whole_length(&lcs));
    else
        reply_string(call, &lcs);
    fake_release(fake_call_heap(call), lcs.lengths, lcs.bytes);
}
