-- As with `promote`, an entry is added to its new place before it leaves the old one. A queue is
-- searched from its newest job on: whoever walks through it and takes what he meets is there.
local moved = 0
local function stands(entry, score)
  if score == '' then return redis.call('LPOS', KEYS[1], entry) end
  return redis.call('ZSCORE', KEYS[1], entry) == score
end
local function leave(entry, score)
  if score == '' then redis.call('LREM', KEYS[1], 1, entry)
  else redis.call('ZREM', KEYS[1], entry) end
  moved = moved + 1
end
