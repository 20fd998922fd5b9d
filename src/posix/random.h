/* src/posix/random.h - chance from the kernel, a buffer at a time. */
#ifndef FL_POSIX_RANDOM_H
#define FL_POSIX_RANDOM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/random.h"

enum { FL_RANDOM_BUFFER_BYTES = 256 }; /* getrandom never gives less than asked up to here */

struct fl_posix_random {
    pthread_mutex_t mutex;
    size_t left; /* bytes of the buffer not handed out yet */
    uint8_t buffer[FL_RANDOM_BUFFER_BYTES];
};

void fl_posix_random_init(struct fl_posix_random *random);
void fl_posix_random_release(struct fl_posix_random *random);
struct fl_random fl_posix_random_port(struct fl_posix_random *random);

#endif
