#include "tests/conformance/illness.h"

#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/assert.h"
#include "core/buf.h"
#include "fakes/redis/fake_redis.h"
#include "tests/conformance/real.h"

enum { ANSWER_BYTES_MAX = 64 * 1024, ATTEMPTS_MAX = 300, ATTEMPT_MS = 10 };

void illness_init(struct illness *illness, const struct server *server, int control)
{
    *illness = (struct illness){.server = server, .control = control, .script = -1};
}

enum answered { ANSWERED_OTHERWISE, ANSWERED_SO, NOT_ANSWERED };

/* Does the answer have the text? */
static enum answered answers(struct illness *illness, const char *command, const char *text)
{
    struct fl_buf answer = FL_BUF_INIT(ANSWER_BYTES_MAX);
    enum answered answered = NOT_ANSWERED;
    if (real_ask(illness->control, fl_span_from(command), &answer))
        answered = memmem(answer.bytes, answer.length, text, strlen(text)) ? ANSWERED_SO
                                                                           : ANSWERED_OTHERWISE;
    fl_buf_release(&answer);
    return answered;
}

static bool ask(struct illness *illness, const char *command)
{
    return answers(illness, command, "") != NOT_ANSWERED;
}

static bool wait_for(struct illness *illness, const char *command, const char *text)
{
    enum answered answered = ANSWERED_OTHERWISE;
    for (int i = 0; i < ATTEMPTS_MAX && answered == ANSWERED_OTHERWISE; i++) {
        if (i) poll(NULL, 0, ATTEMPT_MS);
        answered = answers(illness, command, text);
    }
    return answered == ANSWERED_SO;
}

/* A save fails where a folder has the name of its file. */
static bool fail_to_save(struct illness *illness)
{
    static const char failed[] = "rdb_last_bgsave_status:err";
    if (answers(illness, "INFO persistence\r\n", failed) == ANSWERED_SO)
        return ask(illness, "CONFIG SET save \"3600 1\"\r\n");
    char folder[sizeof illness->server->directory + 16], inside[sizeof folder + 8];
    snprintf(folder, sizeof folder, "%s/dump.rdb", illness->server->directory);
    snprintf(inside, sizeof inside, "%s/x", folder);
    if (mkdir(folder, 0700) || mkdir(inside, 0700)) return false;
    bool done = ask(illness, "CONFIG SET save \"3600 1\"\r\n") && ask(illness, "BGSAVE\r\n") &&
                wait_for(illness, "INFO persistence\r\n", failed);
    rmdir(inside);
    rmdir(folder);
    return done;
}

static bool run_without_end(struct illness *illness)
{
    illness->script = server_connect(illness->server);
    return illness->script >= 0 && ask(illness, "CONFIG SET busy-reply-threshold 1\r\n") &&
           real_send(
               illness->script,
               FL_SPAN("EVAL \"#!lua flags=no-writes,allow-stale\\nwhile true do end\" 0\r\n")) &&
           wait_for(illness, "ECHO x\r\n", "BUSY");
}

static bool has(struct fl_span names, const char *name)
{
    return memmem(names.bytes, names.length, name, strlen(name));
}

bool illness_begin(struct illness *illness, struct fl_span names, unsigned *ret_states)
{
    static const struct {
        const char *name, *command;
        unsigned states;
    } known[] = {
        /* Each before those that would refuse it. */
        {"misconf", NULL, FAKE_REDIS_MISCONF},
        {"oom", "CONFIG SET maxmemory 1\r\n", FAKE_REDIS_OOM},
        {"noreplicas", "CONFIG SET min-replicas-to-write 1\r\n", FAKE_REDIS_NOREPLICAS},
        {"masterdown", "CONFIG SET replica-serve-stale-data no\r\n", FAKE_REDIS_MASTERDOWN},
        {"readonly", "CONFIG SET replica-read-only yes\r\n", FAKE_REDIS_READONLY},
        {"busy", NULL, FAKE_REDIS_BUSY},
    };
    unsigned states = 0;
    bool done = illness_end(illness);
    illness->is_ill = true;
    for (size_t i = 0; i < FL_COUNT(known); i++) {
        if (!has(names, known[i].name)) continue;
        states |= known[i].states;
        if (known[i].command) done = done && ask(illness, known[i].command);
    }
    if (states & FAKE_REDIS_MISCONF) done = done && fail_to_save(illness);
    if (states & (FAKE_REDIS_READONLY | FAKE_REDIS_MASTERDOWN))
        done = done && ask(illness, "REPLICAOF 127.0.0.1 1\r\n");
    if (states & FAKE_REDIS_BUSY) done = done && run_without_end(illness);
    *ret_states = states;
    return done;
}

bool illness_end(struct illness *illness)
{
    if (!illness->is_ill) return true;
    illness->is_ill = false;
    bool done = ask(illness, "SCRIPT KILL\r\n");
    if (illness->script >= 0) close(illness->script);
    illness->script = -1;
    return done &&
           wait_for(illness,
                    "CONFIG SET maxmemory 0 min-replicas-to-write 0 save \"\" "
                    "replica-serve-stale-data yes replica-read-only no "
                    "busy-reply-threshold 5000\r\n",
                    "+OK") &&
           ask(illness, "REPLICAOF NO ONE\r\n");
}
