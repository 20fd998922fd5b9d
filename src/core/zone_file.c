/* src/core/zone_file.c - TZif: a header, a block of data with times of 4 bytes, and from version 2
 * on the same once more with times of 8 bytes and a rule at the end, which is what is read then. */
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "core/zone_parts.h"

enum {
    HEADER_BYTES = 44,
    COUNTS_AT = 20,
    TYPE_BYTES = 6,
    TYPES_MAX = 256,
    STEPS_MAX = 4096,
    NAMES_BYTES_MAX = 4096,
};

struct block {
    size_t time_bytes;
    uint32_t ut_count, standard_count, leap_count, step_count, type_count, name_bytes;
    const unsigned char *times, *indices, *types;
};

static int64_t read_big_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static const unsigned char *take(struct fl_span *rest, size_t length)
{
    if (rest->length < length) return NULL;
    const unsigned char *bytes = (const unsigned char *)rest->bytes;
    rest->bytes += length;
    rest->length -= length;
    return bytes;
}

static bool counts_are_sane(const struct block *block)
{
    return block->type_count >= 1 && block->type_count <= TYPES_MAX &&
           block->step_count <= STEPS_MAX && block->name_bytes <= NAMES_BYTES_MAX &&
           block->leap_count == 0 && block->ut_count <= TYPES_MAX &&
           block->standard_count <= TYPES_MAX;
}

/* The header and all of its data. */
static bool take_block(struct fl_span *rest, size_t time_bytes, struct block *ret_block)
{
    const unsigned char *header = take(rest, HEADER_BYTES);
    if (!header || memcmp(header, "TZif", 4) != 0) return false;
    const unsigned char *counts = header + COUNTS_AT;
    struct block block = {
        .time_bytes = time_bytes,
        .ut_count = (uint32_t)read_big_endian(counts, 4),
        .standard_count = (uint32_t)read_big_endian(counts + 4, 4),
        .leap_count = (uint32_t)read_big_endian(counts + 8, 4),
        .step_count = (uint32_t)read_big_endian(counts + 12, 4),
        .type_count = (uint32_t)read_big_endian(counts + 16, 4),
        .name_bytes = (uint32_t)read_big_endian(counts + 20, 4),
    };
    if (!counts_are_sane(&block)) return false;
    block.times = take(rest, block.step_count * time_bytes);
    block.indices = take(rest, block.step_count);
    block.types = take(rest, (size_t)block.type_count * TYPE_BYTES);
    *ret_block = block;
    return block.times && block.indices && block.types &&
           take(rest, block.name_bytes + block.standard_count + block.ut_count);
}

static bool type_offset(const struct block *block, uint32_t type, int32_t *ret_s)
{
    if (type >= block->type_count) return false;
    int64_t offset_s = read_big_endian(block->types + (size_t)type * TYPE_BYTES, 4);
    *ret_s = (int32_t)offset_s;
    return offset_s >= -FL_ZONE_OFFSET_MAX_S && offset_s <= FL_ZONE_OFFSET_MAX_S;
}

static bool read_steps(const struct block *block, struct fl_zone *zone)
{
    if (!type_offset(block, 0, &zone->first_s)) return false;
    for (uint32_t i = 0; i < block->step_count; i++) {
        struct fl_zone_step *step = &zone->steps[i];
        step->at_s = read_big_endian(block->times + i * block->time_bytes, block->time_bytes);
        if (i && step->at_s <= step[-1].at_s) return false;
        if (!type_offset(block, block->indices[i], &step->offset_s)) return false;
    }
    zone->count = block->step_count;
    return true;
}

/* "\nRULE\n"; an empty rule says that nothing is known of later times. */
static bool read_rule(struct fl_span rest, struct fl_zone *zone)
{
    if (rest.length < 2 || rest.bytes[0] != '\n') return false;
    const char *end = memchr(rest.bytes + 1, '\n', rest.length - 1);
    if (!end) return false;
    struct fl_span text = {rest.bytes + 1, (size_t)(end - rest.bytes) - 1};
    zone->has_rule = text.length > 0;
    return !zone->has_rule || !fl_zone_rule_parse(text, &zone->rule);
}

enum fl_error fl_zone_from_file(struct fl_span bytes, struct fl_zone **ret_zone)
{
    struct block block;
    if (bytes.length > FL_ZONE_BYTES_MAX) return FL_EBOUND;
    bool versioned = bytes.length > HEADER_BYTES && bytes.bytes[4] >= '2';
    if (!take_block(&bytes, 4, &block)) return FL_EPARSE;
    if (versioned && !take_block(&bytes, 8, &block)) return FL_EPARSE;
    struct fl_zone *zone = calloc(1, sizeof(*zone) + block.step_count * sizeof(zone->steps[0]));
    if (!zone) return FL_ENOMEM;
    if (!read_steps(&block, zone) || (versioned && !read_rule(bytes, zone))) {
        fl_zone_free(zone);
        return FL_EPARSE;
    }
    *ret_zone = zone;
    return FL_OK;
}
