/* A handler module that was built against another version of the header. */
#define fl_worker_abi this_versions_abi
#include "faultline/worker.h"
#undef fl_worker_abi

const int fl_worker_abi = FL_WORKER_ABI + 1;
const struct fl_worker fl_workers[] = {{0}};
