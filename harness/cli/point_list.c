/* Effects stand in the order in which they ended; a reader looks for a job, so the text has them by
 * who did them, in the order in which those first appear. */
#include "harness/cli/point_list.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/utf8.h"
#include "harness/scenario/format.h"
#include "harness/scenario/printing.h"
#include "harness/scenario/reach.h"

enum { LINE_BYTES_MAX = 64 * 1024, ADDRESS_WIDTH = 52, DETAIL_BYTES_SHOWN = 60 };

/* --- addresses --- */
/* A label as the glob that means just it. */
static enum fl_error append_glob(struct fl_buf *out, struct fl_span label)
{
    enum fl_error err = FL_OK;
    for (size_t i = 0; i < label.length && !err; i++) {
        if (memchr("*?[\\", label.bytes[i], 4)) err = fl_buf_append_char(out, '\\');
        if (!err) err = fl_buf_append_char(out, label.bytes[i]);
    }
    return err;
}

enum fl_error point_address(const struct run_effect *effect, struct fl_buf *out)
{
    struct fl_buf glob = FL_BUF_INIT(LINE_BYTES_MAX);
    struct printing p = {.out = out};
    p.err = append_glob(&glob, effect->what);
    print_text(&p, "when %.*s the ", FL_SPAN_ARGS(effect->who));
    print_ordinal(&p, effect->occurrence);
    print_text(&p, " ");
    print_quoted(&p, fl_buf_span(&glob));
    fl_buf_release(&glob);
    return p.err;
}

/* --- what faults reach --- */
static uint32_t delivery_of(const struct run_effect *effect)
{
    long long number;
    const char *hash = memrchr(effect->who.bytes, '#', effect->who.length);
    if (!effect->job.length || !hash) return 0;
    struct fl_span digits = {hash + 1, (size_t)(effect->who.bytes + effect->who.length - hash - 1)};
    return fl_span_int64(digits, &number) ? (uint32_t)number : 0;
}

static bool means(const struct plan_fault *fault, const struct run_effect *effect)
{
    const struct reach_actor actor = {.job = effect->job,
                                      .delivery = delivery_of(effect),
                                      .process = effect->process,
                                      .role = effect->role};
    if (fault->address.ordinal && fault->address.ordinal != effect->ordinal) return false;
    return reach_needs_effect(fault) && !fault->follows && !fault->second &&
           reach_means_actor(&fault->address, &actor) && reach_means_label(fault, effect->what) &&
           reach_pattern_means(reach_pattern(fault), effect->what, effect->detail);
}

/* The nth match is where a fault begins to strike; it strikes as often as it may. */
static bool strikes(const struct plan_fault *fault, uint32_t match)
{
    uint32_t nth = fault->address.nth ? fault->address.nth : 1;
    if (fault->sweep) return true;
    if (match < nth) return false;
    return !fault->address.nth || !fault->times || match < nth + fault->times;
}

uint32_t point_reached(const struct plan_fault *fault, const struct run_facts *run)
{
    uint32_t matches = 0, reached = 0;
    for (uint32_t i = 0; i < run->effect_count; i++)
        if (means(fault, &run->effects[i])) reached += strikes(fault, ++matches);
    return reached;
}

/* Whether it reaches this effect of the undisturbed run. */
static bool reaches(const struct point_list *list, const struct plan_fault *fault, uint32_t index)
{
    const struct run_effect *effects = list->undisturbed->effects;
    uint32_t matches = 0;
    if (!means(fault, &effects[index])) return false;
    for (uint32_t i = 0; i <= index; i++)
        matches += means(fault, &effects[i]);
    return strikes(fault, matches);
}

/* --- the list --- */
static bool is_listed(const struct point_list *list, const struct run_effect *effect)
{
    if (effect->idle && !list->idle) return false;
    return !list->job || (effect->job.length && fl_span_glob(fl_span_from(list->job), effect->job));
}

static enum fl_error append_faults(const struct point_list *list, uint32_t index,
                                   struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    const char *before = "  <- line ";
    for (uint32_t i = 0; i < list->plan->fault_count && !err; i++) {
        if (!reaches(list, &list->plan->faults[i], index)) continue;
        err = fl_buf_printf(out, "%s%u", before, list->plan->faults[i].where.line);
        before = ", ";
    }
    return err;
}

