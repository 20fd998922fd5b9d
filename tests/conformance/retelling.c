#include "tests/conformance/retelling.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/assert.h"
#include "tests/conformance/item.h"
#include "tests/conformance/real.h"
#include "tests/conformance/reply.h"
#include "tests/conformance/request.h"
#include "tests/conformance/shown.h"

enum { WIRE_BYTES_MAX = 512 * 1024 * 1024, LOOKS_MAX = 10000, ABOUT_BYTES = 120 };
enum { UNREAL_STATES = FAKE_REDIS_LOADING | FAKE_REDIS_CLUSTERDOWN };

/* A command that has no reply yet. */
struct pending {
    enum reply_kind kind;
    bool is_multi, is_exec;
    bool waits;       /* for an element, if there is none */
    bool is_replaced; /* whatever the real server says */
    char about[ABOUT_BYTES];
};

struct talker {
    uint64_t id, real_id;
    int fd;
    struct fl_buf expected, received; /* not yet compared */
    struct fl_buf pending;            /* struct pending */
    struct fl_buf queued;             /* enum reply_kind of each command since MULTI */
};

/* ---- talking to the real server ---- */

static bool differ(struct retelling *retelling, const struct talker *talker, const char *about,
                   struct fl_span fake, struct fl_span real)
{
    char left[1000], right[1000];
    shown(left, sizeof left, fake);
    shown(right, sizeof right, real);
    snprintf(retelling->why, sizeof retelling->why,
             "command %" PRIu64 ", connection %" PRIu64
             "\n      asked %s\n      fake  %s\n      real  %s",
             retelling->commands, talker ? talker->id : 0, about, left, right);
    return false;
}

static bool answer_on_control(struct retelling *retelling, struct fl_span command,
                              struct fl_buf *answer)
{
    fl_buf_truncate(answer, 0);
    return real_ask(retelling->control, command, answer);
}

static bool begin_illness(struct retelling *retelling)
{
    static const struct {
        unsigned state;
        const char *name;
    } names[] = {{FAKE_REDIS_MISCONF, "misconf+"},       {FAKE_REDIS_OOM, "oom+"},
                 {FAKE_REDIS_NOREPLICAS, "noreplicas+"}, {FAKE_REDIS_MASTERDOWN, "masterdown+"},
                 {FAKE_REDIS_READONLY, "readonly+"},     {FAKE_REDIS_BUSY, "busy+"}};
    char text[128] = "";
    unsigned reached;
    for (size_t i = 0; i < FL_COUNT(names); i++)
        if (retelling->states & names[i].state) strcat(text, names[i].name);
    return !text[0] || illness_begin(&retelling->illness, fl_span_from(text), &reached);
}

/* Commands of ours, which no state refuses. False: one was answered by an error. */
static bool act(struct retelling *retelling, struct fl_span commands)
{
    struct fl_buf answer = FL_BUF_INIT(WIRE_BYTES_MAX);
    bool done = illness_end(&retelling->illness);
    while (done && commands.length) {
        struct fl_span command = {commands.bytes, item_length(commands)};
        commands = item_rest(commands, command.length);
        done = answer_on_control(retelling, command, &answer) && answer.bytes[0] != '-';
    }
    if (!done)
        differ(retelling, NULL, "(to do what befell the fake)", FL_SPAN("(done)"),
               answer.length ? fl_buf_span(&answer) : FL_SPAN("(no answer)"));
    fl_buf_release(&answer);
    return done && begin_illness(retelling);
}

static bool kill_client(struct retelling *retelling, const struct talker *talker)
{
    char id[24];
    snprintf(id, sizeof id, "%" PRIu64, talker->real_id);
    struct fl_buf command = FL_BUF_INIT(1024);
    struct fl_span words[] = {FL_SPAN("CLIENT"), FL_SPAN("KILL"), FL_SPAN("ID"), fl_span_from(id)};
    bool done = request_append(&command, words, FL_COUNT(words)) == FL_OK &&
                act(retelling, fl_buf_span(&command));
    fl_buf_release(&command);
    return done;
}

