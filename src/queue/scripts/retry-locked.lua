if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
local added = redis.pcall('ZADD', KEYS[2], ARGV[3], ARGV[2])
--@include or_put_back
for i = 3, #KEYS - 1 do
  local digest = string.sub(KEYS[i], 1, -8)
  if ARGV[4] == '' then
    redis.call('HDEL', KEYS[i], ARGV[#ARGV])
    if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZREM', KEYS[#KEYS], digest) end
  elseif redis.call('HLEN', KEYS[i]) < tonumber(ARGV[6]) then
    redis.call('HSET', KEYS[i], ARGV[#ARGV], ARGV[5])
    redis.call('ZADD', KEYS[#KEYS], ARGV[5], digest)
    if ARGV[4] ~= '0' then redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
  end
end
return 1
