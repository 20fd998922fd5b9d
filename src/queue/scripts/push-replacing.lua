-- The oldest holder makes room; one that waits nowhere runs, and goes on without the lock.
local mine = redis.call('HEXISTS', KEYS[1], ARGV[1])
if mine == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[8]) then
  local sets = {KEYS[6], KEYS[7]}
  local jobs = redis.call('LLEN', KEYS[5])
  for _, set in ipairs(sets) do jobs = jobs + redis.call('ZCARD', set) end
  if jobs > tonumber(ARGV[9]) then return 0 end
  local held, oldest, since = redis.call('HGETALL', KEYS[1]), nil, nil
  for i = 1, #held, 2 do
    local at = tonumber(held[i + 1]) or 0
    if not since or at < since then oldest, since = held[i], at end
  end
  local function is_its(text)
    if not string.find(text, oldest, 1, true) then return false end
    local read, job = pcall(cjson.decode, text)
    return read and type(job) == 'table' and job.jid == oldest
  end
  for _, text in ipairs(redis.call('LRANGE', KEYS[5], 0, -1)) do
    if is_its(text) then redis.call('LREM', KEYS[5], 1, text) end
  end
  for _, set in ipairs(sets) do
    for _, text in ipairs(redis.call('ZRANGE', set, 0, -1)) do
      if is_its(text) then redis.call('ZREM', set, text) end
    end
  end
  redis.call('HDEL', KEYS[1], oldest)
end
--@include push_and_hold
return 1
