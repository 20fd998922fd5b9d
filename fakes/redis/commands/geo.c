/* GEOADD, and commands on places that are named; searching is in geo_search.c. */
#include "fakes/redis/commands/geo.h"

#include <stdio.h>

#include "fakes/redis/engine/engine.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

bool fake_geo_parse_point(struct fake_call *call, size_t i, struct fake_geo_point *ret_point)
{
    struct fake_geo_point point;
    if (!fake_double_parse(call->args[i], &point.longitude) ||
        !fake_double_parse(call->args[i + 1], &point.latitude)) {
        fake_reply_error(call->out, "ERR value is not a valid float");
        return false;
    }
    if (!fake_geo_valid(point)) {
        fake_reply_errorf(call->out, "ERR invalid longitude,latitude pair %f,%f", point.longitude,
                          point.latitude);
        return false;
    }
    *ret_point = point;
    return true;
}

bool fake_geo_parse_unit(struct fake_call *call, struct fl_span text, double *ret_meters)
{
    static const struct {
        const char *name;
        double meters;
    } units[] = {{"m", 1}, {"km", 1000}, {"ft", 0.3048}, {"mi", 1609.34}};
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!fake_arg_is(text, units[i].name)) continue;
        *ret_meters = units[i].meters;
        return true;
    }
    fake_reply_error(call->out, "ERR unsupported unit provided. please use M, KM, FT, MI");
    return false;
}

static const struct fake_entry *member_of(const struct fake_redis_key *zset, struct fl_span name)
{
    return zset ? fake_zset_find(&zset->zset, name) : NULL;
}

bool fake_geo_find(const struct fake_redis_key *zset, struct fl_span member,
                   struct fake_geo_point *ret_point)
{
    const struct fake_entry *found = member_of(zset, member);
    if (found) *ret_point = fake_geo_point_of(found->score);
    return found;
}

static void reply_coordinate(struct fake_out *out, double value)
{
    char text[FAKE_LONG_DOUBLE_TEXT_BYTES];
    struct fl_span span = {text, fake_long_double_format(text, value)};
    fake_reply_double_text(out, span);
}

void fake_geo_reply_point(struct fake_out *out, struct fake_geo_point point)
{
    fake_reply_array(out, 2);
    reply_coordinate(out, point.longitude);
    reply_coordinate(out, point.latitude);
}

void fake_geo_reply_distance(struct fake_out *out, double distance)
{
    char text[64];
    int length = snprintf(text, sizeof(text), "%.4f", distance);
    fake_reply_bulk(out, (struct fl_span){text, (size_t)length});
}

/* ---- GEOADD: a ZADD of scores that are places ---- */

static size_t skip_flags(const struct fake_call *call, bool *ret_nx_and_xx)
{
    bool nx = false, xx = false;
    size_t i = 2;
    for (; i < call->count; i++) {
        if (fake_arg_is(call->args[i], "nx"))
            nx = true;
        else if (fake_arg_is(call->args[i], "xx"))
            xx = true;
        else if (!fake_arg_is(call->args[i], "ch"))
            break;
    }
    *ret_nx_and_xx = nx && xx;
    return i;
}

struct score_text {
    char bytes[FAKE_INT_TEXT_BYTES];
};

/* The arguments of that ZADD; false: an error was written. */
static bool translate(struct fake_call *call, size_t first, struct fl_span *args,
                      struct score_text *scores)
{
    memcpy(args, call->args, first * sizeof(*args));
    for (size_t i = first; i < call->count; i += 3) {
        struct fake_geo_point point;
        size_t pair = (i - first) / 3;
        if (!fake_geo_parse_point(call, i, &point)) return false;
        char *text = scores[pair].bytes;
        args[first + 2 * pair] =
            (struct fl_span){text, fake_int_format(text, (int64_t)fake_geo_score(point))};
        args[first + 2 * pair + 1] = call->args[i + 2];
    }
    return true;
}

void fake_cmd_geoadd(struct fake_call *call)
{
    bool nx_and_xx;
    size_t first = skip_flags(call, &nx_and_xx), rest = call->count - first, pairs = rest / 3;
    if (nx_and_xx || rest == 0 || rest % 3) {
        fake_call_syntax_error(call);
        return;
    }
    struct fake_heap *heap = fake_call_heap(call);
    size_t count = first + 2 * pairs;
    size_t bytes = count * sizeof(struct fl_span) + pairs * sizeof(struct score_text);
    struct fl_span *args = fake_alloc(heap, bytes);
    if (!args) {
        fake_call_oom(call);
        return;
    }
    struct fake_call zadd = *call;
    zadd.args = args;
    zadd.count = count;
    if (translate(call, first, args, (struct score_text *)(args + count))) fake_cmd_zadd(&zadd);
    fake_release(heap, args, bytes);
}

/* ---- reading ---- */

void fake_cmd_geodist(struct fake_call *call)
{
    double meters = 1;
    struct fake_redis_key *zset;
    struct fake_geo_point a, b;
    if (call->count == 5 && !fake_geo_parse_unit(call, call->args[4], &meters)) return;
    if (call->count > 5) {
        fake_call_syntax_error(call);
        return;
    }
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    if (fake_geo_find(zset, call->args[2], &a) && fake_geo_find(zset, call->args[3], &b))
        fake_geo_reply_distance(call->out, fake_geo_distance(a, b) / meters);
    else
        fake_reply_nil(call->out);
}

void fake_cmd_geohash(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++) {
        char text[FAKE_GEO_TEXT_BYTES];
        const struct fake_entry *member = member_of(zset, call->args[i]);
        if (!member) {
            fake_reply_nil(call->out);
            continue;
        }
        fake_geo_text(member->score, text);
        fake_reply_bulk(call->out, (struct fl_span){text, sizeof(text)});
    }
}

void fake_cmd_geopos(struct fake_call *call)
{
    struct fake_redis_key *zset;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_ZSET, &zset)) return;
    fake_reply_array(call->out, call->count - 2);
    for (size_t i = 2; i < call->count; i++) {
        struct fake_geo_point point;
        if (fake_geo_find(zset, call->args[i], &point))
            fake_geo_reply_point(call->out, point);
        else
            fake_reply_nil_array(call->out);
    }
}
