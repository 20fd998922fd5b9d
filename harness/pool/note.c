#include "harness/pool/note.h"

/* Process-wide by nature: signal handlers and libc's interposed functions write to it. */
static struct pool_note nobodys;
static struct pool_note *mine = &nobodys;

struct pool_note *pool_worker_note(void)
{
    return mine;
}

void pool_worker_note_set(struct pool_note *note)
{
    mine = note;
}
