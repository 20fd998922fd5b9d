/* harness/check/linear.c - the search of Wing and Gong, with Lowe's memory of what was tried.
 *
 * Calls and returns stand in a list in the order in which they came. A call that can happen next is
 * taken out with its return, and the search begins again at the front; at a return whose call has
 * not been taken, the last decision was wrong and is undone. A set of operations that left the same
 * state before is not tried again. */
#include "harness/check/linear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/map.h"
#include "harness/trace/digest.h"

struct entry {
    struct entry *previous, *next;
    struct entry *match; /* of a call: its return, NULL where there is none; of a return: NULL */
    uint32_t operation;
    bool is_call;
    uint64_t at;
};

struct decision {
    struct entry *call;
    struct linear_state before;
};

struct search {
    const struct linear_rules *rules;
    const struct linear_operation *operations;
    uint32_t count, left; /* left: answered ones that have not been ordered */
    struct entry *entries, head;
    struct decision *stack;
    uint32_t depth;
    struct linear_state state;
    size_t key_bytes, set_bytes, word_bytes;
    unsigned char *key; /* the set of those that are ordered, and the state */
    struct fl_map tried;
    uint32_t deepest;
    const char *stuck,
        *cause; /* at the deepest: what no order allows, and what stands against it */
};

int64_t linear_value(struct fl_span text)
{
    long long number;
    char spelt[32];
    if (text.length && text.length < sizeof spelt && fl_span_int64(text, &number)) {
        snprintf(spelt, sizeof spelt, "%lld", number);
        if (fl_span_is(text, spelt)) return number;
    }
    return (int64_t)(digest_span(0, text) | UINT64_C(1) << 62);
}

/* --- the list --- */

static int by_order(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->at != right->at) return left->at < right->at ? -1 : 1;
    return left->is_call ? -1 : right->is_call ? 1 : 0;
}

static uint32_t fill_entries(struct search *s)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct linear_operation *operation = &s->operations[i];
        s->entries[used++] =
            (struct entry){.operation = i, .is_call = true, .at = operation->called};
        if (operation->returned == LINEAR_UNANSWERED) continue;
        s->entries[used++] = (struct entry){.operation = i, .at = operation->returned};
        s->left++;
    }
    qsort(s->entries, used, sizeof *s->entries, by_order);
    return used;
}

static void link_entries(struct search *s, uint32_t used, struct entry **calls)
{
    struct entry *last = &s->head;
    for (uint32_t i = 0; i < used; i++) {
        struct entry *entry = &s->entries[i];
        if (entry->is_call) calls[entry->operation] = entry;
        if (!entry->is_call) calls[entry->operation]->match = entry;
        entry->previous = last;
        last->next = entry;
        last = entry;
    }
}

static void take_out(struct entry *entry)
{
    entry->previous->next = entry->next;
    if (entry->next) entry->next->previous = entry->previous;
}

static void put_back(struct entry *entry)
{
    entry->previous->next = entry;
    if (entry->next) entry->next->previous = entry;
}

/* --- the search --- */

static void set_bit(struct search *s, uint32_t operation, bool on)
{
    unsigned char bit = (unsigned char)(1u << operation % 8);
    if (on)
        s->key[operation / 8] |= bit;
    else
        s->key[operation / 8] &= (unsigned char)~bit;
}

static size_t words_of(enum linear_object object)
{
    if (object == LINEAR_KEY || object == LINEAR_LEVEL) return LINEAR_KEY_WORDS;
    return object == LINEAR_MUTEX ? LINEAR_MUTEX_WORDS : LINEAR_WORDS;
}

/* The state after the operation is new for this set of operations. */
static enum fl_error remember(struct search *s, const struct linear_state *state, bool *ret_new)
{
    static char present;
    memcpy(s->key + s->set_bytes, &state->now_us, sizeof state->now_us);
    memcpy(s->key + s->set_bytes + sizeof state->now_us, state->words, s->word_bytes);
    struct fl_span key = {(const char *)s->key, s->key_bytes};
    *ret_new = !fl_map_get(&s->tried, key);
    return *ret_new ? fl_map_put(&s->tried, key, &present, NULL) : FL_OK;
}

