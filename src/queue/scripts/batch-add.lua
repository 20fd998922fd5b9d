local bid, now, seconds, own, around = ARGV[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local hash, added, at = 'b-' .. bid, 0, 13
--@include batch
local function is_open(batch)
  return lives(batch) and redis.call('SISMEMBER', 'b-' .. batch .. '-jids', own) == 1
end
if ARGV[2] == '1' then
  local depth = 1
  if lives(bid) then return 0 end
  if around ~= '' then
    if not is_open(around) then return -1 end
    depth = redis.call('HGET', 'b-' .. around, 'depth') + 1
    if depth > tonumber(ARGV[10]) then return -2 end
  end
  redis.call('HSET', hash, 'created_at', now, 'description', ARGV[11], 'total', 0, 'linger',
    ARGV[9], 'depth', depth)
  redis.call('EXPIRE', hash, ARGV[8])
  if around ~= '' then
    redis.call('HSET', hash, 'parent_bid', around)
    keep(around, '-kids', bid)
    keep(around, '-kids-running', bid)
  end
  for _, list in ipairs({'batches', 'batch-died'}) do
    redis.call('ZREMRANGEBYSCORE', list, '-inf', seconds - 2592000)
  end
  redis.call('ZADD', 'batches', seconds, bid)
else
  if not is_open(bid) then return -1 end
  if ARGV[7] ~= '' then
    if redis.call('SISMEMBER', hash .. '-added', ARGV[7]) == 1 then return 0 end
    keep(bid, '-added', ARGV[7])
  end
end
for i = 1, tonumber(ARGV[12]) do
  local list = hash .. '-on-' .. ARGV[at]
  redis.call('RPUSH', list, ARGV[at + 1], ARGV[at + 2], ARGV[at + 3])
  redis.call('EXPIRE', list, ARGV[8])
  at = at + 4
end
for i = at, #ARGV, 4 do
  if redis.call('SADD', hash .. '-jids', ARGV[i + 2]) == 1 then
    added = added + 1
    if ARGV[i + 1] == '' then
      redis.call('SADD', 'queues', ARGV[i])
      redis.call('LPUSH', 'queue:' .. ARGV[i], ARGV[i + 3])
    else
      redis.call('ZADD', 'schedule', ARGV[i + 1], ARGV[i + 3])
    end
  end
end
redis.call('HINCRBY', hash, 'total', added)
if added > 0 then redis.call('PEXPIRE', hash .. '-jids', redis.call('PTTL', hash)) end
look(bid)
return 1
