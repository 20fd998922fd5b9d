#include "fakes/redis/lua/pattern.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "fakes/redis/lua/budget.h"

enum fake_capture { UNFINISHED = -1, POSITION = -2 };

enum {
    DEPTH_MAX = 1000,
    STEP_WORK = 4, /* trying so many items takes as long as one instruction */
    WORK_CHARGED = 1024,
};

static const char *match_here(struct fake_pattern *match, const char *at, const char *pattern);

static void count_work(struct fake_pattern *match)
{
    if (++match->work < WORK_CHARGED) return;
    fake_lua_charge(match->lua, match->work / STEP_WORK);
    match->work = 0;
}

/* ---- one character ---- */

/* Behind the item that begins at `pattern`: a character, a class or a set. */
static const char *item_end(struct fake_pattern *match, const char *pattern)
{
    char first = *pattern++;
    if (first == '%') {
        if (!*pattern) luaL_error(match->lua, "malformed pattern (ends with '%%')");
        return pattern + 1;
    }
    if (first != '[') return pattern;
    if (*pattern == '^') pattern++;
    do { /* a "]" that comes first is meant */
        if (!*pattern) luaL_error(match->lua, "malformed pattern (missing ']')");
        if (*pattern++ == '%' && *pattern) pattern++;
    } while (*pattern != ']');
    return pattern + 1;
}

static bool in_class(unsigned char c, unsigned char class)
{
    bool is_in;
    switch (tolower(class)) {
    case 'a': is_in = isalpha(c); break;
    case 'c': is_in = iscntrl(c); break;
    case 'd': is_in = isdigit(c); break;
    case 'l': is_in = islower(c); break;
    case 'p': is_in = ispunct(c); break;
    case 's': is_in = isspace(c); break;
    case 'u': is_in = isupper(c); break;
    case 'w': is_in = isalnum(c); break;
    case 'x': is_in = isxdigit(c); break;
    case 'z': is_in = c == 0; break;
    default: return class == c;
    }
    return isupper(class) ? !is_in : is_in;
}

/* `close` is the set's "]". */
static bool in_set(struct fake_pattern *match, unsigned char c, const char *set, const char *close)
{
    bool found = true;
    if (set[1] == '^') {
        found = false;
        set++;
    }
    while (++set < close) {
        count_work(match);
        if (*set == '%') {
            set++;
            if (in_class(c, (unsigned char)*set)) return found;
        } else if (set[1] == '-' && set + 2 < close) {
            set += 2;
            if ((unsigned char)set[-2] <= c && c <= (unsigned char)*set) return found;
        } else if ((unsigned char)*set == c) {
            return found;
        }
    }
    return !found;
}

static bool fits(struct fake_pattern *match, const char *at, const char *item, const char *end)
{
    count_work(match);
    if (at >= match->subject_end) return false;
    unsigned char c = (unsigned char)*at;
    switch (*item) {
    case '.': return true;
    case '%': return in_class(c, (unsigned char)item[1]);
    case '[': return in_set(match, c, item, end - 1);
    default: return (unsigned char)*item == c;
    }
}

/* ---- repetitions ---- */

static const char *match_most(struct fake_pattern *match, const char *at, const char *item,
                              const char *end)
{
    ptrdiff_t count = 0;
    while (fits(match, at + count, item, end))
        count++;
    for (; count >= 0; count--) {
        const char *rest = match_here(match, at + count, end + 1);
        if (rest) return rest;
    }
    return NULL;
}

static const char *match_least(struct fake_pattern *match, const char *at, const char *item,
                               const char *end)
{
    for (;; at++) {
        const char *rest = match_here(match, at, end + 1);
        if (rest) return rest;
        if (!fits(match, at, item, end)) return NULL;
    }
}

/* ---- captures ---- */

static const char *open_capture(struct fake_pattern *match, const char *at, const char *pattern,
                                ptrdiff_t length)
{
    if (match->captures >= FAKE_PATTERN_CAPTURES_MAX) luaL_error(match->lua, "too many captures");
    match->capture[match->captures].start = at;
    match->capture[match->captures].length = length;
    match->captures++;
    const char *rest = match_here(match, at, pattern);
    if (!rest) match->captures--;
    return rest;
}

static const char *close_capture(struct fake_pattern *match, const char *at, const char *pattern)
{
    int i = match->captures - 1;
    while (i >= 0 && match->capture[i].length != UNFINISHED)
        i--;
    if (i < 0) luaL_error(match->lua, "invalid pattern capture");
    match->capture[i].length = at - match->capture[i].start;
    const char *rest = match_here(match, at, pattern);
    if (!rest) match->capture[i].length = UNFINISHED;
    return rest;
}

/* The text of a capture once more: behind it, or NULL. */
static const char *match_reference(struct fake_pattern *match, const char *at, char digit)
{
    int i = digit - '1';
    if (i < 0 || i >= match->captures || match->capture[i].length == UNFINISHED)
        luaL_error(match->lua, "invalid capture index");
    size_t length = (size_t)match->capture[i].length;
    if ((size_t)(match->subject_end - at) < length ||
        memcmp(match->capture[i].start, at, length) != 0)
        return NULL;
    return at + length;
}

