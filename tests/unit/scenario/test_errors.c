/* Each row is one line that is wrong, below a head that is right, and the one message it gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/assert.h"
#include "harness/scenario/parse.h"

static const char head[] = "scenario 1 \"t\"\nset size 3\nenqueue imp-7 W [7]\nexpect imp-7 done\n";

static struct error_case {
    const char *line, *want; /* behind "s:5:" */
} cases[] = {
    {"fualt kill p1 at +1s", "1: expected a statement, found \"fualt\"; did you mean \"fault\"?"},
    {"zebra", "1: expected a statement, found \"zebra\""},
    {"scenario 1 \"again\"", "1: expected this statement only once, found \"scenario\""},
    {"seed x", "6: expected a seed, like 42, found \"x\""},
    {"seeds 9..1", "7: expected two seeds with .. between them, like 1..100, found \"9..1\""},
    {"start yesterday", "7: expected an instant, like 2026-03-29T00:30Z, or a trap of the "
                        "calendar, found \"yesterday\""},
    {"horizon 5", "9: expected a duration, like 60d, found \"5\""},
    {"schedule lifo", "10: expected fifo or instant, found \"lifo\""},
    {"choice later world next 1 p1", "8: expected a kind of choice, found \"later\""},
    {"choice schedule world next x p1",
     "28: expected how many of its kind came before, found \"x\""},
    {"choice delay p1 \"redis GET\" 1 p1", "31: expected the number that was chosen, found \"p1\""},
    {"choice schedule world next 1 p1 p2", "33: expected the end of the line, found \"p2\""},
    {"idle exakt", "6: expected exact, found \"exakt\"; did you mean \"exact\"?"},
    {"set size 4", "5: expected a setting that no line above has made, found \"size\""},
    {"set variant 3",
     "5: expected another name: this one means a line `variant`, found \"variant\""},
    {"vary size 4 5", "6: expected a setting that no line above has made, found \"size\""},
    {"vary n", "7: expected a value, found the end of the line"},
    {"variant", "8: expected the name of a variant, found the end of the line"},
    {"variant a b", "11: expected the end of the line, found \"b\""},
    {"heal 5s after fault f9", "21: expected the name of a fault of this scenario, found \"f9\""},
    {"sometimes class lossy",
     "1: expected expect: a class is no matter of one run, found \"sometimes\""},
    {"sometimes imp-7 dnoe", "17: expected a state of the job, starts, ends or exits, found "
                             "\"dnoe\"; did you mean \"done\"?"},
    {"repeat i 3..1", "10: expected two numbers with .. between them, like 1..10, found \"3..1\""},
    {"repeat size 1..2", "8: expected a setting that no line above has made, found \"size\""},
    {"repeat i 1..2 stpe 1", "15: expected the end of the line, found \"stpe\""},
    {"repeat i 1..2", "1: expected a line `end` below, found \"repeat\""},
    {"end", "1: expected a repeat above, which this would end, found \"end\""},
    {"expect fair always zcard(a) = 0", "8: expected a claim on the end of a run, found \"fair\""},
    {"fault term p1 grace when p1", "21: expected a duration, like 10s, found \"when\""},
    {"explore dfs swarm", "13: expected swarm only of random, urw and guided, found \"swarm\""},
    {"explore guided depth 3", "16: expected depth only of pct and dfs, found \"depth\""},
    {"explore pct runs 0", "18: expected a number from 1, found \"0\""},
    {"explore pcc", "9: expected a strategy, found \"pcc\"; did you mean \"pct\"?"},
    {"set sweep x", "5: expected another name: this one means a line `sweep`, found \"sweep\""},
    {"sweep lose-ack | rest when p1",
     "18: expected a fault verb, found \"rest\"; did you mean \"reset\"?"},
    {"sweep pairs oom in p1",
     "22: expected a verb that strikes at effects: oom does not, found the end of the line"},
    {"sweep pairs lose-ack with reset when p1",
     "22: expected faults of a single part, since both strike, found \"with\""},
    {"sweep pairs lose-ack then rest when p1",
     "27: expected a fault verb, found \"rest\"; did you mean \"reset\"?"},
    {"fault kill p1 when imp-7#1.x",
     "20: expected an effect's number from 1 after the point, like imp-1#2.7, found \"imp-7#1.x\""},
    {"fault kill p1 when p1/fetch.0",
     "20: expected an effect's number from 1 after the point, like imp-1#2.7, found "
     "\"p1/fetch.0\""},
    {"fault clock p1 rate 0/1 at +1s", "21: expected a rate, like 11/10, found \"0/1\""},
    {"fault clock p1 rate 1001/1 at +1s", "21: expected a rate, like 11/10, found \"1001/1\""},
    {"fault kill p1 p 3/2", "17: expected a chance, like 1/50, found \"3/2\""},
    {"cron a W \"61 * * * *\"", "10: expected when, in quotes, like \"30 2 * * *\", found \"61 * * "
                                "* *\"; minute wants 0-59, *, a list, a range or a step"},
    {"cron a W \"0 3 * * *\"",
     "6: expected a line `horizon`: how long the clock goes on, found \"a\""},
    {"cron imp-7 W \"0 3 * * *\"",
     "6: expected a new name for the job, found \"imp-7\"; line 3 has it already"},
    {"cron a W 0 3", "10: expected when, in quotes, like \"30 2 * * *\", found \"0\""},
    {"cron a W \"0 3 * * *\" zone UTC", "22: expected an option of cron, found \"zone\""},
    {"fault kill p1 when zcrad(retry) = 3",
     "20: expected what is measured, like zcard(KEY) or rows(TABLE), found \"zcrad\"; did you mean "
     "\"zcard\"?"},
    {"fault kill p1 when zcard(retry = 3",
     "20: expected a ) at the end, like zcard(retry), found \"zcard(retry\""},
    {"fault kill p1 when zcard() = 3",
     "20: expected a key in the parentheses, without NUL bytes, found \"zcard()\""},
    {"fault kill p1 when zcard(retry) == 3",
     "33: expected = != < <= > >= or ~, found \"==\"; did you mean \"!=\"?"},
    {"fault kill p1 when zcard(retry) = many", "35: expected a number, found \"many\""},
    {"fault kill p1 when zcard(retry) ~ 3",
     "33: expected = != < <= > or >=: this is a number, found \"~\""},
    {"fault kill p1 when ttl(lock) > 3", "32: expected a duration, like 30s, found \"3\""},
    {"fault kill p1 when hget(h) = 3",
     "20: expected a key and a member or field with a comma between them, found \"hget(h)\""},
    {"fault kill p1 when rows(a,b) = 3", "20: expected the name of a table, found \"rows(a,b)\""},
    {"fault kill p1 when zcard(a) = 3 and zcard(b) = 3",
     "37: expected each kind of condition once, found \"zcard(b)\""},
    {"expect always imp-7 done",
     "15: expected what is measured, like zcard(KEY) or rows(TABLE), found \"imp-7\""},
    {"sometimes always zcard(dead) = 1",
     "11: expected a claim on the end of a run, or expect, found \"always\""},
    {"heal when imp-7", "11: expected what is measured, like zcard(KEY) or rows(TABLE), found "
                        "\"imp-7\""},
    {"fault lose-ack until +0s", "22: expected a time behind the start, like +5m, found \"+0s\""},
    {"fault kill p1 at +1s until +2s", "1: expected when: until needs an effect, found \"fault\""},
    {"processes 0", "11: expected how many, from 1 to 32, found \"0\""},
    {"processes 2 concurency 1",
     "13: expected an option of processes, found \"concurency\"; did you mean \"concurrency\"?"},
    {"processes 2 fetch bsaic",
     "19: expected basic or reliable, found \"bsaic\"; did you mean \"basic\"?"},
    {"processes 1 queues a,0",
     "20: expected a weight from 1 to 1000 after the comma, found \"a,0\""},
    {"processes 1 timeout 1s timeout 2s",
     "24: expected each option at most once, found \"timeout\""},
    {"processes 1 memory 64MB", "20: expected a size, like 64MiB, 512KiB or 4096, found \"64MB\""},
    {"given dv imports id=7",
     "7: expected db, redis, http or file, found \"dv\"; did you mean \"db\"?"},
    {"given redis", "12: expected a Redis command, found the end of the line"},
    {"given db imports", "17: expected COLUMN=VALUE, found the end of the line"},
    {"given http GET http://x/ - 200", "26: expected ->, found \"-\"; did you mean \"->\"?"},
    {"given http GET http://x/ -> 20",
     "29: expected timeout, or a status from 100 to 599, found \"20\""},
    {"given file a.csv text", "18: expected the text in quotes, @FILE or rows N, found \"text\""},
    {"given file a.csv @no-such-file",
     "18: expected a file that can be opened after @, found \"@no-such-file\""},
    {"enqueue imp-7 W [7]",
     "9: expected a new name for the job, found \"imp-7\"; line 3 has it already"},
    {"enqueue p1 W [7]",
     "9: expected a name that is no word of the language and no process, found \"p1\""},
    {"enqueue j W [7,]", "16: expected a value, found \"]\"; the text is not JSON"},
    {"enqueue j W {\"a\":1}",
     "13: expected the arguments as a JSON array, like [7], found \"{\"a\":1}\""},
    {"enqueue j W",
     "12: expected the arguments as a JSON array, like [7], found the end of the line"},
    {"enqueue j W [] ni 5m",
     "16: expected an option of enqueue, found \"ni\"; did you mean \"in\"?"},
    {"enqueue j W [] in 5m at +1h", "22: expected either in or at, found \"at\""},
    {"enqueue j raw queue default",
     "28: expected the payload in quotes, found the end of the line"},
    {"fault kil p1 at +1s", "7: expected a fault verb, found \"kil\"; did you mean \"kill\"?"},
    {"fault kill worker at +1s",
     "12: expected a process: p1, process-of JOB or all, found \"worker\""},
    {"fault kill p2 at +1s", "12: expected a process that a line `processes` makes, found \"p2\""},
    {"fault kill process-of imp-8 at +1s",
     "23: expected a job that a line `enqueue` names, found \"imp-8\"; did you mean \"imp-7\"?"},
    {"fault kill p1",
     "14: expected when, at or p: where the fault strikes, found the end of the line"},
    {"fault kill p1 wen imp-7", "15: expected when, at, until, p, before, after, times or restart, "
                                "found \"wen\"; did you mean "
                                "\"when\"?"},
    {"fault kill p1 when imp-7 step COMMIT",
     "31: expected * or a pattern in quotes, like \"db COMMIT\", found \"COMMIT\""},
    {"fault kill p1 when the 3 \"redis *\"",
     "24: expected which one: 1st, 2nd, 3rd, ..., found \"3\""},
    {"fault kill p1 at +1s restart after soon", "36: expected a duration, like 5s, found \"soon\""},
    {"fault flushall when imp-7 with kill p1",
     "27: expected with VERB before when, at and all other clauses, found \"with\""},
    {"fault kill p1 with flushall when imp-7",
     "1: expected kill, oomkill, pause and delay behind all other parts, found \"fault\""},
    {"fault flushall with error oom at +1s",
     "1: expected when: a part of it needs an effect, found \"fault\""},
    {"fault flushall with oom nth 1 in p1 at +1s",
     "16: expected oom alone, without with, found \"with\""},
    {"fault error \"X\" at +1s restart after 5s",
     "24: expected restart only behind kill, oomkill, "
     "term, quiet, retire, deploy, tear or oom, found \"restart\""},
    {"fault error raedonly",
     "13: expected a quoted error line or the name of one, found \"raedonly\"; did you mean "
     "\"readonly\"?"},
    {"fault cut-reply x when imp-7", "17: expected a number from 0, found \"x\""},
    {"fault slice 0", "13: expected a number from 1, found \"0\""},
    {"fault refuse 5s at +1s", "14: expected for, found \"5s\""},
    {"fault redis raedonly for 5s at +1s",
     "13: expected a state of Redis, found \"raedonly\"; did you mean \"readonly\"?"},
    {"fault redis readonly for 5s",
     "28: expected when, at or p: where the fault strikes, found the end of the line"},
    {"fault failover 3 at +1s", "16: expected lose, found \"3\""},
    {"fault redis-restart eof at +1s",
     "21: expected all, aof, rdb, empty or lose N, found \"eof\"; did you mean \"aof\"?"},
    {"fault evict k",
     "14: expected when, at or p: where the fault strikes, found the end of the line"},
    {"fault maxmemory 64MB for 1s at +1s",
     "17: expected a size, like 64MiB, 512KiB or 4096, found \"64MB\""},
    {"fault http 999", "12: expected a status from 100 to 599, found \"999\""},
    {"fault oom in p1", "11: expected nth, found \"in\""},
    {"fault poison imp-7 args-nul at +1s",
     "20: expected a way in which a payload is poison, found \"args-nul\"; did you mean "
     "\"args-null\"?"},
    {"fault poison imp-7 * at +1s", "20: expected a way in which a payload is poison, found \"*\""},
    {"fault cut-reply *", "17: expected a number from 0, found \"*\""},
    {"fault kill redis at +1s",
     "12: expected a process: p1, process-of JOB or all, found \"redis\""},
    {"fault delay 5s..1s",
     "13: expected two times with .. between them, like 15s..40s, found \"5s..1s\""},
    {"start leap-dya", "7: expected an instant, like 2026-03-29T00:30Z, or a trap of the calendar, "
                       "found \"leap-dya\"; did you mean \"leap-day\"?"},
    {"fault kill p1 p 2/1", "17: expected a chance, like 1/50, found \"2/1\""},
    {"fault kill p1 2s after fault f1",
     "30: expected the name of a fault of this scenario, found \"f1\""},
    {"sweep lose-ack\nsweep lose-ack",
     "1: expected at most one sweep in a scenario, found \"sweep\""},
    {"heal in 5m", "6: expected at, when, after faults, or a duration like 5s, found \"in\""},
    {"expect imp-7 dnoe", "14: expected a state of the job, starts, ends or exits, found \"dnoe\"; "
                          "did you mean \"done\"?"},
    {"expect imp-8 done",
     "8: expected a job that a line `enqueue` names, found \"imp-8\"; did you mean \"imp-7\"?"},
    {"expect efect \"mail\" exactly 1",
     "8: expected a claim: a job's name or a word of the reference, found \"efect\"; did you mean "
     "\"effect\"?"},
    {"expect effect mail exactly 1",
     "15: expected a pattern in quotes, like \"mail *\", found \"mail\""},
    {"expect effect \"mail\" 1", "22: expected exactly N, at most N or at least N, found \"1\""},
    {"expect effect \"mail\" at mots 1", "25: expected least, found \"mots\""},
    {"expect gap of imp-7 2..1 in 1s..2s",
     "21: expected two runs with .. between them, like 1..2, found \"2..1\""},
    {"expect redis ZCARD dead",
     "24: expected a Redis command, = and its answer, found the end of the line"},
    {"expect p1 exits 256", "17: expected an exit status from 0 to 255, found \"256\""},
    {"expect imp-7 done now", "19: expected the end of the line, found \"now\""},
    {"volatile db imports", "13: expected TABLE.COLUMN, found \"imports\""},
    {"given db imports id=$sise",
     "21: expected a setting that a line `set` above has made, found \"sise\"; did you mean "
     "\"size\"?"},
    {"why", "4: expected a reason in words, found the end of the line"},
    {"enqueue j W [\"\xff\"]", "15: expected valid UTF-8, found \"\\xff\""},
};

