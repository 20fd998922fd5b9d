/* src/queue/job.h - one delivery as its handler sees it (faultline/worker.h has the handler's API).
 *
 * Also for running a handler without a process, as tests do: initialise, perform, look, release. */
#ifndef FL_QUEUE_JOB_H
#define FL_QUEUE_JOB_H

#include "core/arena.h"
#include "faultline/worker.h"
#include "ports/ports.h"
#include "queue/chain.h"
#include "queue/control.h"
#include "queue/encryption.h"
#include "queue/failure.h"
#include "queue/lending.h"
#include "queue/payload.h"
#include "queue/process.h"
#include "queue/registry.h"

#define FL_RETRY_IN_S_MAX (100 * 366 * INT64_C(86400)) /* a hook's longest wait */

enum { FL_JOB_TEXT_BYTES_MAX = 64 * 1024 * 1024, FL_DISCARD_REASON_BYTES = 512 };

struct fl_push_buffer;

/* What is the same for every job of a process; borrowed by each. */
struct fl_job_world {
    const struct fl_ports *ports;
    const struct fl_registry *registry;
    const struct fl_command_override *overrides;
    size_t override_count;
    enum fl_wire wire;
    const struct fl_keyring *keyring; /* NULL: no key */
    const struct fl_control *control; /* NULL: never stopping */
    const struct fl_config *config;   /* NULL: no middleware, no death handlers */
    struct fl_push_buffer *buffer;    /* NULL: pushes do not wait for Redis */
};

struct fl_moves;
struct fl_delivery;

struct fl_job {
    const struct fl_job_world *world;
    const struct fl_payload *payload; /* its class is not NULL */
    const char *queue;
    int64_t retry_count;        /* as fl_job_retry_count tells */
    int64_t value;              /* the handler's own, for its hook */
    struct fl_lending *lending; /* `own_lending`, also of a job that is const */
    struct fl_lending own_lending;
    struct fl_arena texts;
    struct fl_failure_record failure;
    const struct fl_failure_record *cause; /* in the exhausted hook: why */
    char discard_reason[FL_DISCARD_REASON_BYTES];
    /* Whose it is and where it stands; NULL outside a process. */
    const struct fl_moves *moves;
    const struct fl_delivery *delivery;
    struct fl_json_at args; /* the payload's, or those with the last one decrypted */
    struct fl_buf plain;    /* their text */
    struct fl_json plain_json;
    bool has_iterated; /* to the end: its cursor is forgotten with it */
};

/* Borrows all until the release. */
void fl_job_init(struct fl_job *job, const struct fl_job_world *world,
                 const struct fl_payload *payload, const char *queue);
void fl_job_release(struct fl_job *job);

/* Decrypts the last argument, where the payload says that it is encrypted. False: it could not, and
 * the job has failed with the reason. */
FL_CHECKED bool fl_job_decrypt(struct fl_job *job);
/* Runs the worker's handler; NULL: the class is not known. After FL_FAILED job->failure is set,
 * whatever the handler did or forgot. */
enum fl_outcome fl_job_perform(struct fl_job *job, const struct fl_worker *worker);
/* Runs the exhausted hook, when there is one; what it reports as failed is logged. */
void fl_job_exhaust(struct fl_job *job, const struct fl_worker *worker, int64_t retry_count);

/* Calls all death handlers; what one reports as failed is logged. */
void fl_job_die(struct fl_job *job, int64_t retry_count);

/* Asks the class's own hook how long a failed job waits: seconds, 0 for the usual wait (also when
 * there is no hook, or it fails), FL_RETRY_IN_DISCARD or FL_RETRY_IN_KILL. */
int64_t fl_job_retry_in(struct fl_job *job, const struct fl_worker *worker, int64_t retry_count);

/* The fields of Sidekiq's job lines: class, jid, bid, tags. Returns how many were written. */
enum { FL_JOB_LOG_FIELDS = 4, FL_JOB_LOG_FIELDS_MAX = 32 };
size_t fl_job_log_context(const struct fl_payload *payload,
                          struct fl_log_field ret_fields[FL_JOB_LOG_FIELDS]);

#endif
