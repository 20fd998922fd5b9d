/* src/queue/encryption.h - the last argument of a job as a text that only who has the key can read,
 * and nobody can change.
 *
 * XChaCha20-Poly1305 of libsodium under a key of 32 bytes. The text is "fl1:<version of the
 * key>:<base64>", of nonce, ciphertext and tag; the version, the class and the jid are
 * authenticated with it, so that it belongs to its job. A retry, a promotion and a recovery keep it
 * as it is. */
#ifndef FL_QUEUE_ENCRYPTION_H
#define FL_QUEUE_ENCRYPTION_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"
#include "core/keyring.h"
#include "ports/random.h"

/* What the text belongs to. */
struct fl_encrypted_for {
    const char *worker, *jid;
};

/* The arguments with the last one encrypted. FL_ENOTFOUND: there is no key (keyring NULL).
 * FL_EINVAL: no array, or an empty one. FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_encrypt_args(const struct fl_keyring *keyring, struct fl_random random,
                                         struct fl_encrypted_for whose, struct fl_span args,
                                         struct fl_buf *out);
/* The other way. FL_ENOTFOUND: no key of *ret_version is there; FL_EINVAL: the last argument is not
 * such a text, or not what was encrypted for this job; FL_ENOMEM, FL_EBOUND. */
FL_CHECKED enum fl_error fl_decrypt_args(const struct fl_keyring *keyring,
                                         struct fl_encrypted_for whose, struct fl_json_at args,
                                         struct fl_buf *out, int64_t *ret_version);
#endif
