local bid = ARGV[1]
while bid do
  if redis.call('HGET', 'b-' .. bid, 'invalidated') == '1' then return 0 end
  bid = redis.call('HGET', 'b-' .. bid, 'parent_bid')
end
return 1