/* The start of a long one is enough to know it by. */
static struct fl_span shown(struct fl_span detail)
{
    if (detail.length <= DETAIL_BYTES_SHOWN) return detail;
    struct fl_span start = {detail.bytes, DETAIL_BYTES_SHOWN};
    start.length = fl_utf8_valid_prefix(start);
    return start;
}

static enum fl_error append_point(const struct point_list *list, uint32_t index, struct fl_buf *out)
{
    const struct run_effect *effect = &list->undisturbed->effects[index];
    struct fl_span detail = shown(effect->detail);
    struct fl_buf address = FL_BUF_INIT(LINE_BYTES_MAX);
    enum fl_error err = point_address(effect, &address);
    if (!err)
        err = fl_buf_printf(out, "%5" PRIu64 "  %-*s", effect->ordinal,
                            detail.length ? ADDRESS_WIDTH : 0, address.bytes);
    if (!err && detail.length)
        err = fl_buf_printf(out, "  %.*s%s", FL_SPAN_ARGS(detail),
                            detail.length < effect->detail.length ? "..." : "");
    if (!err) err = append_faults(list, index, out);
    if (!err) err = fl_buf_append_char(out, '\n');
    fl_buf_release(&address);
    return err;
}

/* All that this one did, under its name. */
static enum fl_error append_actor(const struct point_list *list, uint32_t first, bool *told,
                                  struct fl_buf *out)
{
    const struct run_facts *run = list->undisturbed;
    struct fl_span who = run->effects[first].who;
    enum fl_error err = fl_buf_printf(out, "\n%.*s\n", FL_SPAN_ARGS(who));
    for (uint32_t i = first; i < run->effect_count && !err; i++) {
        if (told[i] || !fl_span_equal(run->effects[i].who, who)) continue;
        told[i] = true;
        if (is_listed(list, &run->effects[i])) err = append_point(list, i, out);
    }
    return err;
}

static enum fl_error append_reach(const struct point_list *list, const struct plan_fault *fault,
                                  struct fl_buf *out)
{
    if (fault->follows) return fl_buf_append_text(out, "with the one before");
    if (!reach_needs_effect(fault)) return fl_buf_append_text(out, "strikes by time");
    uint32_t reached = point_reached(fault, list->undisturbed);
    if (reached) return fl_buf_printf(out, "%u effect%s", reached, reached == 1 ? "" : "s");
    reached = list->disturbed ? point_reached(fault, list->disturbed) : 0;
    if (!reached) return fl_buf_append_text(out, "never reached");
    return fl_buf_printf(out, "%u effect%s, but only in the run with faults", reached,
                         reached == 1 ? "" : "s");
}

static enum fl_error append_fault(const struct point_list *list, const struct plan_fault *fault,
                                  struct fl_buf *out)
{
    enum fl_error err = fl_buf_printf(out, "%5u  ", fault->where.line);
    if (!err) err = scenario_format_fault(fault, out);
    if (!err) err = fl_buf_append_text(out, "  <- ");
    if (!err) err = append_reach(list, fault, out);
    return err ? err : fl_buf_append_char(out, '\n');
}

/* What jobs of one process hand to each other unseen. */
static enum fl_error append_statics(struct fl_span lines, struct fl_buf *out)
{
    enum fl_error err = FL_OK;
    if (lines.length) err = fl_buf_append_text(out, "\nstate in static variables\n");
    while (lines.length && !err) {
        const char *end = memchr(lines.bytes, '\n', lines.length);
        size_t length = end ? (size_t)(end - lines.bytes) + 1 : lines.length;
        err = fl_buf_printf(out, "       %.*s", (int)length, lines.bytes);
        lines = (struct fl_span){lines.bytes + length, lines.length - length};
    }
    return err;
}

