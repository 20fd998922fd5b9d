/* Commands on the bits of strings. */
#include "fakes/redis/commands/string_values.h"
#include "fakes/redis/engine/engine.h"
#include "fakes/redis/engine/notify.h"
#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

static bool parse_offset(struct fake_call *call, struct fl_span text, unsigned width,
                         bool allows_hash, int64_t *ret_offset)
{
    int64_t offset = -1;
    bool hash = allows_hash && text.length && text.bytes[0] == '#';
    if (hash) text = (struct fl_span){text.bytes + 1, text.length - 1};
    bool ok = fake_int_parse(text, &offset) && offset >= 0;
    if (ok && hash) ok = !__builtin_mul_overflow(offset, (int64_t)width, &offset);
    if (!ok || offset > (int64_t)FAKE_REDIS_BULK_BYTES_MAX * 8 - 1) {
        fake_reply_error(call->out, "ERR bit offset is not an integer or out of range");
        return false;
    }
    *ret_offset = offset;
    return true;
}

static unsigned get_bit(const struct fake_str *string, uint64_t at)
{
    if (!string || at / 8 >= string->length) return 0;
    return (unsigned)(unsigned char)string->bytes[at / 8] >> (7 - at % 8) & 1u;
}

static void set_bit(struct fake_str *string, uint64_t at, unsigned bit)
{
    unsigned char mask = (unsigned char)(1u << (7 - at % 8));
    unsigned char byte = (unsigned char)string->bytes[at / 8];
    string->bytes[at / 8] = (char)(bit ? byte | mask : byte & ~mask);
}

static struct fake_str *string_of(const struct fake_redis_key *key)
{
    return key ? key->string : NULL;
}

void fake_cmd_getbit(struct fake_call *call)
{
    int64_t offset;
    struct fake_redis_key *key;
    if (!parse_offset(call, call->args[2], 0, false, &offset)) return;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    fake_reply_int(call->out, get_bit(string_of(key), (uint64_t)offset));
}

/* To write so far, the string (or nothing, which is no string) must grow. */
static bool is_shorter(struct fake_call *call, size_t bytes)
{
    const struct fake_redis_key *key = fake_key_find(call->db, call->args[1]);
    return !key || (key->type == FAKE_REDIS_STRING && key->string->length < bytes);
}

/* Who writes what was there already changes nothing. */
static void note_bits(struct fake_call *call, const struct fake_redis_key *key)
{
    fake_key_touch(call->db, key->name);
    fake_key_notify(call->db, FAKE_NOTIFY_STRING, "setbit", key->name);
}

void fake_cmd_setbit(struct fake_call *call)
{
    int64_t offset, bit;
    struct fake_redis_key *key;
    if (!parse_offset(call, call->args[2], 0, false, &offset)) return;
    if (!fake_call_int_range(call, call->args[3], 0, 1, "ERR bit is not an integer or out of range",
                             &bit))
        return;
    size_t bytes = (size_t)offset / 8 + 1;
    bool grows = is_shorter(call, bytes);
    if (!fake_string_extend(call, call->args[1], bytes, &key)) return;
    unsigned old = get_bit(key->string, (uint64_t)offset);
    set_bit(key->string, (uint64_t)offset, (unsigned)bit);
    if (grows || old != (unsigned)bit) note_bits(call, key);
    fake_reply_int(call->out, old);
}

/* ---- BITCOUNT, BITPOS ---- */

struct bit_range {
    int64_t first, last; /* bits, inclusive */
    bool is_given, has_last;
};

/* Arguments from `at`: start [end [BYTE|BIT]]. False: an error was written. */
static bool parse_bit_range(struct fake_call *call, size_t at, const struct fake_str *string,
                            struct bit_range *range)
{
    int64_t start = 0, stop = -1, bytes = string ? string->length : 0;
    bool bits = false;
    range->is_given = call->count > at;
    range->has_last = call->count > at + 1;
    if (call->count > at + 3) {
        fake_call_syntax_error(call);
        return false;
    }
    if (call->count > at && !fake_call_int(call, call->args[at], &start)) return false;
    if (call->count == at + 3) {
        bits = fake_arg_is(call->args[at + 2], "bit");
        if (!bits && !fake_arg_is(call->args[at + 2], "byte")) {
            fake_call_syntax_error(call);
            return false;
        }
    }
    if (call->count > at + 1 && !fake_call_int(call, call->args[at + 1], &stop)) return false;
    int64_t total = bits ? bytes * 8 : bytes;
    bool inverted = start < 0 && stop < 0 && start > stop;
    if (start < 0) start = start + total < 0 ? 0 : start + total;
    if (stop < 0) stop = stop + total < 0 ? 0 : stop + total;
    if (stop >= total) stop = total - 1;
    range->first = bits ? start : start * 8;
    range->last = bits ? stop : stop * 8 + 7;
    if (inverted || start > stop) *range = (struct bit_range){.last = -1, .is_given = true};
    return true;
}

