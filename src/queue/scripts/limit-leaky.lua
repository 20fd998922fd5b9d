--@include now_and_arguments
--@include level
local over = level + ARGV[3] - size
if over > 0 then return math.max(1, math.ceil(over * period / size)) end
level = level + ARGV[3]
--@include write_level
return 0
