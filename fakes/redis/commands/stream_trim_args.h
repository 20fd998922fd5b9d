/* fakes/redis/commands/stream_trim_args.h - reads the options of XADD and XTRIM. */
#ifndef FAKE_REDIS_STREAM_TRIM_ARGS_H
#define FAKE_REDIS_STREAM_TRIM_ARGS_H

#include "fakes/redis/table/command.h"
#include "fakes/redis/values/stream.h"

enum fake_stream_id_kind {
    FAKE_ID_GIVEN,
    FAKE_ID_OF_MS,    /* "ms-*" */
    FAKE_ID_OF_CLOCK, /* "*" */
};

struct fake_stream_add {
    struct fake_stream_trim trim;
    bool only_existing; /* NOMKSTREAM */
    enum fake_stream_id_kind kind;
    struct fake_stream_id id;
    size_t first_field; /* in the call's arguments */
};

/* False: an error was written. */
bool fake_stream_parse_add(struct fake_call *call, struct fake_stream_add *ret_add);
bool fake_stream_parse_trim(struct fake_call *call, struct fake_stream_trim *ret_trim);

#endif