void fake_cmd_bitcount(struct fake_call *call)
{
    struct fake_redis_key *key;
    struct bit_range range;
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (!key) {
        fake_reply_int(call->out, 0);
        return;
    }
    if (call->count == 3 || call->count > 5) {
        fake_call_syntax_error(call);
        return;
    }
    /* Here both numbers are read before the unit, in BITPOS only the first. */
    int64_t end;
    if (call->count == 5 &&
        (!fake_call_int(call, call->args[2], &end) || !fake_call_int(call, call->args[3], &end)))
        return;
    if (!parse_bit_range(call, 2, key->string, &range)) return;
    int64_t count = 0;
    for (int64_t at = range.first; at <= range.last; at++)
        count += get_bit(key->string, (uint64_t)at);
    fake_reply_int(call->out, count);
}

void fake_cmd_bitpos(struct fake_call *call)
{
    int64_t bit;
    struct fake_redis_key *key;
    struct bit_range range;
    if (!fake_call_int(call, call->args[2], &bit)) return;
    if (bit != 0 && bit != 1) {
        fake_reply_error(call->out, "ERR The bit argument must be 1 or 0.");
        return;
    }
    if (!fake_call_find(call, call->args[1], FAKE_REDIS_STRING, &key)) return;
    if (!key) {
        fake_reply_int(call->out, bit ? -1 : 0);
        return;
    }
    if (!parse_bit_range(call, 3, key->string, &range)) return;
    int64_t at = range.first;
    while (at <= range.last && get_bit(key->string, (uint64_t)at) != (unsigned)bit)
        at++;
    bool found = at <= range.last;
    /* Behind the string there are zeros without end, unless the caller named an end. */
    bool padded = !found && bit == 0 && !range.has_last && range.last >= range.first;
    fake_reply_int(call->out, found || padded ? at : -1);
}

enum bit_op { BIT_AND, BIT_OR, BIT_XOR, BIT_NOT, BIT_OPS };

/* BIT_OPS: an error was written. */
static enum bit_op parse_bit_op(struct fake_call *call)
{
    static const char *const words[BIT_OPS] = {"and", "or", "xor", "not"};
    unsigned op = 0;
    while (op < BIT_OPS && !fake_arg_is(call->args[1], words[op]))
        op++;
    if (op == BIT_OPS) {
        fake_call_syntax_error(call);
    } else if (op == BIT_NOT && call->count != 4) {
        fake_reply_error(call->out, "ERR BITOP NOT must be called with a single source key.");
        op = BIT_OPS;
    }
    return op;
}

/* The longest of the sources decides. False: one is no string, and its error was written. */
static bool result_length(struct fake_call *call, size_t *ret_length)
{
    struct fake_redis_key *key;
    *ret_length = 0;
    for (size_t i = 3; i < call->count; i++) {
        if (!fake_call_find_source(call, call->args[i], FAKE_REDIS_STRING, &key)) return false;
        if (key && key->string->length > *ret_length) *ret_length = key->string->length;
    }
    return true;
}

static unsigned combine(enum bit_op op, unsigned a, unsigned b)
{
    return op == BIT_AND ? a & b : op == BIT_OR ? a | b : a ^ b;
}

static void combine_sources(struct fake_call *call, enum bit_op op, struct fake_str *result)
{
    for (size_t i = 3; i < call->count; i++) {
        const struct fake_str *source = string_of(fake_key_find(call->db, call->args[i]));
        for (size_t at = 0; at < result->length; at++) {
            unsigned byte = source && at < source->length ? (unsigned char)source->bytes[at] : 0;
            unsigned first = op == BIT_NOT ? ~byte : byte;
            unsigned value = i == 3 ? first : combine(op, (unsigned char)result->bytes[at], byte);
            result->bytes[at] = (char)(unsigned char)value;
        }
    }
}

