/* src/queue/secrets.c - a job's encrypted argument, as its handler sees it. */
#include <inttypes.h>

#include "queue/job.h"

static bool fail(struct fl_job *job, enum fl_error err, int64_t version)
{
    if (err == FL_ENOMEM)
        fl_fail(job, FL_SYSTEM, "NoMemoryError", "failed to allocate memory");
    else if (err == FL_ENOTFOUND)
        fl_fail(job, FL_TRANSIENT, "EncryptionError",
                "the last argument is encrypted, and this process has no key of version %" PRId64,
                version);
    else
        fl_fail(job, FL_TRANSIENT, "EncryptionError",
                "the last argument is not what was encrypted for this job");
    return false;
}

bool fl_job_decrypt(struct fl_job *job)
{
    const struct fl_payload *payload = job->payload;
    struct fl_json_at mark = fl_json_member(fl_json_root(&payload->json), "encrypt");
    const struct fl_encrypted_for whose = {payload->worker, payload->jid};
    int64_t version;
    if (fl_json_type(mark) != FL_JSON_TRUE) return true;
    job->plain = FL_BUF_INIT(FL_JOB_TEXT_BYTES_MAX);
    enum fl_error err =
        fl_decrypt_args(job->world->keyring, whose, payload->args, &job->plain, &version);
    if (!err) err = fl_json_parse(fl_buf_span(&job->plain), &job->plain_json, NULL);
    if (err) return fail(job, err, version);
    job->args = fl_json_root(&job->plain_json);
    return true;
}
