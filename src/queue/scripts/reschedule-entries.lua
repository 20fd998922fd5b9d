--@include entries
for i = 2, #ARGV, 2 do
  if stands(ARGV[i], ARGV[i + 1]) then
    redis.call('ZADD', KEYS[1], ARGV[1], ARGV[i])
    moved = moved + 1
  end
end
return moved