enum fl_error point_list_text(const struct point_list *list, struct fl_buf *out)
{
    const struct run_facts *run = list->undisturbed;
    bool *told = calloc(run->effect_count + 1, sizeof *told);
    if (!told) return FL_ENOMEM;
    enum fl_error err = FL_OK;
    for (uint32_t i = 0; i < run->effect_count && !err; i++)
        if (!told[i] && is_listed(list, &run->effects[i])) err = append_actor(list, i, told, out);
    free(told);
    if (!err && list->plan->fault_count) err = fl_buf_append_text(out, "\nfaults, by line\n");
    for (uint32_t i = 0; i < list->plan->fault_count && !err; i++)
        err = append_fault(list, &list->plan->faults[i], out);
    return err ? err : append_statics(run->statics, out);
}

/* --- JSON --- */
static enum fl_error put_lines(const struct point_list *list, uint32_t index, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < list->plan->fault_count; i++)
        if (reaches(list, &list->plan->faults[i], index))
            fl_json_put_int64(&w, NULL, list->plan->faults[i].where.line);
    return fl_json_end(&w);
}

static enum fl_error put_point(const struct point_list *list, uint32_t index, struct fl_buf *out)
{
    const struct run_effect *effect = &list->undisturbed->effects[index];
    struct fl_buf address = FL_BUF_INIT(LINE_BYTES_MAX);
    struct fl_json_writer w = fl_json_begin_object(out);
    if (!w.err) w.err = point_address(effect, &address);
    fl_json_put_string(&w, "address", fl_buf_span(&address));
    fl_json_put_string(&w, "who", effect->who);
    fl_json_put_int64(&w, "ordinal", (int64_t)effect->ordinal);
    if (effect->job.length) fl_json_put_string(&w, "job", effect->job);
    fl_json_put_string(&w, "process", effect->process);
    fl_json_put_string(&w, "effect", effect->what);
    fl_json_put_string(&w, "detail", effect->detail);
    fl_json_put_bool(&w, "applied", effect->applied);
    fl_json_put_bool(&w, "idle", effect->idle);
    fl_json_key(&w, "faults");
    if (!w.err) w.err = put_lines(list, index, out);
    fl_buf_release(&address);
    return fl_json_end(&w);
}

static enum fl_error put_fault(const struct point_list *list, const struct plan_fault *fault,
                               struct fl_buf *out)
{
    struct fl_buf text = FL_BUF_INIT(LINE_BYTES_MAX);
    struct fl_json_writer w = fl_json_begin_object(out);
    if (!w.err) w.err = scenario_format_fault(fault, &text);
    fl_json_put_int64(&w, "line", fault->where.line);
    fl_json_put_string(&w, "fault", fl_buf_span(&text));
    fl_json_put_bool(&w, "by_time", !reach_needs_effect(fault));
    fl_json_put_int64(&w, "reached", point_reached(fault, list->undisturbed));
    if (list->disturbed)
        fl_json_put_int64(&w, "reached_with_faults", point_reached(fault, list->disturbed));
    fl_buf_release(&text);
    return fl_json_end(&w);
}

static enum fl_error put_points(const struct point_list *list, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < list->undisturbed->effect_count; i++) {
        if (!is_listed(list, &list->undisturbed->effects[i])) continue;
        fl_json_key(&w, NULL);
        if (!w.err) w.err = put_point(list, i, out);
    }
    return fl_json_end(&w);
}

static enum fl_error put_faults(const struct point_list *list, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_array(out);
    for (uint32_t i = 0; i < list->plan->fault_count; i++) {
        fl_json_key(&w, NULL);
        if (!w.err) w.err = put_fault(list, &list->plan->faults[i], out);
    }
    return fl_json_end(&w);
}

enum fl_error point_list_json(const struct point_list *list, struct fl_buf *out)
{
    struct fl_json_writer w = fl_json_begin_object(out);
    fl_json_put_string(&w, "scenario", fl_span_from(list->plan->path));
    fl_json_put_int64(&w, "seed", (int64_t)list->plan->seed_first);
    fl_json_key(&w, "points");
    if (!w.err) w.err = put_points(list, out);
    fl_json_key(&w, "faults");
    if (!w.err) w.err = put_faults(list, out);
    if (list->undisturbed->statics.length)
        fl_json_put_string(&w, "statics", list->undisturbed->statics);
    return fl_json_end(&w);
}
