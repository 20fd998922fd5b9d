/* Flajolet's sketch with Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog
 * sketches", 2017) and Appleby's MurmurHash64A. A sparse one is a sequence of codes: 00nnnnnn for
 * n+1 registers of 0, 01nnnnnn nnnnnnnn likewise, 1vvvvvnn for n+1 registers of v+1. */
#include "fakes/redis/values/hll.h"

#include <math.h>

enum {
    HEADER_BYTES = FAKE_HLL_FIRST_RUN,
    ENCODING_AT = 4,
    ESTIMATE_AT = 8,
    ESTIMATE_BYTES = 8,
    STALE_BIT = 0x80,
    DENSE = 0,
    SPARSE = 1,
    INDEX_BITS = 14,
    RANK_MAX = 64 - INDEX_BITS + 1,
    REGISTER_BITS = 6,
    REGISTER_MASK = (1 << REGISTER_BITS) - 1,
    DENSE_BYTES = HEADER_BYTES + FAKE_HLL_REGISTERS * REGISTER_BITS / 8,
    ZEROS_MAX = 64, /* in a code of one byte */
    SPARSE_VALUE_MAX = 32,
    SPARSE_COUNT_MAX = 4,
    MERGE_STEPS_MAX = 5,
};

static const uint64_t hash_seed = 0xadc83b19;

/* ---- the header ---- */

bool fake_hll_is(struct fl_span bytes)
{
    if (bytes.length < HEADER_BYTES || memcmp(bytes.bytes, "HYLL", 4) != 0) return false;
    uint8_t encoding = (uint8_t)bytes.bytes[ENCODING_AT];
    return encoding == SPARSE || (encoding == DENSE && bytes.length == DENSE_BYTES);
}

bool fake_hll_is_dense(struct fl_span hll)
{
    return hll.bytes[ENCODING_AT] == DENSE;
}

bool fake_hll_kept(struct fl_span hll, uint64_t *ret_estimate)
{
    uint64_t estimate = 0;
    for (size_t i = ESTIMATE_BYTES; i-- > 0;)
        estimate = estimate << 8 | (uint8_t)hll.bytes[ESTIMATE_AT + i];
    *ret_estimate = estimate;
    return !((uint8_t)hll.bytes[ESTIMATE_AT + ESTIMATE_BYTES - 1] & STALE_BIT);
}

void fake_hll_keep(struct fake_str *hll, uint64_t estimate)
{
    for (size_t i = 0; i < ESTIMATE_BYTES; i++)
        hll->bytes[ESTIMATE_AT + i] = (char)(estimate >> 8 * i);
}

void fake_hll_make_stale(struct fake_str *hll)
{
    hll->bytes[ESTIMATE_AT + ESTIMATE_BYTES - 1] |= (char)STALE_BIT;
}

/* ---- codes of sparse registers ---- */

static size_t write_run(char *code, uint32_t count, uint8_t value)
{
    if (!count) return 0;
    if (value) {
        code[0] = (char)(0x80 | (value - 1) << 2 | (int)(count - 1));
        return 1;
    }
    if (count <= ZEROS_MAX) {
        code[0] = (char)(count - 1);
        return 1;
    }
    code[0] = (char)(0x40 | (count - 1) >> 8);
    code[1] = (char)(count - 1);
    return 2;
}

bool fake_hll_run_at(struct fl_span hll, size_t place, struct fake_hll_run *ret_run)
{
    if (place >= hll.length) return false;
    uint8_t code = (uint8_t)hll.bytes[place];
    if (code & 0x80) {
        *ret_run = (struct fake_hll_run){(code & 3u) + 1, (uint8_t)((code >> 2 & 31) + 1), 1};
        return true;
    }
    if (!(code & 0x40)) {
        *ret_run = (struct fake_hll_run){code + 1u, 0, 1};
        return true;
    }
    if (place + 1 >= hll.length) return false;
    uint32_t count = (code & 63u) << 8 | (uint8_t)hll.bytes[place + 1];
    *ret_run = (struct fake_hll_run){count + 1, 0, 2};
    return true;
}

struct fake_str *fake_hll_new(struct fake_heap *heap)
{
    char bytes[HEADER_BYTES + 2] = "HYLL";
    bytes[ENCODING_AT] = SPARSE;
    size_t length = HEADER_BYTES + write_run(bytes + HEADER_BYTES, FAKE_HLL_REGISTERS, 0);
    return fake_str_new(heap, (struct fl_span){bytes, length});
}

/* ---- dense registers ---- */

static uint8_t dense_at(const char *hll, uint32_t index)
{
    const uint8_t *registers = (const uint8_t *)hll + HEADER_BYTES;
    uint32_t bit = index * REGISTER_BITS, byte = bit / 8, shift = bit % 8;
    unsigned value = registers[byte] >> shift;
    if (shift > 8 - REGISTER_BITS) value |= (unsigned)registers[byte + 1] << (8 - shift);
    return value & REGISTER_MASK;
}