/* ---- connections ---- */

static struct talker *find_talker(struct retelling *retelling, uint64_t id)
{
    for (size_t i = 0; i < retelling->count; i++)
        if (retelling->talkers[i].id == id) return &retelling->talkers[i];
    return NULL;
}

static bool ask_id(struct talker *talker)
{
    bool done = real_ask(talker->fd, FL_SPAN("CLIENT ID\r\n"), &talker->received) &&
                talker->received.bytes[0] == ':';
    if (done) talker->real_id = strtoull(talker->received.bytes + 1, NULL, 10);
    fl_buf_truncate(&talker->received, 0);
    return done;
}

static struct talker *new_talker(struct retelling *retelling, uint64_t id)
{
    if (retelling->count == RETELLING_TALKERS_MAX) return NULL;
    struct talker *talker = &retelling->talkers[retelling->count++];
    *talker = (struct talker){.id = id,
                              .expected = FL_BUF_INIT(WIRE_BYTES_MAX),
                              .received = FL_BUF_INIT(WIRE_BYTES_MAX),
                              .pending = FL_BUF_INIT(WIRE_BYTES_MAX),
                              .queued = FL_BUF_INIT(WIRE_BYTES_MAX)};
    bool done = illness_end(&retelling->illness);
    talker->fd = server_connect(retelling->server);
    done = done && talker->fd >= 0 && ask_id(talker) && begin_illness(retelling);
    return done ? talker : NULL;
}

static void drop_talker(struct retelling *retelling, struct talker *talker)
{
    if (talker->fd >= 0) close(talker->fd);
    fl_buf_release(&talker->expected);
    fl_buf_release(&talker->received);
    fl_buf_release(&talker->pending);
    fl_buf_release(&talker->queued);
    *talker = retelling->talkers[--retelling->count];
}

static bool is_waiting(const struct talker *talker)
{
    return talker->pending.length > 0;
}

/* The real server has forgotten it before it hears anything else. */
static bool hang_up(struct retelling *retelling, struct talker *talker)
{
    bool done = !is_waiting(talker) || kill_client(retelling, talker);
    drop_talker(retelling, talker);
    return done;
}

/* ---- comparing ---- */

static bool same_time(struct fl_span fake, struct fl_span real)
{
    return fake.bytes[0] == ':' && real.bytes[0] == ':' && fake.bytes[1] != '-' &&
           real.bytes[1] != '-';
}

static bool is_same(const struct talker *talker, const struct pending *pending, struct fl_span fake,
                    struct fl_span real)
{
    if (pending->is_replaced) return true;
    if (pending->is_exec)
        return reply_is_exec((const enum reply_kind *)(const void *)talker->queued.bytes,
                             talker->queued.length / sizeof(enum reply_kind), fake, real);
    if (pending->kind == REPLY_TIME) return fl_span_equal(fake, real) || same_time(fake, real);
    return reply_is(pending->kind, fake, real);
}

static bool note_queue(struct talker *talker, const struct pending *pending, struct fl_span fake)
{
    if (pending->is_multi) fl_buf_truncate(&talker->queued, 0);
    return !fl_span_is(fake, "+QUEUED\r\n") ||
           fl_buf_append(&talker->queued, &pending->kind, sizeof pending->kind) == FL_OK;
}

/* Until so many whole replies are there. */
static bool await(struct talker *talker, size_t replies)
{
    for (size_t at = 0; replies;) {
        size_t length = item_length(item_rest(fl_buf_span(&talker->received), at));
        at += length;
        replies -= length > 0;
        if (!length && real_receive(talker->fd, &talker->received, REAL_PATIENCE_MS) != REAL_BYTES)
            return false;
    }
    return true;
}

static bool is_nil(struct fl_span reply)
{
    return fl_span_is(reply, "$-1\r\n") || fl_span_is(reply, "*-1\r\n") ||
           fl_span_is(reply, "_\r\n");
}

