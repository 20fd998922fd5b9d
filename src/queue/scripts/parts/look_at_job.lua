-- How often a job was found in the private list of somebody dead is counted by its jid; a payload
-- without one is never taken for a pill. Reading needs a parser, moving does not: the bytes stay as
-- they are. A job that would be promoted to another queue is not put off.
local most = tonumber(ARGV[4])
local function look_at(job)
  local read, payload = pcall(cjson.decode, job)
  local jid = read and type(payload) == 'table' and payload.jid
  if most == 0 or type(jid) ~= 'string' or jid == '' then return nil, 0, {} end
  local key = 'faultline:recovered:' .. jid
  return key, tonumber(redis.call('GET', key) or 0) + 1, payload
end
