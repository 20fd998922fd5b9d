/* The line is split into words as Redis splits what people type: blanks separate, quotes hold
 * together. */
#include "fakes/redis/lua/shebang.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/assert.h"
#include "fakes/redis/lua/machine.h"

enum { LINE_BYTES_MAX = 1024, WORDS_MAX = 64 };

static const struct {
    const char *name;
    unsigned flag;
} flags_known[] = {
    {"no-writes", FAKE_SCRIPT_NO_WRITES},
    {"allow-oom", FAKE_SCRIPT_ALLOW_OOM},
    {"allow-stale", FAKE_SCRIPT_ALLOW_STALE},
    {"no-cluster", FAKE_SCRIPT_NO_CLUSTER},
    {"allow-cross-slot-keys", FAKE_SCRIPT_CROSS_SLOT},
};

bool fake_script_parse_flag(struct fl_span name, unsigned *flags)
{
    for (size_t i = 0; i < FL_COUNT(flags_known); i++) {
        if (!fl_span_is(name, flags_known[i].name)) continue;
        *flags |= flags_known[i].flag;
        return true;
    }
    return false;
}

const char *fake_script_flag_at(size_t i, unsigned *ret_flag)
{
    if (i >= FL_COUNT(flags_known)) return NULL;
    *ret_flag = flags_known[i].flag;
    return flags_known[i].name;
}

bool fake_library_name_is_valid(struct fl_span name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!isalnum((unsigned char)name.bytes[i]) && name.bytes[i] != '_') return false;
    return name.length > 0;
}

/* ---- words ---- */

struct words {
    char text[LINE_BYTES_MAX]; /* with a NUL byte behind each */
    char *word[WORDS_MAX];
    size_t count, length; /* of line, in bytes: what is not compiled */
};

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* What stands behind a backslash between double quotes; returns how many bytes it took. */
static size_t take_escape(const char *at, char *ret_byte)
{
    static const char letters[] = "nrtba", meanings[] = "\n\r\t\b\a";
    if (at[0] == 'x' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2])) {
        *ret_byte = (char)(hex_digit(at[1]) << 4 | hex_digit(at[2]));
        return 3;
    }
    const char *found = at[0] ? strchr(letters, at[0]) : NULL;
    *ret_byte = found ? meanings[found - letters] : at[0];
    return 1;
}

/* Copies what stands between quotes; NULL: they are not closed, or a word goes on behind them. */
static const char *take_quoted(const char *at, char **to)
{
    char quote = *at++;
    for (; *at != quote; at++) {
        if (!*at) return NULL;
        if (quote == '"' && *at == '\\' && at[1])
            at += take_escape(at + 1, (*to)++);
        else if (quote == '\'' && *at == '\\' && at[1] == '\'')
            *(*to)++ = *++at;
        else
            *(*to)++ = *at;
    }
    at++;
    return *at && !isspace((unsigned char)*at) ? NULL : at;
}

/* False: quotes are not in order, or there is too much. */
static bool split(const char *line, struct words *words)
{
    char *to = words->text;
    words->count = 0;
    for (;;) {
        while (*line && isspace((unsigned char)*line))
            line++;
        if (!*line) return true;
        if (words->count == WORDS_MAX) return false;
        words->word[words->count++] = to;
        while (line && *line && !isspace((unsigned char)*line)) {
            if (*line == '"' || *line == '\'')
                line = take_quoted(line, &to);
            else
                *to++ = *line++;
        }
        if (!line) return false;
        *to++ = '\0';
    }
}

enum shebang { SHEBANG_FINE, SHEBANG_NO_LINE, SHEBANG_NO_WORDS };

static enum shebang read_line(struct fl_span body, struct words *words)
{
    char line[LINE_BYTES_MAX];
    const char *newline = memchr(body.bytes, '\n', body.length);
    size_t length = newline ? (size_t)(newline - body.bytes) : body.length;
    if (!newline || length >= sizeof(line)) return SHEBANG_NO_LINE;
    memcpy(line, body.bytes, length);
    line[length] = '\0';
    words->length = length;
    return split(line, words) && words->count ? SHEBANG_FINE : SHEBANG_NO_WORDS;
}

