-- One rate limit with reserved slots: a caller that must wait is told when its slot is.
-- Live callers take the next free slot; waiting backlog moves back behind them.
-- KEYS: bucket hash (free = when the next token is available, block = no call before, r:<who> =
--       slot, tail = the last slot given, live = until when the next token is for a live caller)
-- ARGV: who, interval_ms, burst, live (1 or 0)       Returns ms to wait; 0 = go.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local who, interval, burst, live = 'r:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local block = tonumber(redis.call('HGET', KEYS[1], 'block') or 0)
-- A burst is saved up from the end of a block only: the other side's window is still full then.
local saved = math.max(now - interval * (burst - 1), block)
local ready = math.max(tonumber(redis.call('HGET', KEYS[1], 'free') or 0), saved)
local slot = tonumber(redis.call('HGET', KEYS[1], who) or 0)
local tail = tonumber(redis.call('HGET', KEYS[1], 'tail') or 0)
redis.call('PEXPIRE', KEYS[1], 120000 + math.max(0, math.max(tail, block) - now))
local mine = slot > 0 and slot <= now + 5
local kept = not live and tonumber(redis.call('HGET', KEYS[1], 'live') or 0) > now
if ready <= now and not kept and (live or mine or (slot == 0 and tail <= now)) then
  redis.call('HSET', KEYS[1], 'free', ready + interval)
  redis.call('HDEL', KEYS[1], who)
  if live then redis.call('HDEL', KEYS[1], 'live') end
  return 0
end
if live then redis.call('HSET', KEYS[1], 'live', ready + math.max(interval, 50)) end
if live or mine then
  local turn = kept and math.max(ready, now) + interval or ready
  redis.call('HSET', KEYS[1], who, turn)
  return math.max(1, turn - now)
end
if slot == 0 then
  slot = math.max(tail, ready - interval, now - interval) + interval
  redis.call('HSET', KEYS[1], who, slot, 'tail', slot)
end
return math.max(1, slot - now)
