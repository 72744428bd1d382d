-- Counts requests for all keys, or for none: up to ARGV[2] of them, as many as all have left.
-- A key is a hash of seconds to the requests of that second, with their sum and the first of those seconds: as
-- large for a million requests as for sixty. A second leaves when all of it is older than the window.
local time = redis.call('TIME')
local second, millis = tonumber(time[1]), math.floor(time[2] / 1000)
local window, grant, used, first = tonumber(ARGV[1]), tonumber(ARGV[2]), {}, {}
local refused = 0
for place, key in ipairs(KEYS) do
  local kept = redis.call('HMGET', key, 'first', 'sum')
  local from, sum = tonumber(kept[1] or second), tonumber(kept[2] or 0)
  local stored = sum
  while sum > 0 and from <= second do
    local count = redis.call('HGET', key, from)
    if count and from + window > second then break end
    if count then
      redis.call('HDEL', key, from)
      sum = sum - count
    end
    from = from + 1
  end
  -- What has left is written down also where another key refuses: sum and seconds must always agree.
  if sum <= 0 or from > second then
    redis.call('DEL', key)
    from, sum = second, 0
  elseif sum ~= stored then
    redis.call('HSET', key, 'first', from, 'sum', sum)
  end
  used[place], first[place] = sum, from
  local left = tonumber(ARGV[2 + place]) - sum
  if left < 1 and refused == 0 then refused = place end
  grant = math.min(grant, left)
end
if refused > 0 then grant = 0 end
local told = {refused, grant}
for place, key in ipairs(KEYS) do
  if grant > 0 then
    used[place] = used[place] + grant
    redis.call('HINCRBY', key, second, grant)
    redis.call('HSET', key, 'first', first[place], 'sum', used[place])
    redis.call('EXPIRE', key, window)
  end
  told[2 * place + 1] = used[place]
  told[2 * place + 2] = (first[place] + window - second) * 1000 - millis
end
return told
