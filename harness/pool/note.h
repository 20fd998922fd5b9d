/* harness/pool/note.h - where the calling worker's note lies. */
#ifndef HARNESS_POOL_NOTE_H
#define HARNESS_POOL_NOTE_H

#include "harness/pool/pool.h"

void pool_worker_note_set(struct pool_note *note);

#endif
