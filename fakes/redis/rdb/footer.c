#include "fakes/redis/rdb/footer.h"

#include "fakes/redis/rdb/crc64.h"
#include "fakes/redis/rdb/reader.h"
#include "fakes/redis/rdb/writer.h"

enum { VERSION_BYTES = 2, CHECKSUM_BYTES = 8 };
static_assert(FAKE_RDB_FOOTER_BYTES == VERSION_BYTES + CHECKSUM_BYTES, "nothing else is in it");

enum fl_error fake_rdb_put_footer(struct fl_buf *out)
{
    enum fl_error err = fake_rdb_put_little(out, FAKE_RDB_VERSION, VERSION_BYTES);
    return err ? err : fake_rdb_put_little(out, fake_crc64(fl_buf_span(out)), CHECKSUM_BYTES);
}

bool fake_rdb_check_footer(struct fl_span payload)
{
    if (payload.length < FAKE_RDB_FOOTER_BYTES) return false;
    const char *footer = payload.bytes + payload.length - FAKE_RDB_FOOTER_BYTES;
    struct fl_span summed = {payload.bytes, payload.length - CHECKSUM_BYTES};
    struct fl_span version = {footer, VERSION_BYTES};
    struct fl_span checksum = {footer + VERSION_BYTES, CHECKSUM_BYTES};
    return fake_rdb_little(version) <= FAKE_RDB_VERSION &&
           fake_rdb_little(checksum) == fake_crc64(summed);
}
