#include "queue/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/assert.h"
#include "core/digits.h"
#include "queue/batch_lua.h"
#include "queue/commands.h"

/* A script says what it is in its first line, for who reads a server's log or a trace. */
#define NAMED(name) "-- name: " name "\n"

/* The first step of a job's owner. */
#define TAKE_AWAY "if redis.call('LREM',KEYS[1],-1,ARGV[1])==0 then return 0 end\n"
/* A script is not rolled back: what cannot be added (a key of another type) is put back. */
#define OR_PUT_BACK                                                                                \
    "if type(added)=='table' and added.err then\n"                                                 \
    "redis.call('RPUSH',KEYS[1],ARGV[1])\n"                                                        \
    "return added\n"                                                                               \
    "end\n"
#define TRIM_DEAD(from)                                                                            \
    "redis.call('ZREMRANGEBYSCORE',KEYS[2],'-inf',ARGV[" from "])\n"                               \
    "redis.call('ZREMRANGEBYRANK',KEYS[2],0,ARGV[" from "+1])\n"

static const char give_back[] = NAMED("give-back") TAKE_AWAY
    "local added=redis.pcall('RPUSH',KEYS[2],ARGV[1])\n" OR_PUT_BACK "return 1\n";

static const char retry[] = NAMED("retry") TAKE_AWAY
    "local added=redis.pcall('ZADD',KEYS[2],ARGV[3],ARGV[2])\n" OR_PUT_BACK "return 1\n";

static const char bury[] = NAMED("bury") TAKE_AWAY
    "local added=redis.pcall('ZADD',KEYS[2],ARGV[3],ARGV[2])\n" OR_PUT_BACK TRIM_DEAD(
        "4") "return 1\n";

/* Adding comes first here: a script that fails at it has changed nothing that matters. */
static const char promote[] =
    NAMED("promote") "if not redis.call('ZSCORE',KEYS[1],ARGV[1]) then return 0 end\n"
                     "redis.call('SADD',KEYS[2],ARGV[3])\n"
                     "redis.call('LPUSH',KEYS[3],ARGV[2])\n"
                     "redis.call('ZREM',KEYS[1],ARGV[1])\n"
                     "return 1\n";

static const char bury_member[] =
    NAMED("bury-member") "if not redis.call('ZSCORE',KEYS[1],ARGV[1]) then return 0 end\n"
                         "redis.call('ZADD',KEYS[2],ARGV[2],ARGV[1])\n" TRIM_DEAD(
                             "3") "redis.call('ZREM',KEYS[1],ARGV[1])\n"
                                  "return 1\n";

/* How often a job was found in the private list of somebody dead is counted by its jid; a payload
 * without one is never taken for a pill. Reading needs a parser, moving does not: the bytes stay as
 * they are. A job that would be promoted to another queue is not put off. */
#define LOOK_AT_JOB                                                                                \
    "local most=tonumber(ARGV[4])\n"                                                               \
    "local function look_at(job)\n"                                                                \
    "local read,payload=pcall(cjson.decode,job)\n"                                                 \
    "local jid=read and type(payload)=='table' and payload.jid\n"                                  \
    "if most==0 or type(jid)~='string' or jid=='' then return nil,0,{} end\n"                      \
    "local key='faultline:recovered:'..jid\n"                                                      \
    "return key,tonumber(redis.call('GET',key) or 0)+1,payload\n"                                  \
    "end\n"
#define MOVE_JOB                                                                                   \
    "local key,times,payload=look_at(job)\n"                                                       \
    "local home=type(payload.queue)=='string' and 'queue:'..payload.queue==KEYS[i+1]\n"            \
    "if key and times>most then\n"                                                                 \
    "if payload.dead~=false then redis.call('ZADD',KEYS[3],ARGV[5],job) end\n"                     \
    "redis.call('LPOP',KEYS[i])\n"                                                                 \
    "found[#found+1]=job\n"                                                                        \
    "elseif times>1 and home then\n"                                                               \
    "apart=apart+ARGV[9]\n"                                                                        \
    "redis.call('ZADD',KEYS[4],string.format('%.6f',ARGV[5]+apart),job)\n"                         \
    "redis.call('LPOP',KEYS[i])\n"                                                                 \
    "found[1]=found[1]+1\n"                                                                        \
    "else\n"                                                                                       \
    "redis.call('LMOVE',KEYS[i],KEYS[i+1],'LEFT','RIGHT')\n"                                       \
    "found[1]=found[1]+1\n"                                                                        \
    "end\n"                                                                                        \
    "if key and redis.call('INCR',key)==1 then redis.call('EXPIRE',key,ARGV[8]) end\n"

