local mine = redis.call('HEXISTS', KEYS[1], ARGV[1])
if mine == 0 and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[8]) then return 0 end
--@include push_and_hold
return 1
