/* src/queue/process_info.h - what a process tells of itself, as JSON made once at its start. */
#ifndef FL_QUEUE_PROCESS_INFO_H
#define FL_QUEUE_PROCESS_INFO_H

#include "core/buf.h"
#include "ports/process.h"
#include "queue/settings.h"

/* The `info` field of the process hash, as the line of the wire has it. The caller releases *out,
 * also after an error. */
FL_CHECKED enum fl_error fl_process_info_write(const struct fl_settings *settings,
                                               struct fl_process_port process, const char *identity,
                                               int64_t started_us, struct fl_buf *out);
/* ["critical","default",["default","single"]]: the queues that it has private lists for; the last
 * one for the second capsule that has that queue. */
FL_CHECKED enum fl_error fl_process_queues_write(const struct fl_settings *settings,
                                                 struct fl_buf *out);

#endif
