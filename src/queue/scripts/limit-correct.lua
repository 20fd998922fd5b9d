--@include now_and_arguments
--@include level
level = math.max(0, level + ARGV[3])
--@include write_level
return 0
