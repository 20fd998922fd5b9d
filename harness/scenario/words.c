#include "harness/scenario/words.h"

#include "core/assert.h"
#include "harness/scenario/nearest.h"
#include "harness/scenario/plan.h"

static const struct word statements[] = {
    {"scenario", WORD_SCENARIO, "scenario 1 \"title\"",
     "the first line: the version of this language, and what the scenario claims"},
    {"why", WORD_WHY, "why TEXT", "the reason, to the end of the line"},
    {"set", WORD_SET, "set NAME VALUE",
     "a default for $NAME and ${NAME} below; `--set NAME=VALUE` replaces it"},
    {"vary", WORD_VARY, "vary NAME VALUE VALUE...",
     "the same with several values: one run of the scenario for each, and for each with each of "
     "another `vary`"},
    {"variant", WORD_VARIANT, "variant NAME",
     "the lines from here to the next `variant` are of this one alone: the scenario is played once "
     "for each; `--set variant=NAME` plays one"},
    {"repeat", WORD_REPEAT, "repeat NAME A..B [step N]",
     "the lines down to `end`, once for each number, which is $NAME in them"},
    {"end", WORD_END, NULL, "ends a `repeat`"},
    {"seed", WORD_SEED, "seed N", "the one seed to run; 1 by default"},
    {"seeds", WORD_SEEDS, "seeds A..B", "run once for each seed"},
    {"start", WORD_START, "start 2026-03-29T00:30Z|NAME [tz ZONE]",
     "what the wall clock shows at the start; 2026-01-01T00:00Z by default; NAME is one of the "
     "traps of the calendar"},
    {"horizon", WORD_HORIZON, "horizon 60d",
     "virtual time by which all must have drained; 400 days by default"},
    {"tolerates", WORD_TOLERATES, "tolerates N down",
     "so many processes may be dead or stand still at a time: what strikes by chance, or always, "
     "spares the others meanwhile"},
    {"idle", WORD_IDLE, "idle exact", "play idle time tick by tick instead of folding it"},
    {"schedule", WORD_SCHEDULE, "schedule fifo|instant",
     "`fifo`: the first task that is ready runs, and nothing takes longer than it must; `instant`: "
     "calls take no time, and a task goes on until it waits; else the seed decides"},
    {"choice", WORD_CHOICE, "choice KIND STREAM LABEL N VALUE",
     "a choice of the run that is made already, the N-th from 0 of its kind, stream and label, as "
     "replay files record them: `choice schedule world next 36 p2/fetch`; with such lines nothing "
     "is drawn, and what none decides is the first option, or 0"},
    {"explore", WORD_EXPLORE, "explore STRATEGY [OPTION]...",
     "`faultline run` plays a campaign instead of single runs, as `run --explore` does; the option "
     "of the command line goes before"},
    {"module", WORD_MODULE, "module PATH",
     "a module of workers to load; the shipped workers when there is no such line"},
    {"processes", WORD_PROCESSES, "processes N [OPTION]...",
     "N more worker processes, named p1, p2, ...; one of default options when there is no such "
     "line"},
    {"given", WORD_GIVEN, "given db|redis|http|file ...", "what is there before the start"},
    {"enqueue", WORD_ENQUEUE, "enqueue JOB WORKER [ARGS] [OPTION]...",
     "push a job under a name of the scenario's own; `enqueue JOB raw queue NAME \"bytes\"` pushes "
     "bytes"},
    {"enqueue-bulk", WORD_ENQUEUE_BULK, "enqueue-bulk JOB WORKER [ARGS] [OPTION]...",
     "consecutive ones that differ in name and arguments only are one bulk push"},
    {"cron", WORD_CRON, "cron NAME WORKER [ARGS] \"30 2 * * *\" [OPTION]...",
     "the clock enqueues it, through whichever process leads, until the horizon; the jobs are "
     "named "
     "after the wall clock: `NAME:2026-03-29T03:00`"},
    {"alerts", WORD_ALERTS, "alerts [OPTION]...",
     "whichever process leads calls somebody; every option is a limit that is wanted, each request "
     "an effect of `p1/alerts`"},
    {"fault", WORD_FAULT, "fault [NAME:] VERB ... [CLAUSE]...",
     "something goes wrong; one that never fires fails the scenario"},
    {"sweep", WORD_SWEEP, "sweep [pairs] VERB ... [| VERB ...] [then VERB ...] [CLAUSE]...",
     "the same fault at every place in turn: one run for each; with `pairs` at each place, and at "
     "each with the fault behind `then`, or itself, at every later one; of alternatives with ` | ` "
     "between them each is swept in turn, as if there were a variant for each, and "
     "`--set sweep=\"VERB ...\"` plays one"},
    {"heal", WORD_HEAL,
     "heal at +1h | heal 5s after fault NAME | heal when zcard(KEY) = 1 | heal after faults",
     "faults stop and dead processes restart; by default, `after faults`, once every limited one "
     "has fired and, if others may strike by chance or always, the work has drained or stood still "
     "for half an hour"},
    {"expect", WORD_EXPECT, "expect CLAIM", "what must hold at the end"},
    {"sometimes", WORD_SOMETIMES, "sometimes CLAIM",
     "what must hold at the end of one run at least, of all seeds and all places of the sweep: the "
     "scenario reaches what it is about"},
    {"volatile", WORD_VOLATILE, "volatile db TABLE.COLUMN",
     "differs between undisturbed runs: not compared with the reference"},
};
const struct words words_statements = {"a statement", "Statements", statements,
                                       FL_COUNT(statements)};