static const char recover[] =
    NAMED("recover") "if ARGV[2]=='0' and redis.call('EXISTS',KEYS[1])==1 then return {-1} "
                     "end\n" LOOK_AT_JOB "local found,apart={0},0\n"
                     "for i=5,#KEYS,2 do\n"
                     "local job=redis.call('LINDEX',KEYS[i],0)\n"
                     "while job do\n" MOVE_JOB "job=redis.call('LINDEX',KEYS[i],0)\n"
                     "end\n"
                     "end\n"
                     "if #found>1 then\n"
                     "redis.call('ZREMRANGEBYSCORE',KEYS[3],'-inf',ARGV[6])\n"
                     "redis.call('ZREMRANGEBYRANK',KEYS[3],0,ARGV[7])\n"
                     "end\n"
                     "if ARGV[3]=='1' then redis.call('HDEL',KEYS[2],ARGV[1]) end\n"
                     "return found\n";

static const char lead[] = NAMED("lead") "local leader=redis.call('GET',KEYS[1])\n"
                                         "if leader and leader~=ARGV[1] then return 0 end\n"
                                         "redis.call('SET',KEYS[1],ARGV[1],'EX',ARGV[2])\n"
                                         "return 1\n";

static const char resign[] =
    NAMED("resign") "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end\n"
                    "return redis.call('DEL',KEYS[1])\n";

static const char fire[] =
    NAMED("fire") "if redis.call('GET',KEYS[1])~=ARGV[1] then return -1 end\n"
                  "local last=redis.call('GET',KEYS[2])\n"
                  "if last and tonumber(last)>=tonumber(ARGV[2]) then return 0 end\n"
                  "local held=KEYS[5] and redis.call('HLEN',KEYS[5])>=tonumber(ARGV[9])\n"
                  "if not held then\n"
                  "redis.call('SADD',KEYS[3],ARGV[4])\n"
                  "redis.call('LPUSH',KEYS[4],ARGV[3])\n"
                  "end\n"
                  "redis.call('SET',KEYS[2],ARGV[2],'EX',ARGV[5])\n"
                  "if held then return 2 end\n"
                  "if KEYS[5] then\n"
                  "redis.call('HSET',KEYS[5],ARGV[6],ARGV[2])\n"
                  "redis.call('ZADD',KEYS[6],ARGV[8],string.sub(KEYS[5],1,-8))\n"
                  "if ARGV[7]~='0' then redis.call('PEXPIRE',KEYS[5],ARGV[7]) end\n"
                  "end\n"
                  "return 1\n";

/* Locks stand in KEYS from `from` on, the list of digests behind them, the jid last in ARGV. A
 * digest is the lock's key without ":LOCKED". */
#define EACH_LOCK(from) "for i=" from ",#KEYS-1 do\nlocal digest=string.sub(KEYS[i],1,-8)\n"
#define LET_GO                                                                                     \
    "redis.call('HDEL',KEYS[i],ARGV[#ARGV])\n"                                                     \
    "if redis.call('EXISTS',KEYS[i])==0 then redis.call('ZREM',KEYS[#KEYS],digest) end\n"
#define HOLD(score)                                                                                \
    "redis.call('HSET',KEYS[1],ARGV[1],ARGV[2])\n"                                                 \
    "redis.call('ZADD',KEYS[2],ARGV[" score "],string.sub(KEYS[1],1,-8))\n"                        \
    "if ARGV[3]~='0' then redis.call('PEXPIRE',KEYS[1],ARGV[3]) end\n"
#define IS_MINE "local mine=redis.call('HEXISTS',KEYS[1],ARGV[1])\n"
#define UNLESS_OTHERS_HOLD(limit)                                                                  \
    IS_MINE "if mine==0 and redis.call('HLEN',KEYS[1])>=tonumber(ARGV[" limit                      \
            "]) then return 0 end\n"

