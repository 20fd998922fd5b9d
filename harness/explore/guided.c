#include "harness/explore/guided.h"

#include <string.h>

enum fl_error guided_note(struct guided *guided, struct fl_span previous, struct fl_span kind,
                          bool struck, bool *ret_new)
{
    bool is_new = false;
    uint64_t digest = seen_mix(seen_digest(previous) + (struck ? 2 : 1)) ^ seen_digest(kind);
    enum fl_error err = seen_add(&guided->pairs, digest, &is_new);
    if (!err && is_new) *ret_new = true;
    return err;
}

enum fl_error guided_keep(struct guided *guided, struct fl_span choices)
{
    struct fl_buf *place = &guided->kept[guided->kept_count % GUIDED_KEPT_MAX];
    struct fl_buf copy = FL_BUF_INIT(GUIDED_CHOICES_BYTES_MAX);
    enum fl_error err = fl_buf_append_span(&copy, choices);
    if (err) {
        fl_buf_release(&copy);
        return err;
    }
    fl_buf_release(place);
    *place = copy;
    guided->kept_count++;
    return FL_OK;
}

struct fl_span guided_vary(const struct guided *guided, uint64_t seed)
{
    uint64_t drawn = seen_mix(seed + UINT64_C(0x9e3779b97f4a7c15));
    uint32_t count =
        guided->kept_count < GUIDED_KEPT_MAX ? guided->kept_count : (uint32_t)GUIDED_KEPT_MAX;
    if (count == 0 || drawn % 4 == 0) return (struct fl_span){"", 0};
    struct fl_span all = fl_buf_span(&guided->kept[drawn / 4 % count]);
    if (all.length == 0) return all;
    size_t cut = seen_mix(drawn) % all.length;
    while (cut > 0 && all.bytes[cut - 1] != '\n') /* whole lines */
        cut--;
    return (struct fl_span){all.bytes, cut};
}

void guided_release(struct guided *guided)
{
    seen_release(&guided->pairs);
    for (uint32_t i = 0; i < GUIDED_KEPT_MAX; i++)
        fl_buf_release(&guided->kept[i]);
    *guided = (struct guided){0};
}
