/* The CSV reader: no input crashes it, and how the bytes are cut into pieces changes nothing. */
#include <stdint.h>

#include "core/assert.h"
#include "workers/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct seen {
    uint64_t hash;
    int64_t last_end;
};

static void mix(struct seen *seen, struct fl_span span)
{
    for (size_t i = 0; i < span.length; i++)
        seen->hash = (seen->hash ^ (uint8_t)span.bytes[i]) * UINT64_C(1099511628211);
    seen->hash = (seen->hash ^ span.length) * UINT64_C(1099511628211);
}

static enum fl_error on_row(void *context, const struct csv_row *row)
{
    struct seen *seen = context;
    fl_assert(row->end_offset >= seen->last_end);
    seen->last_end = row->end_offset;
    mix(seen, (struct fl_span){(const char *)&row->number, sizeof row->number});
    for (uint32_t i = 0; i < row->field_count; i++)
        mix(seen, row->fields[i]);
    mix(seen, fl_span_from(row->problem));
    return FL_OK;
}

static uint64_t read_in_pieces(const char *bytes, size_t length, size_t piece)
{
    struct seen seen = {.hash = UINT64_C(14695981039346656037)};
    struct csv_reader reader;
    enum fl_error err = FL_OK;
    csv_reader_init(&reader, on_row, &seen);
    for (size_t at = 0; !err && at < length; at += piece)
        err = csv_feed(&reader,
                       (struct fl_span){bytes + at, length - at < piece ? length - at : piece});
    fl_assert(err == FL_OK || err == FL_ENOMEM);
    if (!err) err = csv_finish(&reader);
    seen.hash ^= (uint64_t)err;
    csv_reader_release(&reader);
    return seen.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    uint64_t whole = read_in_pieces(text, length, length ? length : 1);
    fl_assert(read_in_pieces(text, length, 1) == whole);
    fl_assert(read_in_pieces(text, length, 7) == whole);
    return 0;
}
