/* GEOSEARCH and its older forms GEORADIUS and GEORADIUSBYMEMBER. */
#include "fakes/redis/commands/geo.h"
#include "fakes/redis/commands/zsets.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/geo_area.h"
#include "fakes/redis/values/number.h"
#include "fakes/redis/values/sort_order.h"

/* What the command's name decides. */
struct form {
    size_t source;   /* the argument that names the sorted set */
    bool is_radius;  /* the place and the radius stand before the options */
    bool by_member;  /* is_radius: the place is a member */
    bool has_target; /* GEOSEARCHSTORE: argument 1 */
    bool may_store;  /* STORE and STOREDIST are options */
};

enum sorting { UNSORTED, ASCENDING, DESCENDING };
enum from { FROM_NOTHING, FROM_MEMBER, FROM_POINT };

struct search {
    struct fake_geo_shape shape;
    enum from from;
    bool by_radius, by_box;
    double meters; /* of the unit in which distances are told */
    bool with_distance, with_hash, with_point;
    enum sorting sorting;
    int64_t count; /* 0: all */
    bool any;      /* the first so many that are found */
    size_t target; /* the argument that names where to store; 0: nowhere */
    bool stores_distance;
    const struct fake_redis_key *zset; /* NULL: absent */

    struct fake_sort_item *found; /* owned; the number is the distance in meters */
    size_t found_count, found_capacity;
};

/* ---- reading the command ---- */

static bool refuse(struct fake_call *call, const char *error)
{
    fake_reply_error(call->out, error);
    return false;
}

static bool parse_member(struct fake_call *call, size_t i, struct search *search)
{
    search->from = FROM_MEMBER;
    if (!search->zset || fake_geo_find(search->zset, call->args[i], &search->shape.center))
        return true;
    return refuse(call, "ERR could not decode requested zset member");
}

static bool parse_radius(struct fake_call *call, size_t i, struct search *search)
{
    double radius;
    if (!fake_double_parse(call->args[i], &radius)) return refuse(call, "ERR need numeric radius");
    if (radius < 0) return refuse(call, "ERR radius cannot be negative");
    if (!fake_geo_parse_unit(call, call->args[i + 1], &search->meters)) return false;
    search->by_radius = true;
    search->shape.radius_m = radius * search->meters;
    return true;
}

static bool parse_box(struct fake_call *call, size_t i, struct search *search)
{
    double width, height;
    if (!fake_double_parse(call->args[i], &width)) return refuse(call, "ERR need numeric width");
    if (!fake_double_parse(call->args[i + 1], &height))
        return refuse(call, "ERR need numeric height");
    if (width < 0 || height < 0) return refuse(call, "ERR height or width cannot be negative");
    if (!fake_geo_parse_unit(call, call->args[i + 2], &search->meters)) return false;
    search->by_box = search->shape.is_box = true;
    search->shape.width_m = width * search->meters;
    search->shape.height_m = height * search->meters;
    return true;
}

static bool parse_count(struct fake_call *call, size_t i, struct search *search)
{
    if (!fake_call_int(call, call->args[i], &search->count)) return false;
    return search->count > 0 || refuse(call, "ERR COUNT must be > 0");
}

enum option {
    OPTION_WITHDIST,
    OPTION_WITHHASH,
    OPTION_WITHCOORD,
    OPTION_ANY,
    OPTION_ASC,
    OPTION_DESC,
    OPTION_COUNT,
    OPTION_STORE,
    OPTION_STOREDIST_AT,
    OPTION_STOREDIST,
    OPTION_FROMMEMBER,
    OPTION_FROMLONLAT,
    OPTION_BYRADIUS,
    OPTION_BYBOX,
    OPTIONS
};

static const struct {
    const char *word;
    size_t arguments;
} options[OPTIONS] = {
    [OPTION_WITHDIST] = {"withdist", 0},
    [OPTION_WITHHASH] = {"withhash", 0},
    [OPTION_WITHCOORD] = {"withcoord", 0},
    [OPTION_ANY] = {"any", 0},
    [OPTION_ASC] = {"asc", 0},
    [OPTION_DESC] = {"desc", 0},
    [OPTION_COUNT] = {"count", 1},
    [OPTION_STORE] = {"store", 1},
    [OPTION_STOREDIST_AT] = {"storedist", 1},
    [OPTION_STOREDIST] = {"storedist", 0},
    [OPTION_FROMMEMBER] = {"frommember", 1},
    [OPTION_FROMLONLAT] = {"fromlonlat", 2},
    [OPTION_BYRADIUS] = {"byradius", 2},
    [OPTION_BYBOX] = {"bybox", 3},
};

