if redis.call('HEXISTS', KEYS[1], 'linger') == 0 then return 0 end
redis.call('HSET', KEYS[1], 'invalidated', 1)
return 1
