/* Which of what a server says is the reply to which command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "fakes/redis/serve/expected.h"
#include "fakes/redis/serve/reply_stream.h"

enum { WORDS_MAX = 8 };

/* Steps: "> COMMAND" is sent; anything else is said, with what it must be in front: L the last of
 * the reply, P a part of it, N nobody's; "-" in front of a command: it is never answered. */
static struct talk {
    const char *name, *steps[16];
} talks[] = {
    {"commands and replies", {"> get a", "> ping", "L$-1\r\n", "L+PONG\r\n", "N+x\r\n"}},
    {"one confirmation for each channel",
     {"> subscribe a b", "> ping", "P*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n",
      "N*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n",
      "L*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n", "L*2\r\n$4\r\npong\r\n$0\r\n\r\n"}},
    {"in protocol 3 they are pushed",
     {"> subscribe a", "> get b", "L>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n",
      "N>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n", "L$1\r\n1\r\n"}},
    {"the rest of an unsubscription from all is nobody's",
     {"> subscribe a", "L*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n", "> unsubscribe", "> get k",
      "L*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n",
      "N*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n", "L$-1\r\n"}},
    {"an array that begins like a message is a reply where nobody has subscribed",
     {"> lrange l 0 -1", "L*1\r\n$7\r\nmessage\r\n"}},
    {"nor has anybody any more",
     {"> subscribe a", "L*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n", "> unsubscribe a",
      "L*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n", "> lrange l 0 -1",
      "L*1\r\n$7\r\nmessage\r\n"}},
    {"an error ends what should have had many confirmations",
     {"> subscribe a b c", "L-NOPERM no\r\n"}},
    {"between MULTI and EXEC it is queued once", {"> subscribe a b", "L+QUEUED\r\n"}},
    {"invalidations are nobody's",
     {"> get a", "N>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", "L$-1\r\n"}},
    {"a monitor's lines are nobody's",
     {"> monitor", "L+OK\r\n", "N+1700000000.1 [0 127.0.0.1:1] \"get\" \"a\"\r\n", "> ping",
      "N+1700000000.2 [0 127.0.0.1:1] \"ping\"\r\n", "L+PONG\r\n"}},
    {"a command that is skipped has no reply",
     {"-client reply skip", "-get a", "> get b", "L$-1\r\n"}},
    {"nor has any while replies are off",
     {"-client reply off", "-get a", "-client reply skip", "-get b", "> CLIENT REPLY ON",
      "L+OK\r\n", "> get c", "L$-1\r\n"}},
};

static size_t split(char *line, struct fl_span *words)
{
    size_t count = 0;
    for (char *rest, *word = strtok_r(line, " ", &rest); word && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = fl_span_from(word);
    return count;
}

static void send_command(struct fake_expectations *expectations, const char *step)
{
    char line[128];
    struct fl_span words[WORDS_MAX];
    enum fake_expects expects;
    snprintf(line, sizeof line, "%s", step + (*step == '>' ? 2 : 1));
    size_t count = split(line, words);
    assert_int_equal(fake_expectations_add(expectations, words, count, true, &expects), FL_OK);
    assert_int_equal(expects, *step == '>' ? FAKE_EXPECTS_REPLIES : FAKE_EXPECTS_NOTHING);
}

static void hear(struct fake_expectations *expectations, const char *step)
{
    struct fake_reply_scan scan = {0};
    struct fl_span reply = fl_span_from(step + 1);
    size_t length;
    assert_int_equal(fake_reply_scan(&scan, reply, &length), FAKE_REPLY_WHOLE);
    assert_int_equal(length, reply.length);
    enum fake_whose whose = fake_expectations_match(expectations, reply);
    assert_int_equal(*step, "NPL"[whose]);
    if (whose == FAKE_WHOSE_LAST) fake_expectations_pop(expectations);
}

static void talk_row(void **state)
{
    const struct talk *talk = *state;
    struct fake_expectations expectations = {0};
    for (size_t i = 0; i < FL_COUNT(talk->steps) && talk->steps[i]; i++) {
        if (strchr(">-", talk->steps[i][0]))
            send_command(&expectations, talk->steps[i]);
        else
            hear(&expectations, talk->steps[i]);
    }
    assert_null(expectations.first);
    fake_expectations_release(&expectations);
}

static struct said {
    const char *name, *text;
    enum fake_reply_end end;
    size_t length;
} saids[] = {
    {"scan: a status", "+OK\r\n+", FAKE_REPLY_WHOLE, 5},
    {"scan: nothing yet", "", FAKE_REPLY_MORE, 0},
    {"scan: half a line", "+OK\r", FAKE_REPLY_MORE, 0},
    {"scan: a bulk string with line breaks", "$4\r\n\r\n\r\n\r\n", FAKE_REPLY_WHOLE, 10},
    {"scan: half a bulk string", "$4\r\nabc", FAKE_REPLY_MORE, 0},
    {"scan: nulls", "*3\r\n$-1\r\n*-1\r\n_\r\n", FAKE_REPLY_WHOLE, 17},
    {"scan: nested", "*2\r\n%1\r\n+a\r\n~2\r\n:1\r\n,1.5\r\n#t\r\n", FAKE_REPLY_WHOLE, 30},
    {"scan: an attribute belongs to what it stands before", "|1\r\n+k\r\n+v\r\n+OK\r\n",
     FAKE_REPLY_WHOLE, 17},
    {"scan: a last element is missing", "*2\r\n:1\r\n", FAKE_REPLY_MORE, 0},
    {"scan: no type", "x\r\n", FAKE_REPLY_BROKEN, 0},
    {"scan: no length", "$x\r\n", FAKE_REPLY_BROKEN, 0},
    {"scan: a negative length", "$-2\r\n", FAKE_REPLY_BROKEN, 0},
    {"scan: a line that ends with LF alone", "+OK\n", FAKE_REPLY_BROKEN, 0},
    {"scan: more elements than there can be", "*4294967297\r\n", FAKE_REPLY_BROKEN, 0},
};

static void said_row(void **state)
{
    const struct said *said = *state;
    struct fake_reply_scan scan = {0};
    size_t length = 0;
    assert_int_equal(fake_reply_scan(&scan, fl_span_from(said->text), &length), said->end);
    assert_int_equal(length, said->length);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(talks) + FL_COUNT(saids)];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(talks); i++)
        tests[count++] = (struct CMUnitTest){talks[i].name, talk_row, NULL, NULL, &talks[i]};
    for (size_t i = 0; i < FL_COUNT(saids); i++)
        tests[count++] = (struct CMUnitTest){saids[i].name, said_row, NULL, NULL, &saids[i]};
    return _cmocka_run_group_tests("expected", tests, count, NULL, NULL);
}