/* The server lists it with the flag of those who wait. */
static bool is_listed_as_waiting(struct fl_span listed)
{
    const char *flags = memmem(listed.bytes, listed.length, " flags=", 7);
    if (!flags) return false;
    for (flags += 7; *flags != ' '; flags++)
        if (*flags == 'b') return true;
    return false;
}

static bool has_ended(struct fl_span answer)
{
    return fl_span_is(answer, ":1\r\n");
}

/* Asks about the client until the answer is so; false: it has got a reply, or never is. */
static bool ask_until(struct retelling *retelling, struct talker *talker, const char *verb,
                      const char *how, bool (*is_so)(struct fl_span answer))
{
    const struct pending *pending = (const struct pending *)(const void *)talker->pending.bytes;
    struct fl_buf command = FL_BUF_INIT(1024), answer = FL_BUF_INIT(WIRE_BYTES_MAX);
    bool so = false, answered = false;
    bool alive =
        fl_buf_printf(&command, "CLIENT %s %" PRIu64 "%s\r\n", verb, talker->real_id, how) == FL_OK;
    for (int i = 0; i < LOOKS_MAX && alive && !so && !answered; i++) {
        alive = answer_on_control(retelling, fl_buf_span(&command), &answer);
        so = alive && is_so(fl_buf_span(&answer));
        answered = !so && real_receive(talker->fd, &talker->received, 0) != REAL_NOTHING;
    }
    fl_buf_release(&command);
    fl_buf_release(&answer);
    return so || differ(retelling, talker, pending->about, FL_SPAN("(waits)"),
                        fl_buf_span(&talker->received));
}

/* The story has no reply to the last command: the real server must wait, too, before others are
 * heard. */
static bool await_waiting(struct retelling *retelling, struct talker *talker)
{
    return ask_until(retelling, talker, "LIST ID", "", is_listed_as_waiting);
}

static bool time_out(struct retelling *retelling, struct talker *talker)
{
    return ask_until(retelling, talker, "UNBLOCK", " TIMEOUT", has_ended);
}

static bool compare_front(struct retelling *retelling, struct talker *talker)
{
    struct fl_span fake = {talker->expected.bytes, item_length(fl_buf_span(&talker->expected))};
    if (!is_waiting(talker)) return differ(retelling, talker, "(nothing)", fake, FL_SPAN(""));
    struct pending pending = *(const struct pending *)(const void *)talker->pending.bytes;
    if (pending.waits && is_nil(fake) && !time_out(retelling, talker)) return false;
    if (!await(talker, 1))
        return differ(retelling, talker, pending.about, fake, FL_SPAN("(no answer)"));
    struct fl_span real = {talker->received.bytes, item_length(fl_buf_span(&talker->received))};
    if (!is_same(talker, &pending, fake, real))
        return differ(retelling, talker, pending.about, fake, real);
    if (!note_queue(talker, &pending, fake)) return false;
    if (pending.is_replaced)
        retelling->replaced++;
    else
        retelling->commands++;
    fl_buf_consume(&talker->pending, sizeof pending);
    fl_buf_consume(&talker->received, real.length);
    fl_buf_consume(&talker->expected, fake.length);
    return true;
}

static bool settle(struct retelling *retelling)
{
    for (size_t i = 0; i < retelling->count; i++)
        while (item_length(fl_buf_span(&retelling->talkers[i].expected)))
            if (!compare_front(retelling, &retelling->talkers[i])) return false;
    return true;
}

/* ---- telling ---- */

static struct pending expect(const struct fl_span *args, size_t count, struct fl_span command)
{
    struct pending pending = {.kind = reply_kind(args, count),
                              .is_multi = request_is(args[0], "multi"),
                              .is_exec = request_is(args[0], "exec"),
                              .waits = request_timeout(args, count) > 0};
    shown(pending.about, sizeof pending.about, command);
    return pending;
}

