--@include entries
for i = 1, #ARGV, 2 do
  if stands(ARGV[i], ARGV[i + 1]) then
    leave(ARGV[i], ARGV[i + 1])
  end
end
return moved
