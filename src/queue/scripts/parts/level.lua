local state = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = tonumber(state[1] or 0)
level = math.max(0, level - math.max(0, now - tonumber(state[2] or now)) * size / period)
