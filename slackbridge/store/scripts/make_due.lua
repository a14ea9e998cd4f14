-- Mark tickets due and store the revisions seen, in one act.
-- KEYS: work, lease, gen, seq, seen
-- ARGV: number of due pairs, then id, due_ms ..., then id, revision ...
local pairs_due = tonumber(ARGV[1])
for i = 2, 1 + pairs_due * 2, 2 do
  local id, due = ARGV[i], tonumber(ARGV[i + 1])
  redis.call('HSET', KEYS[3], id, redis.call('INCR', KEYS[4]))
  if redis.call('HEXISTS', KEYS[2], id) == 0 then
    local current = redis.call('ZSCORE', KEYS[1], id)
    if not current or tonumber(current) > due then redis.call('ZADD', KEYS[1], due, id) end
  end
end
for i = 2 + pairs_due * 2, #ARGV, 2 do
  redis.call('HSET', KEYS[5], ARGV[i], ARGV[i + 1])
end
return 1
