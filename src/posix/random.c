#include "posix/random.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static void refill(struct fl_posix_random *random)
{
    ssize_t got;
    do
        got = getrandom(random->buffer, sizeof random->buffer, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof random->buffer) fl_panic("the kernel gives no random bytes");
    random->left = sizeof random->buffer;
}

/* Bytes are wiped as they are handed out: a fork or a core dump must not repeat them. */
static void take(struct fl_posix_random *random, uint8_t *out, size_t length)
{
    while (length > 0) {
        if (random->left == 0) refill(random);
        size_t part = length < random->left ? length : random->left;
        uint8_t *from = random->buffer + sizeof random->buffer - random->left;
        memcpy(out, from, part);
        memset(from, 0, part);
        random->left -= part;
        out += part;
        length -= part;
    }
}

static void bytes(void *self, const char *label, void *out, size_t length)
{
    struct fl_posix_random *random = self;
    (void)label;
    pthread_mutex_lock(&random->mutex);
    take(random, out, length);
    pthread_mutex_unlock(&random->mutex);
}

/* Draws again in the incomplete last stretch of 2^64, so that every value is equally likely. */
static uint64_t below(void *self, const char *label, uint64_t bound)
{
    uint64_t unfair = -bound % bound; /* 2^64 mod bound */
    uint64_t drawn;
    do
        bytes(self, label, &drawn, sizeof drawn);
    while (drawn < unfair);
    return drawn % bound;
}

static const struct fl_random_ops ops = {.below = below, .bytes = bytes};

void fl_posix_random_init(struct fl_posix_random *random)
{
    *random = (struct fl_posix_random){.mutex = PTHREAD_MUTEX_INITIALIZER};
}

void fl_posix_random_release(struct fl_posix_random *random)
{
    pthread_mutex_destroy(&random->mutex);
}

struct fl_random fl_posix_random_port(struct fl_posix_random *random)
{
    return (struct fl_random){&ops, random};
}
