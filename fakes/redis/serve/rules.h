/* fakes/redis/serve/rules.h - rules of the wire as text: from a script, from the control channel,
 * and back. */
#ifndef FAKE_REDIS_SERVE_RULES_H
#define FAKE_REDIS_SERVE_RULES_H

#include "core/json.h"
#include "fakes/redis/wire/wire.h"

enum { FAKE_RULE_WORDS_MAX = 64, FAKE_RULE_PROBLEM_BYTES = 512 };

/* Splits a line into words as the scenario language does: quotes are off, comments gone. Words stay
 * until the next call. False: `problem` says what is wrong with its form. */
struct fake_rule_reader {
    bool (*split)(void *context, struct fl_span line, struct fl_span words[FAKE_RULE_WORDS_MAX],
                  size_t *ret_count, char problem[FAKE_RULE_PROBLEM_BYTES]);
    void *context;
};

/* Adds what the line says, with or without `fault` in front; *ret_id is 0 when it is empty. False:
 * `problem` says why not. */
bool fake_rule_add(struct fake_wire *wire, const struct fake_rule_reader *reader,
                   struct fl_span line, uint32_t *ret_id, char problem[FAKE_RULE_PROBLEM_BYTES]);
/* {"id":1,"fault":"delay 5s command lpush","matched":3,"fired":1} for each. */
void fake_rules_tell(const struct fake_wire *wire, struct fl_json_writer *array);

#endif
