#include "queue/encryption.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "core/assert.h"
#include "queue/client.h"

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    ADDED_BYTES = NONCE_BYTES + TAG_BYTES,
    BASE64 = sodium_base64_VARIANT_ORIGINAL,
};
static_assert(FL_KEY_BYTES_EXACT == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key's length");

#define FORM "fl1:"

static enum fl_error write_belonging(struct fl_encrypted_for whose, int64_t version,
                                     struct fl_buf *out)
{
    return fl_buf_printf(out, FORM "%" PRId64 "\n%s\n%s", version, whose.worker, whose.jid);
}

static enum fl_error append_base64(struct fl_buf *out, struct fl_span bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.length, BASE64); /* with a NUL */
    enum fl_error err = fl_buf_reserve(out, room);
    if (err) return err;
    sodium_bin2base64(out->bytes + out->length, room, (const unsigned char *)bytes.bytes,
                      bytes.length, BASE64);
    out->length += room - 1;
    return FL_OK;
}

static const unsigned char *bytes_of(struct fl_span span)
{
    return (const unsigned char *)span.bytes;
}

static enum fl_error seal(const unsigned char *key, struct fl_random random, struct fl_span about,
                          struct fl_span plain, struct fl_buf *out)
{
    struct fl_buf sealed = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = fl_buf_reserve(&sealed, plain.length + ADDED_BYTES);
    if (err) return err;
    unsigned char *nonce = (unsigned char *)sealed.bytes;
    fl_random_bytes(random, "nonce", nonce, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_BYTES, NULL, bytes_of(plain),
                                               plain.length, bytes_of(about), about.length, NULL,
                                               nonce, key);
    sealed.length = plain.length + ADDED_BYTES;
    err = append_base64(out, fl_buf_span(&sealed));
    fl_buf_release(&sealed);
    return err;
}

static enum fl_error write_sealed(const struct fl_keyring *keyring, struct fl_random random,
                                  struct fl_encrypted_for whose, struct fl_span plain,
                                  struct fl_buf *out)
{
    const unsigned char *key = fl_keyring_key(keyring, keyring->active);
    struct fl_buf about = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = key ? write_belonging(whose, keyring->active, &about) : FL_ENOTFOUND;
    if (!err) err = fl_buf_printf(out, "\"" FORM "%" PRId64 ":", keyring->active);
    if (!err) err = seal(key, random, fl_buf_span(&about), plain, out);
    if (!err) err = fl_buf_append_char(out, '"');
    fl_buf_release(&about);
    return err;
}

/* All arguments but the last one, and what comes behind them. */
static enum fl_error write_others(struct fl_json_at args, struct fl_buf *out)
{
    uint32_t last = fl_json_length(args) - 1;
    enum fl_error err = fl_buf_append_char(out, '[');
    for (uint32_t i = 0; !err && i < last; i++) {
        err = fl_buf_append_span(out, fl_json_raw(fl_json_element(args, i)));
        if (!err) err = fl_buf_append_char(out, ',');
    }
    return err;
}

static bool has_last(struct fl_json_at args)
{
    return fl_json_type(args) == FL_JSON_ARRAY && fl_json_length(args) > 0;
}

enum fl_error fl_encrypt_args(const struct fl_keyring *keyring, struct fl_random random,
                              struct fl_encrypted_for whose, struct fl_span args,
                              struct fl_buf *out)
{
    struct fl_json json;
    if (!keyring) return FL_ENOTFOUND;
    enum fl_error err = fl_json_parse(args, &json, NULL);
    if (err) return err == FL_EPARSE ? FL_EINVAL : err;
    struct fl_json_at root = fl_json_root(&json);
    err = has_last(root) ? write_others(root, out) : FL_EINVAL;
    if (!err) {
        struct fl_json_at last = fl_json_element(root, fl_json_length(root) - 1);
        err = write_sealed(keyring, random, whose, fl_json_raw(last), out);
    }
    if (!err) err = fl_buf_append_char(out, ']');
    fl_json_release(&json);
    return err;
}

/* --- and back --- */

/* Splits "fl1:<version>:<base64>". */
static bool split(struct fl_span text, int64_t *ret_version, struct fl_span *ret_base64)
{
    if (!fl_span_starts(text, FL_SPAN(FORM))) return false;
    text.bytes += strlen(FORM);
    text.length -= strlen(FORM);
    const char *colon = text.length ? memchr(text.bytes, ':', text.length) : NULL;
    if (!colon) return false;
    struct fl_span version = {text.bytes, (size_t)(colon - text.bytes)};
    *ret_base64 = (struct fl_span){colon + 1, text.length - version.length - 1};
    return fl_key_version_read(version, ret_version);
}

/* Nonce, ciphertext and tag in `sealed`; the plain text is appended to `out`. */
static enum fl_error unseal(const unsigned char *key, struct fl_span about, struct fl_span sealed,
                            struct fl_buf *out)
{
    if (sealed.length < ADDED_BYTES) return FL_EINVAL;
    enum fl_error err = fl_buf_reserve(out, sealed.length - ADDED_BYTES + 2); /* and ] */
    if (err) return err;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            (unsigned char *)out->bytes + out->length, NULL, NULL, bytes_of(sealed) + NONCE_BYTES,
            sealed.length - NONCE_BYTES, bytes_of(about), about.length, bytes_of(sealed), key))
        return FL_EINVAL;
    out->length += sealed.length - ADDED_BYTES;
    out->bytes[out->length] = '\0';
    return FL_OK;
}

static enum fl_error read_sealed(const unsigned char *key, struct fl_span about,
                                 struct fl_span base64, struct fl_buf *out)
{
    struct fl_buf sealed = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    enum fl_error err = fl_buf_reserve(&sealed, base64.length + 1);
    if (!err && sodium_base642bin((unsigned char *)sealed.bytes, sealed.capacity, base64.bytes,
                                  base64.length, NULL, &sealed.length, NULL, BASE64))
        err = FL_EINVAL;
    if (!err) err = unseal(key, about, fl_buf_span(&sealed), out);
    fl_buf_release(&sealed);
    return err;
}

static enum fl_error open_text(const struct fl_keyring *keyring, struct fl_encrypted_for whose,
                               struct fl_span text, struct fl_buf *out, int64_t *ret_version)
{
    struct fl_span base64;
    struct fl_buf about = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    if (!split(text, ret_version, &base64)) return FL_EINVAL;
    const unsigned char *key = fl_keyring_key(keyring, *ret_version);
    enum fl_error err = key ? write_belonging(whose, *ret_version, &about) : FL_ENOTFOUND;
    if (!err) err = read_sealed(key, fl_buf_span(&about), base64, out);
    fl_buf_release(&about);
    return err;
}

enum fl_error fl_decrypt_args(const struct fl_keyring *keyring, struct fl_encrypted_for whose,
                              struct fl_json_at args, struct fl_buf *out, int64_t *ret_version)
{
    struct fl_buf text = FL_BUF_INIT(FL_PAYLOAD_BYTES_MAX);
    *ret_version = 0;
    if (!has_last(args)) return FL_EINVAL;
    enum fl_error err = fl_json_string(fl_json_element(args, fl_json_length(args) - 1), &text);
    if (!err) err = write_others(args, out);
    if (!err) err = open_text(keyring, whose, fl_buf_span(&text), out, ret_version);
    if (!err) err = fl_buf_append_char(out, ']');
    fl_buf_release(&text);
    return err;
}
