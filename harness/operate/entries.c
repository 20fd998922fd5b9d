#include "harness/operate/entries.h"

#include <inttypes.h>
#include <string.h>

#include "core/assert.h"
#include "core/json.h"
#include "core/time_text.h"
#include "harness/operate/entry_view.h"
#include "harness/operate/selection.h"
#include "harness/operate/words.h"
#include "queue/commands.h"

enum { LINE_BYTES_MAX = 128 * 1024 * 1024, QUESTION_BYTES = 512, PROGRESS_US = 200 * 1000 };

static const struct fl_reader *reader_of(const struct operate_link *link)
{
    return &link->actor.reader;
}

static int64_t now_us(const struct operate_link *link)
{
    return fl_clock_wall_us(link->ports->clock);
}

/* "the retry set", "queue low". */
static const char *name_of(const struct fl_place *place, char out[FL_QUEUE_NAME_BYTES + 16])
{
    switch (place->kind) {
    case FL_PLACE_QUEUE: snprintf(out, FL_QUEUE_NAME_BYTES + 16, "queue %s", place->queue); break;
    case FL_PLACE_RETRIES: return "the retry set";
    case FL_PLACE_SCHEDULED: return "the schedule";
    case FL_PLACE_DEAD: return "the dead set";
    }
    return out;
}

/* --- showing --- */

static enum fl_error print_json(FILE *out, const struct fl_entry *entry)
{
    struct fl_buf line = FL_BUF_INIT(LINE_BYTES_MAX);
    enum fl_error err = operate_entry_json(&line, entry);
    if (!err) fwrite(line.bytes, 1, line.length, out);
    fl_buf_release(&line);
    return err;
}

/* Where in its order the entries begin, how many there are, and how many come after. */
struct extent {
    int64_t offset, total;
};

static enum fl_error print_entries(const struct operate_link *link,
                                   const struct operate_request *request,
                                   const struct fl_entry *entries, size_t count,
                                   struct extent extent)
{
    enum fl_error err = FL_OK;
    char total[OPERATE_WORD_BYTES], place[FL_QUEUE_NAME_BYTES + 16];
    if (request->json) {
        for (size_t i = 0; !err && i < count; i++)
            err = print_json(link->out, &entries[i]);
        return err;
    }
    struct operate_table table = operate_entry_table(request->place.kind);
    for (size_t i = 0; i < count; i++)
        operate_entry_row(&table, request->place.kind, &entries[i], now_us(link));
    if (count) err = operate_table_print(&table, link->out, link->colour, link->width);
    operate_table_release(&table);
    operate_number(extent.total, total);
    if (count)
        fprintf(link->out, "%" PRId64 "-%" PRId64 " of %s in %s\n", extent.offset + 1,
                extent.offset + (int64_t)count, total, name_of(&request->place, place));
    else
        fprintf(link->out, "none of %s in %s\n", total, name_of(&request->place, place));
    return err;
}

static int list_page(const struct operate_link *link, const struct operate_request *request)
{
    struct fl_page page = {0};
    struct extent extent = {.offset = request->offset};
    char words[FL_SCRIPT_ERROR_BYTES] = "";
    enum fl_error err = fl_place_size(reader_of(link), &request->place, &extent.total, words);
    if (!err)
        err =
            fl_place_page(reader_of(link), &request->place, request->offset, request->limit, &page);
    int code = CLI_PASSED;
    if (!err) err = print_entries(link, request, page.items, page.count, extent);
    if (err) code = operate_failed(link, err, fl_span_from(words));
    fl_page_release(&page);
    return code;
}

static int list_found(const struct operate_link *link, const struct operate_request *request)
{
    struct operate_found found;
    char words[OPERATE_PROBLEM_BYTES] = "";
    struct fl_entry shown[OPERATE_LIMIT_MAX];
    size_t count = 0, offset = (size_t)request->offset;
    enum fl_error err =
        operate_found_init(&found, &request->place, offset + (size_t)request->limit);
    if (!err)
        err = operate_visit_all(reader_of(link), &request->place, &request->criteria,
                                operate_found_visit, &found, words);
    for (size_t i = offset; !err && i < found.count; i++)
        shown[count++] = operate_found_at(&found, i);
    const struct extent extent = {request->offset, found.total};
    if (!err) err = print_entries(link, request, shown, count, extent);
    int code = err ? operate_failed(link, err, fl_span_from(words)) : CLI_PASSED;
    operate_found_release(&found);
    return code;
}

