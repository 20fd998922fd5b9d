/* SORT and SORT_RO. */
#include <errno.h>
#include <math.h>

#include "fakes/redis/acl/acl_check.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/intset_order.h"
#include "fakes/redis/values/sort_order.h"

enum { FIRST_OPTION = 2 };

struct sort {
    struct fake_sort_order order;
    bool unsorted;                 /* BY names no pattern */
    struct fl_span by;             /* empty: none */
    size_t store;                  /* the argument that names the target; 0: none */
    size_t get_count;              /* the patterns are found in the arguments again */
    int64_t offset, limit;         /* limit < 0: all */
    struct fake_redis_key *source; /* NULL: absent */
    struct fake_sort_item *items;  /* owned */
    size_t count;
};

/* ---- reading the command ---- */

enum option { ASC, DESC, ALPHA, LIMIT, BY, GET, STORE, OPTION_COUNT };

static const struct {
    const char *word;
    size_t arguments;
} options[OPTION_COUNT] = {
    [ASC] = {"asc", 0}, [DESC] = {"desc", 0}, [ALPHA] = {"alpha", 0}, [LIMIT] = {"limit", 2},
    [BY] = {"by", 1},   [GET] = {"get", 1},   [STORE] = {"store", 1},
};

/* OPTION_COUNT: none that is whole. */
static enum option option_at(const struct fake_call *call, size_t i)
{
    enum option option = ASC;
    while (option < OPTION_COUNT && !fake_arg_is(call->args[i], options[option].word))
        option++;
    return option < OPTION_COUNT && call->count - i - 1 >= options[option].arguments ? option
                                                                                     : OPTION_COUNT;
}

static bool has_star(struct fl_span pattern)
{
    return pattern.length && memchr(pattern.bytes, '*', pattern.length);
}

/* What a pattern leads to cannot be checked beforehand. False: an error was written. */
static bool may_read_any_key(struct fake_call *call, const char *option)
{
    if (fake_acl_reads_all_keys(call->session)) return true;
    fake_reply_errorf(call->out,
                      "ERR %s option of SORT denied due to insufficient ACL permissions.", option);
    return false;
}

/* False: an error was written. */
static bool take_option(struct fake_call *call, size_t i, struct sort *sort)
{
    bool may_store = call->command->flags & FAKE_CMD_WRITE;
    switch (option_at(call, i)) {
    case ASC: sort->order.descending = false; return true;
    case DESC: sort->order.descending = true; return true;
    case ALPHA: sort->order.alpha = true; return true;
    case LIMIT:
        return fake_call_int(call, call->args[i + 1], &sort->offset) &&
               fake_call_int(call, call->args[i + 2], &sort->limit);
    case BY:
        sort->by = call->args[i + 1];
        if (has_star(sort->by)) return may_read_any_key(call, "BY");
        sort->unsorted = true;
        return true;
    case GET: sort->get_count++; return may_read_any_key(call, "GET");
    case STORE:
        sort->store = i + 1;
        if (may_store) return true;
        break;
    case OPTION_COUNT: break;
    }
    fake_call_syntax_error(call);
    return false;
}

static bool parse(struct fake_call *call, struct sort *sort)
{
    for (size_t i = FIRST_OPTION; i < call->count; i++) {
        if (!take_option(call, i, sort)) return false;
        i += options[option_at(call, i)].arguments;
    }
    sort->source = fake_key_find(call->db, call->args[1]);
    if (!sort->source) fake_key_missed(call->db, call->args[1]);
    if (!sort->source || sort->source->type == FAKE_REDIS_LIST ||
        sort->source->type == FAKE_REDIS_SET || sort->source->type == FAKE_REDIS_ZSET)
        return true;
    fake_reply_error(call->out,
                     "WRONGTYPE Operation against a key holding the wrong kind of value");
    return false;
}

/* What a set holds has no order, so that what is stored, or told to a script, is given one. */
static void order_sets(const struct fake_call *call, struct sort *sort)
{
    bool is_set = sort->source && sort->source->type == FAKE_REDIS_SET;
    if (!is_set || !sort->unsorted || !(sort->store || call->engine->in_script)) return;
    sort->unsorted = false;
    sort->order.alpha = true;
    sort->by = (struct fl_span){0};
}

/* ---- the items ---- */

static void load_zset(const struct sort *sort)
{
    sort->source->large = true; /* Redis leaves it a skip list, even SORT_RO does */
    bool reversed = sort->unsorted && sort->order.descending;
    const struct fake_zset *zset = &sort->source->zset;
    struct fake_zcursor at = {0};
    if (reversed) at = fake_zset_end(zset);
    size_t i = 0;
    for (const struct fake_entry *member; (member = fake_zset_step(zset, &at, reversed));)
        sort->items[i++].element = fake_entry_key(member);
}