/* ---- %b and %f ---- */

static const char *match_balance(struct fake_pattern *match, const char *at, const char *pair)
{
    if (!pair[0] || !pair[1]) luaL_error(match->lua, "unbalanced pattern");
    if (*at != pair[0]) return NULL;
    int open = 1;
    while (++at < match->subject_end) {
        count_work(match);
        if (*at == pair[1]) {
            if (--open == 0) return at + 1;
        } else if (*at == pair[0]) {
            open++;
        }
    }
    return NULL;
}

/* Behind the set whose beginning lies here, or NULL. */
static const char *match_frontier(struct fake_pattern *match, const char *at, const char *set)
{
    if (*set != '[') luaL_error(match->lua, "missing '[' after '%%f' in pattern");
    const char *end = item_end(match, set);
    unsigned char before = at == match->subject ? 0 : (unsigned char)at[-1];
    bool is_frontier =
        !in_set(match, before, set, end - 1) && in_set(match, (unsigned char)*at, set, end - 1);
    return is_frontier ? end : NULL;
}

/* ---- the pattern ---- */

/* What is no single character with its repetition. True: *ret_rest is the match of all that
 * follows; or it is NULL, and *at and *pattern go on behind what matched, or *at is NULL. */
static bool match_special(struct fake_pattern *match, const char **at, const char **pattern,
                          const char **ret_rest)
{
    const char *p = *pattern;
    *ret_rest = NULL;
    if (*p == '(') {
        bool position = p[1] == ')';
        *ret_rest = open_capture(match, *at, p + 1 + position, position ? POSITION : UNFINISHED);
        *at = NULL;
    } else if (*p == ')') {
        *ret_rest = close_capture(match, *at, p + 1);
        *at = NULL;
    } else if (*p == '$' && !p[1]) {
        *ret_rest = *at == match->subject_end ? *at : NULL;
        *at = NULL;
    } else if (*p == '%' && p[1] == 'b') {
        *at = match_balance(match, *at, p + 2);
        *pattern = p + 4;
    } else if (*p == '%' && p[1] == 'f') {
        *pattern = match_frontier(match, *at, p + 2);
        if (!*pattern) *at = NULL;
    } else if (*p == '%' && isdigit((unsigned char)p[1])) {
        *at = match_reference(match, *at, p[1]);
        *pattern = p + 2;
    } else {
        return false;
    }
    return true;
}

static const char *match_items(struct fake_pattern *match, const char *at, const char *pattern)
{
    while (*pattern) {
        const char *rest;
        if (match_special(match, &at, &pattern, &rest)) {
            if (!at) return rest;
            continue;
        }
        const char *end = item_end(match, pattern);
        if (*end == '*') return match_most(match, at, pattern, end);
        if (*end == '-') return match_least(match, at, pattern, end);
        bool found = fits(match, at, pattern, end);
        if (*end == '+') return found ? match_most(match, at + 1, pattern, end) : NULL;
        if (*end == '?') {
            rest = found ? match_here(match, at + 1, end + 1) : NULL;
            if (rest) return rest;
            pattern = end + 1;
            continue;
        }
        if (!found) return NULL;
        at++;
        pattern = end;
    }
    return at;
}

static const char *match_here(struct fake_pattern *match, const char *at, const char *pattern)
{
    count_work(match);
    if (match->depth >= DEPTH_MAX) luaL_error(match->lua, "pattern too complex");
    match->depth++;
    const char *end = match_items(match, at, pattern);
    match->depth--;
    return end;
}

void fake_pattern_begin(struct fake_pattern *match, lua_State *lua, const char *subject,
                        size_t length)
{
    match->lua = lua;
    match->subject = subject;
    match->subject_end = subject + length;
    match->captures = 0;
    match->depth = 0;
    match->work = 0;
}

const char *fake_pattern_match(struct fake_pattern *match, const char *at, const char *pattern)
{
    match->captures = 0;
    match->depth = 0;
    return match_here(match, at, pattern);
}

void fake_pattern_push_capture(struct fake_pattern *match, int number, const char *start,
                               const char *end)
{
    lua_State *lua = match->lua;
    if (number >= match->captures) {
        if (number != 0) luaL_error(lua, "invalid capture index");
        lua_pushlstring(lua, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t length = match->capture[number].length;
    if (length == UNFINISHED) luaL_error(lua, "unfinished capture");
    if (length == POSITION)
        lua_pushinteger(lua, match->capture[number].start - match->subject + 1);
    else
        lua_pushlstring(lua, match->capture[number].start, (size_t)length);
}

int fake_pattern_push_captures(struct fake_pattern *match, const char *start, const char *end)
{
    int count = match->captures == 0 && start ? 1 : match->captures;
    luaL_checkstack(match->lua, count, "too many captures");
    for (int i = 0; i < count; i++)
        fake_pattern_push_capture(match, i, start, end);
    return count;
}
