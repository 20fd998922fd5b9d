if ARGV[1] ~= '' and not redis.call('LPOS', KEYS[2], ARGV[1]) then return -1 end
redis.call('HSET', KEYS[1], 'ex', ARGV[2], 'c', ARGV[3], 'rt', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1 + redis.call('HEXISTS', KEYS[1], 'cancelled')
