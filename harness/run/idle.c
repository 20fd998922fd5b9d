/* harness/run/idle.c - a fetcher that finds nothing asks again each second; the polls of a wait are
 * played as one.
 *
 * While time passes to the next timer of anybody else, nobody can push a job: every such poll would
 * end with nothing. So the one that is under way is prolonged by whole polls until it ends next
 * after that timer, when it would have been under way as well. It is prolonged once only: what has
 * happened meanwhile, the fetcher sees in its next pass, as soon as it would have. A fetcher that
 * has more to do in a pass than to look for jobs (what its process has in hand may have to be
 * acknowledged or given back) goes through all of them. */
#include <string.h>

#include "harness/run/stage.h"
#include "queue/heartbeat.h"
#include "queue/keys.h"
#include "queue/moves.h"

static bool exists(const struct run *run, struct fl_span key)
{
    return fake_redis_find(run->house->engine, 0, key) != NULL;
}

/* Something stands in a queue that it fetches from, or in its own lists. */
static bool has_work(const struct run *run, const struct node *node)
{
    static const struct fl_queue_option standard = {"default", 0};
    const struct fl_process_options *options = &node->options;
    const struct fl_queue_option *queues = options->queue_count ? options->queues : &standard;
    size_t count = options->queue_count ? options->queue_count : 1;
    const char *identity = fl_process_identity(node->program);
    for (size_t i = 0; i < count; i++) {
        char key[FL_KEY_BYTES];
        if (exists(run, fl_queue_key(queues[i].name, key)) ||
            exists(run, fl_private_key(identity, queues[i].name, key)))
            return true;
    }
    return false;
}

/* How long it may take jobs, in run time: its heartbeat stands in Redis for longer. */
static int64_t lease_until_us(const struct run *run, const struct node *node)
{
    struct fl_span identity = fl_span_from(fl_process_identity(node->program));
    const struct fake_redis_key *beat = fake_redis_find(run->house->engine, 0, identity);
    int64_t dies_us = beat ? fake_redis_key_expires_us(beat) : FL_NEVER_US;
    if (dies_us == FL_NEVER_US) return 0;
    return wall_clock_when_us(&run->server.clock, dies_us) -
           (FL_HEARTBEAT_TTL_S - FL_LEASE_S) * FL_SECOND_US;
}

static struct node *idle_fetcher(struct run *run, const struct server_pop *pop)
{
    struct node *node = run_node_of(run, pop->process);
    if (!node || !node->alive || !node->program || strcmp(pop->role, "fetch") != 0) return NULL;
    if (node->options.fetch == FL_FETCH_BASIC || sim_process_paused(node->process)) return NULL;
    return has_work(run, node) ? NULL : node;
}

static void prolong(struct run *run, const struct server_pop *pop, const struct node *node,
                    int64_t other_us)
{
    int64_t poll_us = pop->until_us - pop->asked_us;
    int64_t lease_us = lease_until_us(run, node);
    int64_t last_us = other_us < lease_us ? other_us : lease_us;
    if (poll_us <= 0 || last_us <= pop->until_us) return;
    int64_t polls = (last_us - pop->until_us + poll_us - 1) / poll_us;
    server_pop_prolong(&run->server, pop, pop->until_us + polls * poll_us);
}

void run_prolong_pops(struct run *run)
{
    struct {
        struct server_pop pop;
        const struct node *node;
    } idle[RUN_NODES_MAX];
    uint32_t count = 0;
    struct server_pop pop = {0};
    struct server *server = &run->server;
    if (!run->plan->fold_idle || server_next_end_us(server) != sim_world_next_us(run->world))
        return;
    while (count < RUN_NODES_MAX && server_next_pop(server, &pop)) {
        const struct node *node = idle_fetcher(run, &pop);
        if (!node) continue;
        server_pop_rest(server, &pop);
        idle[count].pop = pop;
        idle[count++].node = node;
    }
    int64_t other_us = sim_world_next_us(run->world);
    for (uint32_t i = 0; i < count && other_us != FL_NEVER_US; i++)
        prolong(run, &idle[i].pop, idle[i].node, other_us);
    for (uint32_t i = 0; i < count; i++)
        server_pop_resume(server, &idle[i].pop);
}
