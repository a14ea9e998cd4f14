-- Lease due tickets: each gets a new token and is not due again until its lease ends.
-- A token is at least the time in ms, so a server that lost the last ones never gives one twice.
-- KEYS: work, lease, gen, seq       ARGV: limit, lease_ms
-- Returns {now_ms, next_due_ms or -1, id, token, gen, id, token, ...}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
local claims = {tostring(now), '-1'}
for i = 1, #due, 2 do
  local id = due[i]
  local token = string.format('%.0f', math.max(redis.call('INCR', KEYS[4]), now))
  redis.call('SET', KEYS[4], token)
  redis.call('HSET', KEYS[2], id, token)
  redis.call('ZADD', KEYS[1], now + ARGV[2], id)
  claims[#claims + 1] = id
  claims[#claims + 1] = token
  claims[#claims + 1] = redis.call('HGET', KEYS[3], id) or '0'
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #first > 0 then claims[2] = string.format('%.0f', first[2]) end
return claims
