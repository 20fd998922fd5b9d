-- A move with all that may hang on a job. Without a job nothing is taken away (basic fetch),
-- without a new one nothing is added.
local now = ARGV[11]
--@include batch
--@include batch_step
if ARGV[1] ~= '' and redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
if ARGV[2] ~= '' then
  local added
  if ARGV[3] == '' then added = redis.pcall('LPUSH', KEYS[2], ARGV[2])
  else added = redis.pcall('ZADD', KEYS[2], ARGV[3], ARGV[2]) end
  --@include or_put_back
  if ARGV[4] ~= '' then
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
    redis.call('ZREMRANGEBYRANK', KEYS[2], 0, ARGV[5])
  end
end
for i = 4, #KEYS do
  local digest = string.sub(KEYS[i], 1, -8)
  if ARGV[6] == '' then
    redis.call('HDEL', KEYS[i], ARGV[8])
    if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZREM', KEYS[3], digest) end
  elseif redis.call('HLEN', KEYS[i]) < tonumber(ARGV[13]) then
    redis.call('HSET', KEYS[i], ARGV[8], ARGV[7])
    redis.call('ZADD', KEYS[3], ARGV[7], digest)
    if ARGV[6] ~= '0' then redis.call('PEXPIRE', KEYS[i], ARGV[6]) end
  end
end
if ARGV[12] ~= '' then redis.call('UNLINK', 'it-' .. ARGV[8]) end
if ARGV[9] ~= '' then step(ARGV[9], ARGV[10], ARGV[8], ARGV[7]) end
return 1