#define PUSH_UNLESS_MINE                                                                           \
    "if mine==1 then return 1 end\n"                                                               \
    "if ARGV[6]=='' then\n"                                                                        \
    "redis.call('SADD',KEYS[3],ARGV[5])\n"                                                         \
    "redis.call('LPUSH',KEYS[4],ARGV[4])\n"                                                        \
    "else\n"                                                                                       \
    "redis.call('ZADD',KEYS[4],ARGV[6],ARGV[4])\n"                                                 \
    "end\n"

static const char push_locked[] =
    NAMED("push-locked") UNLESS_OTHERS_HOLD("8") PUSH_UNLESS_MINE HOLD("7") "return 1\n";

/* The oldest holder makes room; one that waits nowhere runs, and goes on without the lock. */
static const char push_replacing[] = NAMED("push-replacing") IS_MINE
    "if mine==0 and redis.call('HLEN',KEYS[1])>=tonumber(ARGV[8]) then\n"
    "local sets={KEYS[6],KEYS[7]}\n"
    "local jobs=redis.call('LLEN',KEYS[5])\n"
    "for _,set in ipairs(sets) do jobs=jobs+redis.call('ZCARD',set) end\n"
    "if jobs>tonumber(ARGV[9]) then return 0 end\n"
    "local held,oldest,since=redis.call('HGETALL',KEYS[1]),nil,nil\n"
    "for i=1,#held,2 do\n"
    "local at=tonumber(held[i+1]) or 0\n"
    "if not since or at<since then oldest,since=held[i],at end\n"
    "end\n"
    "local function is_its(text)\n"
    "if not string.find(text,oldest,1,true) then return false end\n"
    "local read,job=pcall(cjson.decode,text)\n"
    "return read and type(job)=='table' and job.jid==oldest\n"
    "end\n"
    "for _,text in ipairs(redis.call('LRANGE',KEYS[5],0,-1)) do\n"
    "if is_its(text) then redis.call('LREM',KEYS[5],1,text) end\n"
    "end\n"
    "for _,set in ipairs(sets) do\n"
    "for _,text in ipairs(redis.call('ZRANGE',set,0,-1)) do\n"
    "if is_its(text) then redis.call('ZREM',set,text) end\n"
    "end\n"
    "end\n"
    "redis.call('HDEL',KEYS[1],oldest)\n"
    "end\n" PUSH_UNLESS_MINE HOLD("7") "return 1\n";

/* Whoever has been taken for dead may have run, finished and let go under the same jid elsewhere.
 */
#define IF_STILL_MINE(list, job)                                                                   \
    "if " job "~='' and not redis.call('LPOS'," list "," job ") then return -1 end\n"

static const char lock[] = NAMED("lock") IF_STILL_MINE("KEYS[3]", "ARGV[4]") UNLESS_OTHERS_HOLD("5")
    HOLD("2") "if KEYS[4] then\n"
              "redis.call('HDEL',KEYS[4],ARGV[1])\n"
              "if redis.call('EXISTS',KEYS[4])==0 then "
              "redis.call('ZREM',KEYS[2],string.sub(KEYS[4],1,-8)) "
              "end\n"
              "end\n"
              "return 1\n";

static const char unlock[] =
    NAMED("unlock") IF_STILL_MINE("KEYS[1]", "ARGV[1]") EACH_LOCK("2") LET_GO "end\nreturn 1\n";

static const char acknowledge_locked[] =
    NAMED("acknowledge-locked") TAKE_AWAY EACH_LOCK("2") LET_GO "end\nreturn 1\n";

static const char retry_locked[] = NAMED("retry-locked") TAKE_AWAY
    "local added=redis.pcall('ZADD',KEYS[2],ARGV[3],ARGV[2])\n" OR_PUT_BACK EACH_LOCK(
        "3") "if ARGV[4]=='' then\n" LET_GO
             "elseif redis.call('HLEN',KEYS[i])<tonumber(ARGV[6]) then\n"
             "redis.call('HSET',KEYS[i],ARGV[#ARGV],ARGV[5])\n"
             "redis.call('ZADD',KEYS[#KEYS],ARGV[5],digest)\n"
             "if ARGV[4]~='0' then redis.call('PEXPIRE',KEYS[i],ARGV[4]) end\n"
             "end\nend\nreturn 1\n";

static const char bury_locked[] = NAMED("bury-locked") TAKE_AWAY
    "local added=redis.pcall('ZADD',KEYS[2],ARGV[3],ARGV[2])\n" OR_PUT_BACK TRIM_DEAD("4")
        EACH_LOCK("3") LET_GO "end\nreturn 1\n";

