#include "queue/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/civil.h"
#include "core/time_text.h"
#include "queue/commands.h"

enum { WINDOW_BYTES = 32 };

struct fl_class_tally {
    const struct fl_worker *worker;
    int64_t processed, failed, ms;
    uint32_t buckets[FL_TALLY_BUCKETS];
};

unsigned fl_tally_bucket(int64_t ms)
{
    /* Strictly less than; the last has no bound. */
    static const int64_t below_ms[FL_TALLY_BUCKETS - 1] = {
        20,   30,   45,   65,    100,   150,   225,   335,   500,    750,    1100,   1700,  2500,
        3800, 5750, 8500, 13000, 20000, 30000, 45000, 65000, 100000, 150000, 225000, 335000};
    unsigned i = 0;
    while (i < FL_TALLY_BUCKETS - 1 && ms >= below_ms[i])
        i++;
    return i;
}

enum fl_error fl_tally_init(struct fl_tally *tally, struct fl_tasks tasks)
{
    *tally = (struct fl_tally){.tasks = tasks};
    return fl_monitor_new(tasks, "tally", &tally->monitor);
}

static void free_all(struct fl_class_tally **classes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(classes[i]);
    free(classes);
}

void fl_tally_release(struct fl_tally *tally)
{
    if (!tally->monitor) return;
    free_all(tally->classes, tally->count);
    fl_monitor_free(tally->tasks, tally->monitor);
    *tally = (struct fl_tally){0};
}

/* --- counting --- */

static bool make_room(struct fl_tally *tally)
{
    if (tally->count < tally->capacity) return true;
    if (tally->count == FL_TALLY_CLASSES_MAX) return false;
    size_t capacity = tally->capacity ? 2 * tally->capacity : 4;
    struct fl_class_tally **classes =
        realloc(tally->classes, capacity * sizeof(struct fl_class_tally *));
    if (!classes) return false;
    tally->classes = classes;
    tally->capacity = capacity;
    return true;
}

static struct fl_class_tally *class_of(struct fl_tally *tally, const struct fl_worker *worker)
{
    for (size_t i = 0; i < tally->count; i++)
        if (tally->classes[i]->worker == worker) return tally->classes[i];
    if (!make_room(tally)) return NULL;
    struct fl_class_tally *made = calloc(1, sizeof(*made));
    if (!made) return NULL;
    made->worker = worker;
    tally->classes[tally->count++] = made;
    return made;
}

void fl_tally_note(struct fl_tally *tally, const struct fl_worker *worker, int64_t took_us,
                   enum fl_tally_end end)
{
    if (!worker) return;
    fl_monitor_enter(tally->tasks, tally->monitor);
    struct fl_class_tally *class = class_of(tally, worker);
    if (class) {
        class->processed++;
        if (end == FL_TALLY_FAILED) {
            class->failed++;
        } else {
            int64_t ms = took_us / 1000;
            class->ms += ms;
            class->buckets[fl_tally_bucket(ms)]++;
        }
    }
    fl_monitor_leave(tally->tasks, tally->monitor);
}

/* --- writing down --- */

/* The minute of the keys, as each line prints it. */
struct windows {
    char histogram[WINDOW_BYTES], minute[WINDOW_BYTES], ten_minutes[WINDOW_BYTES];
};

static void print_windows(const struct fl_wire_facts *facts, int64_t wall_us, struct windows *out)
{
    int64_t minutes = wall_us / FL_MINUTE_US;
    struct fl_civil date = fl_civil_from_days(minutes / (24 * 60));
    int hour = (int)(minutes / 60 % 24), minute = (int)(minutes % 60);
    if (facts->metrics == FL_METRICS_OF_7) {
        snprintf(out->histogram, WINDOW_BYTES, "%02d-%02d:%d", date.day, hour, minute);
        snprintf(out->minute, WINDOW_BYTES, "%04d%02d%02d|%d:%d", (int)(date.year % 10000),
                 date.month, date.day, hour, minute);
        return;
    }
    int year = (int)(date.year % 100);
    snprintf(out->histogram, WINDOW_BYTES, "%d-%d:%d", date.day, hour, minute);
    snprintf(out->minute, WINDOW_BYTES, "%02d%02d%02d|%d:%02d", year, date.month, date.day, hour,
             minute);
    snprintf(out->ten_minutes, WINDOW_BYTES, "%02d%02d%02d|%d:%d", year, date.month, date.day, hour,
             minute / 10);
}

