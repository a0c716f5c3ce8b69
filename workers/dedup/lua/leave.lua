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

local holder, keep_ms, held = ARGV[1], ARGV[2], ARGV[3]
local lease = redis.pcall('HGET', KEYS[1], '!')
if type(lease) == 'table' and lease.err then
  redis.call('DEL', KEYS[1])
  lease = false
end
local alone = holder ~= '' and lease and string.match(lease, '^%d+|%d+|%d*|(.+)$') == holder

local written = false
for i = 4, #ARGV, 2 do
  local before = redis.call('HGET', KEYS[1], ARGV[i])
  local rank = tonumber(string.match(ARGV[i + 1], '^(%d+)|'))
  local rank_before = before and tonumber(string.match(before, '^(%d+)|')) or -1
  if alone or rank > rank_before then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    written = true
  end
end

if held ~= '-' then
  local before = tonumber(redis.call('HGET', KEYS[1], 'h') or '') or -1
  if held ~= '' and (alone or tonumber(held) > before) then
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