static void order(struct search *s, struct entry *call, const struct linear_state *after)
{
    s->stack[s->depth++] = (struct decision){call, s->state};
    s->state = *after;
    take_out(call);
    if (!call->match) return;
    take_out(call->match);
    s->left--;
}

static struct entry *undo(struct search *s)
{
    struct decision *last = &s->stack[--s->depth];
    struct entry *call = last->call;
    s->state = last->before;
    set_bit(s, call->operation, false);
    if (call->match) put_back(call->match);
    if (call->match) s->left++;
    put_back(call);
    return call;
}

static void note_stuck(struct search *s, const struct entry *at)
{
    if (s->stuck && s->depth <= s->deepest) return;
    s->deepest = s->depth;
    s->stuck = s->operations[at->operation].text;
    s->cause = s->state.cause;
}

static enum fl_error try_call(struct search *s, struct entry *call, bool *ret_ordered)
{
    struct linear_state after = s->state;
    *ret_ordered = false;
    if (!linear_step(s->rules, &s->operations[call->operation], &after)) return FL_OK;
    set_bit(s, call->operation, true);
    enum fl_error err = remember(s, &after, ret_ordered);
    if (*ret_ordered && !err)
        order(s, call, &after);
    else
        set_bit(s, call->operation, false);
    return err;
}

static enum fl_error search(struct search *s, enum linear_verdict *ret_verdict)
{
    struct entry *at = s->head.next;
    while (s->left) {
        fl_assert(at); /* an answered call has its return behind it */
        bool ordered = false;
        enum fl_error err = at->is_call ? try_call(s, at, &ordered) : FL_OK;
        if (err) return err;
        if (at->is_call) {
            at = ordered ? s->head.next : at->next;
            continue;
        }
        note_stuck(s, at);
        if (!s->depth) {
            *ret_verdict = LINEAR_DISORDERED;
            return FL_OK;
        }
        at = undo(s)->next;
    }
    *ret_verdict = LINEAR_ORDERED;
    return FL_OK;
}

static enum fl_error tell(const struct search *s, enum linear_verdict verdict, struct fl_buf *found)
{
    if (verdict == LINEAR_ORDERED) return FL_OK;
    if (verdict == LINEAR_UNDECIDED)
        return fl_buf_printf(found, "no order within %d states, and not all were tried",
                             (int)LINEAR_VISITS_MAX);
    enum fl_error err = fl_buf_printf(found, "no order of %u operations allows\n          %s",
                                      s->count, s->stuck ? s->stuck : "?");
    if (!err && s->cause) err = fl_buf_printf(found, "\n          after %s", s->cause);
    return err;
}

static void release(struct search *s, struct entry **calls)
{
    free(calls);
    free(s->entries);
    free(s->stack);
    free(s->key);
    fl_map_release(&s->tried);
}

enum fl_error linear_check(const struct linear_rules *rules,
                           const struct linear_operation *operations, uint32_t count,
                           enum linear_verdict *ret_verdict, struct fl_buf *found)
{
    struct search s = {.rules = rules, .operations = operations, .count = count};
    if (count > LINEAR_OPERATIONS_MAX) return FL_EBOUND;
    s.set_bytes = (count / 64 + 1) * 8;
    s.word_bytes = words_of(rules->object) * sizeof s.state.words[0];
    s.key_bytes = s.set_bytes + sizeof s.state.now_us + s.word_bytes;
    s.entries = calloc(2 * (size_t)count + 1, sizeof *s.entries);
    s.stack = calloc((size_t)count + 1, sizeof *s.stack);
    s.key = calloc(1, s.key_bytes);
    s.tried = FL_MAP_INIT(LINEAR_VISITS_MAX);
    struct entry **calls = calloc((size_t)count + 1, sizeof(struct entry *));
    enum linear_verdict verdict = LINEAR_UNDECIDED;
    enum fl_error err = s.entries && s.stack && s.key && calls ? FL_OK : FL_ENOMEM;
    if (!err) {
        link_entries(&s, fill_entries(&s), calls);
        err = search(&s, &verdict);
    }
    if (err == FL_EBOUND) err = FL_OK; /* of what was tried: undecided */
    if (!err) err = tell(&s, verdict, found);
    if (err == FL_EBOUND) err = FL_OK; /* what does not fit is cut */
    if (!err) *ret_verdict = verdict;
    release(&s, calls);
    return err;
}
