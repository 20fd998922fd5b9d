/* src/queue/batch_lua.h - what a batch does inside a script: for script.c alone.
 *
 * `now` is the time as payloads write it. Names of keys are made from bids here, as a batch may
 * stand in others, which nobody but Redis knows. One without `linger` is somebody else's. */
#ifndef FL_QUEUE_BATCH_LUA_H
#define FL_QUEUE_BATCH_LUA_H

/* keep: a member of one of its sets, which ends with it. fire: an event's callbacks, once. They are
 * jobs of the batch around it. look: whether it, and then those around it, have completed or
 * succeeded. */
#define FL_LUA_BATCH                                                                               \
    "local function lives(bid)\n"                                                                  \
    "return bid and redis.call('HEXISTS','b-'..bid,'linger')==1 and bid\n"                         \
    "end\n"                                                                                        \
    "local function keep(bid,set,member)\n"                                                        \
    "redis.call('SADD','b-'..bid..set,member)\n"                                                   \
    "local left=redis.call('PTTL','b-'..bid)\n"                                                    \
    "if left>0 then redis.call('PEXPIRE','b-'..bid..set,left) end\n"                               \
    "end\n"                                                                                        \
    "local function fire(bid,event)\n"                                                             \
    "if redis.call('HSETNX','b-'..bid,event..'_at',now)==0 then return end\n"                      \
    "local around=lives(redis.call('HGET','b-'..bid,'parent_bid'))\n"                              \
    "local on=redis.call('LRANGE','b-'..bid..'-on-'..event,0,-1)\n"                                \
    "for i=1,#on,3 do\n"                                                                           \
    "redis.call('SADD','queues',on[i])\n"                                                          \
    "redis.call('LPUSH','queue:'..on[i],on[i+2]..now..'}')\n"                                      \
    "if around then\n"                                                                             \
    "keep(around,'-jids',on[i+1])\n"                                                               \
    "redis.call('HINCRBY','b-'..around,'total',1)\n"                                               \
    "end\n"                                                                                        \
    "end\n"                                                                                        \
    "end\n"                                                                                        \
    "local function look(bid)\n"                                                                   \
    "while bid do\n"                                                                               \
    "local key='b-'..bid\n"                                                                        \
    "local around=lives(redis.call('HGET',key,'parent_bid'))\n"                                    \
    "local pending=redis.call('SCARD',key..'-jids')\n"                                             \
    "local failures=redis.call('SCARD',key..'-failed')\n"                                          \
    "redis.call('HSET',key,'pending',pending,'failures',failures)\n"                               \
    "if pending>failures or redis.call('EXISTS',key..'-kids-running')==1 then return end\n"        \
    "fire(bid,'complete')\n"                                                                       \
    "if around then redis.call('SREM','b-'..around..'-kids-running',bid) end\n"                    \
    "if pending==0 and redis.call('EXISTS',key..'-kids')==0 then\n"                                \
    "fire(bid,'success')\n"                                                                        \
    "if around then redis.call('SREM','b-'..around..'-kids',bid) end\n"                            \
    "redis.call('DEL',key..'-on-success',key..'-on-complete',key..'-on-death',key..'-added')\n"    \
    "redis.call('EXPIRE',key,redis.call('HGET',key,'linger'))\n"                                   \
    "end\n"                                                                                        \
    "bid=around\n"                                                                                 \
    "end\n"                                                                                        \
    "end\n"

/* step: one of its jobs has ended, or has failed and will run again. Who is not open in it changes
 * nothing. */
#define FL_LUA_BATCH_STEP                                                                          \
    "local function step(bid,what,jid,seconds)\n"                                                  \
    "local key='b-'..bid\n"                                                                        \
    "if not lives(bid) or redis.call('SISMEMBER',key..'-jids',jid)==0 then return end\n"           \
    "if what=='succeeded' then\n"                                                                  \
    "for _,set in ipairs({'-jids','-failed','-died'}) do redis.call('SREM',key..set,jid) end\n"    \
    "else\n"                                                                                       \
    "keep(bid,'-failed',jid)\n"                                                                    \
    "end\n"                                                                                        \
    "if what=='died' then\n"                                                                       \
    "keep(bid,'-died',jid)\n"                                                                      \
    "redis.call('ZADD','batch-died','NX',seconds,bid)\n"                                           \
    "fire(bid,'death')\n"                                                                          \
    "end\n"                                                                                        \
    "look(bid)\n"                                                                                  \
    "end\n"

