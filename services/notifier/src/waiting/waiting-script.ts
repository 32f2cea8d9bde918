/**
 * The steps of waiting messages, each atomic. Every step may be repeated, and leases have a token.
 *
 * Keys under `<service>:`:
 *   known:<id>    `taken`: the message waits, is being sent or was sent; `tried`: it was released, maybe after an attempt
 *   entry:<id>    hash: its key queue (stored as `lane`), urgency, due time, tries, token, the content of an attempt
 *                 that began, and `i:<message id>` for each message
 *   lane:<queue>  key queue: list of entry ids in order of arrival; only its head is in a set below
 *   due:1, due:0  sorted sets of entry ids by due time, or by the end of their lease; 1 is urgent
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
local function due_key(urgent) return service .. ':due:' .. urgent end

local function set_due(id, due)
  local queue, urgent = unpack(redis.call('HMGET', entry_key(id), 'lane', 'urgent'))
  redis.call('HSET', entry_key(id), 'due', due)
  if redis.call('LINDEX', queue_key(queue), 0) == id then redis.call('ZADD', due_key(urgent), due, id) end
end

local function lease(id, token)
  redis.call('HSET', entry_key(id), 'token', token)
  set_due(id, now + args.leaseMs)
  return redis.call('HINCRBY', entry_key(id), 'tries', 1) - 1
end

local function owns(id, token) return redis.call('HGET', entry_key(id), 'token') == token end

-- Keeps dead entries until they expire, so that an operator can send them.
local function remove(id, keep_ms)
  local queue, urgent = unpack(redis.call('HMGET', entry_key(id), 'lane', 'urgent'))
  redis.call('ZREM', due_key(urgent), id)
  if keep_ms and keep_ms > 0 then
    redis.call('RENAME', entry_key(id), dead_key(id))
    redis.call('PEXPIRE', dead_key(id), keep_ms)
  else
    redis.call('DEL', entry_key(id))
  end
  redis.call('LREM', queue_key(queue), 0, id)
  local next = redis.call('LINDEX', queue_key(queue), 0)
  if next then set_due(next, redis.call('HGET', entry_key(next), 'due')) end
end

local steps = {}

local function put(message)
  local id, entry = message.id, message.entry
  local known = redis.call('GET', known_key(id))
  if known == 'taken' then return 'known' end
  -- A digest does not change once a worker has begun to send it.
  if entry ~= id and (redis.call('EXISTS', known_key(entry)) == 1 or redis.call('HEXISTS', entry_key(entry), 'token') == 1) then
    return 'closed'
  end
  redis.call('SET', known_key(id), 'taken', 'EX', args.ttl)
  if redis.call('EXISTS', entry_key(entry)) == 0 then
    redis.call('HSET', entry_key(entry), 'lane', message.queue, 'urgent', message.urgent, 'again', known and 1 or 0)
    redis.call('RPUSH', queue_key(message.queue), entry)
  end
  redis.call('HSET', entry_key(entry), 'i:' .. id, message.item)
  if message.token and redis.call('LINDEX', queue_key(message.queue), 0) == entry then
    lease(entry, message.token)
    return known and 1 or 0
  end
  set_due(entry, message.due)
  return 'waits'
end

function steps.put()
  local replies = {}
  for index, message in ipairs(args.messages) do replies[index] = put(message) end
  return replies
end

function steps.lease()
  local leased = {}
  for _, urgent in ipairs({ '1', '0' }) do
    local due = redis.call('ZRANGEBYSCORE', due_key(urgent), '-inf', now, 'LIMIT', 0, args.limit - #leased)
    for _, id in ipairs(due) do
      local tries = lease(id, args.token)
      leased[#leased + 1] = { id, tries, redis.call('HGETALL', entry_key(id)) }
    end
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
  set_due(args.id, args.due)
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
  for _, urgent in ipairs({ '1', '0' }) do
    waiting = waiting + redis.call('ZCARD', due_key(urgent))
    local first = redis.call('ZRANGE', due_key(urgent), 0, 0, 'WITHSCORES')[2]
    oldest = math.min(oldest, tonumber(first or now))
  end
  return { waiting, now - oldest, redis.call('LLEN', service .. ':dead') }
end

return steps[op]()
`;
