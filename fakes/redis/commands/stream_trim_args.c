#include "fakes/redis/commands/stream_trim_args.h"

#include "fakes/redis/commands/streams.h"
#include "fakes/redis/table/command_list.h"

/* Entries that "~" removes at the most when no LIMIT is given. */
enum { LIMIT_DEFAULT = 100 * FAKE_STREAM_NODE_ENTRIES_MAX };

struct options {
    struct fake_stream_trim trim;
    bool only_existing, has_limit;
    size_t next; /* the argument behind the last option */
};

static bool refuse(struct fake_call *call, const char *error)
{
    fake_reply_error(call->out, error);
    return false;
}

static bool parse_threshold(struct fake_call *call, struct options *options, size_t at)
{
    struct fake_stream_trim *trim = &options->trim;
    if (trim->by == FAKE_TRIM_MINID)
        return fake_call_stream_id(call, call->args[at], 0, &trim->min_id);
    int64_t length;
    if (!fake_call_int(call, call->args[at], &length)) return false;
    if (length < 0) return refuse(call, "ERR The MAXLEN argument must be >= 0.");
    trim->length_max = (uint64_t)length;
    return true;
}

/* MAXLEN|MINID [=|~] threshold, beginning at options->next. */
static bool parse_strategy(struct fake_call *call, struct options *options,
                           enum fake_stream_trim_by by)
{
    if (options->trim.by)
        return refuse(call, "ERR syntax error, MAXLEN and MINID options at the same time are not "
                            "compatible");
    size_t at = options->next + 1;
    options->trim.by = by;
    options->trim.whole_nodes = false;
    bool is_sign = fl_span_is(call->args[at], "~") || fl_span_is(call->args[at], "=");
    if (is_sign && at + 1 < call->count) {
        options->trim.whole_nodes = call->args[at].bytes[0] == '~';
        at++;
    }
    options->next = at + 1;
    return parse_threshold(call, options, at);
}

static bool parse_limit(struct fake_call *call, struct options *options)
{
    int64_t limit;
    if (!fake_call_int(call, call->args[options->next + 1], &limit)) return false;
    if (limit < 0) return refuse(call, "ERR The LIMIT argument must be >= 0.");
    options->trim.limit = (uint64_t)limit;
    options->has_limit = true;
    options->next += 2;
    return true;
}

enum option { OPTION_READ, OPTION_NONE, OPTION_WRONG };

static enum option parse_option(struct fake_call *call, struct options *options, bool adds)
{
    struct fl_span word = call->args[options->next];
    bool has_value = options->next + 1 < call->count;
    bool read = true;
    if (fake_arg_is(word, "maxlen") && has_value)
        read = parse_strategy(call, options, FAKE_TRIM_MAXLEN);
    else if (fake_arg_is(word, "minid") && has_value)
        read = parse_strategy(call, options, FAKE_TRIM_MINID);
    else if (fake_arg_is(word, "limit") && has_value)
        read = parse_limit(call, options);
    else if (adds && fake_arg_is(word, "nomkstream"))
        options->only_existing = options->next++;
    else
        return OPTION_NONE;
    return read ? OPTION_READ : OPTION_WRONG;
}

/* What fits together. */
static bool check(struct fake_call *call, struct options *options)
{
    if (options->has_limit && !options->trim.by)
        return refuse(call, "ERR syntax error, LIMIT cannot be used without specifying a trimming "
                            "strategy");
    if (options->has_limit && !options->trim.whole_nodes)
        return refuse(call, "ERR syntax error, LIMIT cannot be used without the special ~ option");
    if (!options->has_limit && options->trim.whole_nodes) options->trim.limit = LIMIT_DEFAULT;
    return true;
}

static bool parse_options(struct fake_call *call, bool adds, struct options *options)
{
    *options = (struct options){.next = 2};
    while (options->next < call->count) {
        if (adds && fl_span_is(call->args[options->next], "*")) break;
        enum option option = parse_option(call, options, adds);
        if (option == OPTION_WRONG) return false;
        if (option == OPTION_NONE) break;
    }
    return true;
}

static bool parse_id(struct fake_call *call, struct fl_span text, struct fake_stream_add *add)
{
    if (fl_span_is(text, "*")) {
        add->kind = FAKE_ID_OF_CLOCK;
        return true;
    }
    if (fake_stream_id_parse_ms(text, &add->id.ms)) {
        add->kind = FAKE_ID_OF_MS;
        return true;
    }
    add->kind = FAKE_ID_GIVEN;
    return fake_call_stream_id(call, text, 0, &add->id);
}

bool fake_stream_parse_add(struct fake_call *call, struct fake_stream_add *ret_add)
{
    struct options options;
    struct fake_stream_add add = {0};
    if (!parse_options(call, true, &options)) return false;
    bool has_id = options.next < call->count;
    if (has_id && !parse_id(call, call->args[options.next], &add)) return false;
    if (!check(call, &options)) return false;
    add.trim = options.trim;
    add.only_existing = options.only_existing;
    add.first_field = options.next + 1;
    if (!has_id || add.first_field >= call->count || (call->count - add.first_field) % 2)
        return refuse(call, "ERR wrong number of arguments for 'xadd' command");
    if (add.kind == FAKE_ID_GIVEN && fake_stream_id_is_zero(add.id))
        return refuse(call, "ERR The ID specified in XADD must be greater than 0-0");
    *ret_add = add;
    return true;
}

bool fake_stream_parse_trim(struct fake_call *call, struct fake_stream_trim *ret_trim)
{
    struct options options;
    if (!parse_options(call, false, &options)) return false;
    if (options.next < call->count) {
        fake_call_syntax_error(call);
        return false;
    }
    if (!check(call, &options)) return false;
    if (!options.trim.by)
        return refuse(call, "ERR syntax error, XTRIM must be called with MAXLEN or MINID");
    *ret_trim = options.trim;
    return true;
}
