#include "harness/selftest/tree.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "harness/selftest/child.h"

#define COPIES "selftest." /* and the process whose copies they are */

/* FL_EINVAL when it ends in another status than 0; what it printed is the problem. */
static enum fl_error run(const struct child *child, const char *folder, struct fl_buf *problem)
{
    int status = 0;
    enum fl_error err = child_run(child, folder, problem, &status);
    if (err == FL_EIO)
        err = fl_buf_printf(problem, "%s cannot be run in %s", child->words[0], folder);
    else if (!err && !status)
        fl_buf_truncate(problem, 0);
    return err ? err : status ? FL_EINVAL : FL_OK;
}

enum fl_error tree_build_original(const char *source, const char *build, const char *target,
                                  struct fl_buf *problem)
{
    struct child ninja = {0};
    child_word(&ninja, "ninja");
    child_word(&ninja, "-C");
    child_word(&ninja, build);
    child_word(&ninja, target);
    return run(&ninja, source, problem);
}

/* --- copying --- */

/* Sources are all that is not hidden, not built and no output. */
static bool is_source(const char *name)
{
    return name[0] != '.' && strncmp(name, "build", 5) != 0 && strcmp(name, "out") != 0;
}

/* `cp` of what stands in a folder, into another. */
struct copying {
    struct child cp;
    struct fl_arena names;
};

static bool is_copies(const char *name)
{
    return strncmp(name, COPIES, sizeof COPIES - 1) == 0;
}

static bool is_wanted(const char *name, bool sources)
{
    if (sources) return is_source(name);
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !is_copies(name);
}

static enum fl_error add_entries(struct copying *copying, const char *folder, bool sources)
{
    DIR *dir = opendir(folder);
    if (!dir) return FL_ENOTFOUND;
    enum fl_error err = FL_OK;
    for (const struct dirent *entry; !err && (entry = readdir(dir));) {
        if (!is_wanted(entry->d_name, sources)) continue;
        const char *name = fl_arena_copy(&copying->names, fl_span_from(entry->d_name));
        if (!name)
            err = FL_ENOMEM;
        else if (copying->cp.count == CHILD_WORDS_MAX)
            err = FL_EBOUND;
        else
            child_word(&copying->cp, name);
    }
    closedir(dir);
    return err;
}

/* `-a` keeps the times, by which the build knows that nothing has changed. */
static enum fl_error copy_entries(const char *from, const char *to, bool sources,
                                  struct fl_buf *problem)
{
    struct copying copying = {0};
    if (mkdir(to, 0777) != 0 && errno != EEXIST) {
        enum fl_error err = fl_buf_printf(problem, "%s: %s", to, strerror(errno));
        return err ? err : FL_EINVAL;
    }
    child_word(&copying.cp, "cp");
    child_word(&copying.cp, "-a");
    child_word(&copying.cp, "-t");
    child_word(&copying.cp, to);
    enum fl_error err = add_entries(&copying, from, sources);
    if (!err) err = run(&copying.cp, from, problem);
    fl_arena_release(&copying.names);
    return err;
}

static void remove_tree(const char *folder)
{
    struct child rm = {0};
    struct fl_buf output = FL_BUF_INIT(4096);
    int status;
    child_word(&rm, "rm");
    child_word(&rm, "-rf");
    child_word(&rm, folder);
    /* What is left is met again by the copy that comes next, and told there. */
    if (child_run(&rm, "/", &output, &status) != FL_OK) fl_buf_truncate(&output, 0);
    fl_buf_release(&output);
}

static bool fits(int length, size_t size)
{
    return length >= 0 && (size_t)length < size;
}

/* What a process that was interrupted has left there. */
static void remove_abandoned(const char *build)
{
    char folder[PATH_MAX];
    DIR *dir = opendir(build);
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (!is_copies(entry->d_name)) continue;
        long pid = strtol(entry->d_name + sizeof COPIES - 1, NULL, 10);
        if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH) continue;
        if (fits(snprintf(folder, sizeof folder, "%s/%s", build, entry->d_name), sizeof folder))
            remove_tree(folder);
    }
    closedir(dir);
}

/* Where this process's copies stand. */
static enum fl_error make_place(const char *source, const char *build, char ret_place[PATH_MAX],
                                struct fl_buf *problem)
{
    char from[PATH_MAX];
    if (!fits(snprintf(from, sizeof from, "%s/%s", source, build), sizeof from) ||
        !fits(snprintf(ret_place, PATH_MAX, "%s/" COPIES "%ld", from, (long)getpid()), PATH_MAX))
        return FL_EBOUND;
    remove_abandoned(from);
    if (mkdir(ret_place, 0777) == 0 || errno == EEXIST) return FL_OK;
    enum fl_error err = fl_buf_printf(problem, "%s: %s", ret_place, strerror(errno));
    return err ? err : FL_EINVAL;
}

enum fl_error tree_copy(const char *source, const char *build, int number, struct tree *ret_tree,
                        struct fl_buf *problem)
{
    char place[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
    struct tree tree = {.source = source, .build = build};
    enum fl_error err = make_place(source, build, place, problem);
    if (err) return err;
    if (!fits(snprintf(from, sizeof from, "%s/%s", source, build), sizeof from) ||
        !fits(snprintf(tree.folder, sizeof tree.folder, "%s/%d", place, number),
              sizeof tree.folder) ||
        !fits(snprintf(to, sizeof to, "%s/%s", tree.folder, build), sizeof to) ||
        !fits(snprintf(tree.build_name, sizeof tree.build_name, "%s", build),
              sizeof tree.build_name))
        return FL_EBOUND;
    err = copy_entries(source, tree.folder, true, problem);
    if (!err) err = copy_entries(from, to, false, problem);
    if (!err) *ret_tree = tree;
    return err;
}

void tree_remove_copies(const char *source, const char *build)
{
    char folder[PATH_MAX];
    if (fits(snprintf(folder, sizeof folder, "%s/%s/" COPIES "%ld", source, build, (long)getpid()),
             sizeof folder))
        remove_tree(folder);
}

/* --- planting --- */

static enum fl_error patch_file(const struct tree *tree, const char *patch, const char *option,
                                struct fl_buf *problem)
{
    struct child child = {0};
    const char *const words[] = {"patch", "-p1", "-s", "-F0", "--no-backup-if-mismatch",
                                 option,  "-i",  patch};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        child_word(&child, words[i]);
    return run(&child, tree->folder, problem);
}

/* Tried first: a patch of which one piece fits would leave it behind. */
enum fl_error tree_plant(const struct tree *tree, const char *patch, struct fl_buf *problem)
{
    enum fl_error err = patch_file(tree, patch, "--dry-run", problem);
    return err ? err : patch_file(tree, patch, "--forward", problem);
}

enum fl_error tree_take_out(const struct tree *tree, const char *patch, struct fl_buf *problem)
{
    return patch_file(tree, patch, "--reverse", problem);
}

enum fl_error tree_build(const struct tree *tree, const char *test, struct fl_buf *problem)
{
    struct child ninja = {0};
    child_word(&ninja, "ninja");
    child_word(&ninja, "-j1"); /* other copies have the other processors */
    child_word(&ninja, "-C");
    child_word(&ninja, tree->build_name);
    child_word(&ninja, test ? test : "programs");
    return run(&ninja, tree->folder, problem);
}