static int show(const struct operate_link *link, const struct operate_request *request)
{
    struct operate_found found;
    char words[OPERATE_PROBLEM_BYTES] = "";
    if (fl_criteria_are_empty(&request->criteria)) return list_page(link, request);
    if (!request->criteria.jid_count) return list_found(link, request);
    enum fl_error err = operate_found_init(&found, &request->place, OPERATE_JIDS_MAX);
    if (!err)
        err = operate_visit_all(reader_of(link), &request->place, &request->criteria,
                                operate_found_visit, &found, words);
    for (size_t i = 0; !err && i < found.count; i++) {
        struct fl_entry entry = operate_found_at(&found, i);
        if (i && !request->json) fputc('\n', link->out);
        err = request->json
                  ? print_json(link->out, &entry)
                  : operate_entry_print(link->out, request->place.kind, &entry, now_us(link));
    }
    int code = err ? operate_failed(link, err, fl_span_from(words)) : CLI_PASSED;
    if (!err && !found.count) {
        char place[FL_QUEUE_NAME_BYTES + 16];
        fprintf(request->reader.err, "faultline %s: no such job in %s\n",
                request->reader.command->name, name_of(&request->place, place));
        code = CLI_FAILED;
    }
    operate_found_release(&found);
    return code;
}

/* --- changing --- */

static struct fl_act act_of(const struct operate_link *link, const struct operate_request *request)
{
    struct fl_act act = {.kind = FL_ACT_ENQUEUE, .queue = request->to};
    if (request->verb == OPERATE_DELETE) act.kind = FL_ACT_DELETE;
    if (request->verb == OPERATE_KILL) act.kind = FL_ACT_KILL;
    if (request->verb == OPERATE_RESCHEDULE) act.kind = FL_ACT_RESCHEDULE;
    act.at_us = request->in_us >= 0 ? now_us(link) + request->in_us : request->at_us;
    return act;
}

struct change {
    const struct operate_link *link;
    const struct operate_request *request;
    struct fl_act act;
    struct fl_act_counts counts;
    int64_t told_us; /* monotonic: when progress was shown last */
    char words[FL_SCRIPT_ERROR_BYTES];
};

/* A line that is written over, on a terminal. */
static void tell_progress(struct change *change, int64_t seen)
{
    char looked[OPERATE_WORD_BYTES], done[OPERATE_WORD_BYTES];
    int64_t mono_us = fl_clock_mono_us(change->link->ports->clock);
    if (!change->link->terminal || mono_us - change->told_us < PROGRESS_US) return;
    change->told_us = mono_us;
    operate_number(seen, looked);
    operate_number(change->counts.done, done);
    fprintf(change->request->reader.err, "\r%s looked at, %s done\033[K", looked, done);
    fflush(change->request->reader.err);
}

/* What a walk shows again because it has been rescheduled is done. */
static bool is_done(const struct change *change, const struct fl_entry *entry)
{
    int64_t us;
    return change->act.kind == FL_ACT_RESCHEDULE && fl_entry_score_us(entry, &us) &&
           us == change->act.at_us;
}

static enum fl_error change_some(void *context, const struct fl_entry *entries, size_t count,
                                 int64_t seen, int64_t *ret_taken)
{
    struct change *change = context;
    struct fl_act_counts before = change->counts;
    enum fl_error err = FL_OK;
    for (size_t i = 0, from = 0; !err && i <= count; i++) {
        if (i < count && !is_done(change, &entries[i])) continue;
        err = fl_act_on(&change->link->actor, &change->request->place, &change->act, entries + from,
                        i - from, &change->counts, change->words);
        from = i + 1;
    }
    *ret_taken = change->counts.done - before.done + change->counts.perhaps - before.perhaps;
    tell_progress(change, seen);
    return err;
}

static const char *participle(enum operate_verb verb)
{
    switch (verb) {
    case OPERATE_RETRY: return "enqueued";
    case OPERATE_DELETE: return "deleted";
    case OPERATE_KILL: return "killed";
    case OPERATE_MOVE: return "moved";
    case OPERATE_RESCHEDULE: return "rescheduled";
    case OPERATE_CLEAR: return "removed";
    case OPERATE_LIST:
    case OPERATE_SHOW:
    case OPERATE_PAUSE:
    case OPERATE_UNPAUSE: break;
    }
    fl_panic("verb %d changes nothing", (int)verb);
}

static void put_count(FILE *out, const char *text, int64_t count)
{
    char number[OPERATE_WORD_BYTES];
    operate_number(count, number);
    if (count) fprintf(out, ", %s %s", number, text);
}

