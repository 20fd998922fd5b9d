-- Reading a payload's jid needs no parser here: a jid that stands in any text is not missing.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
local digests = redis.call('ZRANGE', KEYS[1], 0, ARGV[2] - 1)
if #digests == 0 then redis.call('DEL', KEYS[3]) return 0 end
local lists, texts = {}, {}
local jobs = redis.call('ZCARD', KEYS[7]) + redis.call('ZCARD', KEYS[8])
local function list(key)
  lists[#lists + 1] = key
  jobs = jobs + redis.call('LLEN', key)
end
local function read(found) for _, text in ipairs(found) do texts[#texts + 1] = text end end
for _, queue in ipairs(redis.call('SMEMBERS', KEYS[4])) do list('queue:' .. queue) end
local fetchers = redis.call('HGETALL', KEYS[5])
for i = 1, #fetchers, 2 do
  for _, queue in ipairs(cjson.decode(fetchers[i + 1])) do
    if type(queue) == 'table' then queue = table.concat(queue, '|') end
    list('queue:fl|' .. fetchers[i] .. '|' .. queue)
  end
end
if jobs > tonumber(ARGV[3]) then return -1 end
for _, key in ipairs(lists) do read(redis.call('LRANGE', key, 0, -1)) end
read(redis.call('ZRANGE', KEYS[7], 0, -1))
read(redis.call('ZRANGE', KEYS[8], 0, -1))
for _, process in ipairs(redis.call('SMEMBERS', KEYS[6])) do
  read(redis.call('HVALS', process .. ':work'))
  read(redis.call('HVALS', process .. ':workers'))
end
local all = table.concat(texts, '\n')
local suspects, freed = {}, 0
for _, digest in ipairs(digests) do
  local lock = digest .. ':LOCKED'
  for _, jid in ipairs(redis.call('HKEYS', lock)) do
    if not string.find(all, jid, 1, true) then
      local mark = digest .. ' ' .. jid
      if redis.call('SISMEMBER', KEYS[3], mark) == 1 then
        redis.call('HDEL', lock, jid)
        freed = freed + 1
      else
        suspects[#suspects + 1] = mark
      end
    end
  end
  if redis.call('EXISTS', lock) == 0 then redis.call('ZREM', KEYS[1], digest) end
end
redis.call('DEL', KEYS[3])
for _, mark in ipairs(suspects) do redis.call('SADD', KEYS[3], mark) end
if #suspects > 0 then redis.call('EXPIRE', KEYS[3], 7200) end
return freed
