-- Lets one record at a time be at work on an article's uri, and tells it what is known.
--
-- KEYS[1]    hash of the uri. Fields:
--            @      the latest version that came: rank|version|status|owner
--            *      the latest kill that named no version: time|time as its source says, or empty|status|owner
--            h      the version that is held under embargo
--            r:ID   what rule ID has told: rank|JSON
--            !      the lease: until|since|doubt|holder; doubt is empty, or since when a lease before it was never given
--                   back; times in milliseconds since 1970, by this server's clock
-- ARGV[1]    holder
-- ARGV[2]    lease, milliseconds
-- ARGV[3]    for so long the key stays at least, milliseconds: a record that is read again after a crash finds it
-- ARGV[4]    a holder of which is known that it is at work no more; or empty
-- returns    who holds the lease, while that is another; else {doubt, field, value, field, value, ...}
--
-- What is not ours (a key of another type) counts as absent.

local holder, lease_ms, stay_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local value = redis.pcall('HGET', KEYS[1], '!')
if type(value) == 'table' and value.err then
  redis.call('DEL', KEYS[1])
  value = false
end

local since, doubt = now, ''
if value then
  local ends, began, before, other = string.match(value, '^(%d+)|(%d+)|(%d*)|(.+)$')
  if ends then
    if other ~= holder and other ~= ARGV[4] and tonumber(ends) > now then
      return other
    end
    doubt = before
    if other == holder then
      since = tonumber(began)
    elseif doubt == '' or tonumber(doubt) > tonumber(began) then
      doubt = began
    end
  end
end

local known = redis.call('HGETALL', KEYS[1])
redis.call('HSET', KEYS[1], '!', string.format('%.0f|%.0f|%s|%s', now + lease_ms, since, doubt, holder))
if redis.call('PTTL', KEYS[1]) < stay_ms then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', stay_ms))
end
table.insert(known, 1, doubt)
return known
