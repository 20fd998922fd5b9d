#include "core/json.h"

#include <stdlib.h>

#include "core/assert.h"
#include "core/decimal.h"
#include "core/json_node.h"

enum { NUMBER_COPY_BYTES = 1024 };

static const struct fl_json_node *node_of(struct fl_json_at at)
{
    return at.json && at.index < at.json->count ? &at.json->nodes[at.index] : NULL;
}

static const struct fl_json_node *typed(struct fl_json_at at, enum fl_json_type type)
{
    const struct fl_json_node *node = node_of(at);
    return node && node->type == type ? node : NULL;
}

struct fl_json_at fl_json_root(const struct fl_json *json)
{
    return (struct fl_json_at){json->count ? json : NULL, 0};
}

bool fl_json_exists(struct fl_json_at at)
{
    return node_of(at) != NULL;
}

enum fl_json_type fl_json_type(struct fl_json_at at)
{
    const struct fl_json_node *node = node_of(at);
    return node ? (enum fl_json_type)node->type : FL_JSON_NULL;
}

struct fl_span fl_json_raw(struct fl_json_at at)
{
    const struct fl_json_node *node = node_of(at);
    if (!node) return (struct fl_span){NULL, 0};
    return (struct fl_span){at.json->text.bytes + node->offset, node->length};
}

static bool is_container(enum fl_json_type type)
{
    return type == FL_JSON_ARRAY || type == FL_JSON_OBJECT;
}

uint32_t fl_json_length(struct fl_json_at at)
{
    return is_container(fl_json_type(at)) ? node_of(at)->detail : 0;
}

/* The nth node right below a container. Where nothing in it is nested, that is plain arithmetic;
 * otherwise subtrees are stepped over. */
static struct fl_json_at child(struct fl_json_at at, uint32_t n, uint32_t child_count)
{
    const struct fl_json_node *node = node_of(at);
    uint32_t index = at.index + 1;
    if (node->next - index == child_count) return (struct fl_json_at){at.json, index + n};
    while (n-- > 0)
        index = at.json->nodes[index].next;
    return (struct fl_json_at){at.json, index};
}

struct fl_json_at fl_json_element(struct fl_json_at array, uint32_t i)
{
    const struct fl_json_node *node = typed(array, FL_JSON_ARRAY);
    if (!node || i >= node->detail) return (struct fl_json_at){0};
    return child(array, i, node->detail);
}

static struct fl_span inside_quotes(struct fl_json_at string)
{
    struct fl_span raw = fl_json_raw(string);
    return (struct fl_span){raw.bytes + 1, raw.length - 2};
}

static bool escaped_is(struct fl_span raw, struct fl_span text)
{
    const char *from = raw.bytes, *end = raw.bytes + raw.length;
    while (from < end) {
        char bytes[4] = {*from++};
        size_t length = bytes[0] == '\\' ? fl_json_unescape(&from, end, bytes) : 1;
        if (!fl_span_starts(text, (struct fl_span){bytes, length})) return false;
        text.bytes += length;
        text.length -= length;
    }
    return text.length == 0;
}

/* Most keys are told apart by their length or first byte, right where they are looked for. */
static inline bool string_is(const struct fl_json *json, const struct fl_json_node *string,
                             struct fl_span text)
{
    struct fl_span raw = {json->text.bytes + string->offset + 1, string->length - 2};
    if (string->detail) return escaped_is(raw, text);
    if (raw.length != text.length) return false;
    return text.length == 0 ||
           (raw.bytes[0] == text.bytes[0] && memcmp(raw.bytes, text.bytes, text.length) == 0);
}

struct fl_json_at fl_json_pair(struct fl_json_at object, uint32_t i, struct fl_span *ret_raw_key)
{
    const struct fl_json_node *node = typed(object, FL_JSON_OBJECT);
    if (!node || i >= node->detail) return (struct fl_json_at){0};
    struct fl_json_at key = child(object, 2 * i, 2 * node->detail);
    if (ret_raw_key) *ret_raw_key = inside_quotes(key);
    return (struct fl_json_at){object.json, key.index + 1};
}

