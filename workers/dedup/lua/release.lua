-- Gives back what one owner has claimed in one story and not confirmed.
--
-- KEYS[1]    hash of the story, as in claim.lua
-- ARGV[1]    owner
-- ARGV[2..]  rule ids, at most 1,000
-- returns    how many claims were given back

local owner = ARGV[1]
local rules = {}
for i = 2, #ARGV do
  rules[#rules + 1] = ARGV[i]
end

local held = redis.pcall('HMGET', KEYS[1], unpack(rules))
if held.err then
  return 0
end

local given = {}
for i, rule in ipairs(rules) do
  local state, holder = string.match(held[i] or '', '^([cd])%d*|%d+|(.+)$')
  if state == 'c' and holder == owner then
    given[#given + 1] = rule
  end
end

if #given > 0 then
  redis.call('HDEL', KEYS[1], unpack(given))
end
return #given
