-- step: one of its jobs has ended, or has failed and will run again. Who is not open in it changes
-- nothing.
local function step(bid, what, jid, seconds)
  local key = 'b-' .. bid
  if not lives(bid) or redis.call('SISMEMBER', key .. '-jids', jid) == 0 then return end
  if what == 'succeeded' then
    for _, set in ipairs({'-jids', '-failed', '-died'}) do redis.call('SREM', key .. set, jid) end
  else
    keep(bid, '-failed', jid)
  end
  if what == 'died' then
    keep(bid, '-died', jid)
    redis.call('ZADD', 'batch-died', 'NX', seconds, bid)
    fire(bid, 'death')
  end
  look(bid)
end
