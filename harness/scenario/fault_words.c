/* harness/scenario/fault_words.c - the words of faults: verbs, their arguments, clauses,
 * conditions. */
#include "fakes/redis/engine/error_lines.h"
#include "fakes/redis/fake_redis.h"
#include "harness/scenario/plan.h"
#include "harness/scenario/poisons.h"
#include "harness/scenario/words.h"

static const struct word verbs[] = {
    {"error", PLAN_ERROR, "error NAME|\"LINE\"",
     "Redis answers with this error and does nothing; NAME is one of the table below"},
    {"lose-ack", PLAN_LOSE_ACK, NULL, "the effect happens, its answer and the connection are lost"},
    {"delay", PLAN_DELAY, "delay 5s|1ms..5s",
     "the effect takes so much longer; of a range by chance, each time anew"},
    {"kill", PLAN_KILL, "kill PROCESS", "SIGKILL"},
    {"oomkill", PLAN_OOMKILL, "oomkill PROCESS", "the kernel kills it for its memory"},
    {"pause", PLAN_PAUSE, "pause PROCESS 90s", "nothing of it runs for so long"},
    {"term", PLAN_TERM, "term PROCESS [grace 10s]",
     "asked to stop, with its own grace period; with `grace` it is killed, as a supervisor does, "
     "when it still lives so long after"},
    {"quiet", PLAN_QUIET, "quiet PROCESS", "asked to take no more jobs"},
    {"retire", PLAN_RETIRE, "retire PROCESS",
     "asked to take no more jobs, and to end once it has none, however long they take"},
    {"restart", PLAN_RESTART, "restart PROCESS", "a dead process starts again"},
    {"deploy", PLAN_DEPLOY, "deploy PROCESS MODULE",
     "asked to stop, with its own grace period, and starts again with this module in place of "
     "those whose job classes it has; PROCESS may be `all`"},
    {"clock", PLAN_CLOCK, "clock PROCESS|redis +1h|-1h|rate 11/10",
     "its wall clock jumps, or goes so many times as fast from then on; PROCESS may be `all`"},
    {"oom", PLAN_OOM, "oom nth N [once|forever] in PROCESS [within FUNCTION]",
     "the N-th allocation fails, or all from then on; `within`: of those that the function asks "
     "for, "
     "or whom it calls; `sweep oom` counts N up until none fails"},
    {"http", PLAN_HTTP, "http STATUS|timeout|garbage|refuse", "an HTTP request goes wrong"},
    {"db", PLAN_DB, "db busy|timeout|disconnect|full", "a database operation goes wrong"},
    {"deleted", PLAN_DELETED, "deleted TABLE COLUMN=VALUE...", "the rows vanish"},
    {"duplicate", PLAN_DUPLICATE, "duplicate JOB", "its payload is pushed once more"},
    {"poison", PLAN_POISON, "poison JOB WAY",
     "its payload is pushed once more, spoilt in one of the ways below, as JOB.WAY; `sweep poison "
     "JOB *` takes each of them"},
    {"reorder", PLAN_REORDER, "reorder QUEUE",
     "the jobs that wait in it stand the other way round"},
    {"tear", PLAN_TEAR, "tear N",
     "its process dies inside a database operation, after N of the changes that it makes to the "
     "disk; `sweep tear *` counts N up until the whole operation is done"},
    {"mail", PLAN_MAIL, "mail refuse|timeout|disconnect", "sending a mail goes wrong"},
    {"cut-reply", PLAN_CUT_REPLY, "cut-reply N",
     "a Redis command is applied, N bytes of its reply arrive, then the connection ends; `sweep "
     "cut-reply *` counts N up at one command until the whole reply arrives"},
    {"slice", PLAN_SLICE, "slice N", "replies of Redis arrive N bytes at a time"},
    {"stall", PLAN_STALL, NULL,
     "a Redis command never arrives (`after`: its reply never does); the connection stays open"},
    {"reset", PLAN_RESET, NULL,
     "the connection to Redis breaks before a command arrives (`after`: before its reply does)"},
    {"refuse", PLAN_REFUSE, "refuse for 5s", "Redis accepts no new connection for so long"},
    {"redis", PLAN_REDIS, "redis STATE for 5s",
     "Redis is in a state that refuses commands, one of the table below"},
    {"failover", PLAN_FAILOVER, "failover lose N",
     "a replica takes over that lacks the last N writes; all connections end, scripts are gone"},
    {"redis-restart", PLAN_REDIS_RESTART, "redis-restart all|aof|rdb|empty|lose N",
     "Redis starts again with what it has kept: all, what was appended by the last whole second, "
     "the last save, nothing, all but the last N writes"},
    {"evict", PLAN_EVICT, "evict KEY", "Redis drops the key for want of memory"},
    {"expire", PLAN_EXPIRE, "expire KEY", "the key dies before its time"},
    {"script-flush", PLAN_SCRIPT_FLUSH, NULL, "somebody else flushes the scripts"},
    {"flushall", PLAN_FLUSHALL, NULL, "somebody else deletes all keys"},
    {"maxmemory", PLAN_MAXMEMORY, "maxmemory 64KiB for 5s", "Redis may hold so many bytes"},
};
const struct words words_verbs = {"a fault verb", "Verbs of faults", verbs, FL_COUNT(verbs)};

