/* harness/operate/entries.h - does what a request asks of the entries of one place. */
#ifndef HARNESS_OPERATE_ENTRIES_H
#define HARNESS_OPERATE_ENTRIES_H

#include "harness/operate/link.h"
#include "harness/operate/request.h"

/* The exit code; everything has been said. */
int operate_entries(const struct operate_link *link, const struct operate_request *request);

#endif
