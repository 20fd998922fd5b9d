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

#endif
