-- Remembers what was told of an article's uri, and lets others enter.
--
-- KEYS[1]    hash of the uri, as in enter.lua
-- ARGV[1]    holder; empty to restore: the lease stays as it is
-- ARGV[2]    for so long it is remembered from now, milliseconds
-- ARGV[3]    the version that is held under embargo; '' none, '-' as it was
-- ARGV[4..]  field, value; in pairs. The value begins with its rank: rank|...
-- returns    1 if the holder was still alone, else 0
--
-- Unless the holder was alone, what ranks no higher than what is there is not written: another record went ahead.
-- Of kills that name no version (*) the latest counts, whoever was alone.

local holder, keep_ms, held = ARGV[1], ARGV[2], ARGV[3]
local lease = redis.pcall('HGET', KEYS[1], '!')
if type(lease) == 'table' and lease.err then
  redis.call('DEL', KEYS[1])
  lease = false
end
local alone = holder ~= '' and lease and string.match(lease, '^%d+|%d+|%d*|(.+)$') == holder

-- Digits as they stand: a number is exact only up to 2^53 here, and versions may be times in nanoseconds.
local function higher(one, other)
  return not other or #one > #other or (#one == #other and one > other)
end

local written = false
for i = 4, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[1], ARGV[i])
  local rank = string.match(ARGV[i + 1], '^(%d+)|')
  if (alone and ARGV[i] ~= '*') or higher(rank, string.match(before or '', '^(%d+)|')) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    written = true
  end
end

if held ~= '-' then
  local before = string.match(redis.call('HGET', KEYS[1], 'h') or '', '^%d+$')
  if held ~= '' and (alone or higher(held, before)) then
    redis.call('HSET', KEYS[1], 'h', held)
    written = true
  elseif held == '' and alone then
    redis.call('HDEL', KEYS[1], 'h')
  end
end

if alone then
  redis.call('HDEL', KEYS[1], '!')
end
if written then
  redis.call('PEXPIRE', KEYS[1], keep_ms)
end
return alone and 1 or 0
