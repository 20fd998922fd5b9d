/* Payloads of RESTORE: any bytes are a value or are refused; what was read can be written, and that
 * reads as the same. */
#include <stdint.h>

#include "core/assert.h"
#include "fakes/redis/rdb/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { PAYLOAD_BYTES_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct fake_heap heap = {0};
    struct fake_redis_key value = {0}, again = {0};
    struct fl_span input = {(const char *)bytes, length};
    if (fake_rdb_read(&heap, input, &value) != FAKE_RDB_OK) return 0;
    struct fl_buf first = FL_BUF_INIT(PAYLOAD_BYTES_MAX), second = FL_BUF_INIT(PAYLOAD_BYTES_MAX);
    if (fake_rdb_write(&value, &first) == FL_OK) {
        fl_assert(fake_rdb_read(&heap, fl_buf_span(&first), &again) == FAKE_RDB_OK);
        fl_assert(again.type == value.type && fake_key_length(&again) == fake_key_length(&value));
        fl_assert(fake_rdb_write(&again, &second) == FL_OK);
        fl_assert(fl_span_equal(fl_buf_span(&first), fl_buf_span(&second)));
        fake_key_release_value(&heap, &again);
    }
    fl_buf_release(&first);
    fl_buf_release(&second);
    fake_key_release_value(&heap, &value);
    return 0;
}
