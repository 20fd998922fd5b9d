/* Commands on lists that do not wait. */
#include "fakes/redis/commands/lists.h"

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"

#define WRONGTYPE "WRONGTYPE Operation against a key holding the wrong kind of value"
#define OOM       "OOM command not allowed when used memory > 'maxmemory'."

static struct fake_str *take(struct fake_redis_key *list, enum fake_end from)
{
    return fake_deque_pop(&list->list, from);
}

static const char *pop_event(enum fake_end from)
{
    return from == FAKE_LEFT ? "lpop" : "rpop";
}

static const char *push_event(enum fake_end end)
{
    return end == FAKE_LEFT ? "lpush" : "rpush";
}

/* A list was shortened, which is told as `event`. */
static void shortened(struct fake_database *db, struct fake_redis_key *list, const char *event)
{
    fake_key_notify(db, FAKE_NOTIFY_LIST, event, list->name);
    if (!fake_key_delete_empty(db, list)) fake_key_touch(db, list->name);
}

/* When a blocked client is served, who tracks the key has heard of the push, and hears no more. */
static void popped(struct fake_database *db, struct fake_redis_key *list, enum fake_end from)
{
    struct fake_redis *engine = db->engine;
    struct fake_cached *cached = engine->cached;
    if (engine->is_serving) engine->cached = NULL;
    shortened(db, list, pop_event(from));
    engine->cached = cached;
}

void fake_list_reply_pop(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                         struct fake_out *out)
{
    struct fake_str *element = take(list, from);
    fake_reply_array(out, 2);
    fake_reply_bulk(out, list->name);
    fake_reply_bulk(out, fake_str_span(element));
    fake_str_free(&db->engine->heap, element);
    popped(db, list, from);
}

static void reply_elements(struct fake_database *db, struct fake_redis_key *list,
                           enum fake_end from, int64_t count, struct fake_out *out)
{
    uint32_t pops = count > list->list.count ? list->list.count : (uint32_t)count;
    fake_reply_array(out, pops);
    for (uint32_t i = 0; i < pops; i++) {
        struct fake_str *element = take(list, from);
        fake_reply_bulk(out, fake_str_span(element));
        fake_str_free(&db->engine->heap, element);
    }
    shortened(db, list, pop_event(from));
}

void fake_list_reply_mpop(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                          int64_t count, struct fake_out *out)
{
    fake_reply_array(out, 2);
    fake_reply_bulk(out, list->name);
    reply_elements(db, list, from, count, out);
}

void fake_list_reply_move(struct fake_database *db, struct fake_redis_key *list, enum fake_end from,
                          struct fake_database *target_db, struct fl_span target, enum fake_end to,
                          struct fake_out *out)
{
    struct fake_redis_key *into = fake_key_find(target_db, target);
    if (into && into->type != FAKE_REDIS_LIST) {
        fake_reply_error(out, WRONGTYPE);
        return;
    }
    struct fake_str *element = take(list, from);
    bool created = !into;
    if (created) into = fake_key_create(target_db, target, FAKE_REDIS_LIST);
    if (!into || !fake_deque_push(&db->engine->heap, &into->list, to, element)) {
        /* There is room for what was just taken from here. */
        (void)fake_deque_push(&db->engine->heap, &list->list, from, element);
        if (into && created) fake_key_delete(target_db, into);
        fake_reply_error(out, OOM);
        return;
    }
    fake_key_touch(target_db, into->name);
    fake_key_notify(target_db, FAKE_NOTIFY_LIST, push_event(to), into->name);
    fake_reply_bulk(out, fake_str_span(element));
    popped(db, list, from);
}

/* ---- pushing ---- */

enum push_if { PUSH_ALWAYS, PUSH_IF_EXISTS };

static void push(struct fake_call *call, enum fake_end end, enum push_if condition)
{
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    if (!list && condition == PUSH_IF_EXISTS) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (!list) list = fake_key_create(call->db, call->args[1], FAKE_REDIS_LIST);
    struct fake_heap *heap = fake_call_heap(call);
    size_t i = 2;
    for (; list && i < call->count; i++) {
        struct fake_str *element = fake_str_new(heap, call->args[i]);
        if (element && fake_deque_push(heap, &list->list, end, element)) continue;
        fake_str_free(heap, element);
        break;
    }
    if (!list || i < call->count) {
        if (list && !fake_key_delete_empty(call->db, list)) fake_key_touch(call->db, list->name);
        fake_call_oom(call);
        return;
    }
    fake_key_touch(call->db, list->name);
    fake_reply_int(call->out, list->list.count);
    fake_key_notify(call->db, FAKE_NOTIFY_LIST, push_event(end), list->name);
}