static void error_row(void **state)
{
    const struct error_case *row = *state;
    struct fl_buf text = FL_BUF_INIT(4096), message = FL_BUF_INIT(64 * 1024);
    char want[512];
    struct plan *plan = NULL;
    int line = strchr(row->line, '\n') ? 6 : 5;
    snprintf(want, sizeof want, "s:%d:%s", line, row->want);
    assert_int_equal(fl_buf_printf(&text, "%s%s\n", head, row->line), FL_OK);
    assert_int_equal(scenario_parse("s", fl_buf_span(&text), NULL, 0, &plan, &message), FL_EPARSE);
    assert_null(plan);
    assert_string_equal(message.bytes, want);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void all_problems_of_a_file_are_told_and_at_most_20(void **state)
{
    struct fl_buf text = FL_BUF_INIT(4096), message = FL_BUF_INIT(64 * 1024);
    struct plan *plan = NULL;
    (void)state;
    assert_int_equal(fl_buf_append_text(&text, "scenario 1 \"t\"\n"), FL_OK);
    for (int i = 0; i < 30; i++)
        assert_int_equal(fl_buf_append_text(&text, "bogus\n"), FL_OK);
    assert_int_equal(scenario_parse("s", fl_buf_span(&text), NULL, 0, &plan, &message), FL_EPARSE);
    int lines = 1;
    for (size_t i = 0; i < message.length; i++)
        lines += message.bytes[i] == '\n';
    assert_int_equal(lines, 20);
    fl_buf_release(&text);
    fl_buf_release(&message);
}

static void a_setting_that_no_line_takes_is_a_problem(void **state)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    const struct scenario_setting settings[] = {{"sise", "4"}};
    (void)state;
    assert_int_equal(scenario_parse("s", fl_span_from(head), settings, 1, &plan, &message),
                     FL_EPARSE);
    assert_string_equal(message.bytes, "s:1:1: expected a --set whose name a line `set` has, found "
                                       "\"sise\"; did you mean \"size\"?");
    fl_buf_release(&message);
}

