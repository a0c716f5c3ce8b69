-- Places one article in a story, unless something has come that its placing did not take into account.
--
-- KEYS[1..5] as in look.lua; KEYS[5] itself counts what was written
-- KEYS[6]    the entry of the article that it joins; its own where it joins none
-- KEYS[7]    the stories' name. Their keys are KEYS[7]:story, hashes of the same slot: uri and source of the first
--            article, end (at the latest, milliseconds since 1970), articles, sources, and a field for each source
-- ARGV[1]    the article's keys, 8 bytes each
-- ARGV[2]    the article as it stands in the index, 8 bytes
-- ARGV[3..5] what the three keys by uri, address and words held when the placing was thought out
-- ARGV[6]    the articles that were known to share keys with it, 6 bytes each
-- ARGV[7]    what KEYS[5] held then, as far as others wrote it; '' places it in any case
-- ARGV[8]    JSON: reason, likeness, story (if it is the first), uri, source, keep_ms, story_ms, sources_max,
--            update_at, posted_max
-- ARGV[9]    its packed text
-- returns    the placement, JSON: of now, or of the first time if it had been placed; '' when it is to be thought out
--            again

local HOUR_MS, DAY_MS, DAYS = 3600000, 86400000, 8
local ENOUGH = 2 -- keys shared by chance are few; a copy shares a part of all

local function text_of(reply)
  return type(reply) == 'string' and reply or ''
end

local function bucket_of(day, at)
  local last = string.byte(ARGV[1], at + 7)
  return day .. ':' .. string.sub(ARGV[1], at + 6, at + 6) .. string.char(last - last % 4)
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local today = math.floor(now / DAY_MS)

local function until_at_least(key, ends)
  if redis.call('PEXPIRETIME', key) < ends then
    redis.call('PEXPIREAT', key, string.format('%.0f', ends))
  end
end

-- As in look.lua: what is not ours counts as absent.
local function placement_of(key)
  local placed = string.match(text_of(redis.pcall('GET', key)), '^({.-})\n') or ''
  local reads, placement = pcall(cjson.decode, placed)
  return reads and type(placement) == 'table' and placement.story and placed or nil
end

local function article_of(key)
  local article = text_of(redis.pcall('GET', key))
  return #article == 12 and string.match(article, '^%x+$') or ''
end

local placed = placement_of(KEYS[1])
if placed then
  return placed
end

local anyway = ARGV[7] == ''
local joined = KEYS[6] ~= KEYS[1] and placement_of(KEYS[6])
if not anyway then
  for i = 2, 4 do
    if KEYS[i] ~= KEYS[1] and article_of(KEYS[i]) ~= ARGV[i + 1] then
      return ''
    end
  end
  if KEYS[6] ~= KEYS[1] and not joined then
    return ''
  end
end

local entries = string.sub(KEYS[1], 1, -13)
local function hexadecimal(name)
  return (string.gsub(name, '.', function(c)
    return string.format('%02x', string.byte(c))
  end))
end

local function lives(article) -- a bucket may outlive some of its articles
  return redis.call('EXISTS', entries .. hexadecimal(article)) == 1
end

local function somebody_came()
  local known, shared = {}, {}
  for at = 1, #ARGV[6], 6 do
    known[string.sub(ARGV[6], at, at + 5)] = true
  end
  local enough = math.min(ENOUGH, #ARGV[1] / 8)
  for day = today, today - DAYS + 1, -1 do
    if redis.call('EXISTS', KEYS[5] .. ':' .. day) == 1 then
      for at = 1, #ARGV[1], 8 do
        local bucket = bucket_of(KEYS[5] .. ':' .. day, at)
        local posted = text_of(redis.pcall('HGET', bucket, string.sub(ARGV[1], at, at + 5)))
        for place = 1, #posted - 7, 8 do
          local article = string.sub(posted, place, place + 5)
          if not known[article] then
            shared[article] = (shared[article] or 0) + 1
            if shared[article] >= enough then
              if lives(article) then
                return true
              end
              known[article] = true
            end
          end
        end
      end
    end
  end
  return false
end

local written = tonumber(text_of(redis.pcall('GET', KEYS[5]))) or 0
if not anyway and written ~= tonumber(ARGV[7]) and somebody_came() then
  return ''
end

-- The story, and what this article adds to it.
local own = cjson.decode(ARGV[8])
if joined then
  joined = cjson.decode(joined)
else
  own.reason, own.likeness = 'first', 0
end
local name = joined and joined.story or own.story
local story = KEYS[7] .. ':' .. name
local held = redis.pcall('HMGET', story, 'end', 'articles', 'sources')
if held.err or not (tonumber(held[1]) and tonumber(held[2]) and tonumber(held[3])) then
  if held.err or held[1] or held[2] or held[3] then
    redis.call('DEL', story) -- a full server refuses a script's first write only if it is no DEL
  end
  redis.call('HSET', story, 'uri', own.uri, 'source', own.source, 'end', string.format('%.0f', now + own.story_ms),
    'articles', 0, 'sources', 0)
end
local articles = redis.call('HINCRBY', story, 'articles', own.reason == 'same_article' and 0 or 1)
local before = tonumber(redis.call('HGET', story, 'sources'))
local sources = before
if before < own.sources_max and redis.call('HSETNX', story, 'by ' .. own.source_key, '') == 1 then
  sources = redis.call('HINCRBY', story, 'sources', 1)
end
local reached = cjson.null
for _, number in ipairs(own.update_at) do
  if before < number and number <= sources then
    reached = number
  end
end
local first = redis.call('HMGET', story, 'uri', 'source', 'end')
local ends = math.min(now + own.keep_ms, tonumber(first[3]))
until_at_least(story, ends)

local placement = cjson.encode({
  story = name,
  reason = own.reason,
  same_as = joined and joined.uri or cjson.null,
  likeness = own.likeness,
  uri = own.uri,
  first_uri = first[1],
  first_source = first[2],
  articles = articles,
  sources = sources,
  reached = reached,
})

-- What others find it by. All of it ends with it, but for a bucket, which ends in the hour after its last article.
local own_name = hexadecimal(string.sub(ARGV[2], 1, 6))
local ends_at = string.format('%.0f', ends)
redis.call('SET', KEYS[1], placement .. '\n' .. ARGV[9], 'PXAT', ends_at)
for i = 2, 4 do
  if KEYS[i] ~= KEYS[1] then
    redis.call('SET', KEYS[i], own_name, 'PXAT', ends_at)
  end
end
local day = KEYS[5] .. ':' .. today
redis.call('SET', day, '', 'KEEPTTL')
until_at_least(day, ends)
local whole_hour = math.ceil(ends / HOUR_MS) * HOUR_MS -- so that not every article moves the end of its buckets
local most = own.posted_max * 8
for at = 1, #ARGV[1], 8 do
  local bucket = bucket_of(day, at)
  local field = string.sub(ARGV[1], at, at + 5)
  local held = redis.pcall('HGET', bucket, field)
  if type(held) == 'table' then
    redis.call('DEL', bucket)
  end
  local posted = text_of(held)
  posted = #posted % 8 == 0 and posted or ''
  redis.call('HSET', bucket, field, string.sub(posted .. ARGV[2], -most))
  until_at_least(bucket, whole_hour)
end
redis.call('SET', KEYS[5], string.format('%.0f', written + 1), 'PXAT', string.format('%.0f', now + DAYS * DAY_MS))
return placement
