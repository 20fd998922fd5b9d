/* Placeholders as PostgreSQL spells them. What a `?` inside a text, a quoted name or a comment is
 * not one; of PostgreSQL's own operators with a `?` none can be written. */
#include <string.h>

#include "posix/postgres_conn.h"

/* How many bytes at `at` are of a kind in which a `?` means nothing; 0: none. */
static size_t opaque_length(const char *at)
{
    if (*at == '\'' || *at == '"') { /* a doubled quote ends it and begins the next */
        const char *end = strchr(at + 1, *at);
        return end ? (size_t)(end + 1 - at) : strlen(at);
    }
    if (at[0] == '-' && at[1] == '-') return strcspn(at, "\n");
    if (at[0] == '/' && at[1] == '*') {
        const char *end = strstr(at + 2, "*/");
        return end ? (size_t)(end + 2 - at) : strlen(at);
    }
    return 0;
}

enum fl_error fl_postgres_placeholders(const char *sql, struct fl_buf *out, size_t *ret_count)
{
    size_t count = 0;
    enum fl_error err = FL_OK;
    while (*sql && !err) {
        size_t length = opaque_length(sql);
        if (!length) length = strcspn(sql, "?'\"-/");
        if (length) {
            err = fl_buf_append(out, sql, length);
            sql += length;
        } else if (*sql == '?') {
            err = fl_buf_printf(out, "$%zu", ++count);
            sql++;
        } else { /* a lone minus or slash */
            err = fl_buf_append_char(out, *sql++);
        }
    }
    if (!err) *ret_count = count;
    return err;
}
