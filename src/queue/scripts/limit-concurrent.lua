--@include now_and_arguments
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
if redis.call('ZCARD', KEYS[1]) >= size then
  return math.max(1, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - now)
end
redis.call('ZADD', KEYS[1], whole(now + period), ARGV[4])
redis.call('PEXPIRE', KEYS[1], whole(math.ceil(period / 1000)))
return 0