static void add_expire(struct fl_commands *batch, const char *first, const char *second,
                       int64_t ttl_s)
{
    fl_command_begin(batch, "EXPIRE");
    fl_command_joined(batch, first, second);
    fl_command_int64(batch, ttl_s);
}

static void add_histogram(struct fl_commands *batch, const struct fl_wire_facts *facts,
                          const struct fl_class_tally *class, const char *window)
{
    if (class->processed == class->failed) return;
    const char *prefix = facts->metrics == FL_METRICS_OF_8 ? "h|" : "";
    fl_command_begin(batch, "BITFIELD");
    fl_command_printf(batch, "%s%s-%s", prefix, class->worker->name, window);
    fl_command_text(batch, "OVERFLOW");
    fl_command_text(batch, "SAT");
    for (unsigned i = 0; i < FL_TALLY_BUCKETS; i++) {
        if (!class->buckets[i]) continue;
        fl_command_text(batch, "INCRBY");
        fl_command_text(batch, "u16");
        fl_command_printf(batch, "#%u", i);
        fl_command_int64(batch, class->buckets[i] < UINT16_MAX ? class->buckets[i] : UINT16_MAX);
    }
    fl_command_begin(batch, "EXPIRE");
    fl_command_printf(batch, "%s%s-%s", prefix, class->worker->name, window);
    fl_command_int64(batch, FL_TALLY_TTL_S);
}

static void add_count(struct fl_commands *batch, const char *window, const char *class,
                      const char *what, int64_t count)
{
    if (!count) return;
    fl_command_begin(batch, "HINCRBY");
    fl_command_joined(batch, "j|", window);
    fl_command_printf(batch, "%s|%s", class, what);
    fl_command_int64(batch, count);
}

static void add_counts(struct fl_commands *batch, struct fl_class_tally *const *classes,
                       size_t count, const char *window, int64_t ttl_s)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = classes[i]->worker->name;
        if (classes[i]->processed > classes[i]->failed)
            add_count(batch, window, name, "ms", classes[i]->ms);
        add_count(batch, window, name, "p", classes[i]->processed);
        add_count(batch, window, name, "f", classes[i]->failed);
    }
    add_expire(batch, "j|", window, ttl_s);
}

static enum fl_error write(const struct fl_wire_facts *facts, struct fl_class_tally *const *classes,
                           size_t count, struct fl_redis redis, struct fl_clock clock)
{
    struct fl_commands batch = {0};
    struct fl_replies replies;
    struct windows windows;
    print_windows(facts, fl_clock_wall_us(clock), &windows);
    for (size_t i = 0; i < count; i++)
        add_histogram(&batch, facts, classes[i], windows.histogram);
    if (facts->metrics == FL_METRICS_OF_8)
        add_counts(&batch, classes, count, windows.ten_minutes, FL_TALLY_ROLLUP_TTL_S);
    add_counts(&batch, classes, count, windows.minute, FL_TALLY_TTL_S);
    enum fl_error err = fl_commands_exec(&batch, redis, clock, 0, &replies);
    fl_replies_release(&replies);
    fl_commands_release(&batch);
    return err;
}

enum fl_error fl_tally_flush(struct fl_tally *tally, const struct fl_wire_facts *facts,
                             struct fl_redis redis, struct fl_clock clock)
{
    enum fl_error err = FL_OK;
    fl_monitor_enter(tally->tasks, tally->monitor);
    struct fl_class_tally **taken = tally->classes;
    size_t count = tally->count;
    tally->classes = NULL;
    tally->count = tally->capacity = 0;
    fl_monitor_leave(tally->tasks, tally->monitor);
    if (count && facts->metrics != FL_METRICS_NONE) err = write(facts, taken, count, redis, clock);
    free_all(taken, count);
    return err;
}
