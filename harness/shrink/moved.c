/* The way from one folder to another goes up once for each of its parts; where either is absolute,
 * or goes up itself, the whole path is taken instead. */
#include "harness/shrink/moved.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool leads_down(const char *path)
{
    return path[0] != '/' && strncmp(path, "..", 2) != 0 && !strstr(path, "/..");
}

/* `path`, as it is called from the folder of `to`, with that folder before it. */
static char *from_there(const char *path, const char *to, struct fl_arena *arena)
{
    char whole[PATH_MAX], called[2 * PATH_MAX] = "";
    const char *slash = strrchr(to, '/');
    size_t used = slash ? (size_t)(slash - to) + 1 : 0;
    if (!leads_down(path) || !leads_down(to)) {
        if (!realpath(path, whole)) return NULL;
        return fl_arena_copy(arena, fl_span_from(whole));
    }
    int length = snprintf(called, sizeof called, "%.*s", (int)used, to);
    for (const char *part = to; part < to + used && length < PATH_MAX; part++)
        if (*part == '/')
            length += snprintf(called + length, sizeof called - (size_t)length, "../");
    if (length >= PATH_MAX || strlen(path) >= PATH_MAX) return NULL;
    snprintf(called + length, sizeof called - (size_t)length, "%s", path);
    return fl_arena_copy(arena, fl_span_from(called));
}

static enum fl_error move_files(struct plan *plan, const char *to)
{
    struct plan_given_file *files =
        fl_arena_alloc_array(&plan->arena, plan->file_count + 1, sizeof *files);
    if (!files) return FL_ENOMEM;
    for (uint32_t i = 0; i < plan->file_count; i++) {
        files[i] = plan->files[i];
        if (!files[i].real_path) continue;
        files[i].real_path = from_there(files[i].real_path, to, &plan->arena);
        if (!files[i].real_path) return FL_EBOUND;
    }
    plan->files = files;
    return FL_OK;
}

/* Only one that stands right beside the scenario: those of the program are found from anywhere. */
static enum fl_error move_modules(struct plan *plan, const char *to)
{
    const char **modules =
        fl_arena_alloc_array(&plan->arena, plan->module_count + 1, sizeof *modules);
    const char *slash = strrchr(plan->path, '/');
    int folder = slash ? (int)(slash - plan->path) + 1 : 0;
    if (!modules) return FL_ENOMEM;
    for (uint32_t i = 0; i < plan->module_count; i++) {
        char beside[PATH_MAX];
        modules[i] = plan->modules[i];
        int length = snprintf(beside, sizeof beside, "%.*s%s", folder, plan->path, modules[i]);
        if (modules[i][0] == '/' || length >= PATH_MAX || access(beside, R_OK) != 0) continue;
        char *called = from_there(beside, to, &plan->arena);
        if (!called) return FL_EBOUND;
        const char *there = strrchr(to, '/');
        size_t before = there ? (size_t)(there - to) + 1 : 0;
        modules[i] = called[0] == '/' ? called : called + before;
    }
    plan->modules = modules;
    return FL_OK;
}

enum fl_error moved_plan(struct plan *plan, const char *to)
{
    enum fl_error err = move_files(plan, to);
    if (!err) err = move_modules(plan, to);
    if (err) return err;
    plan->path = fl_arena_copy(&plan->arena, fl_span_from(to));
    return plan->path ? FL_OK : FL_ENOMEM;
}
