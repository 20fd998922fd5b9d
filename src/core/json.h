/* src/core/json.h - lossless JSON: what is not changed is written back byte for byte.
 *
 * A parsed document is a flat array of nodes over the text it was parsed from. Numbers and strings
 * stay raw slices, keys keep their order, so a retry that sets four keys leaves the other bytes
 * alone (Sidekiq payloads carry integers beyond 2^53 and keys of other tools). Strict RFC 8259 plus
 * what Ruby's parser refuses too: no NaN, no trailing commas, valid UTF-8 only; a lone surrogate
 * escape is an error; duplicate keys are kept and a lookup finds the last one, as Ruby does. */
#ifndef FL_CORE_JSON_H
#define FL_CORE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { FL_JSON_DEPTH_MAX = 128, FL_JSON_NODES_MAX = 4 * 1024 * 1024 };

enum fl_json_type {
    FL_JSON_NULL,
    FL_JSON_FALSE,
    FL_JSON_TRUE,
    FL_JSON_NUMBER,
    FL_JSON_STRING,
    FL_JSON_ARRAY,
    FL_JSON_OBJECT,
};

struct fl_json_node; /* opaque: layout in json.c */
struct fl_json {
    struct fl_json_node *nodes; /* owned */
    uint32_t count;
    struct fl_span text; /* borrowed: must outlive the document */
};

/* A node of a document; {NULL, 0} is "absent", and every reader below accepts it and finds nothing.
 */
struct fl_json_at {
    const struct fl_json *json;
    uint32_t index;
};

struct fl_json_error {
    uint32_t line, column; /* from 1; column in bytes */
    const char *expected;  /* a constant phrase: "a value", "',' or '}'", "valid UTF-8" */
};

/* Borrows `text`. On FL_OK the caller releases *ret_json. FL_EPARSE fills *ret_error when not NULL;
 * FL_EBOUND: too deep or too many nodes; FL_ENOMEM. */
FL_CHECKED enum fl_error fl_json_parse(struct fl_span text, struct fl_json *ret_json,
                                       struct fl_json_error *ret_error);
void fl_json_release(struct fl_json *json); /* a zeroed one is fine */

struct fl_json_at fl_json_root(const struct fl_json *json);
bool fl_json_exists(struct fl_json_at at);
enum fl_json_type fl_json_type(struct fl_json_at at); /* absent reads as FL_JSON_NULL */
/* The raw bytes of the value as they stand in the text, quotes included. */
struct fl_span fl_json_raw(struct fl_json_at at);
uint32_t fl_json_length(struct fl_json_at at); /* elements or pairs; 0 for anything else */
struct fl_json_at fl_json_element(struct fl_json_at array, uint32_t i);
struct fl_json_at fl_json_member(struct fl_json_at object, const char *key);
/* The members of several keys, found in one walk. */
void fl_json_members(struct fl_json_at object, const struct fl_span *keys, uint32_t count,
                     struct fl_json_at *ret_members);
/* Walk pairs in order: i from 0 to length-1; the key's raw bytes are between its quotes. */
struct fl_json_at fl_json_pair(struct fl_json_at object, uint32_t i, struct fl_span *ret_raw_key);

/* An integer without fraction or exponent that fits; otherwise false and *ret_value is untouched.
 */
bool fl_json_int64(struct fl_json_at at, int64_t *ret_value);
/* Any number, correctly rounded; 1e400 gives infinity, as in Ruby. False as well when there is no
 * memory to hold a number of more than 1,000 digits. */
bool fl_json_double(struct fl_json_at at, double *ret_value);
/* Appends the unescaped string (UTF-8; \u0000 becomes a NUL byte). FL_EINVAL: not a string. */
FL_CHECKED enum fl_error fl_json_string(struct fl_json_at at, struct fl_buf *out);
/* Equal to `text` after unescaping, without allocating. */
bool fl_json_is(struct fl_json_at at, const char *text);
bool fl_json_is_span(struct fl_json_at at, struct fl_span text);

/* Editing writes a new text: every pair of `object` in its order, with those in `edits` replaced in
 * place, removed (raw.bytes == NULL) or, when new, added at the end in the order given. Keys and
 * values keep their bytes; blanks between pairs are dropped. FL_EINVAL: not an object. On any
 * failure `out` is as before. */
struct fl_json_edit {
    const char *key;    /* plain ASCII without characters to escape */
    struct fl_span raw; /* the new value as JSON text */
};
FL_CHECKED enum fl_error fl_json_edit(struct fl_json_at object, const struct fl_json_edit *edits,
                                      uint32_t edit_count, struct fl_buf *out);

/* The value as JSON.generate would write it: without blanks, strings with as few escapes as there
 * can be; numbers keep their bytes. FL_EINVAL: absent. On any failure `out` is as before. */
FL_CHECKED enum fl_error fl_json_write_compact(struct fl_buf *out, struct fl_json_at at);

/* Writing. Output is what Ruby's JSON.generate emits: no blanks, non-ASCII raw, \u00XX for other
 * control characters, "/" unescaped. Invalid UTF-8 in the string is FL_EINVAL
 * (fl_json_write_scrubbed: U+FFFD). */
FL_CHECKED enum fl_error fl_json_write_string(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error fl_json_write_scrubbed(struct fl_buf *out, struct fl_span text);
FL_CHECKED enum fl_error fl_json_write_int64(struct fl_buf *out, int64_t value);

/* An object or array under construction; commas are its business. One level a writer. */
struct fl_json_writer {
    struct fl_buf *out; /* borrowed */
    enum fl_error err;  /* the first failure sticks; read it at fl_json_end */
    bool has_items;
    char close;
};
struct fl_json_writer fl_json_begin_object(struct fl_buf *out);
struct fl_json_writer fl_json_begin_array(struct fl_buf *out);
void fl_json_key(struct fl_json_writer *w, const char *key); /* then one value into w->out */
void fl_json_put_string(struct fl_json_writer *w, const char *key,
                        struct fl_span text); /* scrubbed */
void fl_json_put_int64(struct fl_json_writer *w, const char *key, int64_t value);
void fl_json_put_bool(struct fl_json_writer *w, const char *key, bool value);
void fl_json_put_raw(struct fl_json_writer *w, const char *key, struct fl_span raw);
/* In an array `key` is NULL in the calls above. */
FL_CHECKED enum fl_error fl_json_end(struct fl_json_writer *w);

#endif
