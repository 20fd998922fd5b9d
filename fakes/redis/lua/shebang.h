/* fakes/redis/lua/shebang.h - the first line "#!lua flags=no-writes" of a script, or
 * "#!lua name=library". */
#ifndef FAKE_REDIS_LUA_SHEBANG_H
#define FAKE_REDIS_LUA_SHEBANG_H

#include "fakes/redis/engine/out.h"

enum { FAKE_LIBRARY_NAME_BYTES = 256 };

/* True: a flag that Redis knows; *flags gets its bit of enum fake_script_flags. */
bool fake_script_parse_flag(struct fl_span name, unsigned *flags);
/* The name of the i-th flag, and its bit; NULL: there are no more. */
const char *fake_script_flag_at(size_t i, unsigned *ret_flag);

/* What a script declares and how many bytes are not compiled; without a shebang nothing. False: an
 * error was written; `out` NULL: to nobody. */
bool fake_shebang_parse_script(struct fl_span body, unsigned *ret_flags, size_t *ret_skip,
                               struct fake_out *out);
/* The name of a library, and how many bytes of the code are not compiled. False: an error was
 * written. */
bool fake_shebang_parse_library(struct fl_span code, char ret_name[static FAKE_LIBRARY_NAME_BYTES],
                                size_t *ret_skip, struct fake_out *out);
/* Letters, digits and underscores, and at least one. */
bool fake_library_name_is_valid(struct fl_span name);

#endif
