#include "fakes/redis/engine/scan.h"

#include "fakes/redis/table/command_list.h"
#include "fakes/redis/values/number.h"

/* strtoull, as Redis reads cursors: a sign is allowed, blanks and what follows a number are not. */
static bool parse_cursor(struct fl_span text, uint64_t *ret_cursor)
{
    size_t i = 0;
    bool negative = false;
    uint64_t value = 0;
    if (i < text.length && (text.bytes[i] == '-' || text.bytes[i] == '+'))
        negative = text.bytes[i++] == '-';
    if (i == text.length) return text.length == 0 && (*ret_cursor = 0, true);
    for (; i < text.length; i++) {
        unsigned digit = (unsigned)(text.bytes[i] - '0');
        if (digit > 9) return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_cursor = negative ? 0 - value : value;
    return true;
}

bool fake_scan_parse(struct fake_call *call, size_t first, struct fake_scan *ret_scan)
{
    *ret_scan = (struct fake_scan){.count = 10};
    if (!parse_cursor(call->args[first], &ret_scan->cursor)) {
        fake_reply_error(call->out, "ERR invalid cursor");
        return false;
    }
    return true;
}

/* Redis reads the options after it has looked at the key. */
static bool parse_options(struct fake_call *call, size_t first, struct fake_scan *scan)
{
    for (size_t i = first; i < call->count; i += 2) {
        struct fl_span option = call->args[i];
        bool has_value = i + 1 < call->count;
        if (has_value && fake_arg_is(option, "count")) {
            if (!fake_call_int(call, call->args[i + 1], &scan->count)) return false;
            if (scan->count >= 1) continue;
        } else if (has_value && fake_arg_is(option, "match")) {
            scan->match = call->args[i + 1];
            scan->has_match = !(scan->match.length == 1 && scan->match.bytes[0] == '*');
            continue;
        } else if (has_value && first == 2 && fake_arg_is(option, "type")) {
            scan->type = call->args[i + 1];
            scan->has_type = true;
            continue;
        }
        fake_call_syntax_error(call);
        return false;
    }
    return true;
}

bool fake_scan_matches(const struct fake_scan *scan, struct fl_span name)
{
    return !scan->has_match || fl_span_glob(scan->match, name);
}

size_t fake_scan_member(struct fake_call *call, const struct fake_scan *scan,
                        const struct fake_entry *entry)
{
    if (!fake_scan_matches(scan, fake_entry_key(entry))) return 0;
    fake_reply_bulk(call->out, fake_entry_key(entry));
    return 1;
}

size_t fake_scan_field(struct fake_call *call, const struct fake_scan *scan,
                       const struct fake_entry *entry)
{
    if (!fake_scan_matches(scan, fake_entry_key(entry))) return 0;
    fake_reply_bulk(call->out, fake_entry_key(entry));
    fake_reply_bulk(call->out, fake_str_span(entry->value));
    return 2;
}

static size_t write_whole(struct fake_call *call, const struct fake_scan *scan,
                          const struct fake_dict *dict, fake_scan_writer *writer)
{
    size_t written = 0;
    uint32_t i = 0;
    for (struct fake_entry *entry; (entry = fake_dict_next(dict, &i));)
        written += writer(call, scan, entry);
    return written;
}

/* The cursor behind a page that begins at `sequence`; 0: nothing is left. */
static uint64_t page_end(const struct fake_scan *scan, const struct fake_dict *dict,
                         uint64_t sequence)
{
    for (int64_t taken = 0; taken < scan->count; taken++) {
        const struct fake_entry *entry = fake_dict_before(dict, sequence);
        if (!entry) return 0;
        sequence = entry->sequence - 1;
    }
    return fake_dict_before(dict, sequence) ? sequence : 0;
}

static size_t write_page(struct fake_call *call, const struct fake_scan *scan,
                         const struct fake_dict *dict, uint64_t sequence, uint64_t end,
                         fake_scan_writer *writer)
{
    size_t written = 0;
    const struct fake_entry *entry;
    while (sequence > end && (entry = fake_dict_before(dict, sequence))) {
        written += writer(call, scan, entry);
        sequence = entry->sequence - 1;
    }
    return written;
}

static size_t begin(struct fake_call *call, uint64_t cursor)
{
    fake_reply_array(call->out, 2);
    fake_reply_bulk_int(call->out, (int64_t)cursor);
    return fake_reply_array_later(call->out);
}

void fake_scan_dict(struct fake_call *call, const struct fake_scan *scan,
                    const struct fake_dict *dict, bool large, fake_scan_writer *writer)
{
    struct fake_scan options = *scan;
    bool of_keys = !call->command->first_key;
    if (!dict) { /* an absent key answers before its options are read */
        fake_reply_array_set(call->out, begin(call, 0), 0);
        return;
    }
    if (!parse_options(call, of_keys ? 2 : 3, &options)) return;
    uint64_t start = options.cursor ? options.cursor : dict->last_sequence;
    uint64_t end = large ? page_end(&options, dict, start) : 0;
    size_t place = begin(call, end);
    size_t written = large ? write_page(call, &options, dict, start, end, writer)
                           : write_whole(call, &options, dict, writer);
    fake_reply_array_set(call->out, place, written);
}

void fake_scan_whole(struct fake_call *call, const struct fake_scan *scan,
                     const struct fake_entry *const *entries, size_t count,
                     fake_scan_writer *writer)
{
    struct fake_scan options = *scan;
    if (!parse_options(call, 3, &options)) return;
    size_t place = begin(call, 0), written = 0;
    for (size_t i = 0; i < count; i++)
        written += writer(call, &options, entries[i]);
    fake_reply_array_set(call->out, place, written);
}
