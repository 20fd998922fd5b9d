/* harness/operate/request.h - what is asked of the entries of a queue or set, read from the command
 * line: a verb, which entries, how they are shown. */
#ifndef HARNESS_OPERATE_REQUEST_H
#define HARNESS_OPERATE_REQUEST_H

#include "harness/cli/options.h"
#include "operate/act.h"
#include "operate/criteria.h"

enum operate_verb {
    OPERATE_LIST,
    OPERATE_SHOW,
    OPERATE_RETRY,
    OPERATE_DELETE,
    OPERATE_KILL,
    OPERATE_MOVE,
    OPERATE_RESCHEDULE,
    OPERATE_CLEAR,
    OPERATE_PAUSE,
    OPERATE_UNPAUSE,
};

struct operate_word {
    const char *name;
    enum operate_verb verb;
};

enum { OPERATE_JIDS_MAX = 1000, OPERATE_LIMIT_MAX = 1000, OPERATE_OFFSET_MAX = 1000000000 };

struct operate_request {
    struct cli_reader reader;
    const struct operate_word *words; /* the command's verbs; the first holds when none is given */
    size_t word_count;
    bool of_queues; /* an argument before the jids names the queue */
    bool verb_given;
    enum operate_verb verb;
    struct fl_place place;
    const char *jids[OPERATE_JIDS_MAX];
    struct fl_criteria criteria; /* its jids are the array above */
    bool all, yes, json;
    int64_t limit, offset;
    const char *to;       /* a queue; NULL: the job's own */
    int64_t in_us, at_us; /* in_us -1, at_us 0: not given */
    const char *redis_url;
};

enum operate_option {
    OPERATE_OPT_CLASS,
    OPERATE_OPT_TEXT,
    OPERATE_OPT_ALL,
    OPERATE_OPT_LIMIT,
    OPERATE_OPT_OFFSET,
    OPERATE_OPT_TO,
    OPERATE_OPT_IN,
    OPERATE_OPT_AT,
    OPERATE_OPT_YES,
    OPERATE_OPT_JSON,
    OPERATE_OPT_REDIS,
};

/* The rows that all commands share. */
#define OPERATE_OPTIONS_OF_ENTRIES                                                                 \
    {OPERATE_OPT_CLASS, 0, "class", "NAME", "those of this class"},                                \
        {OPERATE_OPT_TEXT, 0, "text", "TEXT", "those with this text anywhere in their JSON"},      \
        {OPERATE_OPT_ALL, 0, "all", NULL, "every one of them"},                                    \
        {OPERATE_OPT_LIMIT, 'n', "limit", "N", "list so many, at most 1,000; 25 by default"},      \
    {                                                                                              \
        OPERATE_OPT_OFFSET, 0, "offset", "N", "list from the one after the first N"                \
    }
#define OPERATE_OPTIONS_OF_ALL                                                                     \
    {OPERATE_OPT_YES, 'y', "yes", NULL, "do not ask"},                                             \
        {OPERATE_OPT_JSON, 0, "json", NULL, "lines of JSON, for programs"},                        \
    {                                                                                              \
        OPERATE_OPT_REDIS, 0, "redis", "URL", "instead of REDIS_URL, or " FL_REDIS_URL_DEFAULT     \
    }

/* `request` has its reader, words and place. CLI_PASSED and *ret_go_on, or what the program ends
 * with: help was asked for (printed to `out`), or something is wrong (said). */
int operate_request_read(struct operate_request *request, FILE *out, bool *ret_go_on);

#endif
