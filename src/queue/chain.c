#include "queue/chain.h"

#include <string.h>

void fl_config_init(struct fl_config *config)
{
    *config = (struct fl_config){.server.side = FL_CHAIN_SERVER, .client.side = FL_CHAIN_CLIENT};
}

enum fl_error fl_config_set_up(struct fl_config *config, const struct fl_setup *const *setups,
                               size_t count, size_t *ret_index)
{
    for (size_t i = 0; i < count; i++) {
        enum fl_error err = setups[i]->configure(config);
        *ret_index = i;
        if (err) return err;
    }
    return FL_OK;
}

struct fl_chain *fl_config_server(struct fl_config *config)
{
    return &config->server;
}

struct fl_chain *fl_config_client(struct fl_config *config)
{
    return &config->client;
}

enum fl_error fl_config_on_event(struct fl_config *config, enum fl_event event,
                                 fl_event_handler *handler)
{
    if (config->events.count == FL_EVENT_HANDLERS_MAX) return FL_EBOUND;
    config->events.items[config->events.count++] = (struct fl_event_wish){event, handler};
    return FL_OK;
}

enum fl_error fl_config_on_death(struct fl_config *config, fl_death_handler *handler)
{
    if (config->death_handler_count == FL_DEATH_HANDLERS_MAX) return FL_EBOUND;
    config->death_handlers[config->death_handler_count++] = handler;
    return FL_OK;
}

/* --- the order --- */

/* The place of that name; the length when there is none. */
static size_t place_of(const struct fl_chain *chain, const char *name)
{
    size_t i = 0;
    while (i < chain->count && strcmp(chain->links[i]->name, name) != 0)
        i++;
    return i;
}

bool fl_chain_has(const struct fl_chain *chain, const char *name)
{
    return place_of(chain, name) < chain->count;
}

void fl_chain_remove(struct fl_chain *chain, const char *name)
{
    size_t at = place_of(chain, name);
    if (at == chain->count) return;
    chain->count--;
    memmove(&chain->links[at], &chain->links[at + 1],
            (chain->count - at) * sizeof(chain->links[0]));
}

void fl_chain_clear(struct fl_chain *chain)
{
    chain->count = 0;
}

static enum fl_error check(const struct fl_chain *chain, const struct fl_middleware *link)
{
    bool fits =
        chain->side == FL_CHAIN_SERVER ? link->around_job != NULL : link->around_push != NULL;
    if (!link->name || !fits) return FL_EINVAL;
    bool stands = fl_chain_has(chain, link->name);
    return chain->count == FL_CHAIN_MAX && !stands ? FL_EBOUND : FL_OK;
}

static void insert(struct fl_chain *chain, size_t at, const struct fl_middleware *link)
{
    memmove(&chain->links[at + 1], &chain->links[at],
            (chain->count - at) * sizeof(chain->links[0]));
    chain->links[at] = link;
    chain->count++;
}

enum fl_error fl_chain_add(struct fl_chain *chain, const struct fl_middleware *link)
{
    enum fl_error err = check(chain, link);
    if (err) return err;
    fl_chain_remove(chain, link->name);
    insert(chain, chain->count, link);
    return FL_OK;
}

enum fl_error fl_chain_prepend(struct fl_chain *chain, const struct fl_middleware *link)
{
    enum fl_error err = check(chain, link);
    if (err) return err;
    fl_chain_remove(chain, link->name);
    insert(chain, 0, link);
    return FL_OK;
}

enum fl_error fl_chain_insert_before(struct fl_chain *chain, const char *anchor,
                                     const struct fl_middleware *link)
{
    enum fl_error err = check(chain, link);
    if (err) return err;
    fl_chain_remove(chain, link->name);
    insert(chain, fl_chain_has(chain, anchor) ? place_of(chain, anchor) : 0, link);
    return FL_OK;
}

enum fl_error fl_chain_insert_after(struct fl_chain *chain, const char *anchor,
                                    const struct fl_middleware *link)
{
    enum fl_error err = check(chain, link);
    if (err) return err;
    fl_chain_remove(chain, link->name);
    size_t at = place_of(chain, anchor);
    insert(chain, at < chain->count ? at + 1 : at, link);
    return FL_OK;
}

/* --- the way through --- */

struct fl_next_job {
    const struct fl_chain *chain;
    size_t index;
    const struct fl_worker *worker;
};

enum fl_outcome fl_run_next(struct fl_job *job, const struct fl_next_job *next)
{
    if (next->index == next->chain->count) return next->worker->perform(job);
    const struct fl_next_job rest = {next->chain, next->index + 1, next->worker};
    return next->chain->links[next->index]->around_job(job, &rest);
}

enum fl_outcome fl_chain_run(const struct fl_chain *chain, struct fl_job *job,
                             const struct fl_worker *worker)
{
    const struct fl_next_job first = {chain, 0, worker};
    return fl_run_next(job, &first);
}

/* What all links of one push share. */
struct pushing {
    fl_last_push *last;
    void *context;
    bool was_pushed;
};

struct fl_next_push {
    const struct fl_chain *chain;
    size_t index;
    struct pushing *pushing;
};

enum fl_error fl_push_next(struct fl_push *push, const struct fl_next_push *next)
{
    struct pushing *pushing = next->pushing;
    if (next->index == next->chain->count) {
        pushing->was_pushed = true;
        return pushing->last(pushing->context, push);
    }
    const struct fl_next_push rest = {next->chain, next->index + 1, pushing};
    return next->chain->links[next->index]->around_push(push, &rest);
}

enum fl_error fl_chain_push(const struct fl_chain *chain, struct fl_push *push, fl_last_push *last,
                            void *context)
{
    struct pushing pushing = {last, context, false};
    const struct fl_next_push first = {chain, 0, &pushing};
    enum fl_error err = fl_push_next(push, &first);
    return !err && !pushing.was_pushed ? FL_ECANCELED : err;
}