static void a_file_that_is_missing_is_named(void **state)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    (void)state;
    assert_int_equal(scenario_read("no/such.scenario", NULL, 0, &plan, &message), FL_ENOTFOUND);
    assert_string_equal(message.bytes,
                        "no/such.scenario:1:1: expected a scenario file that can be read, at most "
                        "64 MiB, found \"No such file or directory\"");
    fl_buf_release(&message);
}

static struct whole_case {
    const char *name, *text, *want;
} wholes[] = {
    {"whole: an empty file", "",
     "s:1:1: expected scenario 1 \"title\" as the first line, found the "
     "end of the line"},
    {"whole: another first line", "seed 1\nexpect state same-as reference\n",
     "s:1:1: expected scenario 1 \"title\" as the first line, found \"seed\""},
    {"whole: another version", "scenario 2 \"t\"\nexpect drained within 1s\n",
     "s:1:10: expected 1, the version of the scenario language, found \"2\""},
    {"whole: nothing is claimed", "scenario 1 \"t\"\n",
     "s:1:1: expected a line `expect`: what must hold, found the end of the line"},
    {"whole: a range without end", "scenario 1 \"t\"\nseeds {1..999999999999999999}\n",
     "s:2:7: expected two seeds with .. between them, like 1..100, found \"1\""},
};

