/* A URL of Redis: any text has its parts or a sentence that says what is wrong. */
#include <stdint.h>
#include <string.h>

#include "core/assert.h"
#include "posix/redis_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char text[2 * FL_URL_BYTES_MAX];
    struct fl_redis_url url;
    const char *problem = NULL;
    if (length >= sizeof text) length = sizeof text - 1;
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (fl_redis_url_parse(text, &url, &problem)) {
        fl_assert(problem != NULL && problem[0] != '\0');
        return 0;
    }
    fl_assert((url.host == NULL) != (url.path == NULL));
    fl_assert((url.host == NULL) == (url.port == NULL));
    fl_assert(url.database >= 0 && url.database <= FL_REDIS_DATABASE_MAX);
    return 0;
}
