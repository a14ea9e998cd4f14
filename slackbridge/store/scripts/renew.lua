-- Extend a lease, as a write with its token does.
-- KEYS: work, lease       ARGV: id, token, lease_ms       Returns "ok" or "stale".
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 'stale' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return 'ok'