static void whole_row(void **state)
{
    const struct whole_case *row = *state;
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    enum fl_error err = scenario_parse("s", fl_span_from(row->text), NULL, 0, &plan, &message);
    assert_int_equal(err, FL_EPARSE);
    assert_string_equal(message.bytes, row->want);
    fl_buf_release(&message);
}

static void a_range_of_too_many_jobs_is_refused(void **state)
{
    struct fl_buf message = FL_BUF_INIT(4096);
    struct plan *plan = NULL;
    static const char text[] = "scenario 1 \"t\"\nset a 1\nmodule m{1..99999999999}\n";
    (void)state;
    assert_int_equal(scenario_parse("s", fl_span_from(text), NULL, 0, &plan, &message), FL_EBOUND);
    assert_non_null(strstr(message.bytes, "s:3:1: expected a smaller scenario"));
    fl_buf_release(&message);
}

int main(void)
{
    struct CMUnitTest tests[FL_COUNT(cases) + FL_COUNT(wholes) + 4];
    size_t count = 0;
    for (size_t i = 0; i < FL_COUNT(cases); i++)
        tests[count++] = (struct CMUnitTest){cases[i].line, error_row, NULL, NULL, &cases[i]};
    for (size_t i = 0; i < FL_COUNT(wholes); i++)
        tests[count++] = (struct CMUnitTest){wholes[i].name, whole_row, NULL, NULL, &wholes[i]};
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(all_problems_of_a_file_are_told_and_at_most_20);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_setting_that_no_line_takes_is_a_problem);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_file_that_is_missing_is_named);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_range_of_too_many_jobs_is_refused);
    return _cmocka_run_group_tests("errors", tests, count, NULL, NULL);
}
