/* fakes/scope/fake_scope.h - marks the stretches in which a fake works on its own memory.
 *
 * A fake is called by the program under test, but what it records belongs to the test: it must
 * neither count as the program's memory nor vanish when the program is killed. The owner of the
 * fake says how to tell the two apart; a zeroed scope does nothing. A fake leaves its scope before
 * it waits or calls back. */
#ifndef FAKES_SCOPE_FAKE_SCOPE_H
#define FAKES_SCOPE_FAKE_SCOPE_H

#include <stddef.h>

struct fake_scope {
    void *(*enter)(void *context); /* its result is handed to the matching leave */
    void (*leave)(void *context, void *entered);
    void *context;
};

static inline void *fake_scope_enter(struct fake_scope scope)
{
    return scope.enter ? scope.enter(scope.context) : NULL;
}

static inline void fake_scope_leave(struct fake_scope scope, void *entered)
{
    if (scope.leave) scope.leave(scope.context, entered);
}

#endif
