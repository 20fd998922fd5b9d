/* Logging never disturbs a run: when there is no room, the log is what fails, in sim_steps_format.
 */
#include "harness/choice/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "harness/choice/names.h"

enum { ACCESSES_OF_SLEEPER_MAX = 256, HELD_MAX = 1024, UNSEEN_MAX = 256 };

struct step {
    uint64_t choice;
    uint32_t first_option, option_count; /* tasks; the first ran */
    uint32_t first_access, access_count;
    uint64_t before; /* a digest, when time passed before it */
    bool later;      /* it did */
};

struct sleeper {
    char actor[SIM_STEP_NAME_BYTES];
    struct sim_access *accesses; /* owned */
    size_t count;
};

struct actor {
    char name[SIM_STEP_NAME_BYTES];
    uint64_t history; /* digest of what it has learnt */
};

struct held {
    uint32_t task;
    struct sim_access access;
};

struct unseen {
    uint64_t object, history;
};

struct option { /* of the step that begins: the next task of one process */
    uint32_t task, actor;
    size_t index; /* in the caller's list */
    bool asleep;
};

struct sim_steps {
    struct sim_names tasks;
    struct step *steps;
    uint32_t count, capacity;
    uint32_t *options;
    uint32_t option_count, option_capacity;
    struct sim_access *accesses;
    uint32_t access_count, access_capacity;
    enum fl_error err; /* the first failure to log */
    /* who sleeps, and since which step */
    struct sleeper sleepers[SIM_ACTORS_MAX];
    uint32_t sleeper_count, sleep_from;
    bool asleep;
    /* the present step */
    struct option present[SIM_ACTORS_MAX];
    uint32_t present_count;
    int64_t now_us;
    bool open;
    uint32_t actor, task; /* who runs */
    struct actor actors[SIM_ACTORS_MAX];
    uint32_t actor_count;
    /* what time has to pass over */
    bool later;
    uint64_t before;
    struct held held[HELD_MAX];
    uint32_t held_count;
    struct unseen unseen[UNSEEN_MAX];
    uint32_t unseen_count;
};

static uint64_t mix(uint64_t digest, uint64_t word)
{
    uint64_t mixed = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xBF58476D1CE4E5B9);
    return mixed ^ (mixed >> 32);
}

enum fl_error sim_steps_new(struct sim_steps **ret_steps)
{
    struct sim_steps *steps = calloc(1, sizeof *steps);
    if (!steps) return FL_ENOMEM;
    *ret_steps = steps;
    return FL_OK;
}

void sim_steps_free(struct sim_steps *steps)
{
    if (!steps) return;
    for (uint32_t i = 0; i < steps->sleeper_count; i++)
        free(steps->sleepers[i].accesses);
    sim_names_release(&steps->tasks);
    free(steps->steps);
    free(steps->options);
    free(steps->accesses);
    free(steps);
}

size_t sim_steps_actor_length(const char *task)
{
    return strcspn(task, "/");
}

static void *grow(void *array, uint32_t *capacity, size_t element_bytes)
{
    uint32_t larger = *capacity ? 2 * *capacity : 256;
    void *grown = realloc(array, larger * element_bytes);
    if (grown) *capacity = larger;
    return grown;
}

/* --- names --- */

static uint32_t task_number(struct sim_steps *steps, const char *task)
{
    uint32_t number = 0;
    enum fl_error err = sim_names_put(&steps->tasks, task, &number);
    if (err) steps->err = err;
    return number;
}

/* SIM_ACTORS_MAX: there are too many. */
static uint32_t actor_number(struct sim_steps *steps, const char *task)
{
    size_t length = sim_steps_actor_length(task);
    for (uint32_t i = 0; i < steps->actor_count; i++)
        if (strncmp(steps->actors[i].name, task, length) == 0 && !steps->actors[i].name[length])
            return i;
    if (steps->actor_count == SIM_ACTORS_MAX || length >= SIM_STEP_NAME_BYTES) {
        steps->err = FL_EBOUND;
        return SIM_ACTORS_MAX;
    }
    struct actor *actor = &steps->actors[steps->actor_count];
    memcpy(actor->name, task, length);
    actor->name[length] = '\0';
    actor->history = sim_names_hash(actor->name);
    return steps->actor_count++;
}

