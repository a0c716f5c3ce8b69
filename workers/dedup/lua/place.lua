-- Places one article in a story, unless something has come that its placing did not take into account.
--
-- KEYS[1..5] as in look.lua
-- KEYS[6]    the entry of the article that it joins; its own where it joins none
-- KEYS[7]    the stories' name. Their keys are KEYS[7]:story, hashes of the same slot: uri and source of the first
--            article, end (at the latest, milliseconds since 1970), articles, sources, and a field for each source
-- ARGV[1]    the article's keys, 8 bytes each, as field and bucket
-- ARGV[2]    the article as it stands in the index, 8 bytes
-- ARGV[3..5] what the three keys by uri, address and words held when the placing was thought out
-- ARGV[6]    the articles that were known to share keys with it, 6 bytes each
-- ARGV[7]    what w in KEYS[5] is by now if only those before it in its batch were placed; '' places it in any case
-- ARGV[8]    JSON: reason, likeness, story (if it is the first), uri, source, keep_ms, story_ms, sources_max,
--            update_at, posted_max
-- ARGV[9]    its packed text
-- returns    the placement, JSON: of now, or of the first time if it had been placed; '' when it is to be thought out
--            again

local HOUR_MS, DAY_MS, DAYS = 3600000, 86400000, 8

local keys, anyway = ARGV[1], ARGV[7] == ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local today = math.floor(now / DAY_MS)

-- As in look.lua: what is not ours counts as absent.
local function placement_of(entry)
  local placed = string.match(entry or '', '^({.-})\n') or ''
  local reads, placement = pcall(cjson.decode, placed)
  if reads and type(placement) == 'table' and placement.story then
    return placement, placed
  end
end

local held = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[6])
local _, placed = placement_of(held[1])
if placed then
  return placed
end
local joined = KEYS[6] ~= KEYS[1] and placement_of(held[5])

local index, days, written = redis.pcall('HGETALL', KEYS[5]), {}, 0
for i = 1, index.err and 0 or #index, 2 do
  local field, value = index[i], tonumber(index[i + 1]) or 0
  if field == 'w' then
    written = value
  else
    days[field] = value
  end
end

-- Those behind it in its batch take it for written: then what another worker wrote would pass for that.
local function refuse()
  if not index.err then
    redis.call('HSET', KEYS[5], 'w', string.format('%.0f', written + 1))
    redis.call('PEXPIREAT', KEYS[5], string.format('%.0f', now + DAYS * DAY_MS))
  end
  return ''
end

