if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local last = redis.call('GET', KEYS[2])
if last and tonumber(last) >= tonumber(ARGV[2]) then return 0 end
local held = KEYS[5] and redis.call('HLEN', KEYS[5]) >= tonumber(ARGV[9])
if not held then
  redis.call('SADD', KEYS[3], ARGV[4])
  redis.call('LPUSH', KEYS[4], ARGV[3])
end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[5])
if held then return 2 end
if KEYS[5] then
  redis.call('HSET', KEYS[5], ARGV[6], ARGV[2])
  redis.call('ZADD', KEYS[6], ARGV[8], string.sub(KEYS[5], 1, -8))
  if ARGV[7] ~= '0' then redis.call('PEXPIRE', KEYS[5], ARGV[7]) end
end
return 1