void fake_cmd_lpush(struct fake_call *call)
{
    push(call, FAKE_LEFT, PUSH_ALWAYS);
}

void fake_cmd_rpush(struct fake_call *call)
{
    push(call, FAKE_RIGHT, PUSH_ALWAYS);
}

void fake_cmd_lpushx(struct fake_call *call)
{
    push(call, FAKE_LEFT, PUSH_IF_EXISTS);
}

void fake_cmd_rpushx(struct fake_call *call)
{
    push(call, FAKE_RIGHT, PUSH_IF_EXISTS);
}

void fake_cmd_linsert(struct fake_call *call)
{
    bool after = fake_arg_is(call->args[2], "after");
    if (!after && !fake_arg_is(call->args[2], "before")) {
        fake_call_syntax_error(call);
        return;
    }
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    uint32_t i = 0;
    while (list && i < list->list.count &&
           !fl_span_equal(fake_str_span(*fake_deque_at(&list->list, i)), call->args[3]))
        i++;
    if (!list || i == list->list.count) {
        fake_reply_int(call->out, list ? -1 : 0);
        return;
    }
    struct fake_heap *heap = fake_call_heap(call);
    struct fake_str *element = fake_str_new(heap, call->args[4]);
    if (!element || !fake_deque_insert(heap, &list->list, i + (after ? 1 : 0), element)) {
        fake_str_free(heap, element);
        fake_call_oom(call);
        return;
    }
    fake_key_touch(call->db, list->name);
    fake_key_notify(call->db, FAKE_NOTIFY_LIST, "linsert", list->name);
    fake_reply_int(call->out, list->list.count);
}

/* ---- popping ---- */

static void pop(struct fake_call *call, enum fake_end from)
{
    int64_t count = 0;
    if (call->count > 3) {
        fake_reply_errorf(call->out, "ERR wrong number of arguments for '%s' command",
                          call->command->name);
        return;
    }
    if (call->count == 3 &&
        !fake_call_int_range(call, call->args[2], 0, INT64_MAX,
                             "ERR value is out of range, must be positive", &count))
        return;
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    if (!list && call->count == 3) {
        fake_reply_nil_array(call->out);
    } else if (!list) {
        fake_reply_nil(call->out);
    } else if (call->count == 3) {
        if (count == 0)
            fake_reply_array(call->out, 0);
        else
            reply_elements(call->db, list, from, count, call->out);
    } else {
        struct fake_str *element = take(list, from);
        fake_reply_bulk(call->out, fake_str_span(element));
        fake_str_free(fake_call_heap(call), element);
        shortened(call->db, list, pop_event(from));
    }
}

void fake_cmd_lpop(struct fake_call *call)
{
    pop(call, FAKE_LEFT);
}

void fake_cmd_rpop(struct fake_call *call)
{
    pop(call, FAKE_RIGHT);
}

/* ---- reading ---- */

void fake_cmd_llen(struct fake_call *call)
{
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    fake_reply_int(call->out, list ? list->list.count : 0);
}

void fake_cmd_lindex(struct fake_call *call)
{
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    int64_t i;
    if (!list) {
        fake_reply_nil(call->out);
        return;
    }
    if (!fake_call_int(call, call->args[2], &i)) return;
    if (i < 0) i += list->list.count;
    if (i < 0 || i >= list->list.count)
        fake_reply_nil(call->out);
    else
        fake_reply_bulk(call->out, fake_str_span(*fake_deque_at(&list->list, (uint32_t)i)));
}