static void load_set(const struct sort *sort)
{
    const struct fake_entry *ascending[FAKE_INTSET_ENTRIES_MAX];
    uint32_t at = 0;
    size_t i = 0;
    if (fake_intset_order(&sort->source->dict, ascending)) {
        for (; i < sort->count; i++)
            sort->items[i].element = fake_entry_key(ascending[i]);
        return;
    }
    for (const struct fake_entry *entry; (entry = fake_dict_next(&sort->source->dict, &at));)
        sort->items[i++].element = fake_entry_key(entry);
}

static void load_list(const struct sort *sort)
{
    bool reversed = sort->unsorted && sort->order.descending;
    for (size_t i = 0; i < sort->count; i++) {
        size_t at = reversed ? sort->count - 1 - i : i;
        sort->items[i].element = fake_str_span(*fake_deque_at(&sort->source->list, (uint32_t)at));
    }
}

static bool load(struct fake_call *call, struct sort *sort)
{
    if (!sort->source) return true;
    size_t count = fake_key_length(sort->source);
    sort->items = fake_alloc_zeroed(fake_call_heap(call), count * sizeof(*sort->items));
    if (!sort->items) {
        fake_call_oom(call);
        return false;
    }
    sort->count = count;
    if (sort->source->type == FAKE_REDIS_LIST)
        load_list(sort);
    else if (sort->source->type == FAKE_REDIS_SET)
        load_set(sort);
    else
        load_zset(sort);
    return true;
}

/* ---- patterns ---- */

/* What stands where a pattern points to for an element. `key` is scratch; false: out of memory. */
static bool look_up(struct fake_call *call, struct fl_span pattern, struct fl_span element,
                    struct fl_buf *key, struct fl_span *ret_value, bool *ret_found)
{
    *ret_found = true;
    *ret_value = element;
    if (fl_span_is(pattern, "#")) return true;
    *ret_found = false;
    if (!has_star(pattern)) return true;
    const char *end = pattern.bytes + pattern.length;
    const char *star = memchr(pattern.bytes, '*', pattern.length);
    const char *arrow = memmem(star, (size_t)(end - star), "->", 2);
    if (arrow && arrow + 2 == end) arrow = NULL;
    const char *rest_end = arrow ? arrow : end;
    fl_buf_truncate(key, 0);
    if (fl_buf_append(key, pattern.bytes, (size_t)(star - pattern.bytes)) ||
        fl_buf_append_span(key, element) ||
        fl_buf_append(key, star + 1, (size_t)(rest_end - star - 1)))
        return false;
    const struct fake_redis_key *found = fake_key_find(call->db, fl_buf_span(key));
    if (!found) fake_key_missed(call->db, fl_buf_span(key));
    if (!found || found->type != (arrow ? FAKE_REDIS_HASH : FAKE_REDIS_STRING)) return true;
    const struct fake_str *value = found->string;
    if (arrow) {
        struct fl_span field = {arrow + 2, (size_t)(end - arrow) - 2};
        const struct fake_entry *entry = fake_dict_find(&found->dict, field);
        value = entry ? entry->value : NULL;
    }
    *ret_found = value;
    if (value) *ret_value = fake_str_span(value);
    return true;
}

/* strtod on a C string: blanks before it are fine, and so is nothing at all. After a number out of
 * range Redis refuses all numbers until some system call sets errno: that is not imitated. */
static bool parse_number(struct fl_span text, double *ret_number)
{
    char copy[512]; /* longer texts are no number that anybody writes */
    if (text.length >= sizeof(copy)) return false;
    if (text.length) memcpy(copy, text.bytes, text.length);
    copy[text.length] = '\0';
    char *end;
    errno = 0;
    *ret_number = strtod(copy, &end);
    return *end == '\0' && errno != ERANGE && !isnan(*ret_number);
}

enum weighed { WEIGHED, NO_NUMBER, NO_MEMORY };

/* Gives an item what it is ordered by. */
static enum weighed weigh(struct fake_call *call, const struct sort *sort,
                          struct fake_sort_item *item, struct fl_buf *scratch)
{
    item->has_text = true;
    item->text = item->element;
    if (sort->by.length &&
        !look_up(call, sort->by, item->element, scratch, &item->text, &item->has_text))
        return NO_MEMORY;
    if (sort->order.alpha || !item->has_text) return WEIGHED;
    return parse_number(item->text, &item->number) ? WEIGHED : NO_NUMBER;
}

/* All are looked at before one that is no number is told. False: an error was written. */
static bool weigh_all(struct fake_call *call, const struct sort *sort)
{
    struct fl_buf scratch = FL_BUF_INIT(2 * (size_t)FAKE_REDIS_BULK_BYTES_MAX);
    enum weighed worst = WEIGHED;
    for (size_t i = 0; worst != NO_MEMORY && i < sort->count; i++) {
        enum weighed weighed = weigh(call, sort, &sort->items[i], &scratch);
        if (weighed > worst) worst = weighed;
    }
    fl_buf_release(&scratch);
    if (worst == NO_MEMORY) fake_call_oom(call);
    if (worst == NO_NUMBER)
        fake_reply_error(call->out, "ERR One or more scores can't be converted into double");
    return worst == WEIGHED;
}

