/* One pass, no recursion: a stack of open containers stands for the call stack, so that a document
 * of any depth costs the same few bytes of a fiber's stack. */
#include "core/json_node.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

enum { NODES_AT_FIRST = 64 };

struct parser {
    const char *start, *at, *end;
    struct fl_json_node *nodes;
    uint32_t count, capacity;
    uint32_t open[FL_JSON_DEPTH_MAX]; /* indices of the containers around us */
    uint32_t depth;
    const char *expected; /* set together with FL_EPARSE */
};

static enum fl_error fail(struct parser *p, const char *expected)
{
    p->expected = expected;
    return FL_EPARSE;
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

static enum fl_error grow(struct parser *p)
{
    uint32_t capacity = p->capacity ? p->capacity * 2 : NODES_AT_FIRST;
    if (p->capacity >= FL_JSON_NODES_MAX) return FL_EBOUND;
    struct fl_json_node *nodes = realloc(p->nodes, capacity * sizeof *nodes);
    if (!nodes) return FL_ENOMEM;
    p->nodes = nodes;
    p->capacity = capacity;
    return FL_OK;
}

static enum fl_error add_node(struct parser *p, enum fl_json_type type, const char *from)
{
    enum fl_error err = p->count == p->capacity ? grow(p) : FL_OK;
    if (err) return err;
    p->nodes[p->count] = (struct fl_json_node){
        .offset = (uint32_t)(from - p->start),
        .length = (uint32_t)(p->at - from),
        .next = p->count + 1,
        .type = type,
    };
    p->count++;
    return FL_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool take_hex4(const char **at, const char *end, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++, ++*at) {
        int digit = *at < end ? hex_digit(**at) : -1;
        if (digit < 0) return false;
        unit = unit << 4 | (uint32_t)digit;
    }
    *ret_unit = unit;
    return true;
}

static size_t encode_utf8(uint32_t code, char ret_bytes[4])
{
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = length; i-- > 1; code >>= 6)
        ret_bytes[i] = (char)(0x80 | (code & 0x3F));
    ret_bytes[0] = (char)(lead[length] | code);
    return length;
}

static bool take_surrogate_pair(const char **at, const char *end, uint32_t *code)
{
    uint32_t low;
    if (end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u') return false;
    *at += 2;
    if (!take_hex4(at, end, &low) || low < 0xDC00 || low > 0xDFFF) return false;
    *code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

size_t fl_json_unescape(const char **at, const char *end, char ret_bytes[4])
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint32_t code;
    if (*at == end) return 0;
    const char *known = **at ? strchr(from, **at) : NULL;
    if (known) {
        ++*at;
        ret_bytes[0] = to[known - from];
        return 1;
    }
    if (**at != 'u') return 0;
    ++*at;
    if (!take_hex4(at, end, &code)) return 0;
    if (code >= 0xDC00 && code <= 0xDFFF) return 0;
    if (code >= 0xD800 && code <= 0xDBFF && !take_surrogate_pair(at, end, &code)) return 0;
    return encode_utf8(code, ret_bytes);
}

static const bool plain[256] = {
    [' '] = true, ['!'] = true, ['#' ... '['] = true, [']' ... 0x7F] = true};

size_t fl_json_plain(struct fl_span text)
{
    size_t at = 0;
    for (; text.length - at >= 8; at += 8) {
        uint64_t word, ones = UINT64_C(0x0101010101010101), tops = ones << 7;
        memcpy(&word, text.bytes + at, sizeof word);
        uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
        /* A top bit for each byte below a blank, equal to one of the two, or beyond ASCII; where it
         * is set too often, a byte is looked at once more. */
        if ((word | (word - ones * ' ') | (quote - ones) | (backslash - ones)) & tops) break;
    }
    while (at < text.length && plain[(unsigned char)text.bytes[at]])
        at++;
    return at;
}

static enum fl_error take_string(struct parser *p)
{
    const char *from = p->at++;
    bool escaped = false;
    for (;;) {
        p->at += fl_json_plain((struct fl_span){p->at, (size_t)(p->end - p->at)});
        if (p->at == p->end) return fail(p, "'\"' at the end of the string");
        unsigned char c = (unsigned char)*p->at;
        if (c == '"') break;
        if (c < ' ') return fail(p, "no raw control character in a string");
        if (c == '\\') {
            char unescaped[4];
            escaped = true;
            p->at++;
            if (!fl_json_unescape(&p->at, p->end, unescaped)) return fail(p, "a valid escape");
            continue;
        }
        size_t length = fl_utf8_sequence((struct fl_span){p->at, (size_t)(p->end - p->at)});
        if (length == 0) return fail(p, "valid UTF-8");
        p->at += length;
    }
    p->at++;
    enum fl_error err = add_node(p, FL_JSON_STRING, from);
    if (!err) p->nodes[p->count - 1].detail = escaped;
    return err;
}

static bool take_digits(struct parser *p)
{
    const char *from = p->at;
    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > from;
}

static bool take_char(struct parser *p, char c)
{
    if (p->at == p->end || *p->at != c) return false;
    p->at++;
    return true;
}

static enum fl_error take_number(struct parser *p)
{
    const char *from = p->at;
    take_char(p, '-');
    if (!take_char(p, '0') && !take_digits(p)) return fail(p, "a digit");
    if (take_char(p, '.') && !take_digits(p)) return fail(p, "a digit");
    if (take_char(p, 'e') || take_char(p, 'E')) {
        if (!take_char(p, '+')) take_char(p, '-');
        if (!take_digits(p)) return fail(p, "a digit");
    }
    return add_node(p, FL_JSON_NUMBER, from);
}

static enum fl_error take_word(struct parser *p, struct fl_span word, enum fl_json_type type)
{
    const char *from = p->at;
    if (!fl_span_starts((struct fl_span){p->at, (size_t)(p->end - p->at)}, word))
        return fail(p, "a value");
    p->at += word.length;
    return add_node(p, type, from);
}

static enum fl_error open_container(struct parser *p, enum fl_json_type type)
{
    const char *from = p->at++;
    if (p->depth == FL_JSON_DEPTH_MAX) return FL_EBOUND;
    p->open[p->depth++] = p->count;
    return add_node(p, type, from);
}

static enum fl_error take_value(struct parser *p)
{
    skip_blanks(p);
    switch (p->at < p->end ? *p->at : '\0') {
    case '{': return open_container(p, FL_JSON_OBJECT);
    case '[': return open_container(p, FL_JSON_ARRAY);
    case '"': return take_string(p);
    case 't': return take_word(p, FL_SPAN("true"), FL_JSON_TRUE);
    case 'f': return take_word(p, FL_SPAN("false"), FL_JSON_FALSE);
    case 'n': return take_word(p, FL_SPAN("null"), FL_JSON_NULL);
    case '-': return take_number(p);
    default:
        if (p->at < p->end && *p->at >= '0' && *p->at <= '9') return take_number(p);
        return fail(p, "a value");
    }
}

static enum fl_error take_key(struct parser *p)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != '"') return fail(p, "a key in quotes");
    enum fl_error err = take_string(p);
    if (err) return err;
    skip_blanks(p);
    return take_char(p, ':') ? FL_OK : fail(p, "':'");
}