static void tell_counts(const struct change *change)
{
    const struct fl_act_counts *counts = &change->counts;
    char done[OPERATE_WORD_BYTES];
    FILE *out = change->link->out;
    if (change->link->terminal && change->told_us) fputs("\r\033[K", change->request->reader.err);
    if (change->request->json) {
        fprintf(out,
                "{\"done\":%" PRId64 ",\"gone\":%" PRId64 ",\"perhaps\":%" PRId64
                ",\"no_job\":%" PRId64 "}\n",
                counts->done, counts->gone, counts->perhaps, counts->no_job);
        return;
    }
    operate_number(counts->done, done);
    fprintf(out, "%s %s", done, participle(change->request->verb));
    put_count(out, "gone before that", counts->gone);
    put_count(out, "perhaps (an answer of Redis was lost)", counts->perhaps);
    put_count(out, "left, as they are no jobs", counts->no_job);
    fputc('\n', out);
}

/* How many are meant, for the question; and whether there are any. */
static int count_meant(const struct operate_link *link, const struct operate_request *request,
                       int64_t *ret_count)
{
    struct operate_found found;
    char words[OPERATE_PROBLEM_BYTES] = "";
    if (fl_criteria_are_empty(&request->criteria)) {
        enum fl_error err = fl_place_size(reader_of(link), &request->place, ret_count, words);
        return err ? operate_failed(link, err, fl_span_from(words)) : CLI_PASSED;
    }
    enum fl_error err = operate_found_init(&found, &request->place, 0);
    if (!err)
        err = operate_visit_all(reader_of(link), &request->place, &request->criteria,
                                operate_found_visit, &found, words);
    *ret_count = found.total;
    operate_found_release(&found);
    return err ? operate_failed(link, err, fl_span_from(words)) : CLI_PASSED;
}

static const char *imperative(const struct operate_request *request)
{
    for (size_t i = 0; i < request->word_count; i++)
        if (request->words[i].verb == request->verb) return request->words[i].name;
    fl_panic("a verb of another command");
}

static int ask(const struct operate_link *link, const struct operate_request *request,
               int64_t count)
{
    char question[QUESTION_BYTES], number[OPERATE_WORD_BYTES], place[FL_QUEUE_NAME_BYTES + 16];
    operate_number(count, number);
    snprintf(question, sizeof(question), "%s %s job%s of %s%s%.200s?", imperative(request), number,
             count == 1 ? "" : "s", name_of(&request->place, place),
             request->to ? " to queue " : "", request->to ? request->to : "");
    question[0] = (char)(question[0] - 'a' + 'A');
    return operate_confirm(link, request->yes, question);
}

static int change_chosen(const struct operate_link *link, const struct operate_request *request)
{
    struct change change = {.link = link, .request = request, .act = act_of(link, request)};
    char words[OPERATE_PROBLEM_BYTES] = "", place[FL_QUEUE_NAME_BYTES + 16];
    int64_t count = 0;
    int code = count_meant(link, request, &count);
    if (code != CLI_PASSED) return code;
    if (count == 0 && !request->all) {
        fprintf(request->reader.err, "faultline %s: no such job in %s\n",
                request->reader.command->name, name_of(&request->place, place));
        return CLI_FAILED;
    }
    code = ask(link, request, count);
    if (code != CLI_PASSED) return code;
    enum fl_error err = operate_visit_all(reader_of(link), &request->place, &request->criteria,
                                          change_some, &change, words);
    tell_counts(&change);
    if (err) return operate_failed(link, err, fl_span_from(*words ? words : change.words));
    bool missing = (int64_t)request->criteria.jid_count > count;
    if (missing)
        fprintf(request->reader.err, "faultline %s: not all of these jids are in %s\n",
                request->reader.command->name, name_of(&request->place, place));
    return missing || change.counts.gone || change.counts.no_job ? CLI_FAILED : CLI_PASSED;
}

static int clear(const struct operate_link *link, const struct operate_request *request)
{
    struct change change = {.link = link, .request = request};
    int64_t count = 0;
    int code = count_meant(link, request, &count);
    if (code == CLI_PASSED) code = ask(link, request, count);
    if (code != CLI_PASSED) return code;
    enum fl_error err =
        fl_place_clear(reader_of(link), &request->place, &change.counts.done, change.words);
    if (err) return operate_failed(link, err, fl_span_from(change.words));
    tell_counts(&change);
    return CLI_PASSED;
}

int operate_entries(const struct operate_link *link, const struct operate_request *request)
{
    switch (request->verb) {
    case OPERATE_LIST:
        return fl_criteria_are_empty(&request->criteria) ? list_page(link, request)
                                                         : list_found(link, request);
    case OPERATE_SHOW: return show(link, request);
    case OPERATE_RETRY:
    case OPERATE_DELETE:
    case OPERATE_KILL:
    case OPERATE_MOVE:
    case OPERATE_RESCHEDULE: return change_chosen(link, request);
    case OPERATE_CLEAR: return clear(link, request);
    case OPERATE_PAUSE:
    case OPERATE_UNPAUSE: break;
    }
    fl_panic("verb %d is no verb of entries", (int)request->verb);
}
