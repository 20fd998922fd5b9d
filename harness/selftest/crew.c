/* One pipe holds the items, which are shorter than what a pipe takes at once, so that each is read
 * by one member; results, shorter than PIPE_BUF, come whole through another. */
#include "harness/selftest/crew.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"

struct message {
    uint32_t item;
    _Alignas(16) unsigned char result[CREW_RESULT_BYTES];
};
static_assert(sizeof(struct message) <= PIPE_BUF, "a result is written in one piece");
static_assert(CREW_ITEMS_MAX * sizeof(uint32_t) <= 16 * 1024, "all items fit into the pipe");

struct pipes {
    int items[2], results[2];
};

/* false: the end. */
static bool read_whole(int fd, void *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t got = read(fd, (char *)bytes + done, length - done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        done += (size_t)got;
    }
    return true;
}

static bool write_whole(int fd, const void *bytes, size_t length)
{
    ssize_t put;
    do {
        put = write(fd, bytes, length);
    } while (put < 0 && errno == EINTR);
    return put == (ssize_t)length;
}

static int serve(const struct crew *crew, int member, const struct pipes *pipes)
{
    struct message message;
    close(pipes->items[1]);
    close(pipes->results[0]);
    while (read_whole(pipes->items[0], &message.item, sizeof message.item)) {
        memset(message.result, 0, sizeof message.result);
        crew->work(crew->context, member, message.item, message.result);
        if (!write_whole(pipes->results[1], &message, sizeof message)) return 1;
    }
    return 0;
}

static bool start(const struct crew *crew, int members, const struct pipes *pipes,
                  pid_t pids[CREW_MEMBERS_MAX], int *ret_started)
{
    *ret_started = 0;
    for (int i = 0; i < members; i++) {
        pid_t pid = fork();
        if (pid < 0) return false;
        if (pid == 0) _exit(serve(crew, i, pipes));
        pids[(*ret_started)++] = pid;
    }
    return true;
}

static uint32_t take_all(const struct crew *crew, int results)
{
    struct message message;
    uint32_t count = 0;
    while (read_whole(results, &message, sizeof message)) {
        crew->take(crew->context, message.item, message.result);
        count++;
    }
    return count;
}

enum fl_error crew_run(const struct crew *crew, int members, uint32_t items)
{
    struct pipes pipes;
    pid_t pids[CREW_MEMBERS_MAX];
    int started = 0;
    fl_assert(members > 0 && members <= CREW_MEMBERS_MAX && items <= CREW_ITEMS_MAX);
    fl_assert(crew->result_bytes <= CREW_RESULT_BYTES);
    if (pipe(pipes.items) != 0) return FL_EIO;
    if (pipe(pipes.results) != 0) {
        close(pipes.items[0]);
        close(pipes.items[1]);
        return FL_EIO;
    }
    bool well = true;
    for (uint32_t i = 0; i < items && well; i++)
        well = write_whole(pipes.items[1], &i, sizeof i);
    if (well) well = start(crew, members, &pipes, pids, &started);
    close(pipes.items[0]);
    close(pipes.items[1]);
    close(pipes.results[1]);
    uint32_t finished = take_all(crew, pipes.results[0]);
    close(pipes.results[0]);
    for (int i = 0; i < started; i++)
        while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR) {
        }
    return well && finished == items ? FL_OK : FL_EIO;
}
