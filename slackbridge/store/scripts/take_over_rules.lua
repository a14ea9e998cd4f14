-- Compare-and-swap of which settings are in force, by their digest.
-- Idempotent: a swap whose result is already stored counts as done and keeps `since`.
-- KEYS: rules (hash: digest, since (s), detail)       ARGV: before, after, detail       Returns 1 or 0.
local stored = redis.call('HGET', KEYS[1], 'digest') or ''
if stored == ARGV[2] then return 1 end
if stored ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local since = string.format('%d.%06d', time[1], time[2])
redis.call('HSET', KEYS[1], 'digest', ARGV[2], 'since', since, 'detail', ARGV[3])
return 1
