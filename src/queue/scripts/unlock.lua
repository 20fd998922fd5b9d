-- Whoever has been taken for dead may have run, finished and let go under the same jid elsewhere.
-- The locks stand behind the private list, the list of digests behind them; a digest is the lock's
-- key without ":LOCKED".
if ARGV[1] ~= '' and not redis.call('LPOS', KEYS[1], ARGV[1]) then return -1 end
for i = 2, #KEYS - 1 do
  local digest = string.sub(KEYS[i], 1, -8)
  redis.call('HDEL', KEYS[i], ARGV[#ARGV])
  if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZREM', KEYS[#KEYS], digest) end
end
return 1