static const struct word choices[] = {
    {"schedule", PLAN_CHOICE_SCHEDULE, NULL, "which ready task runs next"},
    {"delay", PLAN_CHOICE_DELAY, NULL, "how long an effect takes, in microseconds above the least"},
    {"random", PLAN_CHOICE_RANDOM, NULL, "a number that the program has drawn"},
    {"fault", PLAN_CHOICE_FAULT, NULL, "whether a fault with a probability strikes"},
};
const struct words words_choices = {"a kind of choice", "Kinds of choices", choices,
                                    FL_COUNT(choices)};

static const struct word strategies[] = {
    {"random", PLAN_EXPLORE_RANDOM, NULL, "each run with a seed of its own"},
    {"pct", PLAN_EXPLORE_PCT, NULL, "tasks have priorities that change at a few drawn places"},
    {"urw", PLAN_EXPLORE_URW, NULL, "every order of the tasks' turns is as likely as another"},
    {"dfs", PLAN_EXPLORE_DFS, NULL, "all orders, with few switches between tasks first"},
    {"dpor", PLAN_EXPLORE_DPOR, NULL, "of all orders one of each kind that makes a difference"},
    {"guided", PLAN_EXPLORE_GUIDED, NULL, "on from the runs in which something new happened"},
    {"small", PLAN_EXPLORE_SMALL, NULL, "all small worlds of the scenario, each by dpor"},
};
const struct words words_strategies = {"a strategy", "Strategies", strategies,
                                       FL_COUNT(strategies)};

static const struct word explore[] = {
    {"depth", WORD_EXPLORE_DEPTH, "depth 3",
     "of pct: how many steps must come in a certain order; of dfs: switches at most"},
    {"runs", WORD_EXPLORE_RUNS, "runs 500", "at most so many"},
    {"budget", WORD_EXPLORE_BUDGET, "budget 60s",
     "of real time: how many runs that is differs from machine to machine"},
    {"swarm", WORD_EXPLORE_SWARM, NULL,
     "of random, urw and guided: the options of each run are drawn, too"},
};
const struct words words_explore = {"an option of explore", "Options of explore", explore,
                                    FL_COUNT(explore)};

static const struct word process[] = {
    {"concurrency", WORD_CONCURRENCY, "concurrency N", "job threads; 5 by default"},
    {"fetch", WORD_FETCH, "fetch basic|reliable", "how jobs are taken; reliable by default"},
    {"queues", WORD_QUEUES, "queues NAME[,WEIGHT]...",
     "in strict order without weights; `default` by default"},
    {"timeout", WORD_TIMEOUT, "timeout 25s", "grace when asked to stop"},
    {"wire", WORD_WIRE, "wire 6|7|8", "the Sidekiq line whose formats are written"},
    {"poll", WORD_POLL, "poll 5s", "mean time between looks at scheduled jobs and retries"},
    {"pool", WORD_POOL, "pool 2", "database connections; 8 by default"},
    {"memory", WORD_MEMORY, "memory 64MiB", "past it the process is killed"},
    {"max-retries", WORD_MAX_RETRIES, "max-retries 25", "for workers with `retry: true`"},
    {"reliable-push", WORD_RELIABLE_PUSH, "reliable-push 1000",
     "so many pushes of handlers may wait in memory while Redis is away"},
    {"dead-max", WORD_DEAD_MAX, "dead-max 10000", "jobs kept in the dead set"},
    {"dead-timeout", WORD_DEAD_TIMEOUT, "dead-timeout 180d", "how long they are kept"},
    {"capsule", WORD_CAPSULE, "capsule NAME N QUEUE[,WEIGHT]...",
     "N job threads of their own for these queues; may be repeated"},
    {"metrics", WORD_METRICS, NULL, "each job is told to StatsD"},
};
const struct words words_process = {"an option of processes", "Options of processes", process,
                                    FL_COUNT(process)};

