--@include entries
for i = 1, #ARGV, 4 do
  if stands(ARGV[i], ARGV[i + 1]) then
    redis.call('SADD', KEYS[2], ARGV[i + 3])
    redis.call('LPUSH', KEYS[3 + (i - 1) / 4], ARGV[i + 2])
    leave(ARGV[i], ARGV[i + 1])
  end
end
return moved
