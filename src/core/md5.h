/* src/core/md5.h - MD5 (RFC 1321), where another program's keys are made with it; not for secrets.
 */
#ifndef FL_CORE_MD5_H
#define FL_CORE_MD5_H

#include "core/span.h"

enum { FL_MD5_HEX_BYTES = 33 };

/* 32 lower-case hex digits. */
void fl_md5_hex(struct fl_span bytes, char ret_hex[FL_MD5_HEX_BYTES]);

#endif