/* --- sleepers --- */

static bool take_access(struct fl_span *rest, struct sim_access *ret_access)
{
    static const char letters[] = {'r', 'a', 'w'};
    char digits[17];
    size_t length = 0;
    if (rest->length < 3 || rest->bytes[0] != ' ') return false;
    const char *letter = memchr(letters, rest->bytes[1], sizeof letters);
    if (!letter) return false;
    for (size_t i = 2; i < rest->length && rest->bytes[i] != ' ' && length < 16; i++)
        digits[length++] = rest->bytes[i];
    digits[length] = '\0';
    if (!length || strspn(digits, "0123456789abcdef") != length) return false;
    ret_access->object = strtoull(digits, NULL, 16);
    ret_access->touch = (enum sim_touch)(letter - letters);
    rest->bytes += 2 + length;
    rest->length -= 2 + length;
    return true;
}

bool sim_steps_read_sleeper(struct sim_steps *steps, struct fl_span line)
{
    struct sleeper sleeper = {0};
    unsigned step;
    int used = 0;
    char text[SIM_STEP_NAME_BYTES + 32];
    size_t length = line.length < sizeof text - 1 ? line.length : sizeof text - 1;
    memcpy(text, line.bytes, length);
    text[length] = '\0';
    if (sscanf(text, "asleep %u %127s%n", &step, sleeper.actor, &used) != 2) return false;
    if (steps->sleeper_count == SIM_ACTORS_MAX) return false;
    if (steps->sleeper_count && steps->sleep_from != step) return false;
    struct fl_span rest = {line.bytes + used, line.length - (size_t)used};
    struct sim_access accesses[ACCESSES_OF_SLEEPER_MAX];
    while (rest.length && sleeper.count < ACCESSES_OF_SLEEPER_MAX)
        if (!take_access(&rest, &accesses[sleeper.count++])) return false;
    if (rest.length) return false;
    sleeper.accesses = malloc((sleeper.count + 1) * sizeof *sleeper.accesses);
    if (!sleeper.accesses) { /* it does not sleep: more is played than must be */
        steps->err = FL_ENOMEM;
        return true;
    }
    memcpy(sleeper.accesses, accesses, sleeper.count * sizeof *accesses);
    steps->sleep_from = step;
    steps->sleepers[steps->sleeper_count++] = sleeper;
    return true;
}

static bool is_asleep(const struct sim_steps *steps, uint32_t actor)
{
    if (steps->count < steps->sleep_from || actor == SIM_ACTORS_MAX) return false;
    for (uint32_t i = 0; i < steps->sleeper_count; i++)
        if (strcmp(steps->sleepers[i].actor, steps->actors[actor].name) == 0) return true;
    return false;
}

/* Whose next step conflicts with the one that is over. */
static void wake_sleepers(struct sim_steps *steps)
{
    const struct step *step = &steps->steps[steps->count - 1];
    const struct sim_access *accesses = &steps->accesses[step->first_access];
    for (uint32_t i = 0; i < steps->sleeper_count;) {
        struct sleeper *sleeper = &steps->sleepers[i];
        if (!sim_accesses_conflict(sleeper->accesses, sleeper->count, accesses,
                                   step->access_count)) {
            i++;
            continue;
        }
        free(sleeper->accesses);
        *sleeper = steps->sleepers[--steps->sleeper_count];
    }
}

void sim_steps_end(struct sim_steps *steps)
{
    if (!steps || !steps->open) return;
    steps->open = false;
    if (steps->count > steps->sleep_from) wake_sleepers(steps);
}

/* --- the present step --- */

static bool has_option(const struct sim_steps *steps, uint32_t actor)
{
    for (uint32_t i = 0; i < steps->present_count; i++)
        if (steps->present[i].actor == actor) return true;
    return false;
}

bool sim_steps_begin(struct sim_steps *steps, const char *const *tasks, size_t count,
                     int64_t now_us)
{
    bool any = false;
    sim_steps_end(steps);
    steps->present_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t actor = actor_number(steps, tasks[i]);
        if (actor == SIM_ACTORS_MAX || has_option(steps, actor)) continue;
        struct option *option = &steps->present[steps->present_count++];
        *option = (struct option){task_number(steps, tasks[i]), actor, i, is_asleep(steps, actor)};
        any |= !option->asleep;
    }
    steps->now_us = now_us;
    steps->asleep = !any && steps->present_count > 0;
    return !steps->asleep;
}