static const struct word given[] = {
    {"db", WORD_GIVEN_DB, "given db TABLE COLUMN=VALUE...",
     "a row; a bare number is an integer, `null` is NULL, all else is text"},
    {"redis", WORD_GIVEN_REDIS, "given redis COMMAND [ARG]...",
     "a command that Redis has executed; texts with blanks stand in quotes"},
    {"http", WORD_GIVEN_HTTP,
     "given http METHOD URL -> STATUS [\"body\"|@FILE] [retry-after 30s] [xN] [then ...] | timeout "
     "30s ...",
     "answers in order, the last one for ever; URL is a glob"},
    {"file", WORD_GIVEN_FILE, "given file NAME \"text\"|@FILE|rows N",
     "a file that workers can read; `rows` makes a CSV with the header name,email"},
};
const struct words words_given = {"db, redis, http or file", "What is given", given,
                                  FL_COUNT(given)};

static const struct word enqueue[] = {
    {"in", WORD_PUSH_IN, "in 5m", "perform_in: so long after the push"},
    {"at", WORD_PUSH_AT, "at +1h", "perform_at: so long after the start"},
    {"when", WORD_PUSH_WHEN, "when +10m", "the moment of the push itself; the start by default"},
    {"queue", WORD_PUSH_QUEUE, "queue NAME", "instead of the worker's own"},
    {"retry", WORD_PUSH_RETRY, "retry N|true|false", "instead of the worker's own"},
    {"dead", WORD_PUSH_DEAD, "dead true|false", "whether it is kept in the dead set"},
};
const struct words words_enqueue = {"an option of enqueue", "Options of enqueue", enqueue,
                                    FL_COUNT(enqueue)};

static const struct word cron[] = {
    {"tz", WORD_CRON_TZ, "tz ZONE",
     "whose wall clocks are meant: a name of the machine's database (`Europe/Berlin`) or a rule of "
     "POSIX (`CET-1CEST,M3.5.0,M10.5.0/3`); as `start` says by default"},
    {"queue", WORD_CRON_QUEUE, "queue NAME", "instead of the worker's own"},
};
const struct words words_cron = {"an option of cron", "Options of cron", cron, FL_COUNT(cron)};

static const struct word alerts[] = {
    {"failure-rate", WORD_ALERTS_FAILURE_RATE, "failure-rate 20",
     "so many per cent of the jobs of the window have failed"},
    {"failure-jobs", WORD_ALERTS_FAILURE_JOBS, "failure-jobs 20",
     "a rate counts when at least so many have run; 20 by default"},
    {"latency", WORD_ALERTS_LATENCY, "latency 60s", "the next job of a queue has waited so long"},
    {"dead", WORD_ALERTS_DEAD, "dead 50", "so many jobs have died within the window"},
    {"silent", WORD_ALERTS_SILENT, "silent 1", "so many processes have lost their heartbeat"},
    {"processes", WORD_ALERTS_PROCESSES, "processes 2", "fewer than that beat"},
    {"window", WORD_ALERTS_WINDOW, "window 5m", "from 30s to 1h; 5m by default"},
    {"webhook", WORD_ALERTS_WEBHOOK, "webhook URL", "is told by a POST, beside the log"},
};
const struct words words_alerts = {"an option of alerts", "Options of alerts", alerts,
                                   FL_COUNT(alerts)};