/* Whether an option is one of this command, and not at odds with those before it. */
static bool allowed(enum option option, const struct form *form, const struct search *search)
{
    switch (option) {
    case OPTION_STORE:
    case OPTION_STOREDIST_AT: return form->may_store;
    case OPTION_STOREDIST: return form->has_target;
    case OPTION_FROMMEMBER: return !form->is_radius && search->from != FROM_POINT;
    case OPTION_FROMLONLAT: return !form->is_radius && search->from != FROM_MEMBER;
    case OPTION_BYRADIUS: return !form->is_radius && !search->by_box;
    case OPTION_BYBOX: return !form->is_radius && !search->by_radius;
    case OPTION_WITHDIST:
    case OPTION_WITHHASH:
    case OPTION_WITHCOORD:
    case OPTION_ANY:
    case OPTION_ASC:
    case OPTION_DESC:
    case OPTION_COUNT:
    case OPTIONS: break;
    }
    return option != OPTIONS;
}

static enum option option_at(const struct fake_call *call, size_t i, const struct form *form,
                             const struct search *search)
{
    enum option option = 0;
    while (option < OPTIONS &&
           !(fake_arg_is(call->args[i], options[option].word) &&
             call->count - i - 1 >= options[option].arguments && allowed(option, form, search)))
        option++;
    return option;
}

/* False: an error was written. */
static bool take_option(struct fake_call *call, enum option option, size_t i, struct search *search)
{
    switch (option) {
    case OPTION_WITHDIST: return search->with_distance = true;
    case OPTION_WITHHASH: return search->with_hash = true;
    case OPTION_WITHCOORD: return search->with_point = true;
    case OPTION_ANY: return search->any = true;
    case OPTION_ASC: search->sorting = ASCENDING; return true;
    case OPTION_DESC: search->sorting = DESCENDING; return true;
    case OPTION_COUNT: return parse_count(call, i + 1, search);
    case OPTION_STORE:
    case OPTION_STOREDIST_AT:
        search->target = i + 1;
        search->stores_distance = option == OPTION_STOREDIST_AT;
        return true;
    case OPTION_STOREDIST: return search->stores_distance = true;
    case OPTION_FROMMEMBER: return parse_member(call, i + 1, search);
    case OPTION_FROMLONLAT:
        search->from = FROM_POINT;
        return fake_geo_parse_point(call, i + 1, &search->shape.center);
    case OPTION_BYRADIUS: return parse_radius(call, i + 1, search);
    case OPTION_BYBOX: return parse_box(call, i + 1, search);
    case OPTIONS: break;
    }
    fake_call_syntax_error(call);
    return false;
}

/* The place and radius of GEORADIUS; *ret_next is the argument behind them. */
static bool parse_place(struct fake_call *call, const struct form *form, struct search *search,
                        size_t *ret_next)
{
    *ret_next = form->source + (form->by_member ? 4 : 5);
    if (!form->by_member)
        return fake_geo_parse_point(call, 2, &search->shape.center) &&
               parse_radius(call, 4, search);
    /* Without a sorted set the radius is not read. */
    return !search->zset || (parse_member(call, 2, search) && parse_radius(call, 3, search));
}