/* The command as the real server shall hear it. */
static enum fl_error translate(struct fl_span command, struct fl_span *args, size_t count,
                               const struct pending *pending, struct fl_buf *wire)
{
    size_t timeout = request_timeout(args, count);
    if (pending->is_replaced)
        return fl_buf_append_text(wire, pending->is_exec ? "DISCARD\r\n" : "REFUSED\r\n");
    if (!timeout || args[timeout].bytes[0] == '-') return fl_buf_append_span(wire, command);
    args[timeout] = FL_SPAN("0");
    return request_append(wire, args, count);
}

static bool refuses_unreally(const struct retelling *retelling, struct fl_span reply)
{
    if (!(retelling->states & UNREAL_STATES) || reply.length < 2 || reply.bytes[0] != '-')
        return false;
    static const char *const words[] = {"LOADING ", "CLUSTERDOWN ", "CROSSSLOT "};
    for (size_t i = 0; i < FL_COUNT(words); i++)
        if (memmem(reply.bytes, reply.length, words[i], strlen(words[i]))) return true;
    return false;
}

/* `reply` is what the story answers, where that matters; empty: it waits, or it does not. */
static bool add_command(struct retelling *retelling, struct talker *talker, struct fl_span command,
                        struct fl_span reply, struct fl_buf *wire)
{
    size_t count = request_split(command, retelling->words);
    if (!count) return differ(retelling, talker, "(no command)", command, FL_SPAN(""));
    struct pending pending = expect(retelling->words, count, command);
    pending.is_replaced = refuses_unreally(retelling, reply);
    return translate(command, retelling->words, count, &pending, wire) == FL_OK &&
           fl_buf_append(&talker->pending, &pending, sizeof pending) == FL_OK;
}

/* The limit that the story's server has is reached here only while the command is heard. */
static bool tell_when_full(struct retelling *retelling, struct talker *talker, struct fl_span wire,
                           size_t replies)
{
    return act(retelling,
               FL_SPAN("*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$9\r\nmaxmemory\r\n$1\r\n1\r\n")) &&
           real_send(talker->fd, wire) && await(talker, replies) &&
           act(retelling,
               FL_SPAN("*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$9\r\nmaxmemory\r\n$1\r\n0\r\n"));
}

/* Each command by itself, since it matters what the story answers to it. */
static bool tell_singly(struct retelling *retelling, struct talker *talker, struct fl_span commands,
                        struct fl_span replies)
{
    struct fl_buf wire = FL_BUF_INIT(WIRE_BYTES_MAX);
    bool done = true;
    for (size_t i = 1; done && commands.length; i++) {
        struct fl_span command = {commands.bytes, item_length(commands)};
        struct fl_span reply = {replies.bytes, replies.length ? item_length(replies) : 0};
        commands = item_rest(commands, command.length);
        if (reply.length) replies = item_rest(replies, reply.length);
        fl_buf_truncate(&wire, 0);
        done = add_command(retelling, talker, command, reply, &wire);
        bool is_full = retelling->limited && fl_span_starts(reply, FL_SPAN("-OOM"));
        if (done && is_full)
            done = tell_when_full(retelling, talker, fl_buf_span(&wire), i);
        else if (done)
            done = real_send(talker->fd, fl_buf_span(&wire)) && (!reply.length || await(talker, i));
    }
    fl_buf_release(&wire);
    return done;
}

static bool tell_at_once(struct retelling *retelling, struct talker *talker,
                         struct fl_span commands)
{
    struct fl_buf wire = FL_BUF_INIT(WIRE_BYTES_MAX);
    bool done = true;
    while (done && commands.length) {
        struct fl_span command = {commands.bytes, item_length(commands)};
        done =
            command.length && add_command(retelling, talker, command, (struct fl_span){0}, &wire);
        commands = item_rest(commands, command.length);
    }
    done = done && real_send(talker->fd, fl_buf_span(&wire));
    fl_buf_release(&wire);
    return done;
}