static const struct word gauges[] = {
    {"zcard", PLAN_GAUGE_ZCARD, "zcard(KEY) = 3", "members of a sorted set"},
    {"llen", PLAN_GAUGE_LLEN, "llen(KEY) >= 1", "elements of a list"},
    {"scard", PLAN_GAUGE_SCARD, "scard(KEY) < 2", "members of a set"},
    {"hlen", PLAN_GAUGE_HLEN, "hlen(KEY) != 0", "fields of a hash"},
    {"strlen", PLAN_GAUGE_STRLEN, "strlen(KEY) <= 9", "bytes of a string"},
    {"exists", PLAN_GAUGE_EXISTS, "exists(KEY) = 1",
     "keys of this name; KEY may be a pattern, here and above, whose keys are taken together"},
    {"sismember", PLAN_GAUGE_SISMEMBER, "sismember(KEY,MEMBER) = 1", "whether a set has it"},
    {"ttl", PLAN_GAUGE_TTL, "ttl(KEY) > 30s",
     "how long it has still to live: 0s when it is not there, for ever when nothing ends it"},
    {"get", PLAN_GAUGE_GET, "get(KEY) = TEXT", "a string; the empty text when it is not there"},
    {"hget", PLAN_GAUGE_HGET, "hget(KEY,FIELD) ~ TEXT",
     "a field of a hash; `~` means: contains; with `<` and its kin it is a number"},
    {"rows", PLAN_GAUGE_ROWS, "rows(TABLE) [COLUMN=VALUE|COLUMN~TEXT]... > 2",
     "committed rows that match"},
};
const struct words words_gauges = {"what is measured, like zcard(KEY) or rows(TABLE)",
                                   "What Redis and the database hold", gauges, FL_COUNT(gauges)};

static const struct word relations[] = {
    {"=", PLAN_RELATION_EQUAL, NULL, NULL},    {"!=", PLAN_RELATION_UNEQUAL, NULL, NULL},
    {"<", PLAN_RELATION_BELOW, NULL, NULL},    {"<=", PLAN_RELATION_AT_MOST, NULL, NULL},
    {">", PLAN_RELATION_ABOVE, NULL, NULL},    {">=", PLAN_RELATION_AT_LEAST, NULL, NULL},
    {"~", PLAN_RELATION_CONTAINS, NULL, NULL},
};
const struct words words_relations = {"= != < <= > >= or ~", NULL, relations, FL_COUNT(relations)};

static const struct word expects[] = {
    {"runs", WORD_EXPECT_RUNS, "expect runs of JOB = 6", "how often its handler began"},
    {"deliveries", WORD_EXPECT_DELIVERIES, "expect deliveries of JOB >= 2",
     "how often it was handed to a process"},
    {"gap", WORD_EXPECT_GAP, "expect gap of JOB 1..2 in 15s..40s",
     "from the end of a run to the start of the next"},
    {"effect", WORD_EXPECT_EFFECT, "expect effect \"PATTERN\" exactly 1 [for each job]",
     "applied effects that match"},
    {"db", WORD_EXPECT_DB, "expect db TABLE [COLUMN=VALUE|COLUMN~TEXT]... [count 3]",
     "rows that match (~ means: contains); at least one when no count is given"},
    {"log", WORD_EXPECT_LOG, "expect log \"text\" exactly 1", "log lines that contain the text"},
    {"redis", WORD_EXPECT_REDIS, "expect redis ZCARD dead = 0",
     "a command's answer at the end, as text"},
    {"state", WORD_EXPECT_STATE, "expect state same-as reference",
     "the same final state as the run without faults"},
    {"drained", WORD_EXPECT_DRAINED, "expect drained within 5m",
     "no job is left so long after the start"},
    {"memory", WORD_EXPECT_MEMORY, "expect memory of PROCESS at most 8MiB",
     "the most that it held at any time"},
    {"always", WORD_EXPECT_ALWAYS, "expect zcard(KEY) = 0 | expect always zcard(KEY) = 0",
     "what Redis or the database hold at the end, or after each effect: see the table below"},
    {"fair", WORD_EXPECT_FAIR, "expect fair CLAIM",
     "the claim is about chance, and holds where chance is fair: it is not judged in a run whose "
     "draws nobody has made, neither a seed nor a record, as with `dfs`, `dpor` and `small`"},
    {"jobs", WORD_EXPECT_JOBS, "expect jobs ACCOUNT = 0 | expect jobs of JOB = 3",
     "how many jobs there are of that kind, or have been of that name"},
    {"linearizable", WORD_EXPECT_LINEARIZABLE, "expect linearizable KEY",
     "some order of the commands on each key, which KEY may be a pattern of, explains all answers; "
     "what died unanswered may have happened or not"},
    {"exclusive", WORD_EXPECT_EXCLUSIVE, "expect exclusive KEY",
     "never two clients at a time who live, have taken the key (SET NX) and have not given it "
     "back"},
    {"released", WORD_EXPECT_RELEASED, "expect released KEY",
     "no key of that name or pattern is left at the end, but those that end by themselves"},
    {"stateless", WORD_EXPECT_STATELESS, "expect stateless",
     "no handler has changed a static variable of its module: no job depends on earlier ones of "
     "its process"},
    {"class", WORD_EXPECT_CLASS, "expect class CLASS",
     "what the first job's handler is, disturbed at each of its effects: `faultline matrix`"},
};
const struct words words_expects = {"a claim: a job's name or a word of the reference",
                                    "Claims on everything", expects, FL_COUNT(expects)};

