-- Claims rules of one story for one owner.
--
-- KEYS[1]    hash of the story. Field: rule id. Value: state|until|owner
--            state c: claimed, until the lease ends; d: told, until the dedup window ends, and behind the d when
--            until: milliseconds since 1970, by this server's clock
-- ARGV[1]    owner
-- ARGV[2]    lease, milliseconds
-- ARGV[3..]  rule ids, at most 1,000 (they go through unpack)
-- returns    an answer for each rule id, in order: '' granted, else the living value of the field
--
-- What is not ours (a key of another type, a field that does not read) counts as absent:
-- that may cost a duplicate; to honour it could cost an alert.

local owner, lease_ms = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease_end = now + lease_ms
local claimed = string.format('c|%.0f|%s', lease_end, owner)

local rules = {}
for i = 3, #ARGV do
  rules[#rules + 1] = ARGV[i]
end

local held = redis.pcall('HMGET', KEYS[1], unpack(rules))
if held.err then
  redis.call('DEL', KEYS[1])
  held = {}
end

local answers, granted = {}, {}
for i, rule in ipairs(rules) do
  local value = held[i] or ''
  local state, ends, holder = string.match(value, '^([cd])%d*|(%d+)|(.+)$')
  local living = state and #ends <= 15 and tonumber(ends) > now
  if living and (state == 'd' or holder ~= owner) then
    answers[i] = value
  else
    answers[i] = ''
    granted[#granted + 1] = rule
    granted[#granted + 1] = claimed
  end
end

if #granted > 0 then
  redis.call('HSET', KEYS[1], unpack(granted))
  if redis.call('PEXPIRETIME', KEYS[1]) < lease_end then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', lease_end))
  end
end
return answers
