-- Limits count in the server's microseconds, which a double holds exactly. What is written is
-- printed here: Lua's own way has 14 digits.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local size, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local function whole(x) return string.format('%.0f', x) end
