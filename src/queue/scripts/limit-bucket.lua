--@include now_and_arguments
local start = now - now % period
local state = redis.call('HMGET', KEYS[1], 'at', 'used')
local used = state[1] == whole(start) and tonumber(state[2]) or 0
if used + ARGV[3] > size then return start + period - now end
redis.call('HSET', KEYS[1], 'at', whole(start), 'used', whole(used + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], whole(math.ceil(period / 1000)))
return 0
