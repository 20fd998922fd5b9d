-- A script is not rolled back: what cannot be added (a key of another type) is put back.
if type(added) == 'table' and added.err then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  return added
end