/* Reading a payload's jid needs no parser here: a jid that stands in any text is not missing. */
static const char reap_locks[] = NAMED(
    "reap-locks") "redis.call('ZREMRANGEBYSCORE',KEYS[2],'-inf',ARGV[1])\n"
                  "local digests=redis.call('ZRANGE',KEYS[1],0,ARGV[2]-1)\n"
                  "if #digests==0 then redis.call('DEL',KEYS[3]) return 0 end\n"
                  "local lists,texts={},{}\n"
                  "local jobs=redis.call('ZCARD',KEYS[7])+redis.call('ZCARD',KEYS[8])\n"
                  "local function list(key)\n"
                  "lists[#lists+1]=key\n"
                  "jobs=jobs+redis.call('LLEN',key)\n"
                  "end\n"
                  "local function read(found) for _,text in ipairs(found) do texts[#texts+1]=text "
                  "end end\n"
                  "for _,queue in ipairs(redis.call('SMEMBERS',KEYS[4])) do list('queue:'..queue) "
                  "end\n"
                  "local fetchers=redis.call('HGETALL',KEYS[5])\n"
                  "for i=1,#fetchers,2 do\n"
                  "for _,queue in ipairs(cjson.decode(fetchers[i+1])) do\n"
                  "if type(queue)=='table' then queue=table.concat(queue,'|') end\n"
                  "list('queue:fl|'..fetchers[i]..'|'..queue)\n"
                  "end\n"
                  "end\n"
                  "if jobs>tonumber(ARGV[3]) then return -1 end\n"
                  "for _,key in ipairs(lists) do read(redis.call('LRANGE',key,0,-1)) end\n"
                  "read(redis.call('ZRANGE',KEYS[7],0,-1))\n"
                  "read(redis.call('ZRANGE',KEYS[8],0,-1))\n"
                  "for _,process in ipairs(redis.call('SMEMBERS',KEYS[6])) do\n"
                  "read(redis.call('HVALS',process..':work'))\n"
                  "read(redis.call('HVALS',process..':workers'))\n"
                  "end\n"
                  "local all=table.concat(texts,'\\n')\n"
                  "local suspects,freed={},0\n"
                  "for _,digest in ipairs(digests) do\n"
                  "local lock=digest..':LOCKED'\n"
                  "for _,jid in ipairs(redis.call('HKEYS',lock)) do\n"
                  "if not string.find(all,jid,1,true) then\n"
                  "local mark=digest..' '..jid\n"
                  "if redis.call('SISMEMBER',KEYS[3],mark)==1 then\n"
                  "redis.call('HDEL',lock,jid)\n"
                  "freed=freed+1\n"
                  "else\n"
                  "suspects[#suspects+1]=mark\n"
                  "end\n"
                  "end\n"
                  "end\n"
                  "if redis.call('EXISTS',lock)==0 then redis.call('ZREM',KEYS[1],digest) end\n"
                  "end\n"
                  "redis.call('DEL',KEYS[3])\n"
                  "for _,mark in ipairs(suspects) do redis.call('SADD',KEYS[3],mark) end\n"
                  "if #suspects>0 then redis.call('EXPIRE',KEYS[3],7200) end\n"
                  "return freed\n";

static const char batch_add[] = NAMED("batch-add") FL_LUA_BATCH_ADD;

static const char batch_valid[] = NAMED("batch-valid") FL_LUA_BATCH_VALID;

static const char batch_invalidate[] = NAMED("batch-invalidate") FL_LUA_BATCH_INVALIDATE;

/* A move with all that may hang on a job. Without a job nothing is taken away (basic fetch),
 * without a new one nothing is added. */
