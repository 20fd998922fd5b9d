/* Commands on lists that can wait, and their siblings that pop from the first of many keys. */
#include "fakes/redis/commands/lists.h"
#include "fakes/redis/commands/zsets.h"
#include "fakes/redis/engine/blocking.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"

/* The first key among the arguments that exists. False: one of another type stands before it, and
 * its error was written. */
static bool first_existing(struct fake_call *call, size_t first, size_t count,
                           enum fake_redis_type type, struct fake_redis_key **ret_key)
{
    *ret_key = NULL;
    for (size_t i = first; i < first + count && !*ret_key; i++)
        if (!fake_call_find(call, call->args[i], type, ret_key)) return false;
    return true;
}

static void wait_or_nil(struct fake_call *call, const struct fake_block_request *request)
{
    if (fake_blocking_denied(call))
        fake_reply_nil_array(call->out);
    else
        fake_blocking_wait(call, request);
}

/* ---- what is waited for ---- */

static bool answer_pop(struct fake_database *db, struct fake_redis_key *key,
                       const struct fake_block_request *request, const struct fl_span *args,
                       size_t index, struct fake_out *out)
{
    (void)args;
    (void)index;
    fake_list_reply_pop(db, key, request->from, out);
    return true;
}

static bool answer_zpop(struct fake_database *db, struct fake_redis_key *key,
                        const struct fake_block_request *request, const struct fl_span *args,
                        size_t index, struct fake_out *out)
{
    (void)args;
    (void)index;
    fake_zset_reply_bzpop(db, key, request->from, out);
    return true;
}

static bool answer_move(struct fake_database *db, struct fake_redis_key *key,
                        const struct fake_block_request *request, const struct fl_span *args,
                        size_t index, struct fake_out *out)
{
    (void)index;
    fake_list_reply_move(db, key, request->from, db, args[request->target_key], request->to, out);
    return true;
}

static bool answer_mpop(struct fake_database *db, struct fake_redis_key *key,
                        const struct fake_block_request *request, const struct fl_span *args,
                        size_t index, struct fake_out *out)
{
    (void)args;
    (void)index;
    fake_list_reply_mpop(db, key, request->from, request->count, out);
    return true;
}

static bool answer_zmpop(struct fake_database *db, struct fake_redis_key *key,
                         const struct fake_block_request *request, const struct fl_span *args,
                         size_t index, struct fake_out *out)
{
    (void)args;
    (void)index;
    fake_zset_reply_mpop(db, key, request->from, request->count, out);
    return true;
}

static const struct fake_block_kind pops = {.type = FAKE_REDIS_LIST, .answer = answer_pop};
static const struct fake_block_kind zpops = {.type = FAKE_REDIS_ZSET, .answer = answer_zpop};
static const struct fake_block_kind moves = {.type = FAKE_REDIS_LIST, .answer = answer_move};
static const struct fake_block_kind mpops = {
    .type = FAKE_REDIS_LIST, .answer = answer_mpop, .has_numkeys = true};
static const struct fake_block_kind zmpops = {
    .type = FAKE_REDIS_ZSET, .answer = answer_zmpop, .has_numkeys = true};

/* ---- popping ---- */

static void pop_or_wait(struct fake_call *call, const struct fake_block_kind *kind,
                        enum fake_end from)
{
    struct fake_block_request request = {
        .kind = kind, .first_key = 1, .key_count = call->count - 2, .from = from};
    struct fake_redis_key *key;
    if (!fake_blocking_timeout(call, call->args[call->count - 1], &request.deadline_us)) return;
    if (!first_existing(call, 1, request.key_count, kind->type, &key)) return;
    if (key)
        kind->answer(call->db, key, &request, call->args, 0, call->out);
    else
        wait_or_nil(call, &request);
}

void fake_cmd_blpop(struct fake_call *call)
{
    pop_or_wait(call, &pops, FAKE_LEFT);
}

void fake_cmd_brpop(struct fake_call *call)
{
    pop_or_wait(call, &pops, FAKE_RIGHT);
}

void fake_cmd_bzpopmin(struct fake_call *call)
{
    pop_or_wait(call, &zpops, FAKE_LEFT);
}

void fake_cmd_bzpopmax(struct fake_call *call)
{
    pop_or_wait(call, &zpops, FAKE_RIGHT);
}

/* ---- moving ---- */

static bool parse_end(struct fake_call *call, struct fl_span text, enum fake_end *ret_end)
{
    if (fake_arg_is(text, "left")) {
        *ret_end = FAKE_LEFT;
    } else if (fake_arg_is(text, "right")) {
        *ret_end = FAKE_RIGHT;
    } else {
        fake_call_syntax_error(call);
        return false;
    }
    return true;
}

