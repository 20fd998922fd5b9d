/* The name of a file is made of the scenario and of what fails, so that whether a failure is known
 * is asked of the folder itself, and several campaigns may share one. */
#include "harness/cli/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/explore/seen.h"
#include "harness/scenario/whole_file.h"
#include "harness/shrink/fingerprint.h"

enum { PATH_BYTES_MAX = 1024 };

/* --- reading --- */

static int is_replay(const struct dirent *entry)
{
    const char *suffix = strrchr(entry->d_name, '.');
    return suffix && strcmp(suffix, ".replay") == 0;
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static bool is_of(const struct replay *replay, const struct replay *scenario)
{
    if (strcmp(replay->scenario, scenario->scenario) != 0) return false;
    if (replay->sweep != scenario->sweep) return false;
    if (replay->setting_count != scenario->setting_count) return false;
    for (uint32_t i = 0; i < replay->setting_count; i++)
        if (strcmp(replay->settings[i].name, scenario->settings[i].name) != 0 ||
            strcmp(replay->settings[i].value, scenario->settings[i].value) != 0)
            return false;
    return true;
}

static enum fl_error read_text(const char *path, struct fl_arena *arena, struct fl_span *ret_text,
                               struct fl_buf *problem)
{
    struct fl_buf text = FL_BUF_INIT(REPLAY_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    enum fl_error err = file ? whole_file_read(file, &text) : FL_EIO;
    if (file) fclose(file);
    char *copy = err ? NULL : fl_arena_copy(arena, fl_buf_span(&text));
    *ret_text = (struct fl_span){copy, text.length};
    if (!err && !copy) err = FL_EBOUND;
    if (err && fl_buf_printf(problem, "%s: %s", path, fl_error_text(err))) err = FL_ENOMEM;
    fl_buf_release(&text);
    return err;
}

static enum fl_error add_file(struct corpus *corpus, const char *folder, const char *name,
                              const struct replay *scenario, struct fl_buf *problem)
{
    char path[PATH_BYTES_MAX];
    struct fl_span text;
    struct replay *replay = &corpus->replays[corpus->count];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return FL_EBOUND;
    enum fl_error err = read_text(path, &corpus->arena, &text, problem);
    if (!err) err = replay_parse(path, text, &corpus->arena, replay, problem);
    if (!err && is_of(replay, scenario)) corpus->count++;
    return err;
}

enum fl_error corpus_load(const char *folder, const struct replay *scenario,
                          struct corpus *ret_corpus, struct fl_buf *problem)
{
    struct dirent **names;
    *ret_corpus = (struct corpus){.arena = FL_ARENA_INIT(CORPUS_BYTES_MAX)};
    int count = scandir(folder, &names, is_replay, by_name);
    if (count < 0) {
        if (errno == ENOENT) return FL_OK;
        return fl_buf_printf(problem, "%s: %s", folder, strerror(errno)) ? FL_ENOMEM : FL_EIO;
    }
    enum fl_error err = count > CORPUS_ENTRIES_MAX ? FL_EBOUND : FL_OK;
    ret_corpus->replays =
        fl_arena_alloc_array(&ret_corpus->arena, (size_t)count + 1, sizeof *ret_corpus->replays);
    if (!err && !ret_corpus->replays) err = FL_ENOMEM;
    for (int i = 0; i < count; i++) {
        if (!err) err = add_file(ret_corpus, folder, names[i]->d_name, scenario, problem);
        free(names[i]);
    }
    free(names);
    return err;
}

void corpus_release(struct corpus *corpus)
{
    fl_arena_release(&corpus->arena);
    *corpus = (struct corpus){0};
}

/* --- writing --- */

static uint64_t digest_of(const struct replay *failure, const struct fingerprint *fingerprint)
{
    uint64_t digest = seen_digest(fl_span_from(failure->scenario)) + fingerprint->verdict;
    for (uint32_t i = 0; i < failure->setting_count; i++) {
        digest = seen_mix(digest) ^ seen_digest(fl_span_from(failure->settings[i].name));
        digest = seen_mix(digest) ^ seen_digest(fl_span_from(failure->settings[i].value));
    }
    digest = seen_mix(digest) ^ seen_digest(fl_buf_span(&fingerprint->expected));
    return seen_mix(digest) ^ seen_digest(fl_buf_span(&fingerprint->found));
}

/* corpus/csv-import-completes-3f9c0a....replay */
static bool path_of(const char *folder, const struct replay *failure, uint64_t digest,
                    char path[PATH_BYTES_MAX])
{
    const char *slash = strrchr(failure->scenario, '/');
    const char *name = slash ? slash + 1 : failure->scenario;
    int length = snprintf(path, PATH_BYTES_MAX, "%s/%.*s-%016" PRIx64 ".replay", folder,
                          (int)strcspn(name, "."), name, digest);
    return length < PATH_BYTES_MAX;
}

/* Exclusively: whoever finds the like at the same time leaves it to the other. */
static enum fl_error write_new(const char *path, struct fl_span text, bool *ret_new)
{
    FILE *file = fopen(path, "wbx");
    *ret_new = file != NULL;
    if (!file) return errno == EEXIST ? FL_OK : FL_EIO;
    bool whole = fwrite(text.bytes, 1, text.length, file) == text.length;
    whole = fclose(file) == 0 && whole;
    if (!whole) remove(path);
    return whole ? FL_OK : FL_EIO;
}

enum fl_error corpus_store(const char *folder, const struct replay *failure,
                           enum run_verdict verdict, struct fl_span text, bool *ret_new)
{
    char path[PATH_BYTES_MAX];
    struct fingerprint fingerprint = FINGERPRINT_INIT;
    struct fl_buf out = FL_BUF_INIT(REPLAY_BYTES_MAX);
    enum fl_error err = fingerprint_take(&fingerprint, verdict, text);
    if (!err && !path_of(folder, failure, digest_of(failure, &fingerprint), path)) err = FL_EBOUND;
    if (!err) err = replay_format(failure, &out);
    if (!err && mkdir(folder, 0777) != 0 && errno != EEXIST) err = FL_EIO;
    if (!err) err = write_new(path, fl_buf_span(&out), ret_new);
    fingerprint_release(&fingerprint);
    fl_buf_release(&out);
    return err;
}