static const char together[] = NAMED(
    "together") "local now=ARGV[11]\n" FL_LUA_BATCH FL_LUA_BATCH_STEP
                "if ARGV[1]~='' and redis.call('LREM',KEYS[1],-1,ARGV[1])==0 then return 0 end\n"
                "if ARGV[2]~='' then\n"
                "local added\n"
                "if ARGV[3]=='' then added=redis.pcall('LPUSH',KEYS[2],ARGV[2])\n"
                "else added=redis.pcall('ZADD',KEYS[2],ARGV[3],ARGV[2]) end\n" OR_PUT_BACK
                "if ARGV[4]~='' then\n" TRIM_DEAD(
                    "4") "end\n"
                         "end\n"
                         "for i=4,#KEYS do\n"
                         "local digest=string.sub(KEYS[i],1,-8)\n"
                         "if ARGV[6]=='' then\n"
                         "redis.call('HDEL',KEYS[i],ARGV[8])\n"
                         "if redis.call('EXISTS',KEYS[i])==0 then "
                         "redis.call('ZREM',KEYS[3],digest) end\n"
                         "elseif redis.call('HLEN',KEYS[i])<tonumber(ARGV[13]) then\n"
                         "redis.call('HSET',KEYS[i],ARGV[8],ARGV[7])\n"
                         "redis.call('ZADD',KEYS[3],ARGV[7],digest)\n"
                         "if ARGV[6]~='0' then redis.call('PEXPIRE',KEYS[i],ARGV[6]) end\n"
                         "end\n"
                         "end\n"
                         "if ARGV[12]~='' then redis.call('UNLINK','it-'..ARGV[8]) end\n"
                         "if ARGV[9]~='' then step(ARGV[9],ARGV[10],ARGV[8],ARGV[7]) end\n"
                         "return 1\n";

static const char save_iteration[] = NAMED("save-iteration") IF_STILL_MINE(
    "KEYS[2]", "ARGV[1]") "redis.call('HSET',KEYS[1],'ex',ARGV[2],'c',ARGV[3],'rt',ARGV[4])\n"
                          "redis.call('EXPIRE',KEYS[1],ARGV[5])\n"
                          "return 1+redis.call('HEXISTS',KEYS[1],'cancelled')\n";

/* Limits count in the server's microseconds, which a double holds exactly. What is written is
 * printed here: Lua's own way has 14 digits. */
#define NOW_AND_ARGUMENTS                                                                          \
    "local time=redis.call('TIME')\n"                                                              \
    "local now=time[1]*1000000+time[2]\n"                                                          \
    "local size,period=tonumber(ARGV[1]),tonumber(ARGV[2])\n"                                      \
    "local function whole(x) return string.format('%.0f',x) end\n"
#define KEEP "redis.call('PEXPIRE',KEYS[1],whole(math.ceil(period/1000)))\n"
#define LEVEL                                                                                      \
    "local state=redis.call('HMGET',KEYS[1],'level','at')\n"                                       \
    "local level=tonumber(state[1] or 0)\n"                                                        \
    "level=math.max(0,level-math.max(0,now-tonumber(state[2] or now))*size/period)\n"
/* It is kept until it has drained, which takes longer than a period when it was overdrawn. */
#define WRITE_LEVEL                                                                                \
    "redis.call('HSET',KEYS[1],'level',string.format('%.17g',level),'at',whole(now))\n"            \
    "redis.call('PEXPIRE',KEYS[1],whole(math.ceil(level*period/size/1000)+1))\n"

static const char limit_concurrent[] = NAMED("limit-concurrent") NOW_AND_ARGUMENTS
    "redis.call('ZREMRANGEBYSCORE',KEYS[1],'-inf',whole(now))\n"
    "if redis.call('ZCARD',KEYS[1])>=size then\n"
    "return math.max(1,redis.call('ZRANGE',KEYS[1],0,0,'WITHSCORES')[2]-now)\n"
    "end\n"
    "redis.call('ZADD',KEYS[1],whole(now+period),ARGV[4])\n" KEEP "return 0\n";

static const char limit_bucket[] = NAMED("limit-bucket") NOW_AND_ARGUMENTS
    "local start=now-now%period\n"
    "local state=redis.call('HMGET',KEYS[1],'at','used')\n"
    "local used=state[1]==whole(start) and tonumber(state[2]) or 0\n"
    "if used+ARGV[3]>size then return start+period-now end\n"
    "redis.call('HSET',KEYS[1],'at',whole(start),'used',whole(used+ARGV[3]))\n" KEEP "return 0\n";

static const char limit_window[] = NAMED("limit-window") NOW_AND_ARGUMENTS
    "redis.call('ZREMRANGEBYSCORE',KEYS[1],'-inf',whole(now-period))\n"
    "local over=redis.call('ZCARD',KEYS[1])+ARGV[3]-size\n"
    "if over>0 then\n"
    "local last=redis.call('ZRANGE',KEYS[1],over-1,over-1,'WITHSCORES')\n"
    "return math.max(1,last[2]+period-now)\n"
    "end\n"
    "for i=1,tonumber(ARGV[3]) do redis.call('ZADD',KEYS[1],whole(now),ARGV[4]..':'..i) end\n" KEEP
    "return 0\n";

