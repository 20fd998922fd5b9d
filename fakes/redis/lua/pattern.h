/* fakes/redis/lua/pattern.h - Lua 5.1's patterns, matched with a bound on the work.
 *
 * Lua's own matcher backtracks for as long as a pattern makes it, and its recursion is as deep as
 * the pattern is long; no step limit sees either. */
#ifndef FAKE_REDIS_LUA_PATTERN_H
#define FAKE_REDIS_LUA_PATTERN_H

#include <lua.h>
#include <stddef.h>

enum { FAKE_PATTERN_CAPTURES_MAX = 32 };

struct fake_pattern {
    lua_State *lua;
    const char *subject, *subject_end;
    int captures; /* begun */
    struct {
        const char *start;
        ptrdiff_t length; /* or one of enum fake_capture */
    } capture[FAKE_PATTERN_CAPTURES_MAX];
    int depth;
    size_t work; /* not yet charged */
};

/* Both borrow the bytes. The pattern ends with its first NUL byte. */
void fake_pattern_begin(struct fake_pattern *match, lua_State *lua, const char *subject,
                        size_t length);
/* The end of a match that begins at `at`; NULL: there is none. Raises an error for what is no
 * pattern, or takes too long. */
const char *fake_pattern_match(struct fake_pattern *match, const char *at, const char *pattern);
/* Pushes one capture of the match from `start` to `end`; without captures, number 0 is all of it.
 */
void fake_pattern_push_capture(struct fake_pattern *match, int number, const char *start,
                               const char *end);
/* Pushes all; without captures the whole match, or nothing if `start` is NULL. Returns how many. */
int fake_pattern_push_captures(struct fake_pattern *match, const char *start, const char *end);

#endif
