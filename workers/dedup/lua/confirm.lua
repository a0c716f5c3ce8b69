-- Marks rules of one story as told by one owner, each for its window from now.
--
-- KEYS[1]    hash of the story, as in claim.lua
-- ARGV[1]    owner
-- ARGV[2..]  rule id, window in milliseconds; in pairs, at most 1,000
-- returns    how many fields were written
--
-- Written: what the owner has claimed, and what nobody holds (this server was emptied meanwhile, a lease is over).
-- Left alone: another owner's living claim or telling, and an own telling (a repeat does not prolong it).

local owner = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local rules = {}
for i = 2, #ARGV, 2 do
  rules[#rules + 1] = ARGV[i]
end

local held = redis.pcall('HMGET', KEYS[1], unpack(rules))
if held.err then
  redis.call('DEL', KEYS[1])
  held = {}
end

local told, last_end = {}, 0
for i, rule in ipairs(rules) do
  local state, ends, holder = string.match(held[i] or '', '^([cd])%d*|(%d+)|(.+)$')
  local living = state and #ends <= 15 and tonumber(ends) > now
  if not living or (state == 'c' and holder == owner) then
    local window_end = now + tonumber(ARGV[2 * i + 1])
    last_end = math.max(last_end, window_end)
    told[#told + 1] = rule
    told[#told + 1] = string.format('d%.0f|%.0f|%s', now, window_end, owner)
  end
end

if #told > 0 then
  redis.call('HSET', KEYS[1], unpack(told))
  -- Only ever later: the key lives as long as the field that lives longest.
  if redis.call('PEXPIRETIME', KEYS[1]) < last_end then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last_end))
  end
end
return #told / 2