/* `request` is NULL for the commands that never wait. */
static void move_or_wait(struct fake_call *call, enum fake_end from, enum fake_end to,
                         const struct fake_block_request *request)
{
    struct fake_redis_key *list;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_LIST, &list)) return;
    if (list)
        fake_list_reply_move(call->db, list, from, call->db, call->args[2], to, call->out);
    else if (!request || fake_blocking_denied(call))
        fake_reply_nil(call->out);
    else
        fake_blocking_wait(call, request);
}

void fake_cmd_lmove(struct fake_call *call)
{
    enum fake_end from, to;
    if (!parse_end(call, call->args[3], &from) || !parse_end(call, call->args[4], &to)) return;
    move_or_wait(call, from, to, NULL);
}

void fake_cmd_rpoplpush(struct fake_call *call)
{
    move_or_wait(call, FAKE_RIGHT, FAKE_LEFT, NULL);
}

static void blocking_move(struct fake_call *call, enum fake_end from, enum fake_end to,
                          struct fl_span timeout)
{
    struct fake_block_request request = {
        .kind = &moves, .first_key = 1, .key_count = 1, .from = from, .to = to, .target_key = 2};
    if (!fake_blocking_timeout(call, timeout, &request.deadline_us)) return;
    move_or_wait(call, from, to, &request);
}

void fake_cmd_blmove(struct fake_call *call)
{
    enum fake_end from, to;
    if (!parse_end(call, call->args[3], &from) || !parse_end(call, call->args[4], &to)) return;
    blocking_move(call, from, to, call->args[5]);
}

void fake_cmd_brpoplpush(struct fake_call *call)
{
    blocking_move(call, FAKE_RIGHT, FAKE_LEFT, call->args[3]);
}

/* ---- LMPOP, ZMPOP and the waiting forms: numkeys key... LEFT|RIGHT|MIN|MAX [COUNT n] ---- */

static bool parse_mpop(struct fake_call *call, size_t at, struct fake_block_request *request)
{
    int64_t keys;
    if (!fake_call_int_range(call, call->args[at], 1, INT64_MAX,
                             "ERR numkeys should be greater than 0", &keys))
        return false;
    size_t where = at + 1 + (size_t)keys;
    request->first_key = at + 1;
    request->key_count = (size_t)keys;
    request->count = 1;
    if (where >= call->count) {
        fake_call_syntax_error(call);
        return false;
    }
    bool is_list = request->kind->type == FAKE_REDIS_LIST;
    const char *low = is_list ? "left" : "min", *high = is_list ? "right" : "max";
    bool is_low = fake_arg_is(call->args[where], low);
    if (!is_low && !fake_arg_is(call->args[where], high)) {
        fake_call_syntax_error(call);
        return false;
    }
    request->from = is_low ? FAKE_LEFT : FAKE_RIGHT;
    if (where + 1 == call->count) return true;
    if (where + 3 != call->count || !fake_arg_is(call->args[where + 1], "count")) {
        fake_call_syntax_error(call);
        return false;
    }
    return fake_call_int_range(call, call->args[where + 2], 1, INT64_MAX,
                               "ERR count should be greater than 0", &request->count);
}

static void mpop(struct fake_call *call, const struct fake_block_request *request, bool waits)
{
    const struct fake_block_kind *kind = request->kind;
    struct fake_redis_key *key;
    if (!first_existing(call, request->first_key, request->key_count, kind->type, &key)) return;
    if (key)
        kind->answer(call->db, key, request, call->args, 0, call->out);
    else if (waits)
        wait_or_nil(call, request);
    else
        fake_reply_nil_array(call->out);
}

void fake_cmd_lmpop(struct fake_call *call)
{
    struct fake_block_request request = {.kind = &mpops};
    if (parse_mpop(call, 1, &request)) mpop(call, &request, false);
}

void fake_cmd_zmpop(struct fake_call *call)
{
    struct fake_block_request request = {.kind = &zmpops};
    if (parse_mpop(call, 1, &request)) mpop(call, &request, false);
}

void fake_cmd_blmpop(struct fake_call *call)
{
    struct fake_block_request request = {.kind = &mpops};
    if (parse_mpop(call, 2, &request) &&
        fake_blocking_timeout(call, call->args[1], &request.deadline_us))
        mpop(call, &request, true);
}

void fake_cmd_bzmpop(struct fake_call *call)
{
    struct fake_block_request request = {.kind = &zmpops};
    if (parse_mpop(call, 2, &request) &&
        fake_blocking_timeout(call, call->args[1], &request.deadline_us))
        mpop(call, &request, true);
}