static const struct word clauses[] = {
    {"when", WORD_CLAUSE_WHEN, "when CONDITION [and CONDITION]...",
     "at an effect that meets all conditions"},
    {"at", WORD_CLAUSE_AT, "at +5m",
     "so long after the start; with an effect to strike at: from then on"},
    {"until", WORD_CLAUSE_UNTIL, "until +10m",
     "not at effects that begin later; by then the fault is over, as far as healing is concerned"},
    {"after fault", WORD_CLAUSE_AFTER_FAULT, "2s after fault NAME",
     "so long after another fault has fired"},
    {"p", WORD_CLAUSE_CHANCE, "p 1/50", "with this chance at each place, as often as `times` says"},
    {"before", WORD_CLAUSE_BEFORE, NULL, "before the effect is applied; the default"},
    {"after", WORD_CLAUSE_AFTER, NULL, "after the effect was applied"},
    {"before,after", WORD_CLAUSE_BEFORE_AFTER, NULL, "both; a sweep makes a run for each"},
    {"times", WORD_CLAUSE_TIMES, "times N|always", "how often at most; once by default"},
    {"restart", WORD_CLAUSE_RESTART, "restart after 5s",
     "a process that this fault ended comes back; by default when the scenario heals"},
    {"and", WORD_CLAUSE_AND, NULL, "may stand between clauses"},
    {"with", WORD_CLAUSE_WITH, "VERB ... with VERB ... CLAUSE...",
     "one fault of several parts, under one name: they strike together, each time; kill, oomkill, "
     "pause and delay stand last"},
};
const struct words words_clauses = {"when, at, until, p, before, after, times or restart",
                                    "Clauses of faults", clauses, FL_COUNT(clauses)};

static const struct word sweeps[] = {{"pairs", 0, NULL, NULL}, {"then", 0, NULL, NULL}};
const struct words words_sweeps = {"pairs or then", NULL, sweeps, FL_COUNT(sweeps)};

static const struct word conditions[] = {
    {"step", WORD_COND_STEP, "step *|\"PATTERN\"",
     "an effect inside a job's handler or a process; the pattern is a glob on its label"},
    {"the", WORD_COND_THE, "the 2nd \"redis LPUSH queue:*\"",
     "the N-th effect that matches the pattern and all other conditions"},
    {"cmd", WORD_COND_CMD, "cmd 17", "the N-th Redis command"},
};
const struct words words_conditions = {"a job, PROCESS/ROLE, step, the, cmd or a quoted pattern",
                                       NULL, conditions, FL_COUNT(conditions)};

static const struct word oom_modes[] = {
    {"once", PLAN_ONCE, NULL, NULL},
    {"forever", PLAN_FOREVER, NULL, NULL},
};
const struct words words_oom_modes = {"once, forever or in", NULL, oom_modes, FL_COUNT(oom_modes)};

static const struct word errors[] = {
#define ROW(name, line) {#name, 0, NULL, line},
    FAKE_ERROR_LINES(ROW)
#undef ROW
};
const struct words words_errors = {"a quoted error line or the name of one",
                                   "Names of Redis errors", errors, FL_COUNT(errors)};

static const struct word redis_states[] = {
    {"readonly", FAKE_REDIS_READONLY, NULL, "a replica: writes are refused"},
    {"loading", FAKE_REDIS_LOADING, NULL, "it has just started: nearly all is refused"},
    {"oom", FAKE_REDIS_OOM, NULL, "commands that may need memory are refused"},
    {"noreplicas", FAKE_REDIS_NOREPLICAS, NULL, "a master without replicas: writes are refused"},
    {"masterdown", FAKE_REDIS_READONLY | FAKE_REDIS_MASTERDOWN, NULL,
     "a replica without its master: nearly all is refused"},
    {"misconf", FAKE_REDIS_MISCONF, NULL, "it cannot save: writes and PING are refused"},
    {"busy", FAKE_REDIS_BUSY, NULL, "somebody's script runs on and on: nearly all is refused"},
    {"clusterdown", FAKE_REDIS_CLUSTERDOWN, NULL, "whatever has a key is refused"},
};
const struct words words_redis_states = {"a state of Redis", "States of Redis", redis_states,
                                         FL_COUNT(redis_states)};

static const struct word poisons[] = {
#define ROW(name, key, value, what) {name, 0, NULL, what},
    POISON_WAYS(ROW)
#undef ROW
};
const struct words words_poisons = {"a way in which a payload is poison", "Poisonous payloads",
                                    poisons, FL_COUNT(poisons)};

static const struct word redis_kept[] = {{"all", PLAN_KEPT_ALL, NULL, NULL},
                                         {"aof", PLAN_KEPT_AOF, NULL, NULL},
                                         {"rdb", PLAN_KEPT_RDB, NULL, NULL},
                                         {"empty", PLAN_KEPT_NOTHING, NULL, NULL}};
const struct words words_redis_kept = {"all, aof, rdb, empty or lose N", NULL, redis_kept,
                                       FL_COUNT(redis_kept)};

static const struct word http_ways[] = {
    {"timeout", 0, NULL, NULL}, {"garbage", 0, NULL, NULL}, {"refuse", 0, NULL, NULL}};
const struct words words_http = {"a status, timeout, garbage or refuse", NULL, http_ways,
                                 FL_COUNT(http_ways)};

static const struct word db_ways[] = {{"busy", 0, NULL, NULL},
                                      {"timeout", 0, NULL, NULL},
                                      {"disconnect", 0, NULL, NULL},
                                      {"full", 0, NULL, NULL}};
const struct words words_db = {"busy, timeout, disconnect or full", NULL, db_ways,
                               FL_COUNT(db_ways)};

static const struct word mail_ways[] = {
    {"refuse", 0, NULL, NULL}, {"timeout", 0, NULL, NULL}, {"disconnect", 0, NULL, NULL}};
const struct words words_mail = {"refuse, timeout or disconnect", NULL, mail_ways,
                                 FL_COUNT(mail_ways)};
