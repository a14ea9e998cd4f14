-- Stop all calls in a rate limit for a while, by the clock that the limit is kept with.
-- KEYS: bucket hash (see pace)       ARGV: ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'block', string.format('%.0f', now + ARGV[1]))
redis.call('PEXPIRE', KEYS[1], ARGV[1] + 120000)
return 1
