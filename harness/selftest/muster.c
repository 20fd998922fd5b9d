#include "harness/selftest/muster.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/whole_file.h"

void muster_init(struct muster *muster)
{
    muster->arena = FL_ARENA_INIT(MUSTER_ARENA_BYTES_MAX);
    muster->bug_count = muster->handler_count = 0;
    muster->greens = (struct greens){0};
}

void muster_release(struct muster *muster)
{
    greens_release(&muster->greens);
    fl_arena_release(&muster->arena);
}

static enum fl_error wrong(struct fl_buf *problem, const char *path, const char *why)
{
    enum fl_error err = fl_buf_printf(problem, "%s: %s", path, why);
    return err ? err : FL_EINVAL;
}

/* --- bugs --- */

static enum fl_error read_mutant(struct muster *muster, const char *path, struct mutant *ret_mutant,
                                 struct fl_buf *problem)
{
    struct fl_buf text = FL_BUF_INIT(MUTANT_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (!file) return wrong(problem, path, strerror(errno));
    enum fl_error err = fl_buf_printf(problem, "%s: ", path);
    if (!err) err = whole_file_read(file, &text);
    fclose(file);
    if (err == FL_EIO || err == FL_EBOUND) {
        enum fl_error told = fl_buf_append_text(problem, fl_error_text(err));
        err = told ? told : FL_EINVAL;
    }
    if (!err) err = mutant_read(path, fl_buf_span(&text), &muster->arena, ret_mutant, problem);
    fl_buf_release(&text);
    return err;
}

enum fl_error muster_add_patch(struct muster *muster, const char *path, struct fl_buf *problem)
{
    if (muster->bug_count == MUSTER_BUGS_MAX) return wrong(problem, path, "one patch too many");
    char *whole = realpath(path, NULL);
    if (!whole) return wrong(problem, path, strerror(errno));
    const char *patch = fl_arena_copy(&muster->arena, fl_span_from(whole));
    free(whole);
    if (!patch) return FL_ENOMEM;
    struct mutant *mutant = &muster->bugs[muster->bug_count].mutant;
    enum fl_error err = read_mutant(muster, path, mutant, problem);
    if (!err) err = greens_add_finder(&muster->greens, mutant);
    if (err) return err;
    fl_buf_truncate(problem, 0);
    muster->bugs[muster->bug_count++].patch = patch;
    return FL_OK;
}

/* --- folders of the sources --- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), end = strlen(suffix);
    return length > end && strcmp(name + length - end, suffix) == 0;
}

static enum fl_error add_handler(struct muster *muster, const char *folder, const char *file,
                                 struct fl_buf *problem)
{
    char path[PATH_MAX];
    struct fl_span name = {file, strlen(file) - strlen(".scenario")};
    if (muster->handler_count == MUSTER_HANDLERS_MAX)
        return wrong(problem, file, "one good handler too many");
    snprintf(path, sizeof path, "%s/%s", folder, file);
    const char *scenario = fl_arena_copy(&muster->arena, fl_span_from(path));
    const char *handler = fl_arena_copy(&muster->arena, name);
    if (!scenario || !handler) return FL_ENOMEM;
    muster->handlers[muster->handler_count++] = handler;
    return greens_add_handler(&muster->greens, handler, scenario);
}

enum kind { BUGS, HANDLERS };

static enum fl_error add_entry(struct muster *muster, const char *source, const char *folder,
                               const char *file, enum kind kind, struct fl_buf *problem)
{
    char path[PATH_MAX];
    if (!ends_with(file, kind == BUGS ? ".patch" : ".scenario")) return FL_OK;
    if (kind == HANDLERS) return add_handler(muster, folder, file, problem);
    int length = snprintf(path, sizeof path, "%s/%s/%s", source, folder, file);
    if (length < 0 || (size_t)length >= sizeof path)
        return wrong(problem, file, "its path is too long");
    return muster_add_patch(muster, path, problem);
}

static enum fl_error add_folder(struct muster *muster, const char *source, const char *folder,
                                enum kind kind, struct fl_buf *problem)
{
    char path[PATH_MAX];
    struct dirent **entries;
    int length = snprintf(path, sizeof path, "%s/%s", source, folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return wrong(problem, folder, "its path is too long");
    int count = scandir(path, &entries, NULL, by_name);
    if (count < 0) return wrong(problem, path, strerror(errno));
    enum fl_error err = FL_OK;
    for (int i = 0; i < count; i++) {
        if (!err) err = add_entry(muster, source, folder, entries[i]->d_name, kind, problem);
        free(entries[i]);
    }
    free(entries);
    return err;
}

enum fl_error muster_add_all(struct muster *muster, const char *source, struct fl_buf *problem)
{
    enum fl_error err = add_folder(muster, source, "tests/planted", BUGS, problem);
    return err ? err : add_folder(muster, source, "tests/good", HANDLERS, problem);
}
