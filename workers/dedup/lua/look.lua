-- Tells what is known that may bear on one article.
--
-- KEYS[1]    its entry: JSON of its placement, a line feed, its packed text
-- KEYS[2]    by its uri, KEYS[3] by its web address, KEYS[4] by its words: the article (12 hexadecimal digits) that came
--            last; an article without an address or words of its own asks for its entry's key, which is no article
-- KEYS[5]    the name of the index. Its keys are KEYS[5]:day:bucket, hashes of the same slot, 16,384 a day: so many that
--            each stays small, which takes a quarter of the memory. Field: 6 bytes of a shingle's number (its other 2,
--            but for two bits, are the bucket). Value: 8 bytes an article: its name, 6, and its shingles, 2
-- ARGV[1]    the article's keys, 8 bytes each
-- returns    the placement where it has been placed already, else ''; the three articles or ''; 10 bytes for each
--            article that shares keys with it: 8 as in the index, 2 how many keys; how often anything was written

local DAY_MS, DAYS = 86400000, 8

local function text_of(reply)
  return type(reply) == 'string' and reply or ''
end

local function bucket_of(day, at)
  local last = string.byte(ARGV[1], at + 7)
  return day .. ':' .. string.sub(ARGV[1], at + 6, at + 6) .. string.char(last - last % 4)
end

local time = redis.call('TIME')
local today = math.floor((time[1] * 1000 + math.floor(time[2] / 1000)) / DAY_MS)

-- What is not ours (a key of another type, a value that does not read) counts as absent: that may cost a duplicate.
local placed = string.match(text_of(redis.pcall('GET', KEYS[1])), '^({.-})\n') or ''
local reads, placement = pcall(cjson.decode, placed)
if not reads or type(placement) ~= 'table' or not placement.story then
  placed = ''
end
local known = {}
for i = 2, 4 do
  local article = KEYS[i] == KEYS[1] and '' or text_of(redis.pcall('GET', KEYS[i]))
  known[i] = #article == 12 and string.match(article, '^%x+$') or ''
end

-- A bucket may outlive some of its articles.
local entries = string.sub(KEYS[1], 1, -13)
local function lives(article)
  local name = string.gsub(string.sub(article, 1, 6), '.', function(c)
    return string.format('%02x', string.byte(c))
  end)
  return redis.call('EXISTS', entries .. name) == 1
end

local shared, order = {}, {}
if placed == '' then
  for day = today, today - DAYS + 1, -1 do
    if redis.call('EXISTS', KEYS[5] .. ':' .. day) == 1 then
      for at = 1, #ARGV[1], 8 do
        local bucket = bucket_of(KEYS[5] .. ':' .. day, at)
        local posted = text_of(redis.pcall('HGET', bucket, string.sub(ARGV[1], at, at + 5)))
        for place = 1, #posted - 7, 8 do
          local article = string.sub(posted, place, place + 7)
          if shared[article] == nil then
            shared[article] = lives(article) and 0
            order[#order + 1] = article
          end
          shared[article] = shared[article] and shared[article] + 1
        end
      end
    end
  end
end

local told = {}
for _, article in ipairs(order) do
  local keys = shared[article]
  if keys then
    told[#told + 1] = article .. string.char(math.floor(keys / 256), keys % 256)
  end
end
return {placed, known[2], known[3], known[4], table.concat(told), tonumber(text_of(redis.pcall('GET', KEYS[5]))) or 0}
