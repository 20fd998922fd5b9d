/* harness/effect/label.h - how calls of ports are called: "redis LREM" with its arguments, "db
 * UPDATE imports" with its SQL. */
#ifndef HARNESS_EFFECT_LABEL_H
#define HARNESS_EFFECT_LABEL_H

#include <stddef.h>

#include "core/span.h"
#include "harness/effect/identity.h"
#include "ports/redis.h"

struct effect_name {
    size_t label_length, detail_length;
    char label[EFFECT_LABEL_BYTES], detail[EFFECT_DETAIL_BYTES];
};

static inline struct fl_span effect_name_label(const struct effect_name *name)
{
    return (struct fl_span){name->label, name->label_length};
}

static inline struct fl_span effect_name_detail(const struct effect_name *name)
{
    return (struct fl_span){name->detail, name->detail_length};
}

/* Both are built by appending; what does not fit is cut. */
void effect_name_begin(struct effect_name *name, const char *label);
void effect_name_label_add(struct effect_name *name, struct fl_span word); /* after a blank */
void effect_name_detail_add(struct effect_name *name, struct fl_span word);

/* `script` is the name of the script that an EVAL or EVALSHA runs, or NULL. */
void effect_name_redis(struct effect_name *name, const struct fl_command *command,
                       const char *script);
/* Of the detail alone. */
void effect_name_arguments(struct effect_name *name, const struct fl_command *command);
/* Its label is its name and no more. */
bool effect_is_simple(const struct fl_command *command);
/* "db SELECT imports": the statement's verb and its first table. */
void effect_name_sql(struct effect_name *name, const char *sql);
/* The rest of the first line of a script that begins `-- name: `; empty when it has none. */
struct fl_span effect_script_name(struct fl_span script);

#endif