if not anyway then
  for i = 2, 4 do
    if KEYS[i] ~= KEYS[1] then
      local article = held[i] or ''
      if (#article == 12 and string.match(article, '^%x+$') or '') ~= ARGV[i + 1] then
        return refuse()
      end
    end
  end
  if KEYS[6] ~= KEYS[1] and not joined then
    return refuse()
  end
end

-- As likely() in placing.py: does an article that shares so many keys share a quarter of what a copy would?
local own_high, own_low = string.byte(ARGV[2], 7, 8)
local function may_be_like(article, count)
  local high, low = string.byte(article, 7, 8)
  local fewer, more = own_high * 256 + own_low, high * 256 + low
  if fewer > more then
    fewer, more = more, fewer
  end
  if more == 0 then
    return true
  end
  local of_more = math.min(more, math.max(16, math.min(math.floor(more / 16), 256)))
  return count / math.max(1, fewer * of_more / more) >= 0.25
end

local entries = string.sub(KEYS[1], 1, -13)
local function lives(article) -- a bucket may outlive some of its articles
  local name = string.format('%02x%02x%02x%02x%02x%02x', string.byte(article, 1, 6))
  return redis.call('EXISTS', entries .. name) == 1
end

local function somebody_came()
  local known, shared = {}, {}
  for at = 1, #ARGV[6], 6 do
    known[string.sub(ARGV[6], at, at + 5)] = true
  end
  for day = today, today - DAYS + 1, -1 do
    if (days[string.format('%d', day)] or 0) > now then
      local name = KEYS[5] .. ':' .. string.format('%d', day) .. ':'
      for at = 1, #keys, 8 do
        local posted = redis.pcall('HGET', name .. string.sub(keys, at + 6, at + 7), string.sub(keys, at, at + 5))
        for place = 1, type(posted) == 'string' and #posted - 7 or 0, 8 do
          local article = string.sub(posted, place, place + 7)
          if not known[string.sub(article, 1, 6)] then
            shared[article] = (shared[article] or 0) + 1
          end
        end
      end
    end
  end
  for article, count in pairs(shared) do
    if may_be_like(article, count) and lives(article) then
      return true
    end
  end
  return false
end

if not anyway and written ~= tonumber(ARGV[7]) and somebody_came() then
  return refuse()
end

-- The story, and what this article adds to it.
local own = cjson.decode(ARGV[8])
if not joined then
  own.reason, own.likeness = 'first', 0
end
local name = joined and joined.story or own.story
local story = KEYS[7] .. ':' .. name
local known = redis.pcall('HMGET', story, 'end', 'articles', 'sources', 'uri', 'source')
local ending, articles, before = tonumber(known[1]), tonumber(known[2]), tonumber(known[3])
local uri, source = known[4], known[5]
if known.err or not (ending and articles and before and uri and source) then
  if known.err or known[1] or known[2] or known[3] or known[4] or known[5] then
    redis.call('DEL', story) -- a full server refuses a script's first write only if it is no DEL
  end
  ending, articles, before, uri, source = now + own.story_ms, 0, 0, own.uri, own.source
end
articles = articles + (own.reason == 'same_article' and 0 or 1)
local ends = math.min(now + own.keep_ms, ending)
local ends_at = string.format('%.0f', ends)
local sources, by = before, 'by ' .. own.source_key
if before < own.sources_max and redis.call('HEXISTS', story, by) == 0 then
  sources = before + 1
end
redis.call('HSET', story, 'uri', uri, 'source', source, 'end', string.format('%.0f', ending), 'articles', articles,
  'sources', sources, unpack(sources > before and {by, ''} or {}))
if redis.call('PEXPIRETIME', story) < ends then
  redis.call('PEXPIREAT', story, ends_at)
end
local reached = cjson.null
for _, number in ipairs(own.update_at) do
  if before < number and number <= sources then
    reached = number
  end
end

local placement = cjson.encode({
  story = name,
  reason = own.reason,
  same_as = joined and joined.uri or cjson.null,
  likeness = own.likeness,
  uri = own.uri,
  first_uri = uri,
  first_source = source,
  articles = articles,
  sources = sources,
  reached = reached,
})

-- What others find it by. All of it ends with it, but for a bucket, which ends in the hour after its last article.
local own_name = string.sub(KEYS[1], -12)
redis.call('SET', KEYS[1], placement .. '\n' .. ARGV[9], 'PXAT', ends_at)
for i = 2, 4 do
  if KEYS[i] ~= KEYS[1] then
    redis.call('SET', KEYS[i], own_name, 'PXAT', ends_at)
  end
end
local hour = math.ceil(ends / HOUR_MS) -- so that not every article moves the end of its buckets
local hour_ends_at = string.format('%.0f', hour * HOUR_MS)
local day = KEYS[5] .. ':' .. string.format('%d', today) .. ':'
local most = own.posted_max * 8
for at = 1, #keys, 8 do
  local bucket, field = day .. string.sub(keys, at + 6, at + 7), string.sub(keys, at, at + 5)
  local found = redis.pcall('HMGET', bucket, field, '!')
  if found.err then
    redis.call('DEL', bucket)
  end
  local posted = found[1] or ''
  posted = string.sub((#posted % 8 == 0 and posted or '') .. ARGV[2], -most)
  if (tonumber(found[2]) or 0) < hour then
    redis.call('HSET', bucket, field, posted, '!', hour)
    redis.call('PEXPIREAT', bucket, hour_ends_at)
  else
    redis.call('HSET', bucket, field, posted)
  end
end

if index.err then
  redis.call('DEL', KEYS[5])
end
local days_name = string.format('%d', today)
redis.call('HSET', KEYS[5], 'w', string.format('%.0f', written + 1), days_name,
  string.format('%.0f', math.max(ends, days[days_name] or 0)))
redis.call('PEXPIREAT', KEYS[5], string.format('%.0f', now + DAYS * DAY_MS))
for each, _ in pairs(days) do
  if not days[days_name] and (tonumber(each) or 0) <= today - DAYS then
    redis.call('HDEL', KEYS[5], each)
  end
end
return placement
