if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
local added = redis.pcall('ZADD', KEYS[2], ARGV[3], ARGV[2])
--@include or_put_back
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, ARGV[5])
return 1
