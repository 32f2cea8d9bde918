/**
 * The steps of waiting messages, each atomic. Every step may be repeated, and leases have a token.
 *
 * Keys under `<service>:`:
 *   known:<id>    `taken`: the message waits, is being sent or was sent; `tried`: it was released, maybe after an attempt
 *   entry:<id>    hash: its key queue (stored as `lane`), urgency, target, due time, tries, token, the content of an
 *                 attempt that began, and `i:<message id>` for each message
 *   lane:<queue>  key queue: list of entry ids in order of arrival; only its head is in a set below
 *   due:<urgent>:<target>  sorted set of the entry ids of a target by due time, or by the end of their lease; 1 is urgent
 *   targets:<urgent>       sorted set of the targets that have such a set, by the time when the next message may be sent
 *   rests         hash of the unavailable targets: until when each rests, and since when it is unavailable
 *   rate:<person> sorted set of entry ids by the time they were sent
 *   dead          list of dead messages, newest first, with ids only
 *   dead:<id>     the entry of a dead message, until it expires
 *
 * The script builds the key names itself, so it needs one Redis (or a primary with replicas), not a Redis Cluster.
 */
export const WAITING_SCRIPT = `
local service, op, now, args = ARGV[1], ARGV[2], tonumber(ARGV[3]), cjson.decode(ARGV[4])

local function entry_key(id) return service .. ':entry:' .. id end
local function queue_key(queue) return service .. ':lane:' .. queue end
local function known_key(id) return service .. ':known:' .. id end
local function dead_key(id) return service .. ':dead:' .. id end
local function due_key(urgent, target) return service .. ':due:' .. urgent .. ':' .. target end
local function targets_key(urgent) return service .. ':targets:' .. urgent end
local rests_key = service .. ':rests'
local urgencies = { '1', '0' }

-- Until when the target rests, and since when it is unavailable; nothing if it is available.
local function rest_of(target)
  local rest = redis.call('HGET', rests_key, target)
  if not rest then return nil end
  local to, since = string.match(rest, '^(%d+) (%d+)$')
  return tonumber(to), tonumber(since)
end

local function first_due(urgent, target)
  local first = redis.call('ZRANGE', due_key(urgent, target), 0, 0, 'WITHSCORES')[2]
  return first and tonumber(first)
end

-- Sorts the target by the time when its next message may be sent.
local function rank(urgent, target)
  local first = first_due(urgent, target)
  if first then redis.call('ZADD', targets_key(urgent), math.max(first, rest_of(target) or 0), target)
  else redis.call('ZREM', targets_key(urgent), target) end
end

local function rank_all(target)
  for _, urgent in ipairs(urgencies) do rank(urgent, target) end
end

local function rest(target, to)
  local _, since = rest_of(target)
  redis.call('HSET', rests_key, target, string.format('%d %d', to, since or now))
  rank_all(target)
end

local function wake(target)
  if redis.call('HDEL', rests_key, target) == 1 then rank_all(target) end
end

-- An entry of an earlier version has no target: its channel is used until the entry is sent.
local function place_of(id)
  local queue, urgent, target = unpack(redis.call('HMGET', entry_key(id), 'lane', 'urgent', 'target'))
  if not target then
    local fields = redis.call('HGETALL', entry_key(id))
    for index = 1, #fields, 2 do
      if string.sub(fields[index], 1, 2) == 'i:' then target = cjson.decode(fields[index + 1]).channel end
    end
    redis.call('HSET', entry_key(id), 'target', target)
  end
  return queue, urgent, target
end

local function set_due(id, due)
  local queue, urgent, target = place_of(id)
  redis.call('HSET', entry_key(id), 'due', due)
  if redis.call('LINDEX', queue_key(queue), 0) == id then
    redis.call('ZADD', due_key(urgent, target), due, id)
    rank(urgent, target)
  end
end

local function lease(id, token)
  redis.call('HSET', entry_key(id), 'token', token)
  set_due(id, now + args.leaseMs)
  return redis.call('HINCRBY', entry_key(id), 'tries', 1) - 1
end

local function owns(id, token) return redis.call('HGET', entry_key(id), 'token') == token end

-- works: the target answered; unused: the probe of an unavailable target was not sent, so the next message is.
local function note(target, proof)
  local waits = first_due('1', target) or first_due('0', target)
  if proof == 'works' or not waits then wake(target)
  elseif proof == 'unused' and rest_of(target) then rest(target, now) end
end

-- Keeps dead entries until they expire, so that an operator can send them.
local function remove(id, keep_ms)
  local queue, urgent, target = place_of(id)
  redis.call('ZREM', due_key(urgent, target), id)
  if keep_ms and keep_ms > 0 then
    redis.call('RENAME', entry_key(id), dead_key(id))
    redis.call('PEXPIRE', dead_key(id), keep_ms)
  else
    redis.call('DEL', entry_key(id))
  end
  redis.call('LREM', queue_key(queue), 0, id)
  local next = redis.call('LINDEX', queue_key(queue), 0)
  if next then set_due(next, redis.call('HGET', entry_key(next), 'due')) end
  rank(urgent, target)
  note(target, args.proof)
end

local steps = {}

-- Bounds what piles up for a target that is down; its other messages wait with their events.
local function is_full(target)
  if not rest_of(target) then return false end
  local waiting = 0
  for _, urgent in ipairs(urgencies) do waiting = waiting + redis.call('ZCARD', due_key(urgent, target)) end
  return waiting >= args.most
end

-- besides: another message is put with it, whose target is available.
local function put(message, besides)
  local id, entry = message.id, message.entry
  local known = redis.call('GET', known_key(id))
  if known == 'taken' then return 'known' end
  -- A digest does not change once a worker has begun to send it.
  if entry ~= id and (redis.call('EXISTS', known_key(entry)) == 1 or redis.call('HEXISTS', entry_key(entry), 'token') == 1) then
    return 'closed'
  end
  local waits = besides and rest_of(message.target)
  local leases = message.token and not waits and redis.call('EXISTS', queue_key(message.queue)) == 0
  if not leases and is_full(message.target) then return 'full' end
  redis.call('SET', known_key(id), 'taken', 'EX', args.ttl)
  if redis.call('EXISTS', entry_key(entry)) == 0 then
    local fields = { 'lane', message.queue, 'urgent', message.urgent, 'target', message.target, 'again', known and 1 or 0 }
    redis.call('HSET', entry_key(entry), unpack(fields))
    redis.call('RPUSH', queue_key(message.queue), entry)
  end
  redis.call('HSET', entry_key(entry), 'i:' .. id, message.item)
  if leases then
    lease(entry, message.token)
    return known and 1 or 0
  end
  set_due(entry, message.due)
  return 'waits'
end

function steps.put()
  local replies, besides = {}, false
  for _, message in ipairs(args.messages) do besides = besides or not rest_of(message.target) end
  for index, message in ipairs(args.messages) do replies[index] = put(message, besides) end
  return replies
end

-- Entries of an earlier version are in one set for all targets.
local function adopt(urgent)
  local key = service .. ':due:' .. urgent
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 100)) do
    redis.call('ZREM', key, id)
    if redis.call('EXISTS', entry_key(id)) == 1 then set_due(id, now) end
  end
end

-- A target gets another message only while it has fewer in flight than are free, so none takes all. One that is
-- unavailable gets one, then rests.
function steps.lease()
  local leased, free, held, holding = {}, args.free, args.held, 0
  for _ in pairs(held) do holding = holding + 1 end

  local function lease_of(urgent, target)
    local has = held[target] or 0
    local rests = rest_of(target)
    local limit = math.ceil((free - has) / 2)
    if rests then limit = math.min(limit, 1 - has) end
    if limit <= 0 then return end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', due_key(urgent, target), '-inf', now, 'LIMIT', 0, limit)) do
      if redis.call('EXISTS', entry_key(id)) == 1 then
        local tries = lease(id, args.token)
        leased[#leased + 1] = { id, tries, redis.call('HGETALL', entry_key(id)) }
        free, has = free - 1, has + 1
        if rests then rest(target, now + args.probe) end
      else
        redis.call('ZREM', due_key(urgent, target), id)
        rank(urgent, target)
      end
    end
    held[target] = has
  end

  for _, urgent in ipairs(urgencies) do
    adopt(urgent)
    local targets = redis.call('ZRANGEBYSCORE', targets_key(urgent), '-inf', now, 'LIMIT', 0, free + holding)
    for _, target in ipairs(targets) do lease_of(urgent, target) end
  end
  return leased
end

function steps.begin()
  if not owns(args.id, args.token) then return 'lost' end
  if args.rate then
    local key = service .. ':rate:' .. args.rate.person
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - args.rate.window)
    if not redis.call('ZSCORE', key, args.id) then
      if redis.call('ZCARD', key) >= args.rate.limit then
        return { redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] }
      end
      redis.call('ZADD', key, now, args.id)
      redis.call('PEXPIRE', key, args.rate.window)
    end
  end
  redis.call('HSET', entry_key(args.id), 'again', 1, 'content', args.content)
  return 'go'
end

function steps.postpone()
  if not owns(args.id, args.token) then return 'lost' end
  if not args.spent then redis.call('HINCRBY', entry_key(args.id), 'tries', -1) end
  local _, urgent, target = place_of(args.id)
  if args.target and args.target ~= target then
    redis.call('ZREM', due_key(urgent, target), args.id)
    redis.call('HSET', entry_key(args.id), 'target', args.target)
    rank(urgent, target)
    wake(target)
  end
  set_due(args.id, args.due)
  if args.rest then rest(target, args.rest) end
  note(target, args.proof)
  return 'ok'
end

function steps.remove()
  if not owns(args.id, args.token) then return 'lost' end
  remove(args.id, args.keep)
  redis.call('SET', known_key(args.id), args.mark, 'EX', args.ttl)
  if args.dead then
    redis.call('LPUSH', service .. ':dead', args.dead)
    redis.call('LTRIM', service .. ':dead', 0, 9999)
  end
  return 'ok'
end

function steps.retry()
  if redis.call('EXISTS', dead_key(args.id)) == 0 then return 'gone' end
  redis.call('RENAME', dead_key(args.id), entry_key(args.id))
  redis.call('PERSIST', entry_key(args.id))
  redis.call('HDEL', entry_key(args.id), 'token', 'tries')
  redis.call('SET', known_key(args.id), 'taken', 'EX', args.ttl)
  redis.call('RPUSH', queue_key(redis.call('HGET', entry_key(args.id), 'lane')), args.id)
  set_due(args.id, now)
  redis.call('LREM', service .. ':dead', 0, args.dead)
  return 'waits'
end

function steps.count()
  local waiting, oldest = 0, now
  for _, urgent in ipairs(urgencies) do
    for _, target in ipairs(redis.call('ZRANGE', targets_key(urgent), 0, -1)) do
      local _, since = rest_of(target)
      waiting = waiting + redis.call('ZCARD', due_key(urgent, target))
      oldest = math.min(oldest, first_due(urgent, target) or now, since or now)
    end
  end
  return { waiting, now - oldest, redis.call('LLEN', service .. ':dead'), redis.call('HLEN', rests_key) }
end

return steps[op]()
`;
