--@include entries
for i = 2, #ARGV, 2 do
  if stands(ARGV[i], ARGV[i + 1]) then
    redis.call('ZADD', KEYS[2], ARGV[1], ARGV[i])
    leave(ARGV[i], ARGV[i + 1])
  end
end
return moved
