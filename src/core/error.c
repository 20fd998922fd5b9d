#include "core/error.h"

#include <stddef.h>

#include "core/assert.h"

static const struct {
    const char *name, *text;
} errors[] = {
#define FL_ERROR_ROW(name, text) {#name, text},
    FL_ERROR_LIST(FL_ERROR_ROW)
#undef FL_ERROR_ROW
};

const char *fl_error_text(enum fl_error err)
{
    fl_assert((size_t)err < FL_COUNT(errors));
    return errors[err].text;
}

const char *fl_error_name(enum fl_error err)
{
    fl_assert((size_t)err < FL_COUNT(errors));
    return errors[err].name;
}