static const struct word states[] = {
    {"done", PLAN_STATE_DONE, "expect JOB done", "ran to its end and was acknowledged"},
    {"discarded", PLAN_STATE_DISCARDED, "expect JOB discarded",
     "acknowledged with a reason, not retried"},
    {"dead", PLAN_STATE_DEAD, "expect JOB dead", "stands in the dead set"},
    {"dropped", PLAN_STATE_DROPPED, "expect JOB dropped",
     "failed for good without an entry in the dead set"},
    {"lost", PLAN_STATE_LOST, "expect JOB lost", "accepted, and gone without an outcome"},
    {"retrying", PLAN_STATE_RETRYING, "expect JOB retrying", "stands in the retry set"},
    {"scheduled", PLAN_STATE_SCHEDULED, "expect JOB scheduled", "stands in the schedule"},
    {"waiting", PLAN_STATE_WAITING, "expect JOB waiting", "stands in a queue"},
    {"starts", WORD_JOB_STARTS, "expect JOB starts in 5m..6m | expect JOB starts before JOB",
     "when its first run begins, since the start of the scenario"},
    {"ends", WORD_JOB_ENDS, "expect JOB ends in 19d..23d",
     "when its last run ends, since the start of the scenario"},
    {"exits", WORD_JOB_EXITS, "expect PROCESS exits 0", "the process ended with this status"},
};
const struct words words_states = {"a state of the job, starts, ends or exits", "Claims on one job",
                                   states, FL_COUNT(states)};

static const struct word classes[] = {
    {"effectively-once", PLAN_CLASS_EFFECTIVELY_ONCE, NULL,
     "whatever happens, the end is that of the undisturbed run"},
    {"at-least-once-safe", PLAN_CLASS_AT_LEAST_ONCE_SAFE, NULL,
     "nothing is missing; what comes twice carries a key by which its receiver drops it"},
    {"at-least-once", PLAN_CLASS_AT_LEAST_ONCE, NULL,
     "nothing is missing; something may come twice, and its receiver cannot tell"},
    {"at-most-once", PLAN_CLASS_AT_MOST_ONCE, NULL,
     "something may be missing, but nothing comes twice"},
    {"lossy", PLAN_CLASS_LOSSY, NULL, "something may be missing, and something may come twice"},
    {"corrupting", PLAN_CLASS_CORRUPTING, NULL,
     "what is left may be wrong, not only missing or doubled"},
    {"stuck", PLAN_CLASS_STICKING, NULL,
     "a job may stay for ever, though nothing is wrong any more"},
    {"crashing", PLAN_CLASS_CRASHING, NULL,
     "a fault that a worker must survive takes its process down"},
};
const struct words words_classes = {"a class of handlers", "Classes of handlers", classes,
                                    FL_COUNT(classes)};

static const struct word accounts[] = {
    {"pushed", PLAN_ACCOUNT_PUSHED, NULL, "all that a client or a handler has pushed"},
    {"done", PLAN_ACCOUNT_DONE, NULL, "ran to its end and was acknowledged"},
    {"discarded", PLAN_ACCOUNT_DISCARDED, NULL, "acknowledged with a reason, not retried"},
    {"dead", PLAN_ACCOUNT_DEAD, NULL, "stands in the dead set"},
    {"dropped", PLAN_ACCOUNT_DROPPED, NULL, "failed for good without an entry in the dead set"},
    {"lost", PLAN_ACCOUNT_LOST, NULL,
     "gone without an outcome, or never stored though the client was told so"},
    {"open", PLAN_ACCOUNT_OPEN, NULL, "stands in a queue, the schedule or the retry set"},
    {"unpushed", PLAN_ACCOUNT_UNPUSHED, NULL, "its push failed, and it never stood in Redis"},
    {"duplicated", PLAN_ACCOUNT_DUPLICATED, NULL, "its handler ended well more than once"},
    {"recovered", PLAN_ACCOUNT_RECOVERED, NULL,
     "has ended, though a process had died with it or stood still for too long"},
    {"unexpected", PLAN_ACCOUNT_UNEXPECTED, NULL,
     "no client, no handler and no clock has pushed it"},
    {"indeterminate", PLAN_ACCOUNT_INDETERMINATE, NULL,
     "the answer to its push was lost: its client cannot know whether it stands in Redis"},
    {"stale", PLAN_ACCOUNT_STALE, NULL,
     "a process has changed something for it after it had been taken from it and its new owner "
     "had changed something in the same store"},
};
const struct words words_accounts = {"a kind of account: pushed, done, lost, ...",
                                     "Accounts of jobs", accounts, FL_COUNT(accounts)};

