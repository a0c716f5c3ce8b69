-- Claims rules of one story for one owner.
--
-- KEYS[1]    hash of the story. Field: rule id. Value: state|until|owner
--            state c: claimed, until the lease ends; d: told, until the dedup window ends. Behind the c when this owner
--            first claimed it, behind the d when it told; times in milliseconds since 1970, by this server's clock
-- ARGV[1]    owner
-- ARGV[2]    lease, milliseconds
-- ARGV[3..]  rule id, window in milliseconds, an owner whose lapsed claim is known to have told nothing (or empty);
--            in threes, at most 1,000
-- returns    an answer for each rule id, in order: '' granted, or o and since where this owner had claimed it before,
--            else the living value of the field, or l|... in the place of c|... where the lease is over: its owner may
--            have told before it died, so nothing is granted yet
--
-- A lapsed claim counts for the rule's window from the end of its lease: what its owner told is told again after that
-- anyway. So long the key stays.
-- What is not ours (a key of another type, a field that does not read) counts as absent:
-- that may cost a duplicate; to honour it could cost an alert.

local owner, lease_ms = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease_end = now + lease_ms

local rules = {}
for i = 3, #ARGV, 3 do
  rules[#rules + 1] = ARGV[i]
end

local held = redis.pcall('HMGET', KEYS[1], unpack(rules))
if held.err then
  redis.call('DEL', KEYS[1])
  held = {}
end

local answers, granted, last_end = {}, {}, 0
for i, rule in ipairs(rules) do
  local window, instead_of = tonumber(ARGV[3 * i + 1]), ARGV[3 * i + 2]
  local value = held[i] or ''
  local state, since, ends, holder = string.match(value, '^([cd])(%d*)|(%d+)|(.+)$')
  if state and (#ends > 15 or #since > 15) then
    state = nil
  end
  local living = state and tonumber(ends) > now
  local lapsed = state == 'c' and not living and since ~= '' and tonumber(ends) + window > now
  if living and (state == 'd' or holder ~= owner) then
    answers[i] = value
  elseif lapsed and holder ~= owner and holder ~= instead_of then
    answers[i] = 'l' .. string.sub(value, 2)
  else
    if state == 'c' and holder == owner and since ~= '' then
      answers[i] = 'o' .. since
    else
      answers[i] = ''
      since = string.format('%.0f', now)
    end
    granted[#granted + 1] = rule
    granted[#granted + 1] = string.format('c%s|%.0f|%s', since, lease_end, owner)
    last_end = math.max(last_end, lease_end + window)
  end
end

if #granted > 0 then
  redis.call('HSET', KEYS[1], unpack(granted))
  if redis.call('PEXPIRETIME', KEYS[1]) < last_end then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last_end))
  end
end
return answers
