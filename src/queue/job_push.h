/* src/queue/job_push.h - how a handler's push becomes a client's job; batches collect such jobs. */
#ifndef FL_QUEUE_JOB_PUSH_H
#define FL_QUEUE_JOB_PUSH_H

#include "queue/client.h"
#include "queue/job.h"

/* As the class would enqueue it, with what the call says over that; `retry` keeps a text. */
struct fl_client_job fl_job_describe_push(const struct fl_job_world *world,
                                          const struct fl_push *push,
                                          char retry[FL_RETRY_TEXT_BYTES]);
struct fl_client fl_job_client(const struct fl_job_world *world);
/* The client's middleware; NULL: there is none. */
const struct fl_chain *fl_job_chain(const struct fl_job_world *world);

#endif
