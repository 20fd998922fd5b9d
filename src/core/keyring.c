#include "core/keyring.h"

#include <string.h>

void fl_secret_release(struct fl_buf *secret)
{
    if (secret->bytes) explicit_bzero(secret->bytes, secret->capacity);
    fl_buf_release(secret);
}

static struct fl_span next_word(struct fl_span *line)
{
    while (line->length && (*line->bytes == ' ' || *line->bytes == '\t' || *line->bytes == '\r'))
        line->bytes++, line->length--;
    struct fl_span word = {line->bytes, 0};
    while (word.length < line->length && !memchr(" \t\r", word.bytes[word.length], 3))
        word.length++;
    line->bytes += word.length;
    line->length -= word.length;
    return word;
}

bool fl_key_version_read(struct fl_span word, int64_t *ret_version)
{
    long long version;
    if (!fl_span_int64(word, &version) || version < 1 || version > FL_KEY_VERSION_MAX) return false;
    *ret_version = version;
    return true;
}

const unsigned char *fl_keyring_key(const struct fl_keyring *keyring, int64_t version)
{
    for (size_t i = 0; keyring && i < keyring->count; i++)
        if (keyring->keys[i].version == version) return keyring->keys[i].bytes;
    return NULL;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_key(struct fl_keyring *keyring, int64_t version, struct fl_span hex)
{
    if (hex.length != (size_t)2 * FL_KEY_BYTES_EXACT || keyring->count == FL_KEYS_MAX ||
        fl_keyring_key(keyring, version))
        return false;
    for (size_t i = 0; i < FL_KEY_BYTES_EXACT; i++) {
        int high = digit_of(hex.bytes[2 * i]), low = digit_of(hex.bytes[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        keyring->keys[keyring->count].bytes[i] = (unsigned char)(high << 4 | low);
    }
    keyring->keys[keyring->count++].version = version;
    keyring->active = version;
    return true;
}

/* `ret_active` is what a line "active N" says. */
static bool read_line(struct fl_keyring *keyring, struct fl_span line, int64_t *ret_active)
{
    int64_t version;
    struct fl_span first = next_word(&line), second = next_word(&line);
    if (!first.length || *first.bytes == '#') return true;
    if (next_word(&line).length) return false;
    if (fl_span_is(first, "active")) return fl_key_version_read(second, ret_active);
    return fl_key_version_read(first, &version) && read_key(keyring, version, second);
}

enum fl_error fl_keyring_read(struct fl_span text, struct fl_keyring *ret_keyring,
                              uint32_t *ret_line)
{
    struct fl_keyring keyring = {0};
    int64_t active = 0;
    *ret_line = 0;
    while (text.length) {
        const char *end = memchr(text.bytes, '\n', text.length);
        struct fl_span line = {text.bytes, end ? (size_t)(end - text.bytes) : text.length};
        ++*ret_line;
        if (!read_line(&keyring, line, &active)) return FL_EPARSE;
        size_t taken = line.length + (end != NULL);
        text.bytes += taken;
        text.length -= taken;
    }
    *ret_line = 0;
    if (active) keyring.active = active;
    if (!fl_keyring_key(&keyring, keyring.active)) return FL_EPARSE;
    *ret_keyring = keyring;
    return FL_OK;
}