/* Makes a batch, or adds jobs to one; FL_SCRIPT_BATCH_ADD has its arguments. */
#define FL_LUA_BATCH_ADD                                                                           \
    "local bid,now,seconds,own,around=ARGV[1],ARGV[3],ARGV[4],ARGV[5],ARGV[6]\n"                   \
    "local hash,added,at='b-'..bid,0,13\n" FL_LUA_BATCH "local function is_open(batch)\n"          \
    "return lives(batch) and redis.call('SISMEMBER','b-'..batch..'-jids',own)==1\n"                \
    "end\n"                                                                                        \
    "if ARGV[2]=='1' then\n"                                                                       \
    "local depth=1\n"                                                                              \
    "if lives(bid) then return 0 end\n"                                                            \
    "if around~='' then\n"                                                                         \
    "if not is_open(around) then return -1 end\n"                                                  \
    "depth=redis.call('HGET','b-'..around,'depth')+1\n"                                            \
    "if depth>tonumber(ARGV[10]) then return -2 end\n"                                             \
    "end\n"                                                                                        \
    "redis.call('HSET',hash,'created_at',now,'description',ARGV[11],'total',0,'linger'"            \
    ",ARGV[9],"                                                                                    \
    "'depth',depth)\n"                                                                             \
    "redis.call('EXPIRE',hash,ARGV[8])\n"                                                          \
    "if around~='' then\n"                                                                         \
    "redis.call('HSET',hash,'parent_bid',around)\n"                                                \
    "keep(around,'-kids',bid)\n"                                                                   \
    "keep(around,'-kids-running',bid)\n"                                                           \
    "end\n"                                                                                        \
    "for _,list in ipairs({'batches','batch-died'}) do\n"                                          \
    "redis.call('ZREMRANGEBYSCORE',list,'-inf',seconds-2592000)\n"                                 \
    "end\n"                                                                                        \
    "redis.call('ZADD','batches',seconds,bid)\n"                                                   \
    "else\n"                                                                                       \
    "if not is_open(bid) then return -1 end\n"                                                     \
    "if ARGV[7]~='' then\n"                                                                        \
    "if redis.call('SISMEMBER',hash..'-added',ARGV[7])==1 then return 0 end\n"                     \
    "keep(bid,'-added',ARGV[7])\n"                                                                 \
    "end\n"                                                                                        \
    "end\n"                                                                                        \
    "for i=1,tonumber(ARGV[12]) do\n"                                                              \
    "local list=hash..'-on-'..ARGV[at]\n"                                                          \
    "redis.call('RPUSH',list,ARGV[at+1],ARGV[at+2],ARGV[at+3])\n"                                  \
    "redis.call('EXPIRE',list,ARGV[8])\n"                                                          \
    "at=at+4\n"                                                                                    \
    "end\n"                                                                                        \
    "for i=at,#ARGV,4 do\n"                                                                        \
    "if redis.call('SADD',hash..'-jids',ARGV[i+2])==1 then\n"                                      \
    "added=added+1\n"                                                                              \
    "if ARGV[i+1]=='' then\n"                                                                      \
    "redis.call('SADD','queues',ARGV[i])\n"                                                        \
    "redis.call('LPUSH','queue:'..ARGV[i],ARGV[i+3])\n"                                            \
    "else\n"                                                                                       \
    "redis.call('ZADD','schedule',ARGV[i+1],ARGV[i+3])\n"                                          \
    "end\n"                                                                                        \
    "end\n"                                                                                        \
    "end\n"                                                                                        \
    "redis.call('HINCRBY',hash,'total',added)\n"                                                   \
    "if added>0 then redis.call('PEXPIRE',hash..'-jids',redis.call('PTTL',hash)) end\n"            \
    "look(bid)\n"                                                                                  \
    "return 1\n"

#define FL_LUA_BATCH_VALID                                                                         \
    "local bid=ARGV[1]\n"                                                                          \
    "while bid do\n"                                                                               \
    "if redis.call('HGET','b-'..bid,'invalidated')=='1' then return 0 end\n"                       \
    "bid=redis.call('HGET','b-'..bid,'parent_bid')\n"                                              \
    "end\n"                                                                                        \
    "return 1\n"

#define FL_LUA_BATCH_INVALIDATE                                                                    \
    "if redis.call('HEXISTS',KEYS[1],'linger')==0 then return 0 end\n"                             \
    "redis.call('HSET',KEYS[1],'invalidated',1)\n"                                                 \
    "return 1\n"

#endif
