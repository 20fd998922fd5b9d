#include "tests/conformance/story.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/conformance/request.h"

enum { STORY_BYTES_MAX = 1024 * 1024 * 1024, COMMANDS_BYTES_MAX = 256 * 1024 * 1024 };
static const char day_ms[] = "86400000";

struct story story_new(void)
{
    return (struct story){.bytes = FL_BUF_INIT(STORY_BYTES_MAX)};
}

void story_release(struct story *story)
{
    fl_buf_release(&story->bytes);
}

void story_clear(struct story *story)
{
    fl_buf_truncate(&story->bytes, 0);
    story->states = 0;
    story->limited = story->broken = false;
}

/* An event's own bytes stand behind it. */
static void add(struct story *story, struct story_event event)
{
    struct fl_span bytes = event.bytes;
    enum fl_error err = fl_buf_reserve(&story->bytes, sizeof event + bytes.length);
    event.bytes.bytes = NULL;
    if (!err) err = fl_buf_append(&story->bytes, &event, sizeof event);
    if (!err) err = fl_buf_append_span(&story->bytes, bytes);
    if (err) story->broken = true;
}

bool story_next(const struct story *story, size_t *at, struct story_event *ret_event)
{
    if (*at == story->bytes.length) return false;
    memcpy(ret_event, story->bytes.bytes + *at, sizeof *ret_event);
    *at += sizeof *ret_event;
    ret_event->bytes.bytes = story->bytes.bytes + *at;
    *at += ret_event->bytes.length;
    return true;
}

/* ---- the watcher ---- */

static void sent(void *self, uint64_t connection, struct fl_span bytes)
{
    add(self, (struct story_event){STORY_SENT, .connection = connection, .bytes = bytes});
}

static void answered(void *self, uint64_t connection, struct fl_span bytes)
{
    add(self, (struct story_event){STORY_ANSWERED, .connection = connection, .bytes = bytes});
}

static void hung_up(void *self, uint64_t connection)
{
    add(self, (struct story_event){STORY_HUNG_UP, .connection = connection});
}

static void ailed(void *self, unsigned states, size_t memory_max_bytes)
{
    struct story *story = self;
    bool limited = memory_max_bytes > 0;
    if (story->states == states && story->limited == limited) return;
    story->states = states;
    story->limited = limited;
    add(story, (struct story_event){STORY_AILED, .limited = limited, .states = states});
}

/* Commands of which each is added by `say`, whole or not at all. */
static void say(struct story *story, struct fl_buf *commands, const char *name,
                const struct fl_span *args, size_t count)
{
    enum { ARGS_MAX = 4 };
    struct fl_span words[1 + ARGS_MAX] = {fl_span_from(name)};
    if (count) memcpy(words + 1, args, count * sizeof *args);
    if (request_append(commands, words, 1 + count)) story->broken = true;
}

static void select_database(struct story *story, struct fl_buf *commands, unsigned db)
{
    char number[16];
    snprintf(number, sizeof number, "%u", db);
    struct fl_span arg = fl_span_from(number);
    say(story, commands, "SELECT", &arg, 1);
}

static void befell(struct story *story, struct fl_buf *commands)
{
    add(story, (struct story_event){STORY_BEFELL, .bytes = fl_buf_span(commands)});
    fl_buf_release(commands);
}

static void expired(void *self, unsigned db, struct fl_span key)
{
    struct fl_buf commands = FL_BUF_INIT(COMMANDS_BYTES_MAX);
    select_database(self, &commands, db);
    say(self, &commands, "DEL", &key, 1);
    befell(self, &commands);
}

static void scripts_forgotten(void *self)
{
    struct fl_buf commands = FL_BUF_INIT(COMMANDS_BYTES_MAX);
    struct fl_span flush = FL_SPAN("FLUSH");
    say(self, &commands, "SCRIPT", &flush, 1);
    befell(self, &commands);
}

/* ---- a keyspace as the commands that make it ---- */

static void make_element(struct story *story, struct fl_buf *commands, enum fake_redis_type type,
                         struct fl_span key, const struct fake_redis_element *element)
{
    char score[40];
    switch (type) {
    case FAKE_REDIS_STRING:
        say(story, commands, "SET", (struct fl_span[]){key, element->member}, 2);
        return;
    case FAKE_REDIS_LIST:
        say(story, commands, "RPUSH", (struct fl_span[]){key, element->member}, 2);
        return;
    case FAKE_REDIS_SET:
        say(story, commands, "SADD", (struct fl_span[]){key, element->member}, 2);
        return;
    case FAKE_REDIS_HASH:
        say(story, commands, "HSET", (struct fl_span[]){key, element->member, element->value}, 3);
        return;
    case FAKE_REDIS_ZSET:
        snprintf(score, sizeof score, "%.17g", element->score);
        say(story, commands, "ZADD", (struct fl_span[]){key, fl_span_from(score), element->member},
            3);
        return;
    case FAKE_REDIS_STREAM: story->broken = true; return;
    }
}