void fake_cmd_bitop(struct fake_call *call)
{
    size_t length;
    enum bit_op op = parse_bit_op(call);
    if (op == BIT_OPS || !result_length(call, &length)) return;
    struct fake_heap *heap = fake_call_heap(call);
    struct fake_str *empty = fake_str_new(heap, (struct fl_span){0});
    struct fake_str *result = empty ? fake_str_resize(heap, empty, length) : NULL;
    if (!result) {
        fake_str_free(heap, empty);
        fake_call_oom(call);
        return;
    }
    combine_sources(call, op, result);
    struct fake_redis_key *target = fake_key_find(call->db, call->args[2]);
    bool deleted = !length && target;
    if (deleted) fake_key_delete(call->db, target);
    bool stored = !length || fake_string_store(call, call->args[2], fake_str_span(result));
    if (length && stored) fake_key_find(call->db, call->args[2])->raw = true;
    fake_str_free(heap, result);
    if (deleted) fake_key_notify(call->db, FAKE_NOTIFY_GENERIC, "del", call->args[2]);
    if (length && stored) fake_key_notify(call->db, FAKE_NOTIFY_STRING, "set", call->args[2]);
    if (stored) fake_reply_int(call->out, (int64_t)length);
}

/* ---- BITFIELD ---- */

enum field_op { FIELD_GET, FIELD_SET, FIELD_INCRBY };
enum overflow { OVERFLOW_WRAP, OVERFLOW_SAT, OVERFLOW_FAIL };

struct field {
    enum field_op op;
    enum overflow overflow;
    bool is_signed;
    unsigned width;
    int64_t offset, value;
};

static bool parse_field_type(struct fake_call *call, struct fl_span text, struct field *field)
{
    int64_t width = 0;
    bool ok = text.length > 1 && (text.bytes[0] == 'i' || text.bytes[0] == 'u') &&
              fake_int_parse((struct fl_span){text.bytes + 1, text.length - 1}, &width);
    field->is_signed = ok && text.bytes[0] == 'i';
    if (!ok || width < 1 || width > (field->is_signed ? 64 : 63)) {
        fake_reply_error(call->out,
                         "ERR Invalid bitfield type. Use something like i16 u8. Note that "
                         "u64 is not supported but i64 is.");
        return false;
    }
    field->width = (unsigned)width;
    return true;
}

/* Reads the operation at *at and moves *at behind it. False: an error was written. */
static bool parse_field(struct fake_call *call, size_t *at, struct field *field)
{
    size_t i = *at, left = call->count - i - 1;
    struct fl_span word = call->args[i];
    size_t wants = 0;
    if (fake_arg_is(word, "get") && left >= 2) {
        field->op = FIELD_GET;
        wants = 2;
    } else if (fake_arg_is(word, "set") && left >= 3) {
        field->op = FIELD_SET;
        wants = 3;
    } else if (fake_arg_is(word, "incrby") && left >= 3) {
        field->op = FIELD_INCRBY;
        wants = 3;
    } else {
        fake_call_syntax_error(call);
        return false;
    }
    if (!parse_field_type(call, call->args[i + 1], field)) return false;
    if (!parse_offset(call, call->args[i + 2], field->width, true, &field->offset)) return false;
    if (wants == 3 && !fake_call_int(call, call->args[i + 3], &field->value)) return false;
    *at = i + 1 + wants;
    return true;
}

static bool parse_overflow(struct fake_call *call, struct fl_span text, enum overflow *ret_overflow)
{
    if (fake_arg_is(text, "wrap"))
        *ret_overflow = OVERFLOW_WRAP;
    else if (fake_arg_is(text, "sat"))
        *ret_overflow = OVERFLOW_SAT;
    else if (fake_arg_is(text, "fail"))
        *ret_overflow = OVERFLOW_FAIL;
    else {
        fake_reply_error(call->out, "ERR Invalid OVERFLOW type specified");
        return false;
    }
    return true;
}

static int64_t wrap_field(const struct field *field, uint64_t value)
{
    if (field->width < 64) value &= (UINT64_C(1) << field->width) - 1;
    bool negative = field->is_signed && (value >> (field->width - 1)) & 1;
    if (negative && field->width < 64) value |= ~((UINT64_C(1) << field->width) - 1);
    return (int64_t)value;
}

static int64_t read_field(const struct fake_str *string, const struct field *field)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < field->width; i++)
        value = value << 1 | get_bit(string, (uint64_t)field->offset + i);
    return wrap_field(field, value);
}

static void write_field(struct fake_str *string, const struct field *field, int64_t value)
{
    for (unsigned i = 0; i < field->width; i++)
        set_bit(string, (uint64_t)field->offset + i,
                (unsigned)((uint64_t)value >> (field->width - 1 - i)) & 1u);
}

