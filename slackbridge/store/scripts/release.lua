-- Release a lease. A ticket that was marked since it was leased is due at once.
-- KEYS: work, lease, gen       ARGV: id, token, gen when leased, due_ms or -1
local id = ARGV[1]
if redis.call('HGET', KEYS[2], id) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[2], id)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = tonumber(ARGV[4])
if (redis.call('HGET', KEYS[3], id) or '0') ~= ARGV[3] then
  redis.call('ZADD', KEYS[1], now, id)
elseif due >= 0 then
  redis.call('ZADD', KEYS[1], due, id)
else
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[3], id)
end
return 1
