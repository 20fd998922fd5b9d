/* src/queue/chain.h - a process's middleware, death handlers and event handlers, in their order
 * (faultline/middleware.h and faultline/events.h say what they are). */
#ifndef FL_QUEUE_CHAIN_H
#define FL_QUEUE_CHAIN_H

#include "core/error.h"
#include "faultline/middleware.h"
#include "queue/events.h"

enum fl_chain_side { FL_CHAIN_SERVER, FL_CHAIN_CLIENT };

struct fl_chain {
    enum fl_chain_side side;
    size_t count;
    const struct fl_middleware *links[FL_CHAIN_MAX];
};

struct fl_config {
    struct fl_chain server, client;
    size_t death_handler_count;
    fl_death_handler *death_handlers[FL_DEATH_HANDLERS_MAX];
    struct fl_event_wishes events;
};

/* Nothing is in it. */
void fl_config_init(struct fl_config *config);
/* Calls each setup's configure; stops at the first that fails, *ret_index is its number. */
FL_CHECKED enum fl_error fl_config_set_up(struct fl_config *config,
                                          const struct fl_setup *const *setups, size_t count,
                                          size_t *ret_index);

/* Through all links to the handler. */
enum fl_outcome fl_chain_run(const struct fl_chain *chain, struct fl_job *job,
                             const struct fl_worker *worker);
/* Through all links to `last`, which pushes what they have made of it; FL_ECANCELED when none has
 * called it. */
typedef enum fl_error fl_last_push(void *context, const struct fl_push *push);
FL_CHECKED enum fl_error fl_chain_push(const struct fl_chain *chain, struct fl_push *push,
                                       fl_last_push *last, void *context);

#endif
