#include "posix/crew.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/assert.h"

enum { TEXT_BYTES = 200, SECOND_US = 1000 * 1000 };

__attribute__((format(printf, 2, 3))) static void say(const struct fl_crew *crew,
                                                      const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    crew->ops->say(crew->self, text);
}

/* 1, 2, 4, ... 60 s. */
static int64_t backoff_us(int failures)
{
    int64_t seconds = failures < 7 ? INT64_C(1) << (failures - 1) : FL_CREW_BACKOFF_MAX_S;
    return (seconds < FL_CREW_BACKOFF_MAX_S ? seconds : FL_CREW_BACKOFF_MAX_S) * SECOND_US;
}

/* --- starting --- */

static void note_failure(struct fl_crew_place *place, int64_t now_us)
{
    place->failures++;
    place->start_at_us = now_us + backoff_us(place->failures);
}

static void start(struct fl_crew *crew, struct fl_crew_place *place,
                  struct fl_crew_process *process, int64_t now_us)
{
    size_t number = (size_t)(place - crew->places);
    int pid = crew->ops->start(crew->self, number);
    *process = (struct fl_crew_process){.pid = pid, .started_us = now_us, .heard_us = now_us};
    if (pid) return;
    say(crew, "worker %zu could not be started", number + 1);
    note_failure(place, now_us);
}

static bool replaces_one(const struct fl_crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        if (crew->places[i].successor.pid) return true;
    return false;
}

/* One at a time, and only with a place left for who will retire. */
static void start_successor(struct fl_crew *crew, int64_t now_us)
{
    if (replaces_one(crew) || crew->leaving_count == FL_CREW_LEAVING_MAX) return;
    for (size_t i = 0; i < crew->count; i++) {
        struct fl_crew_place *place = &crew->places[i];
        if (!place->outdated || !place->current.ready || now_us < place->start_at_us) continue;
        start(crew, place, &place->successor, now_us);
        return;
    }
}

static void start_missing(struct fl_crew *crew, int64_t now_us)
{
    for (size_t i = 0; i < crew->count; i++) {
        struct fl_crew_place *place = &crew->places[i];
        if (place->current.pid || now_us < place->start_at_us) continue;
        place->outdated = false; /* the new one is up to date */
        start(crew, place, &place->current, now_us);
    }
}

/* --- looking after them --- */

static void kill_if_silent(const struct fl_crew *crew, struct fl_crew_process *process,
                           int64_t now_us)
{
    if (!process->pid || !process->ready) return;
    if (now_us - process->heard_us < FL_CREW_SILENCE_S * (int64_t)SECOND_US) return;
    say(crew, "process %d gives no sign of life: killed", process->pid);
    process->heard_us = now_us; /* once is enough */
    crew->ops->signal(crew->self, process->pid, SIGKILL);
}

static void look_at_memory(struct fl_crew *crew, struct fl_crew_place *place)
{
    if (!crew->memory_max_kib || place->outdated || !place->current.ready) return;
    int64_t kib = crew->ops->rss_kib(crew->self, place->current.pid);
    if (kib <= crew->memory_max_kib) return;
    say(crew, "process %d has grown to %" PRId64 " MiB: replaced", place->current.pid, kib / 1024);
    place->outdated = true;
}

static void look(struct fl_crew *crew, int64_t now_us)
{
    if (now_us - crew->looked_us < FL_CREW_LOOK_S * (int64_t)SECOND_US) return;
    crew->looked_us = now_us;
    for (size_t i = 0; i < crew->count; i++) {
        look_at_memory(crew, &crew->places[i]);
        kill_if_silent(crew, &crew->places[i].current, now_us);
        kill_if_silent(crew, &crew->places[i].successor, now_us);
    }
}

static void signal_all(struct fl_crew *crew, int number)
{
    for (size_t i = 0; i < crew->count; i++) {
        const struct fl_crew_place *place = &crew->places[i];
        if (place->current.pid) crew->ops->signal(crew->self, place->current.pid, number);
        if (place->successor.pid) crew->ops->signal(crew->self, place->successor.pid, number);
    }
    for (size_t i = 0; i < crew->leaving_count; i++)
        crew->ops->signal(crew->self, crew->leaving[i], number);
}