struct fl_json_at fl_json_member(struct fl_json_at object, const char *key)
{
    const struct fl_json_node *node = typed(object, FL_JSON_OBJECT);
    struct fl_json_at found = {0};
    struct fl_span text = fl_span_from(key);
    if (!node) return found;
    for (uint32_t at = object.index + 1; at < node->next; at = object.json->nodes[at + 1].next)
        if (string_is(object.json, &object.json->nodes[at], text))
            found = (struct fl_json_at){object.json, at + 1};
    return found;
}

void fl_json_members(struct fl_json_at object, const struct fl_span *keys, uint32_t count,
                     struct fl_json_at *ret_members)
{
    const struct fl_json_node *node = typed(object, FL_JSON_OBJECT);
    memset(ret_members, 0, count * sizeof *ret_members);
    if (!node) return;
    const struct fl_json_node *nodes = object.json->nodes;
    uint64_t lengths = 0; /* a bit for each that a key has, by which most others are passed over */
    for (uint32_t i = 0; i < count; i++)
        lengths |= UINT64_C(1) << (keys[i].length & 63);
    for (uint32_t at = object.index + 1; at < node->next; at = nodes[at + 1].next) {
        uint32_t length = nodes[at].length - 2;
        bool escaped = nodes[at].detail;
        if (!escaped && !(lengths >> (length & 63) & 1)) continue;
        for (uint32_t i = 0; i < count; i++) {
            if (!escaped && keys[i].length != length) continue;
            if (string_is(object.json, &nodes[at], keys[i]))
                ret_members[i] = (struct fl_json_at){object.json, at + 1};
        }
    }
}

bool fl_json_int64(struct fl_json_at at, int64_t *ret_value)
{
    long long value = 0;
    struct fl_span raw = fl_json_raw(at);
    if (!typed(at, FL_JSON_NUMBER)) return false;
    if (!fl_span_is(raw, "-0") && !fl_span_int64(raw, &value)) return false;
    *ret_value = value;
    return true;
}

/* strtod wants a NUL behind the number, hence a copy. */
bool fl_json_double(struct fl_json_at at, double *ret_value)
{
    char copy[NUMBER_COPY_BYTES], *longer = NULL;
    struct fl_span raw = fl_json_raw(at);
    if (!typed(at, FL_JSON_NUMBER)) return false;
    if (fl_decimal_parse(raw, ret_value)) return true;
    if (raw.length >= sizeof copy && !(longer = malloc(raw.length + 1))) return false;
    char *text = longer ? longer : copy;
    memcpy(text, raw.bytes, raw.length);
    text[raw.length] = '\0';
    *ret_value = strtod(text, NULL);
    free(longer);
    return true;
}

enum fl_error fl_json_string(struct fl_json_at at, struct fl_buf *out)
{
    const struct fl_json_node *node = typed(at, FL_JSON_STRING);
    if (!node) return FL_EINVAL;
    struct fl_span raw = inside_quotes(at);
    if (!node->detail) return fl_buf_append_span(out, raw);

    enum fl_error err = fl_buf_reserve(out, raw.length); /* unescaping never makes it longer */
    if (err) return err;
    const char *from = raw.bytes, *end = raw.bytes + raw.length;
    while (from < end && !err) {
        char bytes[4];
        const char *stop = memchr(from, '\\', (size_t)(end - from));
        if (!stop) stop = end;
        err = fl_buf_append(out, from, (size_t)(stop - from));
        if (err || stop == end) break;
        from = stop + 1;
        size_t length = fl_json_unescape(&from, end, bytes);
        fl_assert(length > 0); /* the parser has seen it */
        err = fl_buf_append(out, bytes, length);
    }
    return err;
}

bool fl_json_is_span(struct fl_json_at at, struct fl_span text)
{
    const struct fl_json_node *node = typed(at, FL_JSON_STRING);
    return node && string_is(at.json, node, text);
}

bool fl_json_is(struct fl_json_at at, const char *text)
{
    return fl_json_is_span(at, fl_span_from(text));
}
