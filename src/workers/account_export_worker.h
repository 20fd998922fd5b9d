/* src/workers/account_export_worker.h - the job that hands an account to another's HTTP API.
 * Arguments: [business account id, version]. The version is a number that the application counts up
 * at every change: with the account it makes the key under which the other side knows a repeat. */
#ifndef WORKERS_ACCOUNT_EXPORT_WORKER_H
#define WORKERS_ACCOUNT_EXPORT_WORKER_H

#include "faultline/worker.h"

#define ACCOUNT_EXPORT_URL "http://crm.localhost/accounts"

enum fl_outcome account_export_perform(struct fl_job *job);
/* The version is noted as refused, with the reason. */
void account_export_exhausted(struct fl_job *job);

#endif