static void make_key(struct story *story, struct fl_buf *commands, const struct fake_redis_key *key)
{
    struct fl_span name = fake_redis_key_name(key);
    struct fake_redis_cursor cursor = {0};
    struct fake_redis_element element;
    while (fake_redis_next(key, &cursor, &element))
        make_element(story, commands, fake_redis_key_type(key), name, &element);
    if (fake_redis_key_expires_us(key) != FL_NEVER_US)
        say(story, commands, "PEXPIRE", (struct fl_span[]){name, fl_span_from(day_ms)}, 2);
}

static void keys_replaced(void *self, struct fake_redis *engine)
{
    struct fl_buf commands = FL_BUF_INIT(COMMANDS_BYTES_MAX);
    say(self, &commands, "FLUSHALL", NULL, 0);
    for (unsigned db = 0; db < FAKE_REDIS_DATABASES; db++) {
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(engine, db, &count);
        if (count) select_database(self, &commands, db);
        for (size_t i = 0; i < count; i++)
            make_key(self, &commands, keys[i]);
    }
    befell(self, &commands);
}

/* ---- the end ---- */

static void ask_key(struct story *story, struct fl_buf *questions, const struct fake_redis_key *key)
{
    static const struct {
        const char *command, *from, *to;
    } whole[] = {
        [FAKE_REDIS_STRING] = {"GET", NULL, NULL},
        [FAKE_REDIS_LIST] = {"LRANGE", "0", "-1"},
        [FAKE_REDIS_SET] = {"SMEMBERS", NULL, NULL},
        [FAKE_REDIS_HASH] = {"HGETALL", NULL, NULL},
        [FAKE_REDIS_ZSET] = {"ZRANGEBYSCORE", "-inf", "+inf"},
        [FAKE_REDIS_STREAM] = {"XRANGE", "-", "+"},
    };
    enum fake_redis_type type = fake_redis_key_type(key);
    struct fl_span name = fake_redis_key_name(key);
    struct fl_span args[] = {name, fl_span_from(whole[type].from), fl_span_from(whole[type].to),
                             FL_SPAN("WITHSCORES")};
    say(story, questions, "TYPE", &name, 1);
    say(story, questions, "PTTL", &name, 1);
    say(story, questions, whole[type].command, args,
        !whole[type].from         ? 1
        : type == FAKE_REDIS_ZSET ? 4
                                  : 3);
}

static void ask_everything(struct story *story, struct fake_redis *engine, struct fl_buf *questions)
{
    struct fl_span all = FL_SPAN("*");
    for (unsigned db = 0; db < FAKE_REDIS_DATABASES; db++) {
        size_t count;
        const struct fake_redis_key *const *keys = fake_redis_keys(engine, db, &count);
        select_database(story, questions, db);
        say(story, questions, "KEYS", &all, 1);
        for (size_t i = 0; i < count; i++)
            ask_key(story, questions, keys[i]);
    }
}

static void ended(void *self, struct fake_redis *engine)
{
    struct fl_buf questions = FL_BUF_INIT(COMMANDS_BYTES_MAX);
    struct fake_redis_session *session = fake_redis_open(engine, "the end");
    ailed(self, 0, 0);
    fake_redis_set_states(engine, 0);
    fake_redis_set_memory_max(engine, 0);
    ask_everything(self, engine, &questions);
    if (session) {
        uint64_t id = fake_redis_session_info(session).id;
        fake_redis_feed(session, questions.bytes, questions.length);
        sent(self, id, fl_buf_span(&questions));
        answered(self, id, fake_redis_output(session));
        fake_redis_close(session);
    } else {
        ((struct story *)self)->broken = true;
    }
    fl_buf_release(&questions);
}

struct run_watcher story_watcher(struct story *story)
{
    return (struct run_watcher){
        .self = story,
        .sent = sent,
        .answered = answered,
        .hung_up = hung_up,
        .expired = expired,
        .ailed = ailed,
        .scripts_forgotten = scripts_forgotten,
        .keys_replaced = keys_replaced,
        .ended = ended,
    };
}
