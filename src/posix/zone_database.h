/* src/posix/zone_database.h - the machine's time zones, by their names. */
#ifndef FL_POSIX_ZONE_DATABASE_H
#define FL_POSIX_ZONE_DATABASE_H

#include "core/error.h"
#include "core/zone.h"

enum { FL_ZONE_PROBLEM_BYTES = 512 };

/* "Europe/Berlin", below /usr/share/zoneinfo. FL_EINVAL: no name of a zone; FL_ENOTFOUND,
 * FL_EPARSE, FL_EIO, FL_EBOUND, FL_ENOMEM; all with a sentence. */
FL_CHECKED enum fl_error fl_zone_load(const char *name, struct fl_zone **ret_zone,
                                      char ret_problem[FL_ZONE_PROBLEM_BYTES]);

#endif
