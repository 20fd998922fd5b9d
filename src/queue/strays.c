/* src/queue/strays.c - what is in hand is noted before the lists are read: a job that ends in
 * between is then missing from the list, never taken for a stray. Equal bytes are told apart by
 * their number. */
#include "queue/strays.h"

#include <stdlib.h>
#include <string.h>

#include "faultline/worker.h"
#include "queue/commands.h"
#include "queue/log_text.h"

static bool remove_known(struct fl_fingerprint *known, size_t *count, struct fl_fingerprint print)
{
    for (size_t i = 0; i < *count; i++) {
        if (known[i].queue != print.queue || strcmp(known[i].text, print.text) != 0) continue;
        known[i] = known[--*count];
        return true;
    }
    return false;
}

static enum fl_error give_back(const struct fl_moves *moves, uint32_t queue, struct fl_span bytes,
                               struct fl_log log)
{
    enum fl_move move;
    struct fl_delivery *delivery = fl_delivery_new(queue, bytes);
    if (!delivery) return FL_ENOMEM;
    enum fl_error err = fl_move_back(moves, delivery, &move, NULL);
    if (!err && move == FL_MOVE_DONE)
        fl_log_printf(log, FL_LOG_WARN, "gave back a job of %s whose fetch was not answered",
                      moves->queues[queue].name);
    free(delivery);
    return err;
}

static enum fl_error scan_queue(const struct fl_moves *moves, uint32_t queue,
                                struct fl_fingerprint *known, size_t *known_count,
                                struct fl_log log)
{
    char key[FL_KEY_BYTES];
    const struct fl_span args[] = {FL_SPAN("LRANGE"), fl_moves_private_key(moves, queue, key),
                                   FL_SPAN("0"), FL_SPAN("-1")};
    struct fl_replies replies;
    const struct fl_command command = {args, 4};
    enum fl_error err = fl_command_exec(&command, moves->redis, moves->clock, &replies);
    if (!err && replies.items[0].type != FL_REPLY_ARRAY) err = FL_EPROTOCOL;
    for (size_t i = 0; !err && i < replies.items[0].count; i++) {
        struct fl_span bytes = replies.items[0].elements[i].text;
        if (!remove_known(known, known_count, fl_fingerprint(queue, bytes)))
            err = give_back(moves, queue, bytes, log);
    }
    fl_replies_release(&replies);
    return err;
}

enum fl_error fl_strays_give_back(const struct fl_moves *moves, size_t first_queue,
                                  size_t queue_count, struct fl_handoff *handoff, struct fl_log log)
{
    struct fl_fingerprint *known = malloc(FL_FINGERPRINTS_MAX * sizeof(*known)); /* few are used */
    if (!known) return FL_ENOMEM;
    size_t known_count = fl_handoff_fingerprints(handoff, known);
    enum fl_error err = FL_OK;
    for (size_t i = 0; !err && i < queue_count; i++)
        err = scan_queue(moves, (uint32_t)(first_queue + i), known, &known_count, log);
    free(known);
    return err;
}