/* ---- scripts ---- */

static bool parse_flags(const char *list, unsigned *flags, struct fake_out *out)
{
    while (*list) {
        size_t length = strcspn(list, ",");
        char flag[LINE_BYTES_MAX];
        memcpy(flag, list, length);
        flag[length] = '\0';
        if (!fake_script_parse_flag((struct fl_span){list, length}, flags)) {
            if (out) fake_reply_errorf(out, "ERR Unexpected flag in script shebang: %s", flag);
            return false;
        }
        list += length;
        if (!*list) return true;
        if (!*++list) { /* nothing behind the comma is a flag without a name */
            if (out) fake_reply_error(out, "ERR Unexpected flag in script shebang: ");
            return false;
        }
    }
    return true;
}

bool fake_shebang_parse_script(struct fl_span body, unsigned *ret_flags, size_t *ret_skip,
                               struct fake_out *out)
{
    struct words words;
    *ret_flags = 0;
    *ret_skip = 0;
    if (!fl_span_starts(body, FL_SPAN("#!"))) return true;
    enum shebang shebang = read_line(body, &words);
    if (shebang != SHEBANG_FINE) {
        if (out)
            fake_reply_error(out, shebang == SHEBANG_NO_LINE
                                      ? "ERR Invalid script shebang"
                                      : "ERR Invalid engine in script shebang");
        return false;
    }
    if (strcmp(words.word[0], "#!lua") != 0) {
        if (out)
            fake_reply_errorf(out, "ERR Unexpected engine in script shebang: %s", words.word[0]);
        return false;
    }
    *ret_skip = words.length;
    *ret_flags = FAKE_SCRIPT_SHEBANG;
    for (size_t i = 1; i < words.count; i++) {
        if (strncmp(words.word[i], "flags=", strlen("flags=")) == 0) {
            if (!parse_flags(words.word[i] + strlen("flags="), ret_flags, out)) return false;
            continue;
        }
        if (out) fake_reply_errorf(out, "ERR Unknown lua shebang option: %s", words.word[i]);
        return false;
    }
    return true;
}

/* ---- libraries ---- */

static bool read_name(const struct words *words, const char **ret_name, struct fake_out *out)
{
    *ret_name = NULL;
    for (size_t i = 1; i < words->count; i++) {
        const char *word = words->word[i];
        if (strncasecmp(word, "name=", strlen("name=")) != 0) {
            fake_reply_errorf(out, "ERR Invalid metadata value given: %s", word);
            return false;
        }
        if (*ret_name) {
            fake_reply_error(out,
                             "ERR Invalid metadata value, name argument was given multiple times");
            return false;
        }
        *ret_name = word + strlen("name=");
    }
    if (!*ret_name) fake_reply_error(out, "ERR Library name was not given");
    return *ret_name;
}

bool fake_shebang_parse_library(struct fl_span code, char ret_name[static FAKE_LIBRARY_NAME_BYTES],
                                size_t *ret_skip, struct fake_out *out)
{
    struct words words;
    const char *name;
    if (!fl_span_starts(code, FL_SPAN("#!"))) {
        fake_reply_error(out, "ERR Missing library metadata");
        return false;
    }
    if (read_line(code, &words) != SHEBANG_FINE) {
        fake_reply_error(out, "ERR Invalid library metadata");
        return false;
    }
    if (!read_name(&words, &name, out)) return false;
    if (!fake_library_name_is_valid(fl_span_from(name)) ||
        strlen(name) >= FAKE_LIBRARY_NAME_BYTES) {
        fake_reply_error(out, "ERR Library names can only contain letters, numbers, or "
                              "underscores(_) and must be at least one character long");
        return false;
    }
    if (strcasecmp(words.word[0] + strlen("#!"), "lua") != 0) {
        fake_reply_errorf(out, "ERR Engine '%s' not found", words.word[0] + strlen("#!"));
        return false;
    }
    strcpy(ret_name, name);
    *ret_skip = words.length;
    return true;
}