size_t sim_steps_default(const struct sim_steps *steps)
{
    size_t first = SIZE_MAX;
    for (uint32_t i = 0; i < steps->present_count; i++) {
        const struct option *option = &steps->present[i];
        if (option->asleep) continue;
        if (steps->count && option->actor == steps->actor) return option->index;
        if (first == SIZE_MAX) first = option->index;
    }
    return first == SIZE_MAX ? 0 : first;
}

static bool add_option(struct sim_steps *steps, uint32_t task)
{
    if (steps->option_count == steps->option_capacity) {
        uint32_t *options = grow(steps->options, &steps->option_capacity, sizeof *options);
        if (!options) return false;
        steps->options = options;
    }
    steps->options[steps->option_count++] = task;
    return true;
}

static enum fl_error log_step(struct sim_steps *steps, const struct option *ran, uint64_t choice)
{
    if (steps->count == SIM_STEPS_MAX) return FL_EBOUND;
    if (steps->count == steps->capacity) {
        struct step *grown = grow(steps->steps, &steps->capacity, sizeof *grown);
        if (!grown) return FL_ENOMEM;
        steps->steps = grown;
    }
    uint32_t first = steps->option_count;
    if (!add_option(steps, ran->task)) return FL_ENOMEM;
    for (uint32_t i = 0; i < steps->present_count; i++)
        if (&steps->present[i] != ran && !add_option(steps, steps->present[i].task))
            return FL_ENOMEM;
    steps->steps[steps->count++] = (struct step){.choice = choice,
                                                 .first_option = first,
                                                 .option_count = steps->option_count - first,
                                                 .first_access = steps->access_count,
                                                 .before = steps->before,
                                                 .later = steps->later};
    steps->later = false;
    return FL_OK;
}

static void touch_what_is_held(struct sim_steps *steps)
{
    for (uint32_t i = 0; i < steps->held_count; i++)
        if (steps->held[i].task == steps->task)
            sim_steps_touch_unseen(steps, steps->held[i].access.object,
                                   steps->held[i].access.touch);
}

void sim_steps_run(struct sim_steps *steps, size_t chosen, uint64_t choice)
{
    const struct option *ran = NULL;
    for (uint32_t i = 0; i < steps->present_count; i++)
        if (steps->present[i].index == chosen) ran = &steps->present[i];
    if (!ran && !steps->err) steps->err = FL_EINVAL; /* a record that was made otherwise */
    if (steps->err) return;
    steps->err = log_step(steps, ran, choice);
    if (steps->err) return;
    steps->open = true;
    steps->actor = ran->actor;
    steps->task = ran->task;
    sim_steps_touch(steps, sim_names_hash(steps->actors[ran->actor].name), SIM_WRITES);
    sim_steps_learn(steps, (uint64_t)steps->now_us);
    touch_what_is_held(steps);
}

void sim_steps_time_passes(struct sim_steps *steps, uint64_t state)
{
    sim_steps_end(steps);
    uint64_t all = 0; /* of sets: in no order */
    for (uint32_t i = 0; i < steps->actor_count; i++)
        all += mix(steps->actors[i].history, 1);
    for (uint32_t i = 0; i < steps->unseen_count; i++)
        all += mix(steps->unseen[i].history, steps->unseen[i].object);
    steps->before = mix(state, all);
    steps->later = true;
}

/* --- what it touches --- */

static bool add_access(struct sim_steps *steps, struct sim_access access)
{
    if (steps->access_count == SIM_ACCESSES_MAX) return false;
    if (steps->access_count == steps->access_capacity) {
        struct sim_access *grown = grow(steps->accesses, &steps->access_capacity, sizeof *grown);
        if (!grown) return false;
        steps->accesses = grown;
    }
    steps->accesses[steps->access_count++] = access;
    return true;
}

