/* src/posix/process.h - this process, as Linux knows it. */
#ifndef FL_POSIX_PROCESS_H
#define FL_POSIX_PROCESS_H

#include "ports/process.h"

struct fl_posix_process {
    char hostname[FL_HOSTNAME_BYTES];
};

/* `hostname` NULL: the machine's. */
void fl_posix_process_init(struct fl_posix_process *process, const char *hostname);
struct fl_process_port fl_posix_process_port(struct fl_posix_process *process);

/* The first act of a program: a standard stream that its caller has closed leads to /dev/null. Else
 * the next file or socket would take its number, and what is printed would go there. */
void fl_posix_open_standard_streams(void);

#endif