static const char limit_leaky[] = NAMED("limit-leaky") NOW_AND_ARGUMENTS LEVEL
    "local over=level+ARGV[3]-size\n"
    "if over>0 then return math.max(1,math.ceil(over*period/size)) end\n"
    "level=level+ARGV[3]\n" WRITE_LEVEL "return 0\n";

static const char limit_correct[] = NAMED("limit-correct") NOW_AND_ARGUMENTS LEVEL
    "level=math.max(0,level+ARGV[3])\n" WRITE_LEVEL "return 0\n";

/* As with `promote`, an entry is added to its new place before it leaves the old one. In a queue
 * the older of two with the same bytes is meant: it is taken first. */
#define ENTRIES                                                                                    \
    "local moved=0\n"                                                                              \
    "local function stands(entry,score)\n"                                                         \
    "if score=='' then return redis.call('LPOS',KEYS[1],entry,'RANK',-1) end\n"                    \
    "return redis.call('ZSCORE',KEYS[1],entry)==score\n"                                           \
    "end\n"                                                                                        \
    "local function leave(entry,score)\n"                                                          \
    "if score=='' then redis.call('LREM',KEYS[1],-1,entry)\n"                                      \
    "else redis.call('ZREM',KEYS[1],entry) end\n"                                                  \
    "moved=moved+1\n"                                                                              \
    "end\n"
#define EACH_ENTRY(from, words)                                                                    \
    "for i=" from ",#ARGV," words " do\nif stands(ARGV[i],ARGV[i+1]) then\n"
#define NEXT_ENTRY "end\nend\n"

static const char delete_entries[] = NAMED("delete-entries")
    ENTRIES EACH_ENTRY("1", "2") "leave(ARGV[i],ARGV[i+1])\n" NEXT_ENTRY "return moved\n";

static const char enqueue_entries[] = NAMED("enqueue-entries")
    ENTRIES EACH_ENTRY("1", "4") "redis.call('SADD',KEYS[2],ARGV[i+3])\n"
                                 "redis.call('LPUSH',KEYS[3+(i-1)/4],ARGV[i+2])\n"
                                 "leave(ARGV[i],ARGV[i+1])\n" NEXT_ENTRY "return moved\n";

static const char kill_entries[] = NAMED("kill-entries")
    ENTRIES EACH_ENTRY("2", "2") "redis.call('ZADD',KEYS[2],ARGV[1],ARGV[i])\n"
                                 "leave(ARGV[i],ARGV[i+1])\n" NEXT_ENTRY "return moved\n";

static const char reschedule_entries[] = NAMED("reschedule-entries")
    ENTRIES EACH_ENTRY("2", "2") "redis.call('ZADD',KEYS[1],ARGV[1],ARGV[i])\n"
                                 "moved=moved+1\n" NEXT_ENTRY "return moved\n";