/* ---- the part that is wanted ---- */

static void cut(struct sort *sort, size_t *ret_first, size_t *ret_count)
{
    size_t first = sort->offset < 0 ? 0 : (size_t)sort->offset;
    if (first > sort->count) first = sort->count;
    size_t count = sort->count - first;
    if (sort->limit >= 0 && (uint64_t)sort->limit < count) count = (size_t)sort->limit;
    *ret_first = first;
    *ret_count = count;
}

static bool put_in_order(struct fake_call *call, struct sort *sort, size_t wanted)
{
    if (!weigh_all(call, sort)) return false;
    sort->order.exact = sort->store;
    sort->order.partial = sort->by.length && wanted < sort->count;
    if (fake_sort_items(&sort->order, sort->items, sort->count)) return true;
    fake_call_oom(call);
    return false;
}

/* ---- answering ---- */

/* Hands over what a reply or a stored list holds for each item, in order; false: out of memory. */
static bool each_output(struct fake_call *call, const struct sort *sort, size_t first, size_t count,
                        bool (*put)(struct fake_call *call, struct fl_span value, bool found,
                                    void *context),
                        void *context)
{
    struct fl_buf scratch = FL_BUF_INIT(2 * (size_t)FAKE_REDIS_BULK_BYTES_MAX);
    bool ok = true;
    for (size_t i = first; ok && i < first + count; i++) {
        struct fl_span element = sort->items[i].element, value;
        bool found;
        if (!sort->get_count) ok = put(call, element, true, context);
        for (size_t at = FIRST_OPTION; ok && sort->get_count && at < call->count; at++) {
            enum option option = option_at(call, at);
            if (option == GET)
                ok = look_up(call, call->args[at + 1], element, &scratch, &value, &found) &&
                     put(call, value, found, context);
            at += options[option].arguments;
        }
    }
    fl_buf_release(&scratch);
    return ok;
}

static bool put_reply(struct fake_call *call, struct fl_span value, bool found, void *context)
{
    (void)context;
    if (found)
        fake_reply_bulk(call->out, value);
    else
        fake_reply_nil(call->out);
    return true;
}

static bool put_element(struct fake_call *call, struct fl_span value, bool found, void *context)
{
    struct fake_heap *heap = fake_call_heap(call);
    struct fake_str *element = fake_str_new(heap, found ? value : (struct fl_span){0});
    if (element && fake_deque_push(heap, context, FAKE_RIGHT, element)) return true;
    fake_str_free(heap, element);
    return false;
}

/* The target is replaced last: it may be what is sorted. */
static void store(struct fake_call *call, const struct sort *sort, size_t first, size_t count)
{
    struct fl_span name = call->args[sort->store];
    struct fake_deque list = {0};
    bool ok = each_output(call, sort, first, count, put_element, &list);
    struct fake_redis_key *target = fake_key_find(call->db, name);
    if (ok && list.count) {
        if (target)
            fake_key_overwrite(call->db, target, FAKE_REDIS_LIST);
        else
            target = fake_key_create(call->db, name, FAKE_REDIS_LIST);
        ok = target;
    }
    if (ok && list.count) {
        target->list = list;
        fake_key_notify(call->db, FAKE_NOTIFY_LIST, "sortstore", name);
        fake_reply_int(call->out, target->list.count);
        return;
    }
    fake_deque_release(fake_call_heap(call), &list);
    if (!ok) {
        fake_call_oom(call);
        return;
    }
    if (target) {
        fake_key_delete(call->db, target);
        fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", name);
    }
    fake_reply_int(call->out, 0);
}

static void answer(struct fake_call *call, const struct sort *sort, size_t first, size_t count)
{
    fake_reply_array(call->out, sort->get_count ? count * sort->get_count : count);
    if (!each_output(call, sort, first, count, put_reply, NULL)) call->out->broken = true;
}

static void sort(struct fake_call *call)
{
    struct sort sort = {.limit = -1};
    size_t first, count;
    if (!parse(call, &sort)) return;
    order_sets(call, &sort);
    if (!load(call, &sort)) return;
    cut(&sort, &first, &count);
    if (sort.unsorted || put_in_order(call, &sort, count)) {
        if (sort.store)
            store(call, &sort, first, count);
        else
            answer(call, &sort, first, count);
    }
    fake_release(fake_call_heap(call), sort.items, sort.count * sizeof(*sort.items));
}

void fake_cmd_sort(struct fake_call *call)
{
    sort(call);
}

void fake_cmd_sort_ro(struct fake_call *call)
{
    sort(call);
}