static void close_container(struct parser *p)
{
    struct fl_json_node *node = &p->nodes[p->open[--p->depth]];
    p->at++;
    node->length = (uint32_t)(p->at - p->start) - node->offset;
    node->next = p->count;
}

/* Between two values of the innermost container: closes what is finished. *ret_more tells whether
 * that container has another value to come. */
static enum fl_error between(struct parser *p, bool *ret_more)
{
    *ret_more = false;
    while (p->depth > 0) {
        struct fl_json_node *node = &p->nodes[p->open[p->depth - 1]];
        bool object = node->type == FL_JSON_OBJECT, empty = node->detail == 0;
        skip_blanks(p);
        char c = p->at < p->end ? *p->at : '\0';
        if (c == (object ? '}' : ']')) {
            close_container(p);
            continue;
        }
        if (!empty) {
            if (c != ',') return fail(p, object ? "',' or '}'" : "',' or ']'");
            p->at++;
        }
        node->detail++;
        *ret_more = true;
        return object ? take_key(p) : FL_OK;
    }
    return FL_OK;
}

static enum fl_error take_document(struct parser *p)
{
    bool more = true;
    while (more) {
        enum fl_error err = take_value(p);
        if (!err) err = between(p, &more);
        if (err) return err;
    }
    skip_blanks(p);
    return p->at == p->end ? FL_OK : fail(p, "the end of the text");
}

static struct fl_json_error locate(const struct parser *p)
{
    struct fl_json_error error = {.line = 1, .column = 1, .expected = p->expected};
    for (const char *c = p->start; c < p->at; c++) {
        error.column = *c == '\n' ? 1 : error.column + 1;
        error.line += *c == '\n';
    }
    return error;
}

enum fl_error fl_json_parse(struct fl_span text, struct fl_json *ret_json,
                            struct fl_json_error *ret_error)
{
    struct parser p = {.start = text.bytes, .at = text.bytes};
    if (text.length > UINT32_MAX) return FL_EBOUND;
    if (!text.bytes) p.start = p.at = "";
    p.end = p.at + text.length;

    enum fl_error err = take_document(&p);
    if (err) {
        if (err == FL_EPARSE && ret_error) *ret_error = locate(&p);
        free(p.nodes);
        return err;
    }
    *ret_json =
        (struct fl_json){.nodes = p.nodes, .count = p.count, .text = {p.start, text.length}};
    return FL_OK;
}

void fl_json_release(struct fl_json *json)
{
    free(json->nodes);
    *json = (struct fl_json){0};
}