static void set_dense(char *hll, uint32_t index, uint8_t value)
{
    uint8_t *registers = (uint8_t *)hll + HEADER_BYTES;
    uint32_t bit = index * REGISTER_BITS, byte = bit / 8, shift = bit % 8;
    registers[byte] = (uint8_t)((registers[byte] & ~(REGISTER_MASK << shift)) | value << shift);
    if (shift <= 8 - REGISTER_BITS) return;
    registers[byte + 1] =
        (uint8_t)((registers[byte + 1] & ~(REGISTER_MASK >> (8 - shift))) | value >> (8 - shift));
}

enum fake_hll_outcome fake_hll_make_dense(struct fake_heap *heap, struct fake_str **hll)
{
    struct fl_span sparse = fake_str_span(*hll);
    struct fake_hll_run run;
    if (fake_hll_is_dense(sparse)) return FAKE_HLL_SAME;
    struct fake_str *dense = fake_str_new(heap, (struct fl_span){sparse.bytes, HEADER_BYTES});
    struct fake_str *grown = dense ? fake_str_resize(heap, dense, DENSE_BYTES) : NULL;
    if (!grown) {
        fake_str_free(heap, dense);
        return FAKE_HLL_OOM;
    }
    grown->bytes[ENCODING_AT] = DENSE;
    uint32_t index = 0;
    for (size_t place = HEADER_BYTES; fake_hll_run_at(sparse, place, &run); place += run.bytes) {
        index += run.count;
        if (index > FAKE_HLL_REGISTERS) break;
        for (uint32_t i = run.value ? run.count : 0; i > 0; i--)
            set_dense(grown->bytes, index - i, run.value);
    }
    if (index != FAKE_HLL_REGISTERS) {
        fake_str_free(heap, grown);
        return FAKE_HLL_CORRUPT;
    }
    fake_str_free(heap, *hll);
    *hll = grown;
    return FAKE_HLL_CHANGED;
}

/* ---- raising one register ---- */

static enum fake_hll_outcome raise_dense(struct fake_str *hll, uint32_t index, uint8_t value)
{
    if (dense_at(hll->bytes, index) >= value) return FAKE_HLL_SAME;
    set_dense(hll->bytes, index, value);
    return FAKE_HLL_CHANGED;
}

static enum fake_hll_outcome raise_as_dense(struct fake_heap *heap, struct fake_str **hll,
                                            uint32_t index, uint8_t value)
{
    enum fake_hll_outcome outcome = fake_hll_make_dense(heap, hll);
    return outcome == FAKE_HLL_CHANGED ? raise_dense(*hll, index, value) : outcome;
}

/* Neighbours of the same value become one, a few codes far from where something changed. */
static void join_runs(struct fake_str *hll, size_t place)
{
    struct fake_hll_run run, next;
    for (int step = 0; step < MERGE_STEPS_MAX; step++) {
        if (!fake_hll_run_at(fake_str_span(hll), place, &run)) return;
        size_t behind = place + run.bytes;
        if (run.value && fake_hll_run_at(fake_str_span(hll), behind, &next) &&
            next.value == run.value && run.count + next.count <= SPARSE_COUNT_MAX) {
            (void)write_run(hll->bytes + place, run.count + next.count, run.value);
            memmove(hll->bytes + behind, hll->bytes + behind + 1, hll->length - behind - 1);
            hll->length--;
            continue;
        }
        place = behind;
    }
}

/* Where a sparse one holds a register. */
struct spot {
    size_t place, previous; /* of its run, and of the run before (or the same) */
    uint32_t first;         /* register of the run */
    struct fake_hll_run run;
};

static bool find_spot(struct fl_span hll, uint32_t index, struct spot *spot)
{
    *spot = (struct spot){.place = HEADER_BYTES, .previous = HEADER_BYTES};
    while (fake_hll_run_at(hll, spot->place, &spot->run)) {
        if (index < spot->first + spot->run.count) return true;
        spot->first += spot->run.count;
        spot->previous = spot->place;
        spot->place += spot->run.bytes;
    }
    return false;
}