void fl_crew_tick(struct fl_crew *crew, int64_t now_us)
{
    if (crew->state == FL_CREW_STOPPING) {
        if (now_us < crew->kill_at_us) return;
        crew->kill_at_us = INT64_MAX;
        if (!fl_crew_has_ended(crew)) say(crew, "what has not ended within its grace is killed");
        signal_all(crew, SIGKILL);
        return;
    }
    look(crew, now_us);
    if (crew->state != FL_CREW_WORKING) return;
    start_missing(crew, now_us);
    start_successor(crew, now_us);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t fl_crew_due_us(const struct fl_crew *crew, int64_t now_us)
{
    if (crew->state == FL_CREW_STOPPING) return crew->kill_at_us;
    int64_t due_us = crew->looked_us + FL_CREW_LOOK_S * (int64_t)SECOND_US;
    for (size_t i = 0; crew->state == FL_CREW_WORKING && i < crew->count; i++) {
        const struct fl_crew_place *place = &crew->places[i];
        bool waits = !place->current.pid || (place->outdated && place->start_at_us > now_us);
        if (waits) due_us = earlier(due_us, place->start_at_us);
    }
    return due_us;
}

/* --- what has happened --- */

static struct fl_crew_process *find(struct fl_crew *crew, int pid, struct fl_crew_place **ret_place)
{
    for (size_t i = 0; i < crew->count; i++) {
        *ret_place = &crew->places[i];
        if ((*ret_place)->current.pid == pid) return &(*ret_place)->current;
        if ((*ret_place)->successor.pid == pid) return &(*ret_place)->successor;
    }
    return NULL;
}

static void succeed(struct fl_crew *crew, struct fl_crew_place *place)
{
    int old = place->current.pid;
    if (old) {
        fl_assert(crew->leaving_count < FL_CREW_LEAVING_MAX);
        crew->leaving[crew->leaving_count++] = old;
        crew->ops->signal(crew->self, old, SIGUSR2);
    }
    place->current = place->successor;
    place->successor = (struct fl_crew_process){0};
    place->outdated = false;
    crew->roll_failures = 0;
}

void fl_crew_ready(struct fl_crew *crew, int pid, int64_t now_us)
{
    struct fl_crew_place *place;
    struct fl_crew_process *process = find(crew, pid, &place);
    if (!process || process->ready) return;
    process->ready = crew->ever_ready = true;
    process->heard_us = now_us;
    if (process == &place->successor && crew->state == FL_CREW_WORKING) succeed(crew, place);
}

void fl_crew_heard(struct fl_crew *crew, int pid, int64_t now_us)
{
    struct fl_crew_place *place;
    struct fl_crew_process *process = find(crew, pid, &place);
    if (process) process->heard_us = now_us;
}

static bool forget_leaving(struct fl_crew *crew, int pid)
{
    for (size_t i = 0; i < crew->leaving_count; i++) {
        if (crew->leaving[i] != pid) continue;
        crew->leaving[i] = crew->leaving[--crew->leaving_count];
        return true;
    }
    return false;
}

static void give_up_rolling(struct fl_crew *crew)
{
    say(crew, "%d successors died before they were ready: the rest stays as it is",
        crew->roll_failures);
    crew->roll_failures = 0;
    for (size_t i = 0; i < crew->count; i++)
        crew->places[i].outdated = false;
}

static void lost(struct fl_crew *crew, struct fl_crew_place *place, struct fl_crew_process *process,
                 int status, int64_t now_us)
{
    bool successor = process == &place->successor, ready = process->ready;
    bool settled = now_us - process->started_us >= FL_CREW_SETTLED_S * (int64_t)SECOND_US;
    say(crew, "process %d of worker %zu has ended with %d", process->pid,
        (size_t)(place - crew->places) + 1, status);
    *process = (struct fl_crew_process){0};
    if (settled && ready) place->failures = 0;
    note_failure(place, now_us);
    if (!successor && place->successor.pid) { /* it was to go anyhow */
        place->current = place->successor;
        place->successor = (struct fl_crew_process){0};
        place->outdated = false;
    }
    if (successor && !ready && ++crew->roll_failures == FL_CREW_ROLL_TRIES) give_up_rolling(crew);
}

void fl_crew_exited(struct fl_crew *crew, int pid, int status, int64_t now_us)
{
    struct fl_crew_place *place;
    if (forget_leaving(crew, pid)) return;
    struct fl_crew_process *process = find(crew, pid, &place);
    if (!process) return;
    if (crew->state == FL_CREW_STOPPING) {
        *process = (struct fl_crew_process){0};
        bool asked = status == 128 + SIGTERM; /* before it could hear it: ended as it should */
        if (!crew->status && !asked) crew->status = status;
        return;
    }
    lost(crew, place, process, status, now_us);
    if (crew->ever_ready || !status) return;
    say(crew, "none has ever been ready: this is no accident");
    fl_crew_stop(crew, now_us);
    crew->status = status;
}

/* --- what is asked for --- */

void fl_crew_roll(struct fl_crew *crew)
{
    if (crew->state != FL_CREW_WORKING) return;
    crew->roll_failures = 0;
    for (size_t i = 0; i < crew->count; i++)
        crew->places[i].outdated = crew->places[i].current.pid != 0;
}

void fl_crew_quiet(struct fl_crew *crew)
{
    if (crew->state == FL_CREW_WORKING) crew->state = FL_CREW_QUIET;
    signal_all(crew, SIGTSTP);
}

void fl_crew_stop(struct fl_crew *crew, int64_t now_us)
{
    if (crew->state == FL_CREW_STOPPING) return;
    crew->state = FL_CREW_STOPPING;
    crew->kill_at_us = now_us + crew->grace_us;
    signal_all(crew, SIGTERM);
}

bool fl_crew_has_ended(const struct fl_crew *crew)
{
    for (size_t i = 0; i < crew->count; i++)
        if (crew->places[i].current.pid || crew->places[i].successor.pid) return false;
    return crew->state == FL_CREW_STOPPING && !crew->leaving_count;
}

size_t fl_crew_ready_count(const struct fl_crew *crew)
{
    size_t count = 0;
    for (size_t i = 0; i < crew->count; i++)
        count += crew->places[i].current.ready;
    return count;
}
