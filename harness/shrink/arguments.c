/* harness/shrink/arguments.c - smaller arguments for jobs: elements go, texts and numbers get
 * shorter. All is done on the JSON text, whose form is known to be right; a proposal that is wrong
 * for the worker only fails in another way. */
#include <string.h>

#include "harness/shrink/edits.h"

enum { SHORT_TEXT = 1, PARTS_MAX = 256 };

struct part { /* an element at the top, without blanks around it */
    size_t from, behind;
};

static size_t behind_string(struct fl_span json, size_t at)
{
    for (at++; at < json.length && json.bytes[at] != '"'; at++)
        if (json.bytes[at] == '\\') at++;
    return at + 1;
}

/* The elements of an array; 0 for what is none, or has more than PARTS_MAX. */
static uint32_t find_parts(struct fl_span json, struct part parts[PARTS_MAX])
{
    uint32_t count = 0;
    size_t begun = 1;
    int depth = 0;
    if (json.length < 3 || json.bytes[0] != '[') return 0;
    for (size_t i = 0; i < json.length;) {
        char c = json.bytes[i];
        bool closes = c == ']' || c == '}';
        if (depth == 1 && (c == ',' || c == ']')) {
            if (count == PARTS_MAX) return 0;
            parts[count++] = (struct part){begun, i};
            begun = i + 1;
        }
        if (c == '[' || c == '{') depth++;
        if (closes) depth--;
        i = c == '"' ? behind_string(json, i) : i + 1;
    }
    return count;
}

static bool put_together(struct fl_span json, struct part left, struct fl_span instead,
                         struct fl_arena *arena, struct fl_span *ret_json)
{
    size_t length = left.from + instead.length + json.length - left.behind;
    char *text = fl_arena_alloc(arena, length + 1);
    if (!text) return false;
    memcpy(text, json.bytes, left.from);
    memcpy(text + left.from, instead.bytes, instead.length);
    memcpy(text + left.from + instead.length, json.bytes + left.behind, json.length - left.behind);
    *ret_json = (struct fl_span){text, length};
    return true;
}

/* The element with one of the commas around it. */
static struct part with_comma(struct part part, uint32_t index, uint32_t count)
{
    if (index > 0)
        part.from--;
    else if (count > 1)
        part.behind++;
    return part;
}

/* What could stand instead of an element; empty: nothing simpler. */
static struct fl_span simpler(struct fl_span json, struct part part, struct part *ret_part)
{
    while (part.from < part.behind && json.bytes[part.from] == ' ')
        part.from++;
    size_t length = part.behind - part.from;
    const char *text = json.bytes + part.from;
    *ret_part = part;
    if (length > 2 + SHORT_TEXT && text[0] == '"') return FL_SPAN("\"x\"");
    if (length > 1 && text[0] >= '1' && text[0] <= '9') return FL_SPAN("1");
    if (length > 2 && text[0] == '[') return FL_SPAN("[]");
    if (length > 2 && text[0] == '{') return FL_SPAN("{}");
    return (struct fl_span){0};
}

/* Of each job's arguments: the last element goes, or is made simpler, then the one before it. */
enum edit edit_arguments(struct plan *plan, uint32_t number, struct fl_arena *arena)
{
    struct part parts[PARTS_MAX];
    uint32_t line = 0, count = 0;
    for (; line < plan->job_count; line++) {
        count = plan->jobs[line].kind == PLAN_PUSH ? find_parts(plan->jobs[line].args, parts) : 0;
        if (number < 2 * count) break;
        number -= 2 * count;
    }
    if (line >= plan->job_count) return EDIT_PAST_END;
    struct plan_job *jobs = fl_arena_alloc_array(arena, plan->job_count, sizeof *jobs);
    if (!jobs) return EDIT_NO_MEMORY;
    memcpy(jobs, plan->jobs, plan->job_count * sizeof *jobs);
    struct fl_span *args = &jobs[line].args, instead = {"", 0};
    uint32_t index = count - 1 - number / 2;
    struct part part = parts[index];
    if (number % 2 == 0) {
        part = with_comma(part, index, count);
    } else {
        instead = simpler(*args, part, &part);
        if (!instead.length) return EDIT_VOID;
    }
    if (!put_together(*args, part, instead, arena, args)) return EDIT_NO_MEMORY;
    plan->jobs = jobs;
    return EDIT_MADE;
}