/* The digest of each text is beside it; a test compares them with what a server computes. */
static const struct {
    struct fl_span text, sha;
} scripts[FL_SCRIPT_COUNT] = {
    [FL_SCRIPT_GIVE_BACK] = {{give_back, sizeof(give_back) - 1},
                             FL_SPAN("2ea504197bcc58d992deb18f7285f0cb31bf346d")},
    [FL_SCRIPT_RETRY] = {{retry, sizeof(retry) - 1},
                         FL_SPAN("a7bd1b4f1299c07d5da520da0b644cb0ff75dfd1")},
    [FL_SCRIPT_BURY] = {{bury, sizeof(bury) - 1},
                        FL_SPAN("25676c2a44cc4e30c0cd231dac3732816277b858")},
    [FL_SCRIPT_PROMOTE] = {{promote, sizeof(promote) - 1},
                           FL_SPAN("dbbc46ae153b22769a52fba00b636356b188409b")},
    [FL_SCRIPT_BURY_MEMBER] = {{bury_member, sizeof(bury_member) - 1},
                               FL_SPAN("7b83537903dc072bca26308bc960851a38e64cff")},
    [FL_SCRIPT_RECOVER] = {{recover, sizeof(recover) - 1},
                           FL_SPAN("b3222eb359a28b3ef4c486709d4c2f79ac9cc0e0")},
    [FL_SCRIPT_LEAD] = {{lead, sizeof(lead) - 1},
                        FL_SPAN("db7669beae008a0c053f05a41f94f8fce500af81")},
    [FL_SCRIPT_RESIGN] = {{resign, sizeof(resign) - 1},
                          FL_SPAN("1a45a129ad535e3f162e373b21975a2df1aaffc3")},
    [FL_SCRIPT_PUSH_LOCKED] = {{push_locked, sizeof(push_locked) - 1},
                               FL_SPAN("1a32d28b25b269ed6719acac366e31992a1a86d1")},
    [FL_SCRIPT_PUSH_REPLACING] = {{push_replacing, sizeof(push_replacing) - 1},
                                  FL_SPAN("38dbf29b1f3bdc06cfcec2ddcf7d5bbc5a536ffd")},
    [FL_SCRIPT_LOCK] = {{lock, sizeof(lock) - 1},
                        FL_SPAN("75107edd33cb7bee826ab5b978866e583e84f40f")},
    [FL_SCRIPT_UNLOCK] = {{unlock, sizeof(unlock) - 1},
                          FL_SPAN("fdc4efe5b445008a83e9a469b9f9043afafee6b1")},
    [FL_SCRIPT_ACKNOWLEDGE_LOCKED] = {{acknowledge_locked, sizeof(acknowledge_locked) - 1},
                                      FL_SPAN("5050e895a5e6cee43366b6de9a85b9b9875c7299")},
    [FL_SCRIPT_RETRY_LOCKED] = {{retry_locked, sizeof(retry_locked) - 1},
                                FL_SPAN("d4686ca7629c9713324c460835d083cc9a3a4f5b")},
    [FL_SCRIPT_BURY_LOCKED] = {{bury_locked, sizeof(bury_locked) - 1},
                               FL_SPAN("a1e60e79f8bde16330a49523d2b18c90db6ddf2b")},
    [FL_SCRIPT_REAP_LOCKS] = {{reap_locks, sizeof(reap_locks) - 1},
                              FL_SPAN("bd9b0e9b6a3963b0d4158bd2df470396821174b4")},
    [FL_SCRIPT_BATCH_ADD] = {{batch_add, sizeof(batch_add) - 1},
                             FL_SPAN("5610b59658efe7bfaee82b2649c97cd11fb1f385")},
    [FL_SCRIPT_BATCH_VALID] = {{batch_valid, sizeof(batch_valid) - 1},
                               FL_SPAN("dfec0a16e82c18497daaabe857ba60dc953afde6")},
    [FL_SCRIPT_BATCH_INVALIDATE] = {{batch_invalidate, sizeof(batch_invalidate) - 1},
                                    FL_SPAN("c8aae173eb04633366d3d96ae56630f50918dc2b")},
    [FL_SCRIPT_TOGETHER] = {{together, sizeof(together) - 1},
                            FL_SPAN("db5def04e201a5e851c6303b0a1835ffe3d881c9")},
    [FL_SCRIPT_SAVE_ITERATION] = {{save_iteration, sizeof(save_iteration) - 1},
                                  FL_SPAN("6c97876dd43aac260effaa96e96cda2f9c9cf1f0")},
    [FL_SCRIPT_LIMIT_CONCURRENT] = {{limit_concurrent, sizeof(limit_concurrent) - 1},
                                    FL_SPAN("47118af42a02f0a181520a7630b3ce8221f5a6ca")},
    [FL_SCRIPT_LIMIT_BUCKET] = {{limit_bucket, sizeof(limit_bucket) - 1},
                                FL_SPAN("9a569f050f34895d50866ded76224a1d67d26e88")},
    [FL_SCRIPT_LIMIT_WINDOW] = {{limit_window, sizeof(limit_window) - 1},
                                FL_SPAN("06b0d2e8979ffa37980e3a256f73dc98a9b1196d")},
    [FL_SCRIPT_LIMIT_LEAKY] = {{limit_leaky, sizeof(limit_leaky) - 1},
                               FL_SPAN("4d387f6a5fd1fca2b6afad2f8423afe55c2c19fa")},
    [FL_SCRIPT_LIMIT_CORRECT] = {{limit_correct, sizeof(limit_correct) - 1},
                                 FL_SPAN("fa841be4b5266bf771c6f3aed6edd357ad740437")},
    [FL_SCRIPT_DELETE_ENTRIES] = {{delete_entries, sizeof(delete_entries) - 1},
                                  FL_SPAN("efbd2aef389da43948c3b54c8d4202f6ef5c93c4")},
    [FL_SCRIPT_ENQUEUE_ENTRIES] = {{enqueue_entries, sizeof(enqueue_entries) - 1},
                                   FL_SPAN("0e708fe0e4c92e563942ababb04bf04c7007fa8c")},
    [FL_SCRIPT_KILL_ENTRIES] = {{kill_entries, sizeof(kill_entries) - 1},
                                FL_SPAN("cc8cc9102102f7987dfc5467061f70f45bcc194a")},
    [FL_SCRIPT_RESCHEDULE_ENTRIES] = {{reschedule_entries, sizeof(reschedule_entries) - 1},
                                      FL_SPAN("b97885081891b9d86a41ac1b806c9b0109eca882")},
    [FL_SCRIPT_FIRE] = {{fire, sizeof(fire) - 1},
                        FL_SPAN("2fe7f8261966181a9ba0774f8dc41503ae427258")},
};

