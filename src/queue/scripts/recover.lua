if ARGV[2] == '0' and redis.call('EXISTS', KEYS[1]) == 1 then return {-1} end
local now = ARGV[5]
--@include batch
--@include batch_step
--@include look_at_job
local found, apart = {0}, 0
for i = 5, #KEYS, 2 do
  local job = redis.call('LINDEX', KEYS[i], 0)
  while job do
    local key, times, payload = look_at(job)
    local home = type(payload.queue) == 'string' and 'queue:' .. payload.queue == KEYS[i + 1]
    if key and times > most then
      if payload.dead ~= false then redis.call('ZADD', KEYS[3], ARGV[5], job) end
      redis.call('LPOP', KEYS[i])
      if type(payload.bid) == 'string' then step(payload.bid, 'died', payload.jid, ARGV[5]) end
      found[#found + 1] = job
    elseif times > 1 and home then
      apart = apart + ARGV[9]
      redis.call('ZADD', KEYS[4], string.format('%.6f', ARGV[5] + apart), job)
      redis.call('LPOP', KEYS[i])
      found[1] = found[1] + 1
    else
      redis.call('LMOVE', KEYS[i], KEYS[i + 1], 'LEFT', 'RIGHT')
      found[1] = found[1] + 1
    end
    if key and redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[8]) end
    job = redis.call('LINDEX', KEYS[i], 0)
  end
end
if #found > 1 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[6])
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, ARGV[7])
end
if ARGV[3] == '1' then redis.call('HDEL', KEYS[2], ARGV[1]) end
return found
