/* fakes/redis/engine/versions.h - which Redis the engine passes for, and what clients see of the
 * difference.
 *
 * The one place that knows versions: everything else asks for a feature. 7.0 is compared with a
 * real server; the other lines are written from what is known of them
 * (docs/internals/fake-redis.md). */
#ifndef FAKE_REDIS_VERSIONS_H
#define FAKE_REDIS_VERSIONS_H

#include <stdbool.h>

enum fake_version { FAKE_VERSION_6_2, FAKE_VERSION_7_0, FAKE_VERSION_7_2, FAKE_VERSION_7_4 };

/* What came with a version; X(name, version). */
#define FAKE_FEATURE_LIST(X)                                                                       \
    X(SUBCOMMAND_ROWS, 7_0)   /* subcommands are commands: arity, flags and names of their own */  \
    X(QUOTED_UNKNOWN, 7_0)    /* unknown commands stand in '...', before in `...` */               \
    X(EXPIRE_CONDITIONS, 7_0) /* EXPIRE NX|XX|GT|LT */                                             \
    X(SET_NX_GET, 7_0)        /* SET k v NX GET is no syntax error */                              \
    X(SCRIPT_ERROR_TAIL, 7_0) /* "... script: sha, on @user_script:1." behind the message */       \
    X(CLIENT_LIBRARIES, 7_2)  /* CLIENT SETINFO, and two fields of CLIENT LIST for it */           \
    X(SHORTEST_DOUBLES, 7_2)  /* scores print as 0.1, before as 0.10000000000000001 */             \
    X(TIMEOUT_OUT_OF_RANGE, 7_2) /* too long a timeout is "out of range", before "negative" */

#define FAKE_FEATURE_ENUM(name, version) FAKE_FEATURE_##name,
enum fake_feature { FAKE_FEATURE_LIST(FAKE_FEATURE_ENUM) };
#undef FAKE_FEATURE_ENUM

struct fake_command;

/* The line that "7.0.15" belongs to. Others belong to the nearest line before them, what is older
 * than 6.2 to 6.2; a text that is no version is taken for 7.0. */
enum fake_version fake_version_parse(const char *text);
bool fake_version_has(enum fake_version version, enum fake_feature feature);
/* Did the command exist? */
bool fake_version_knows(enum fake_version version, const struct fake_command *command);

#endif