/* False: an error was written. */
static bool check(struct fake_call *call, const struct form *form, const struct search *search)
{
    const char *missing = NULL;
    if (search->target && (search->with_distance || search->with_hash || search->with_point)) {
        fake_reply_errorf(call->out,
                          "ERR %s is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
                          form->has_target ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS");
        return false;
    }
    if (!form->is_radius && search->from == FROM_NOTHING)
        missing = "FROMMEMBER or FROMLONLAT";
    else if (!form->is_radius && !search->by_radius && !search->by_box)
        missing = "BYRADIUS and BYBOX";
    if (missing) {
        fake_reply_errorf(call->out, "ERR exactly one of %s can be specified for %.*s", missing,
                          FL_SPAN_ARGS(call->args[0]));
        return false;
    }
    return !search->any || search->count ||
           refuse(call, "ERR the ANY argument requires COUNT argument");
}

static bool parse(struct fake_call *call, const struct form *form, struct search *search)
{
    struct fake_redis_key *zset;
    size_t i = form->source + 1;
    if (form->has_target) search->target = 1;
    if (!fake_call_find_source(call, call->args[form->source], FAKE_REDIS_ZSET, &zset))
        return false;
    search->zset = zset;
    if (form->is_radius && !parse_place(call, form, search, &i)) return false;
    for (; i < call->count; i++) {
        enum option option = option_at(call, i, form, search);
        if (!take_option(call, option, i, search)) return false;
        i += options[option].arguments;
    }
    if (!check(call, form, search)) return false;
    if (search->count && search->sorting == UNSORTED && !search->any) search->sorting = ASCENDING;
    return true;
}

/* ---- finding ---- */

static bool add_found(struct fake_call *call, struct search *search, struct fl_span member,
                      double distance_m)
{
    if (search->found_count == search->found_capacity) {
        size_t size = sizeof(*search->found), old = search->found_capacity;
        size_t capacity = old ? 2 * old : 16;
        struct fake_sort_item *grown =
            fake_realloc(fake_call_heap(call), search->found, old * size, capacity * size);
        if (!grown) {
            fake_call_oom(call);
            return false;
        }
        search->found = grown;
        search->found_capacity = capacity;
    }
    search->found[search->found_count++] =
        (struct fake_sort_item){.element = member, .number = distance_m};
    return true;
}

static bool is_enough(const struct search *search)
{
    return search->any && search->found_count >= (uint64_t)search->count;
}

static bool below_score(const void *context, const struct fake_entry *member)
{
    return member->score < *(const double *)context;
}

static bool search_cell(struct fake_call *call, struct search *search, struct fake_geo_cell cell)
{
    double first, end, distance_m;
    fake_geo_scores(cell, &first, &end);
    const struct fake_zset *zset = &search->zset->zset;
    struct fake_zcursor at = fake_zset_bound(zset, below_score, &first);
    for (const struct fake_entry *member; (member = fake_zset_next(zset, &at));) {
        if (member->score >= end || is_enough(search)) break;
        struct fake_geo_point point = fake_geo_point_of(member->score);
        if (fake_geo_inside(&search->shape, point, &distance_m) &&
            !add_found(call, search, fake_entry_key(member), distance_m))
            return false;
    }
    return true;
}

/* False: an error was written. */
static bool find(struct fake_call *call, struct search *search)
{
    struct fake_geo_cell cells[FAKE_GEO_CELLS_MAX], last = {0};
    if (!search->zset) return true;
    fake_geo_cells(&search->shape, cells);
    for (unsigned i = 0; i < FAKE_GEO_CELLS_MAX && !is_enough(search); i++) {
        /* Of a huge circle two neighbours may be the same cell. */
        if (!cells[i].steps || (cells[i].bits == last.bits && cells[i].steps == last.steps))
            continue;
        if (!search_cell(call, search, cells[i])) return false;
        last = cells[i];
    }
    return true;
}

/* False: an error was written. *ret_count is how many of those found are wanted. */
static bool put_in_order(struct fake_call *call, struct search *search, size_t *ret_count)
{
    size_t count = search->found_count;
    if (search->count && (uint64_t)search->count < count) count = (size_t)search->count;
    *ret_count = count;
    if (search->sorting == UNSORTED) return true;
    struct fake_sort_order order = {.only_numbers = true,
                                    .descending = search->sorting == DESCENDING,
                                    .partial = count < search->found_count};
    if (fake_sort_items(&order, search->found, search->found_count)) return true;
    fake_call_oom(call);
    return false;
}

/* ---- answering ---- */

static double score_of(const struct search *search, const struct fake_sort_item *item)
{
    return fake_zset_find(&search->zset->zset, item->element)->score;
}

static void reply_item(struct fake_out *out, const struct search *search,
                       const struct fake_sort_item *item)
{
    size_t extras = (size_t)search->with_distance + search->with_hash + search->with_point;
    if (extras) fake_reply_array(out, 1 + extras);
    fake_reply_bulk(out, item->element);
    if (search->with_distance) fake_geo_reply_distance(out, item->number / search->meters);
    if (search->with_hash) fake_reply_int(out, (int64_t)score_of(search, item));
    if (search->with_point) fake_geo_reply_point(out, fake_geo_point_of(score_of(search, item)));
}

static void reply(struct fake_call *call, const struct search *search, size_t count)
{
    fake_reply_array(call->out, count);
    for (size_t i = 0; i < count; i++)
        reply_item(call->out, search, &search->found[i]);
}

static void store(struct fake_call *call, const struct form *form, const struct search *search,
                  size_t count)
{
    struct fake_redis_key result = {.type = FAKE_REDIS_ZSET, .large = true};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        const struct fake_sort_item *item = &search->found[i];
        double score =
            search->stores_distance ? item->number / search->meters : score_of(search, item);
        ok = fake_zset_put(call, &result, item->element, score);
    }
    const char *event = form->is_radius ? "georadiusstore" : "geosearchstore";
    if (!ok)
        fake_call_oom(call);
    else
        fake_zset_store(call, call->args[search->target], &result, event, FAKE_ZSET_NEWS_FIRST);
    fake_zset_release(fake_call_heap(call), &result.zset);
}

static void run(struct fake_call *call, struct form form)
{
    struct search search = {.meters = 1};
    size_t count;
    if (parse(call, &form, &search) && find(call, &search) && put_in_order(call, &search, &count)) {
        if (search.target)
            store(call, &form, &search, count);
        else
            reply(call, &search, count);
    }
    fake_release(fake_call_heap(call), search.found, search.found_capacity * sizeof(*search.found));
}

void fake_cmd_geosearch(struct fake_call *call)
{
    run(call, (struct form){.source = 1});
}

void fake_cmd_geosearchstore(struct fake_call *call)
{
    run(call, (struct form){.source = 2, .has_target = true});
}

void fake_cmd_georadius(struct fake_call *call)
{
    run(call, (struct form){.source = 1, .is_radius = true, .may_store = true});
}

void fake_cmd_georadius_ro(struct fake_call *call)
{
    run(call, (struct form){.source = 1, .is_radius = true});
}

void fake_cmd_georadiusbymember(struct fake_call *call)
{
    run(call, (struct form){.source = 1, .is_radius = true, .by_member = true, .may_store = true});
}

void fake_cmd_georadiusbymember_ro(struct fake_call *call)
{
    run(call, (struct form){.source = 1, .is_radius = true, .by_member = true});
}
