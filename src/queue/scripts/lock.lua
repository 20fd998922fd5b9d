-- Whoever has been taken for dead may have run, finished and let go under the same jid elsewhere.
if ARGV[4] ~= '' and not redis.call('LPOS', KEYS[3], ARGV[4]) then return -1 end
local mine = redis.call('HEXISTS', KEYS[1], ARGV[1])
if mine == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[2], string.sub(KEYS[1], 1, -8))
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
if KEYS[4] then
  redis.call('HDEL', KEYS[4], ARGV[1])
  if redis.call('EXISTS', KEYS[4]) == 0 then
    redis.call('ZREM', KEYS[2], string.sub(KEYS[4], 1, -8))
  end
end
return 1