static const struct word compares[] = {
    {"exactly", PLAN_EXACTLY, "exactly N, = N", "no more and no fewer"},
    {"at most", PLAN_AT_MOST, "at most N, <= N", NULL},
    {"at least", PLAN_AT_LEAST, "at least N, >= N", NULL},
    {"=", PLAN_EXACTLY, NULL, NULL},
    {"<=", PLAN_AT_MOST, NULL, NULL},
    {">=", PLAN_AT_LEAST, NULL, NULL},
};
const struct words words_compares = {"exactly N, at most N or at least N", NULL, compares,
                                     FL_COUNT(compares)};

static const struct word fetches[] = {
    {"basic", FL_FETCH_BASIC, NULL, NULL},
    {"reliable", FL_FETCH_RELIABLE, NULL, NULL},
};
const struct words words_fetches = {"basic or reliable", NULL, fetches, FL_COUNT(fetches)};

static const struct word booleans[] = {{"false", 0, NULL, NULL}, {"true", 1, NULL, NULL}};
const struct words words_booleans = {"true or false", NULL, booleans, FL_COUNT(booleans)};

static const struct word calendar[] = {
    {"summer-time", 1774744200, NULL,
     "2026-03-29T00:30Z, half an hour before Europe's clocks go an hour ahead"},
    {"winter-time", 1792888200, NULL,
     "2026-10-25T00:30Z, half an hour before Europe's clocks go an hour back"},
    {"summer-time-us", 1772951400, NULL,
     "2026-03-08T06:30Z, half an hour before New York's clocks go an hour ahead"},
    {"winter-time-us", 1793511000, NULL,
     "2026-11-01T05:30Z, half an hour before New York's clocks go an hour back"},
    {"leap-day", 1835393400, NULL, "2028-02-28T23:30Z, half an hour before the 29th of February"},
    {"no-leap-day", 1803857400, NULL,
     "2027-02-28T23:30Z, half an hour before a March that follows the 28th"},
    {"month-end", 1777591800, NULL, "2026-04-30T23:30Z, half an hour before the 1st of a month"},
    {"new-year", 1798759800, NULL, "2026-12-31T23:30Z, half an hour before another year"},
    {"year-2038", 2147482800, NULL,
     "2038-01-19T03:00Z, some minutes before seconds need more than 31 bits"},
};
const struct words words_calendar = {
    "an instant, like 2026-03-29T00:30Z, or a trap of the calendar", "Traps of the calendar",
    calendar, FL_COUNT(calendar)};

const struct words *const words_sections[] = {
    &words_statements,   &words_strategies, &words_explore,
    &words_choices,      &words_calendar,   &words_process,
    &words_given,        &words_enqueue,    &words_cron,
    &words_alerts,       &words_verbs,      &words_clauses,
    &words_redis_states, &words_errors,     &words_poisons,
    &words_states,       &words_expects,    &words_accounts,
    &words_gauges,       &words_classes,    NULL,
};

const struct word *words_find(const struct words *words, struct fl_span text)
{
    for (size_t i = 0; i < words->count; i++)
        if (fl_span_is(text, words->rows[i].text)) return &words->rows[i];
    return NULL;
}

const char *words_text(const struct words *words, int value)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->rows[i].value == value) return words->rows[i].text;
    fl_panic("no word for %d in %s", value, words->expected);
}

const char *words_nearest(const struct words *words, struct fl_span text)
{
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < words->count; i++)
        nearest_offer(&nearest, words->rows[i].text);
    return nearest.best;
}