void sim_steps_touch(struct sim_steps *steps, uint64_t object, enum sim_touch touch)
{
    if (!steps || !steps->open) return;
    struct step *step = &steps->steps[steps->count - 1];
    for (uint32_t i = 0; i < step->access_count; i++) {
        struct sim_access *had = &steps->accesses[step->first_access + i];
        if (had->object != object) continue;
        if (had->touch != touch) had->touch = SIM_WRITES; /* it conflicts with both */
        return;
    }
    if (add_access(steps, (struct sim_access){object, touch}))
        step->access_count++;
    else if (!steps->err)
        steps->err = steps->access_count == SIM_ACCESSES_MAX ? FL_EBOUND : FL_ENOMEM;
}

void sim_steps_touch_unseen(struct sim_steps *steps, uint64_t object, enum sim_touch touch)
{
    if (!steps || !steps->open) return;
    sim_steps_touch(steps, object, touch);
    if (touch != SIM_WRITES) return;
    uint32_t at = 0;
    while (at < steps->unseen_count && steps->unseen[at].object != object)
        at++;
    if (at == UNSEEN_MAX) at = UNSEEN_MAX - 1; /* the last one stands for the rest as well */
    if (at == steps->unseen_count) steps->unseen[steps->unseen_count++].object = object;
    struct unseen *unseen = &steps->unseen[at];
    unseen->history = mix(unseen->history ^ object, steps->actors[steps->actor].history);
}

void sim_steps_hold(struct sim_steps *steps, uint64_t object, enum sim_touch touch)
{
    if (!steps || !steps->open) return;
    sim_steps_touch_unseen(steps, object, touch);
    if (steps->held_count == HELD_MAX)
        steps->err = FL_EBOUND;
    else
        steps->held[steps->held_count++] = (struct held){steps->task, {object, touch}};
}

void sim_steps_let_go(struct sim_steps *steps)
{
    if (!steps || !steps->open) return;
    for (uint32_t i = 0; i < steps->held_count;)
        if (steps->held[i].task == steps->task)
            steps->held[i] = steps->held[--steps->held_count];
        else
            i++;
}

void sim_steps_learn(struct sim_steps *steps, uint64_t what)
{
    if (!steps || !steps->open) return;
    struct actor *actor = &steps->actors[steps->actor];
    actor->history = mix(actor->history, what);
}

void sim_steps_wake(struct sim_steps *steps, const char *task)
{
    if (!steps || !steps->open) return;
    uint32_t number = actor_number(steps, task);
    if (number == SIM_ACTORS_MAX || number == steps->actor) return;
    struct actor *actor = &steps->actors[number];
    actor->history = mix(actor->history, sim_names_hash(task));
    sim_steps_touch(steps, sim_names_hash(actor->name), SIM_WRITES);
}

/* --- afterwards --- */

static enum fl_error format_step(const struct sim_steps *steps, const struct step *step,
                                 struct fl_buf *out)
{
    static const char letters[] = "raw";
    enum fl_error err = FL_OK;
    if (step->later) err = fl_buf_printf(out, "time %" PRIx64 "\n", step->before);
    if (!err)
        err = step->choice == SIM_STEP_NO_CHOICE
                  ? fl_buf_append_text(out, "step -")
                  : fl_buf_printf(out, "step %" PRIu64, step->choice);
    for (uint32_t i = 0; i < step->option_count && !err; i++)
        err =
            fl_buf_printf(out, "%c%" PRIu32, i ? ',' : ' ', steps->options[step->first_option + i]);
    for (uint32_t i = 0; i < step->access_count && !err; i++) {
        const struct sim_access *access = &steps->accesses[step->first_access + i];
        err = fl_buf_printf(out, " %c%" PRIx64, letters[access->touch], access->object);
    }
    return err ? err : fl_buf_append_char(out, '\n');
}

enum fl_error sim_steps_format(const struct sim_steps *steps, struct fl_buf *out)
{
    enum fl_error err = steps->err;
    for (uint32_t i = 0; i < steps->tasks.count && !err; i++)
        err = fl_buf_printf(out, "name %s\n", steps->tasks.texts[i]);
    for (uint32_t i = 0; i < steps->count && !err; i++)
        err = format_step(steps, &steps->steps[i], out);
    if (!err && steps->asleep) err = fl_buf_append_text(out, "asleep\n");
    return err;
}

bool sim_steps_are_asleep(const struct sim_steps *steps)
{
    return steps->asleep;
}