void fake_cmd_lrange(struct fake_call *call)
{
    int64_t start, stop;
    struct fake_redis_key *list;
    if (!fake_call_int(call, call->args[2], &start)) return;
    if (!fake_call_int(call, call->args[3], &stop)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    if (!list || !fake_range_clamp(&start, &stop, list->list.count)) {
        fake_reply_array(call->out, 0);
        return;
    }
    fake_reply_array(call->out, (size_t)(stop - start + 1));
    for (int64_t i = start; i <= stop; i++)
        fake_reply_bulk(call->out, fake_str_span(*fake_deque_at(&list->list, (uint32_t)i)));
}

/* ---- changing in place ---- */

void fake_cmd_lset(struct fake_call *call)
{
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    int64_t i;
    if (!list) {
        fake_reply_error(call->out, "ERR no such key");
        return;
    }
    if (!fake_call_int(call, call->args[2], &i)) return;
    if (i < 0) i += list->list.count;
    if (i < 0 || i >= list->list.count) {
        fake_reply_error(call->out, "ERR index out of range");
        return;
    }
    struct fake_str *element = fake_str_new(fake_call_heap(call), call->args[3]);
    if (!element) {
        fake_call_oom(call);
        return;
    }
    struct fake_str **place = fake_deque_at(&list->list, (uint32_t)i);
    fake_str_free(fake_call_heap(call), *place);
    *place = element;
    fake_key_touch(call->db, list->name);
    fake_reply_ok(call->out);
    fake_key_notify(call->db, FAKE_NOTIFY_LIST, "lset", list->name);
}

void fake_cmd_lrem(struct fake_call *call)
{
    int64_t count;
    struct fake_redis_key *list;
    if (!fake_call_int(call, call->args[2], &count)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    uint32_t removed = 0;
    if (list) {
        uint64_t bound = count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
        uint32_t count_max = bound == 0 || bound > UINT32_MAX ? UINT32_MAX : (uint32_t)bound;
        removed = fake_deque_remove_equal(fake_call_heap(call), &list->list, call->args[3],
                                          count < 0 ? FAKE_RIGHT : FAKE_LEFT, count_max);
        if (removed) fake_key_touch(call->db, list->name); /* before the news, unlike others */
        if (removed) shortened(call->db, list, "lrem");
    }
    fake_reply_int(call->out, removed);
}

void fake_cmd_ltrim(struct fake_call *call)
{
    int64_t start, stop;
    struct fake_redis_key *list;
    if (!fake_call_int(call, call->args[2], &start)) return;
    if (!fake_call_int(call, call->args[3], &stop)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    if (list) {
        struct fake_heap *heap = fake_call_heap(call);
        uint32_t count = list->list.count;
        if (!fake_range_clamp(&start, &stop, count)) {
            start = count;
            stop = (int64_t)count - 1;
        }
        fake_deque_remove(heap, &list->list, (uint32_t)stop + 1, count - (uint32_t)stop - 1);
        fake_deque_remove(heap, &list->list, 0, (uint32_t)start);
        shortened(call->db, list, "ltrim");
    }
    fake_reply_ok(call->out);
}

/* ---- LPOS ---- */

struct position_search {
    int64_t rank, count, steps_max;
    bool has_count;
};

static bool parse_lpos(struct fake_call *call, struct position_search *search)
{
    *search = (struct position_search){.rank = 1, .count = 1};
    for (size_t i = 3; i < call->count; i += 2) {
        struct fl_span option = call->args[i];
        if (i + 1 == call->count) {
            fake_call_syntax_error(call);
            return false;
        }
        struct fl_span value = call->args[i + 1];
        if (fake_arg_is(option, "rank")) {
            if (!fake_call_int(call, value, &search->rank)) return false;
            if (search->rank == 0) {
                fake_reply_error(
                    call->out,
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from "
                    "the second ... or use negative to start from the end of the list");
                return false;
            }
        } else if (fake_arg_is(option, "count")) {
            search->has_count = true;
            if (!fake_call_int_range(call, value, 0, INT64_MAX, "ERR COUNT can't be negative",
                                     &search->count))
                return false;
        } else if (fake_arg_is(option, "maxlen")) {
            if (!fake_call_int_range(call, value, 0, INT64_MAX, "ERR MAXLEN can't be negative",
                                     &search->steps_max))
                return false;
        } else {
            fake_call_syntax_error(call);
            return false;
        }
    }
    if (search->rank == INT64_MIN) { /* as Redis's overflow has it: the first, or all */
        search->rank = -1;
        if (search->has_count) search->count = 0;
    }
    return true;
}

void fake_cmd_lpos(struct fake_call *call)
{
    struct position_search search;
    struct fake_redis_key *list;
    if (!parse_lpos(call, &search)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    size_t place = fake_reply_array_later(call->out);
    uint32_t length = list ? list->list.count : 0;
    int64_t skip = (search.rank < 0 ? -search.rank : search.rank) - 1, found = 0;
    for (uint32_t step = 0; step < length; step++) {
        if (search.steps_max && step >= search.steps_max) break;
        uint32_t i = search.rank < 0 ? length - 1 - step : step;
        if (!fl_span_equal(fake_str_span(*fake_deque_at(&list->list, i)), call->args[2])) continue;
        if (skip-- > 0) continue;
        fake_reply_int(call->out, i);
        found++;
        if (!search.has_count || found == search.count) break;
    }
    if (search.has_count)
        fake_reply_array_set(call->out, place, (size_t)found);
    else if (!found)
        fake_reply_nil(call->out);
}