__extension__ typedef __int128 wide;

static int64_t greatest(const struct field *field)
{
    unsigned bits = field->is_signed ? field->width - 1 : field->width;
    return (int64_t)((UINT64_C(1) << bits) - 1);
}

/* The value to SET. That of an unsigned field is unsigned itself, so that a negative one overflows
 * upwards; and so does the far end of the negative ones, since Redis's difference wraps. */
static wide value_to_set(const struct field *field)
{
    int64_t room;
    if (!field->is_signed) return (uint64_t)field->value;
    bool wraps = __builtin_sub_overflow(greatest(field), field->value, &room);
    return wraps && field->width < 64 ? (wide)greatest(field) + 1 : field->value;
}

/* Fits a value in by the rule for overflow; `wrapped` is it without any. False: refused. */
static bool fit_field(const struct field *field, wide value, int64_t wrapped, int64_t *ret_value)
{
    int64_t high = greatest(field), low = field->is_signed ? -high - 1 : 0;
    *ret_value = wrapped;
    if (value >= low && value <= high) return true;
    if (field->overflow == OVERFLOW_SAT) *ret_value = value < low ? low : high;
    return field->overflow != OVERFLOW_FAIL;
}

/* True: it has written, and another value than was there. */
static bool run_field(struct fake_call *call, struct fake_redis_key *key, const struct field *field,
                      bool grown)
{
    int64_t old = read_field(string_of(key), field), value;
    if (field->op == FIELD_GET) {
        fake_reply_int(call->out, old);
        return false;
    }
    bool sets = field->op == FIELD_SET;
    wide wanted = sets ? value_to_set(field) : (wide)old + field->value;
    uint64_t bits = (uint64_t)field->value + (sets ? 0 : (uint64_t)old);
    if (!fit_field(field, wanted, wrap_field(field, bits), &value)) {
        fake_reply_nil(call->out);
        return false;
    }
    write_field(key->string, field, value);
    fake_reply_int(call->out, sets ? old : value);
    return grown || old != value;
}

struct field_plan {
    size_t operations;
    size_t bytes; /* that the string must have for what is written */
    bool writes;
};

/* Reads all before anything is done. False: an error was written. */
static bool plan_fields(struct fake_call *call, struct field_plan *plan)
{
    struct field field = {0};
    *plan = (struct field_plan){0};
    for (size_t at = 2; at < call->count;) {
        if (fake_arg_is(call->args[at], "overflow") && at + 1 < call->count) {
            if (!parse_overflow(call, call->args[at + 1], &field.overflow)) return false;
            at += 2;
            continue;
        }
        if (!parse_field(call, &at, &field)) return false;
        plan->operations++;
        if (field.op == FIELD_GET) continue;
        size_t end = ((size_t)field.offset + field.width - 1) / 8 + 1;
        if (end > plan->bytes) plan->bytes = end;
        plan->writes = true;
    }
    return true;
}

/* True: something has changed; all that is written to a string that has grown counts as that. */
static bool run_fields(struct fake_call *call, struct fake_redis_key *key, bool grown)
{
    bool changed = false;
    struct field field = {0};
    for (size_t at = 2; at < call->count;) {
        if (fake_arg_is(call->args[at], "overflow")) {
            (void)parse_overflow(call, call->args[at + 1], &field.overflow);
            at += 2;
            continue;
        }
        (void)parse_field(call, &at, &field);
        changed |= run_field(call, key, &field, grown);
    }
    return changed;
}

static void bitfield(struct fake_call *call, bool read_only)
{
    struct field_plan plan;
    struct fake_redis_key *key;
    if (!plan_fields(call, &plan)) return;
    if (plan.writes && read_only) {
        fake_reply_error(call->out, "ERR BITFIELD_RO only supports the GET subcommand");
        return;
    }
    bool grown = plan.writes && is_shorter(call, plan.bytes);
    if (plan.writes ? !fake_string_extend(call, call->args[1], plan.bytes, &key)
                    : !fake_call_find_source(call, call->args[1], FAKE_REDIS_STRING, &key))
        return;
    fake_reply_array(call->out, plan.operations);
    if (run_fields(call, key, grown))
        note_bits(call, key);
    else if (grown) /* for nothing: WATCH does not notice, whoever compares keyspaces does */
        fake_key_alter(call->db, key->name);
}

void fake_cmd_bitfield(struct fake_call *call)
{
    bitfield(call, false);
}

void fake_cmd_bitfield_ro(struct fake_call *call)
{
    bitfield(call, true);
}