struct fl_span fl_script_text(enum fl_script script)
{
    return scripts[script].text;
}

struct fl_span fl_script_sha(enum fl_script script)
{
    return scripts[script].sha;
}

static void copy_error(struct fl_span text, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    if (!ret_error) return;
    snprintf(ret_error, FL_SCRIPT_ERROR_BYTES, "%.*s", FL_SPAN_ARGS(text));
}

/* A failover's answer deserves one repeat; a missing script one with the script before it. */
static enum fl_error call(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                          const struct fl_command *evalsha, struct fl_replies *replies)
{
    enum fl_error err = fl_command_exec(evalsha, redis, clock, replies);
    if (err != FL_EREPLY) return err;
    bool missing = fl_span_starts(replies->items[0].text, FL_SPAN("NOSCRIPT"));
    if (!missing && !fl_reply_is_failover(&replies->items[0])) return err;
    fl_replies_release(replies);
    if (!missing) return fl_command_exec(evalsha, redis, clock, replies);
    const struct fl_span load[] = {FL_SPAN("SCRIPT"), FL_SPAN("LOAD"), scripts[script].text};
    err = fl_command_exec(&(struct fl_command){load, 3}, redis, clock, replies);
    if (err) return err;
    fl_replies_release(replies);
    return fl_command_exec(evalsha, redis, clock, replies);
}

enum fl_error fl_script_ask(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                            const struct fl_span *keys, size_t key_count,
                            const struct fl_span *args, size_t arg_count,
                            struct fl_replies *ret_replies, char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    char digits[FL_DIGITS_BYTES];
    struct fl_span few[FL_SCRIPT_FEW_ARGS], *words = few;
    *ret_replies = (struct fl_replies){0};
    if (3 + key_count + arg_count > FL_SCRIPT_FEW_ARGS)
        words = malloc((3 + key_count + arg_count) * sizeof(*words));
    if (!words) return FL_ENOMEM;
    words[0] = FL_SPAN("EVALSHA");
    words[1] = scripts[script].sha;
    words[2] = fl_digits((int64_t)key_count, digits);
    memcpy(words + 3, keys, key_count * sizeof(*keys));
    if (arg_count) memcpy(words + 3 + key_count, args, arg_count * sizeof(*args));
    const struct fl_command evalsha = {words, 3 + key_count + arg_count};
    enum fl_error err = call(script, redis, clock, &evalsha, ret_replies);
    if (err == FL_EREPLY) copy_error(ret_replies->items[0].text, ret_error);
    if (words != few) free(words);
    return err;
}

enum fl_error fl_script_call(enum fl_script script, struct fl_redis redis, struct fl_clock clock,
                             const struct fl_span *keys, size_t key_count,
                             const struct fl_span *args, size_t arg_count, int64_t *ret_moved,
                             char ret_error[FL_SCRIPT_ERROR_BYTES])
{
    struct fl_replies replies;
    enum fl_error err =
        fl_script_ask(script, redis, clock, keys, key_count, args, arg_count, &replies, ret_error);
    if (!err && replies.items[0].type != FL_REPLY_INTEGER) err = FL_EPROTOCOL;
    if (!err) *ret_moved = replies.items[0].integer;
    fl_replies_release(&replies);
    return err;
}
