-- Pushed with this jid before, it is not pushed again. A digest is the lock's key without ":LOCKED".
if mine == 1 then return 1 end
if ARGV[6] == '' then
  redis.call('SADD', KEYS[3], ARGV[5])
  redis.call('LPUSH', KEYS[4], ARGV[4])
else
  redis.call('ZADD', KEYS[4], ARGV[6], ARGV[4])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[7], string.sub(KEYS[1], 1, -8))
if ARGV[3] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