static bool tell_sent(struct retelling *retelling, const struct story *story, size_t after,
                      const struct story_event *event)
{
    struct talker *talker = find_talker(retelling, event->connection);
    struct story_event next = {0};
    if (!talker) talker = new_talker(retelling, event->connection);
    if (!talker)
        return differ(retelling, NULL, "(connection)", FL_SPAN("(open)"), FL_SPAN("(none)"));
    if (!retelling->limited && !(retelling->states & UNREAL_STATES))
        return tell_at_once(retelling, talker, event->bytes);
    bool replied = story_next(story, &after, &next) && next.kind == STORY_ANSWERED &&
                   next.connection == event->connection;
    return tell_singly(retelling, talker, event->bytes, replied ? next.bytes : (struct fl_span){0});
}

static bool fall_ill(struct retelling *retelling, const struct story_event *event)
{
    retelling->states = event->states;
    retelling->limited = event->limited;
    return illness_end(&retelling->illness) && begin_illness(retelling);
}

static bool tell_event(struct retelling *retelling, const struct story *story, size_t after,
                       const struct story_event *event)
{
    struct talker *talker = find_talker(retelling, event->connection);
    switch (event->kind) {
    case STORY_SENT: return tell_sent(retelling, story, after, event);
    case STORY_ANSWERED:
        return talker && fl_buf_append_span(&talker->expected, event->bytes) == FL_OK;
    case STORY_HUNG_UP: return !talker || hang_up(retelling, talker);
    case STORY_BEFELL: return act(retelling, event->bytes);
    case STORY_AILED: return fall_ill(retelling, event);
    }
    return false;
}

/* All that was answered to what has been told. */
static bool conclude(struct retelling *retelling, uint64_t told)
{
    struct talker *talker = find_talker(retelling, told);
    return settle(retelling) &&
           (!talker || !is_waiting(talker) || await_waiting(retelling, talker));
}

static bool begin(struct retelling *retelling)
{
    retelling->states = 0;
    retelling->limited = false;
    retelling->why[0] = '\0';
    while (retelling->count)
        if (!hang_up(retelling, &retelling->talkers[0])) return false;
    return act(retelling, FL_SPAN("*1\r\n$8\r\nFLUSHALL\r\n*2\r\n$6\r\nSCRIPT\r\n$5\r\nFLUSH\r\n"));
}

bool retelling_tell(struct retelling *retelling, const struct story *story)
{
    struct story_event event;
    size_t at = 0;
    uint64_t told = 0;
    bool same = begin(retelling) && !story->broken;
    while (same && story_next(story, &at, &event)) {
        if (event.kind != STORY_ANSWERED) {
            same = conclude(retelling, told);
            told = event.kind == STORY_SENT ? event.connection : 0;
        }
        same = same && tell_event(retelling, story, at, &event);
    }
    same = same && conclude(retelling, told);
    if (!same && !retelling->why[0])
        snprintf(retelling->why, sizeof retelling->why, "the story cannot be told%s",
                 story->broken ? ": it lacks a part" : "");
    return same;
}

/* ---- life ---- */

bool retelling_open(struct retelling *retelling, const struct server *server)
{
    *retelling = (struct retelling){.server = server, .control = server_connect(server)};
    illness_init(&retelling->illness, server, retelling->control);
    retelling->talkers = malloc(RETELLING_TALKERS_MAX * sizeof *retelling->talkers);
    retelling->words = malloc(ITEM_ELEMENTS_MAX * sizeof *retelling->words);
    return retelling->control >= 0 && retelling->talkers && retelling->words;
}

void retelling_close(struct retelling *retelling)
{
    while (retelling->count)
        drop_talker(retelling, &retelling->talkers[0]);
    illness_end(&retelling->illness);
    if (retelling->control >= 0) close(retelling->control);
    free(retelling->talkers);
    free(retelling->words);
}
