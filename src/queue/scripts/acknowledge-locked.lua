if redis.call('LREM', KEYS[1], -1, ARGV[1]) == 0 then return 0 end
for i = 2, #KEYS - 1 do
  local digest = string.sub(KEYS[i], 1, -8)
  redis.call('HDEL', KEYS[i], ARGV[#ARGV])
  if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZREM', KEYS[#KEYS], digest) end
end
return 1
