-- It is kept until it has drained, which takes longer than a period when it was overdrawn.
redis.call('HSET', KEYS[1], 'level', string.format('%.17g', level), 'at', whole(now))
redis.call('PEXPIRE', KEYS[1], whole(math.ceil(level * period / size / 1000) + 1))
