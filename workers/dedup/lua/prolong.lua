-- A story that rules have told of is seen again: they are silent on it for their windows from now.
--
-- KEYS[1]    hash of the story, as in claim.lua
-- ARGV[1]    for so long after the telling at most, milliseconds
-- ARGV[2..]  rule id, window in milliseconds; in pairs, at most 1,000
-- returns    how many fields were written

local most_ms = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local rules = {}
for i = 2, #ARGV, 2 do
  rules[#rules + 1] = ARGV[i]
end

local held = redis.pcall('HMGET', KEYS[1], unpack(rules))
if held.err then
  return 0
end

local longer, last_end = {}, 0
for i, rule in ipairs(rules) do
  local told, ends, holder = string.match(held[i] or '', '^d(%d+)|(%d+)|(.+)$')
  if told and #ends <= 15 and tonumber(ends) > now then
    local window_end = math.min(now + tonumber(ARGV[2 * i + 1]), tonumber(told) + most_ms)
    if window_end > tonumber(ends) then
      last_end = math.max(last_end, window_end)
      longer[#longer + 1] = rule
      longer[#longer + 1] = string.format('d%s|%.0f|%s', told, window_end, holder)
    end
  end
end

if #longer > 0 then
  redis.call('HSET', KEYS[1], unpack(longer))
  if redis.call('PEXPIRETIME', KEYS[1]) < last_end then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last_end))
  end
end
return #longer / 2
