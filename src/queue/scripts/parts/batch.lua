-- keep: a member of one of its sets, which ends with it. fire: an event's callbacks, once. They are
-- jobs of the batch around it. look: whether it, and then those around it, have completed or
-- succeeded.
local function lives(bid)
  return bid and redis.call('HEXISTS', 'b-' .. bid, 'linger') == 1 and bid
end
local function keep(bid, set, member)
  redis.call('SADD', 'b-' .. bid .. set, member)
  local left = redis.call('PTTL', 'b-' .. bid)
  if left > 0 then redis.call('PEXPIRE', 'b-' .. bid .. set, left) end
end
local function fire(bid, event)
  if redis.call('HSETNX', 'b-' .. bid, event .. '_at', now) == 0 then return end
  local around = lives(redis.call('HGET', 'b-' .. bid, 'parent_bid'))
  local on = redis.call('LRANGE', 'b-' .. bid .. '-on-' .. event, 0, -1)
  for i = 1, #on, 3 do
    redis.call('SADD', 'queues', on[i])
    redis.call('LPUSH', 'queue:' .. on[i], on[i + 2] .. now .. '}')
    if around then
      keep(around, '-jids', on[i + 1])
      redis.call('HINCRBY', 'b-' .. around, 'total', 1)
    end
  end
end
local function look(bid)
  while bid do
    local key = 'b-' .. bid
    local around = lives(redis.call('HGET', key, 'parent_bid'))
    local pending = redis.call('SCARD', key .. '-jids')
    local failures = redis.call('SCARD', key .. '-failed')
    redis.call('HSET', key, 'pending', pending, 'failures', failures)
    if pending > failures or redis.call('EXISTS', key .. '-kids-running') == 1 then return end
    fire(bid, 'complete')
    if around then redis.call('SREM', 'b-' .. around .. '-kids-running', bid) end
    if pending == 0 and redis.call('EXISTS', key .. '-kids') == 0 then
      fire(bid, 'success')
      if around then redis.call('SREM', 'b-' .. around .. '-kids', bid) end
      redis.call('DEL', key .. '-on-success', key .. '-on-complete', key .. '-on-death',
        key .. '-added')
      redis.call('EXPIRE', key, redis.call('HGET', key, 'linger'))
    end
    bid = around
  end
end
