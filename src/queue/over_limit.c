#include "queue/over_limit.h"

#include "core/json.h"

int64_t fl_over_limit_count(const struct fl_payload *payload)
{
    int64_t count;
    struct fl_json_at at = fl_json_member(fl_json_root(&payload->json), "overrated");
    return fl_json_int64(at, &count) && count > 0 ? count : 0;
}

int64_t fl_over_limit_delay_s(int64_t count, uint64_t draw)
{
    return 300 * count + (int64_t)draw + 1;
}

enum fl_error fl_over_limit_payload(const struct fl_payload *payload, int64_t count,
                                    struct fl_buf *out)
{
    struct fl_buf number = FL_BUF_INIT(24);
    enum fl_error err = fl_json_write_int64(&number, count);
    struct fl_json_edit edit = {"overrated", fl_buf_span(&number)};
    if (!err) err = fl_json_edit(fl_json_root(&payload->json), &edit, 1, out);
    fl_buf_release(&number);
    return err;
}
