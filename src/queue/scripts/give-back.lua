if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
local added = redis.pcall('RPUSH', KEYS[2], ARGV[1])
--@include or_put_back
return 1
