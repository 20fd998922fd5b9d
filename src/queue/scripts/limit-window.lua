--@include now_and_arguments
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now - period))
local over = redis.call('ZCARD', KEYS[1]) + ARGV[3] - size
if over > 0 then
  local last = redis.call('ZRANGE', KEYS[1], over - 1, over - 1, 'WITHSCORES')
  return math.max(1, last[2] + period - now)
end
for i = 1, tonumber(ARGV[3]) do redis.call('ZADD', KEYS[1], whole(now), ARGV[4] .. ':' .. i) end
redis.call('PEXPIRE', KEYS[1], whole(math.ceil(period / 1000)))
return 0
