-- Stop all calls in a rate limit for a while, by the clock that the limit is kept with. Of two
-- blocks the one that ends later counts.
-- KEYS: bucket hash (see pace)       ARGV: ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local block = math.max(now + ARGV[1], tonumber(redis.call('HGET', KEYS[1], 'block') or 0))
redis.call('HSET', KEYS[1], 'block', string.format('%.0f', block))
redis.call('PEXPIRE', KEYS[1], math.floor(block - now) + 120000)
return 1
