-- Tells what is known that may bear on one article.
--
-- KEYS[1]    its entry: JSON of its placement, a line feed, its packed text
-- KEYS[2]    by its uri, KEYS[3] by its web address, KEYS[4] by its words: the article (12 hexadecimal digits) that came
--            last; an article without an address or words of its own asks for its entry's key, which is no article
-- KEYS[5]    the index: a hash. Fields: w, how often anything was written or refused; a day since 1970, when its last
--            article ends.
--            Its keys are KEYS[5]:day:bucket, hashes of the same slot, 16,384 a day: so many that each stays small,
--            which takes a quarter of the memory. Field: 6 bytes of a shingle's number (its other 2, but for two bits,
--            are the bucket). Value: 8 bytes an article: its name, 6, and its shingles, 2. Field !: the hour since 1970
--            in which the bucket ends
-- ARGV[1]    the article's keys, 8 bytes each, as field and bucket
-- ARGV[2]    its shingles
-- returns    the placement where it has been placed already, else ''; the three articles or ''; 10 bytes for each
--            article that may be like it: 8 as in the index, 2 how many keys they share; w

local DAY_MS, DAYS = 86400000, 8

local keys, shingles = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local today = math.floor(now / DAY_MS)

-- What is not ours (a key of another type, a value that does not read) counts as absent: that may cost a duplicate.
local held = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
local placed = string.match(held[1] or '', '^({.-})\n') or ''
local reads, placement = pcall(cjson.decode, placed)
if not reads or type(placement) ~= 'table' or not placement.story then
  placed = ''
end
for i = 2, 4 do
  local article = held[i] or ''
  held[i] = KEYS[i] ~= KEYS[1] and #article == 12 and string.match(article, '^%x+$') or ''
end

local index, written = redis.pcall('HGETALL', KEYS[5]), 0
local days = {}
for i = 1, index.err and 0 or #index, 2 do
  local field, value = index[i], tonumber(index[i + 1]) or 0
  if field == 'w' then
    written = value
  elseif value > now then
    days[field] = true
  end
end

-- As likely() in placing.py: does an article that shares so many keys share a quarter of what a copy would?
local function may_be_like(article, count)
  local high, low = string.byte(article, 7, 8)
  local fewer, more = shingles, high * 256 + low
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

local shared, order = {}, {}
if placed == '' then
  for day = today, today - DAYS + 1, -1 do
    if days[string.format('%d', day)] then
      local name = KEYS[5] .. ':' .. string.format('%d', day) .. ':'
      for at = 1, #keys, 8 do
        local posted = redis.pcall('HGET', name .. string.sub(keys, at + 6, at + 7), string.sub(keys, at, at + 5))
        if type(posted) == 'string' then
          for place = 1, #posted - 7, 8 do
            local article = string.sub(posted, place, place + 7)
            local count = shared[article]
            if not count then
              order[#order + 1] = article
            end
            shared[article] = (count or 0) + 1
          end
        end
      end
    end
  end
end

local told = {}
for _, article in ipairs(order) do
  local count = shared[article]
  if may_be_like(article, count) and lives(article) then
    told[#told + 1] = article .. string.char(math.floor(count / 256), count % 256)
  end
end
return {placed, held[2], held[3], held[4], table.concat(told), written}
