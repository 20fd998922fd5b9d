#include "harness/cli/discover.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".scenario", root[] = "scenarios/";

static const char *make_id(struct fl_arena *arena, const char *path)
{
    const char *start = path;
    for (const char *at = path; (at = strstr(at, root)) != NULL; at++)
        if (at == path || at[-1] == '/') start = at + strlen(root);
    struct fl_span id = fl_span_from(start), end = fl_span_from(suffix);
    if (id.length > end.length && strcmp(start + id.length - end.length, suffix) == 0)
        id.length -= end.length;
    return fl_arena_copy(arena, id);
}

static enum fl_error add_file(struct discovered *d, const char *path)
{
    if (d->count == DISCOVER_FILES_MAX) return FL_EBOUND;
    if (d->count == d->capacity) {
        uint32_t capacity = d->capacity ? 2 * d->capacity : 64;
        struct discovered_file *files = fl_arena_alloc_array(&d->arena, capacity, sizeof *files);
        if (!files) return FL_ENOMEM;
        if (d->count) memcpy(files, d->files, d->count * sizeof *files);
        d->files = files;
        d->capacity = capacity;
    }
    const char *copy = fl_arena_copy(&d->arena, fl_span_from(path));
    const char *id = copy ? make_id(&d->arena, copy) : NULL;
    if (!id) return FL_ENOMEM;
    d->files[d->count++] = (struct discovered_file){copy, id};
    return FL_OK;
}

static enum fl_error fail(struct discovered *d, const char *path)
{
    d->problem = fl_arena_copy(&d->arena, fl_span_from(path));
    if (!d->problem) return FL_ENOMEM;
    return errno == ENOENT ? FL_ENOTFOUND : FL_EIO;
}

static int is_wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* By bytes: the order is the same in every locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_scenario(const char *name)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static enum fl_error walk(struct discovered *d, const char *path, int depth);

static enum fl_error walk_entry(struct discovered *d, const char *folder, const char *name,
                                int depth)
{
    char path[PATH_MAX];
    struct stat status;
    size_t length = strlen(folder);
    const char *slash = length && folder[length - 1] == '/' ? "" : "/";
    if (snprintf(path, sizeof path, "%s%s%s", folder, slash, name) >= (int)sizeof path)
        return FL_EBOUND;
    if (stat(path, &status) != 0) return FL_OK; /* a dangling link, or gone meanwhile */
    if (S_ISDIR(status.st_mode))
        return depth < DISCOVER_DEPTH_MAX ? walk(d, path, depth + 1) : FL_OK;
    return is_scenario(name) ? add_file(d, path) : FL_OK;
}

static enum fl_error walk(struct discovered *d, const char *path, int depth)
{
    struct dirent **entries;
    enum fl_error err = FL_OK;
    int count = scandir(path, &entries, is_wanted, by_name);
    if (count < 0) return fail(d, path);
    for (int i = 0; i < count; i++) {
        if (!err) err = walk_entry(d, path, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return err;
}

enum fl_error discover(struct discovered *d, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) return fail(d, path);
    return S_ISDIR(status.st_mode) ? walk(d, path, 0) : add_file(d, path);
}

void discover_filter(struct discovered *d, const char *word)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if (strstr(d->files[i].id, word)) d->files[kept++] = d->files[i];
    d->count = kept;
}

void discover_release(struct discovered *d)
{
    fl_arena_release(&d->arena);
    *d = (struct discovered){0};
}