static enum fake_hll_outcome raise_sparse(struct fake_heap *heap, struct fake_str **hll,
                                          uint32_t index, uint8_t value)
{
    struct spot spot;
    if (value > SPARSE_VALUE_MAX) return raise_as_dense(heap, hll, index, value);
    if (!find_spot(fake_str_span(*hll), index, &spot)) return FAKE_HLL_CORRUPT;
    if (spot.run.value >= value) return FAKE_HLL_SAME;
    char codes[5]; /* what is before, the register, what is behind */
    size_t length = write_run(codes, index - spot.first, spot.run.value);
    length += write_run(codes + length, 1, value);
    length += write_run(codes + length, spot.first + spot.run.count - index - 1, spot.run.value);
    size_t old_length = (*hll)->length, tail = old_length - spot.place - spot.run.bytes;
    if (length > spot.run.bytes) {
        size_t grown_length = old_length + length - spot.run.bytes;
        if (grown_length > FAKE_HLL_SPARSE_BYTES_MAX)
            return raise_as_dense(heap, hll, index, value);
        struct fake_str *grown = fake_str_resize(heap, *hll, grown_length);
        if (!grown) return FAKE_HLL_OOM;
        *hll = grown;
    }
    char *at = (*hll)->bytes + spot.place;
    memmove(at + length, at + spot.run.bytes, tail);
    memcpy(at, codes, length);
    (*hll)->length = (uint32_t)(spot.place + length + tail);
    join_runs(*hll, spot.previous);
    return FAKE_HLL_CHANGED;
}

enum fake_hll_outcome fake_hll_raise(struct fake_heap *heap, struct fake_str **hll, uint32_t index,
                                     uint8_t value)
{
    return fake_hll_is_dense(fake_str_span(*hll)) ? raise_dense(*hll, index, value)
                                                  : raise_sparse(heap, hll, index, value);
}

/* ---- adding ---- */

static uint64_t load(const char *bytes, size_t length)
{
    uint64_t word = 0;
    for (size_t i = length; i-- > 0;)
        word = word << 8 | (uint8_t)bytes[i];
    return word;
}

static uint64_t hash_of(struct fl_span element)
{
    const uint64_t m = UINT64_C(0xc6a4a7935bd1e995);
    const unsigned r = 47;
    uint64_t hash = hash_seed ^ element.length * m;
    const char *bytes = element.bytes;
    size_t rest = element.length;
    for (; rest >= 8; rest -= 8, bytes += 8) {
        uint64_t word = load(bytes, 8) * m;
        word = (word ^ word >> r) * m;
        hash = (hash ^ word) * m;
    }
    if (rest) hash = (hash ^ load(bytes, rest)) * m;
    hash = (hash ^ hash >> r) * m;
    return hash ^ hash >> r;
}

enum fake_hll_outcome fake_hll_add(struct fake_heap *heap, struct fake_str **hll,
                                   struct fl_span element)
{
    uint64_t hash = hash_of(element);
    uint32_t index = hash & (FAKE_HLL_REGISTERS - 1);
    uint64_t bits = hash >> INDEX_BITS | UINT64_C(1) << (RANK_MAX - 1);
    return fake_hll_raise(heap, hll, index, (uint8_t)(1 + __builtin_ctzll(bits)));
}

/* ---- estimating ---- */

static void raise_raw(uint8_t *reg, uint8_t value)
{
    if (value > *reg) *reg = value;
}

bool fake_hll_merge(struct fl_span hll, uint8_t *registers)
{
    uint32_t index = 0;
    if (fake_hll_is_dense(hll)) {
        for (; index < FAKE_HLL_REGISTERS; index++)
            raise_raw(&registers[index], dense_at(hll.bytes, index));
        return true;
    }
    struct fake_hll_run run;
    for (size_t place = HEADER_BYTES; fake_hll_run_at(hll, place, &run); place += run.bytes) {
        if (run.count > FAKE_HLL_REGISTERS - index) return false;
        for (uint32_t i = 0; i < run.count; i++)
            raise_raw(&registers[index++], run.value);
    }
    return index == FAKE_HLL_REGISTERS;
}

static double sigma(double x)
{
    if (x == 1) return INFINITY;
    double y = 1, z = x, before;
    do {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    } while (before != z);
    return z;
}

static double tau(double x)
{
    if (x == 0 || x == 1) return 0;
    double y = 1, z = 1 - x, before;
    do {
        x = sqrt(x);
        before = z;
        y *= 0.5;
        z -= (1 - x) * (1 - x) * y;
    } while (before != z);
    return z / 3;
}

uint64_t fake_hll_estimate(const uint8_t *registers)
{
    static const double alpha = 0.721347520444481703680; /* 1 / (2 ln 2) */
    const double m = FAKE_HLL_REGISTERS;
    uint32_t histogram[REGISTER_MASK + 1] = {0};
    for (uint32_t i = 0; i < FAKE_HLL_REGISTERS; i++)
        histogram[registers[i]]++;
    double z = m * tau((m - histogram[RANK_MAX]) / m);
    for (int rank = RANK_MAX - 1; rank >= 1; rank--)
        z = (z + histogram[rank]) * 0.5;
    z += m * sigma(histogram[0] / m);
    return (uint64_t)llround(alpha * m * m / z);
}
