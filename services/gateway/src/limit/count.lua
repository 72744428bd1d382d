-- Counts one request for all keys, or for none.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, refused, used = tonumber(ARGV[1]), 0, {}
for place, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  used[place] = redis.call('ZCARD', key)
  if refused == 0 and used[place] >= tonumber(ARGV[2 + place]) then refused = place end
end
local told = {refused}
for place, key in ipairs(KEYS) do
  if refused == 0 then
    redis.call('ZADD', key, now, ARGV[2])
    redis.call('PEXPIRE', key, window)
    used[place] = used[place] + 1
  end
  local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  told[2 * place] = used[place]
  told[2 * place + 1] = oldest[2] and oldest[2] + window - now or 0
end
return told
