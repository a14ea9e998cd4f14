-- One atomic change of a ticket's record: compare-and-swap intents, set fields, mark it due.
-- Idempotent: a swap whose result is already stored counts as done.
-- KEYS: ticket, intents, lease, gen, work, seq, seen
-- ARGV[1]: {id, token, lease_ms, swaps = {{field, before, after}}, put = {k, v, ...}, drop = {{field, known}, ...}, forget = {...}, seen, due, ttl}
-- A field in `drop` whose value differs from `known` is not removed ('' = removed in any case).
-- Returns "ok", "conflict" or "stale".
local act = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if act.token ~= '' and redis.call('HGET', KEYS[3], act.id) ~= act.token then
  return 'stale'
end
for _, swap in ipairs(act.swaps) do
  local stored = redis.call('HGET', KEYS[2], swap[1]) or ''
  if stored ~= swap[2] and stored ~= swap[3] then
    return 'conflict'
  end
end
for _, swap in ipairs(act.swaps) do
  redis.call('HSET', KEYS[2], swap[1], swap[3])
end
for _, drop in ipairs(act.drop) do
  if drop[2] == '' or redis.call('HGET', KEYS[1], drop[1]) == drop[2] then
    redis.call('HDEL', KEYS[1], drop[1])
  end
end
for i = 1, #act.put, 2 do
  redis.call('HSET', KEYS[1], act.put[i], act.put[i + 1])
end
for _, id in ipairs(act.forget) do
  redis.call('HDEL', KEYS[2], id)
end
if act.seen ~= '' then redis.call('HSET', KEYS[7], act.id, act.seen) end
if act.ttl > 0 then
  redis.call('EXPIRE', KEYS[1], act.ttl)
  redis.call('EXPIRE', KEYS[2], act.ttl)
elseif act.ttl == 0 then
  redis.call('PERSIST', KEYS[1])
  redis.call('PERSIST', KEYS[2])
elseif #act.swaps > 0 and redis.call('TTL', KEYS[2]) == -1 then -- the first intent of an ended ticket
  local left = redis.call('PTTL', KEYS[1])
  if left > 0 then redis.call('PEXPIRE', KEYS[2], left) end
end
if act.token ~= '' then
  redis.call('ZADD', KEYS[5], now + act.lease_ms, act.id)
end
if act.due >= 0 then
  redis.call('HSET', KEYS[4], act.id, redis.call('INCR', KEYS[6]))
  if redis.call('HEXISTS', KEYS[3], act.id) == 0 then
    local current = redis.call('ZSCORE', KEYS[5], act.id)
    if not current or tonumber(current) > act.due then
      redis.call('ZADD', KEYS[5], act.due, act.id)
    end
  end
end
return 'ok'
