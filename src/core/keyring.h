/* src/core/keyring.h - the keys that arguments are encrypted with, by version; queue/encryption.h
 * uses them. */
#ifndef FL_CORE_KEYRING_H
#define FL_CORE_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/span.h"

enum { FL_KEYS_MAX = 16, FL_KEY_BYTES_EXACT = 32, FL_KEY_VERSION_MAX = 1000000 };

struct fl_keyring {
    struct {
        int64_t version; /* from 1 */
        unsigned char bytes[FL_KEY_BYTES_EXACT];
    } keys[FL_KEYS_MAX];
    size_t count;
    int64_t active; /* under which pushes are encrypted */
};

/* The text of a file: lines "<version> <64 hex digits>", "active <version>" (else the last one is)
 * and "# ..."; blanks do not matter. FL_EPARSE: *ret_line is the one that makes no sense, 0 when
 * there is no key in it, or none of the active version. */
FL_CHECKED enum fl_error fl_keyring_read(struct fl_span text, struct fl_keyring *ret_keyring,
                                         uint32_t *ret_line);
/* NULL: there is none of that version. `keyring` NULL: there is none at all. */
const unsigned char *fl_keyring_key(const struct fl_keyring *keyring, int64_t version);
/* From 1 to FL_KEY_VERSION_MAX. */
bool fl_key_version_read(struct fl_span text, int64_t *ret_version);
/* Overwrites what was secret before it is freed. */
void fl_secret_release(struct fl_buf *secret);

#endif
