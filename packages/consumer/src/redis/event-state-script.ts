/**
 * The steps of docs/delivery.md as one atomic script: takes a JSON list of steps and returns one reply per step.
 * Every step may be repeated: it names the event's id, and leases have a token.
 *
 * Keys of a service S that consumes from the Kafka K (`keyspaceOf`), so that no mark stands for an event of another K:
 *   d:K:S:<id>    the lease on an event (its token, with an expiry) or its outcome: `done`, `dead:<redrive>`
 *   h:K:S:<order_key>  sorted set: the ids that wait for this key in retry topics, by their offset in the source topic
 *   m:K:S:<order_key>  hash: for each of them `<hop>:<level>:<due>:<state>`, where state is p (being forwarded),
 *               c (forwarded) or d (dead, holds the key); and `@`, `<since>:<last look>:<id>`, the watch on a head that
 *               no worker has seen
 *   k:K:S         sorted set: the keys with waiting ids, by the time of their expiry; for the metrics
 *   x:K:S         sorted set: the ids of open dead letters, by the time of death; for the metrics
 *
 * The script builds the key names itself, so it needs one Redis (or a primary with replicas), not a Redis Cluster.
 */
export const EVENT_STATE_SCRIPT = `
local keyspace, done_ttl, lease, orphan_after = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local call = redis.call
local marks, sets, members = 'd:' .. keyspace .. ':', 'h:' .. keyspace .. ':', 'm:' .. keyspace .. ':'
local held, open_letters = 'k:' .. keyspace, 'x:' .. keyspace
-- Keys for the gauges: an error there must not fail a step.
local gauge_call = redis.pcall
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function is_dead(mark) return mark and string.match(mark, '^dead:(%d+)$') end

local function read_member(order_key, id)
  local value = call('HGET', members .. order_key, id)
  if not value then return nil end
  local hop, level, due, state = string.match(value, '^(%d+):(%d+):(%d+):(%a)$')
  return { hop = tonumber(hop), level = level, due = tonumber(due), state = state }
end

local function write_member(order_key, id, offset, hop, level, due, state)
  call('ZADD', sets .. order_key, 'NX', offset, id)
  call('HSET', members .. order_key, id, string.format('%d:%d:%d:%s', hop, level, due, state))
  call('EXPIRE', sets .. order_key, done_ttl)
  call('EXPIRE', members .. order_key, done_ttl)
  gauge_call('ZADD', held, now + done_ttl * 1000, order_key)
end

local function leave(order_key, id)
  if call('ZREM', sets .. order_key, id) == 0 then return end
  call('HDEL', members .. order_key, id)
  if call('EXISTS', sets .. order_key) == 1 then return end
  call('DEL', members .. order_key)
  gauge_call('ZREM', held, order_key)
end

-- A due head without a lease, that no worker has asked for while its followers came back again and again, is no
-- longer in Kafka: Redis lost the step that removed it. Followers in retry topics are read after their head; an event
-- from the source topic (hop 0) may be read before it, so it proves nothing.
local function is_orphan(order_key, id, member, hop)
  if hop == 0 or member.state == 'd' or member.due > now or call('EXISTS', marks .. id) == 1 then return false end
  local watch = call('HGET', members .. order_key, '@')
  local since, last, watched = string.match(watch or '', '^(%d+):(%d+):(.*)$')
  if watched ~= id or now - tonumber(last) > 10000 then since = now end
  call('HSET', members .. order_key, '@', string.format('%d:%d:%s', tonumber(since), now, id))
  return now - tonumber(since) > orphan_after
end

local steps = {}

-- Decides whose turn it is among the events that wait for the key. The caller has taken the lease.
local function admit_to_queue(id, order_key, offset, hop)
  local own = read_member(order_key, id)
  if own and own.state == 'c' and own.hop > hop then return 'stale' end
  local head = call('ZRANGE', sets .. order_key, 0, 0, 'WITHSCORES')
  while head[1] and head[1] ~= id and tonumber(head[2]) < tonumber(offset) do
    local member = read_member(order_key, head[1])
    if call('GET', marks .. head[1]) ~= 'done' and member and not is_orphan(order_key, head[1], member, hop) then
      write_member(order_key, id, offset, hop + 1, member.level, member.due, 'p')
      return string.format('defer:%d:%d:%s', member.level, member.due, member.state)
    end
    leave(order_key, head[1])
    head = call('ZRANGE', sets .. order_key, 0, 0, 'WITHSCORES')
  end
  call('HDEL', members .. order_key, '@')
  return 'held'
end

function steps.admit(step)
  local id, order_key, token = step[2], step[3], step[4]
  local mark_key = marks .. id
  local former = false
  if not call('SET', mark_key, token, 'PX', lease, 'NX') then
    former = call('GET', mark_key)
    if former == 'done' then
      leave(order_key, id)
      return 'done'
    end
    local dead = is_dead(former)
    if dead and tonumber(dead) >= step[7] then return 'dead' end
    if not dead and former ~= token then return 'busy' end
    if dead then gauge_call('ZREM', open_letters, id) end
    call('SET', mark_key, token, 'PX', lease)
  end
  if call('EXISTS', sets .. order_key) == 0 then return 'run' end
  local answer = admit_to_queue(id, order_key, step[5], step[6])
  if answer ~= 'held' then
    if former and former ~= token then call('SET', mark_key, former, 'EX', done_ttl) else call('DEL', mark_key) end
  end
  return answer
end

local function refused(id, token)
  local mark = call('GET', marks .. id)
  return mark and mark ~= token
end

function steps.complete(step)
  local id, order_key, token, waited = step[2], step[3], step[4], step[5]
  local mark = call('SET', marks .. id, 'done', 'EX', done_ttl, 'GET')
  if mark and mark ~= token and mark ~= 'done' and not is_dead(mark) then
    call('SET', marks .. id, mark, 'PX', lease)
    return 'refused'
  end
  if is_dead(mark) then gauge_call('ZREM', open_letters, id) end
  if waited == 1 then leave(order_key, id) end
  return 'ok'
end

function steps.fail(step)
  local id, order_key, token, offset, hop, level, due = unpack(step, 2)
  if refused(id, token) then return 'refused' end
  write_member(order_key, id, offset, hop, level, due, 'p')
  return 'ok'
end

function steps.moved(step)
  local id, order_key, token, offset, hop, level, due = unpack(step, 2)
  local member = read_member(order_key, id)
  if member and member.hop == hop and member.state == 'p' then write_member(order_key, id, offset, hop, level, due, 'c') end
  if call('GET', marks .. id) == token then call('DEL', marks .. id) end
  return 'ok'
end

function steps.dead(step)
  local id, order_key, token, offset, redrive, hold_level = unpack(step, 2)
  local mark = call('GET', marks .. id)
  if mark and mark ~= token and not is_dead(mark) then return 'refused' end
  call('SET', marks .. id, 'dead:' .. redrive, 'EX', done_ttl)
  gauge_call('ZADD', open_letters, now, id)
  gauge_call('EXPIRE', open_letters, done_ttl)
  gauge_call('ZREMRANGEBYSCORE', open_letters, '-inf', now - done_ttl * 1000)
  gauge_call('ZREMRANGEBYSCORE', held, '-inf', now)
  if hold_level > 0 then
    write_member(order_key, id, offset, 0, hold_level, 0, 'd')
  else
    leave(order_key, id)
  end
  return 'ok'
end

-- A purged dead letter lets its key continue.
function steps.abandon(step)
  local id, order_key = step[2], step[3]
  local member = read_member(order_key, id)
  if member and member.state == 'd' then leave(order_key, id) end
  gauge_call('ZREM', open_letters, id)
  return 'ok'
end

function steps.leave(step)
  leave(step[3], step[2])
  return 'ok'
end

-- A version that cannot read an event identifies it by its position; one that can replaces that by its name.
function steps.identify(step)
  local id, order_key, place = step[2], step[3], step[4]
  local offset = call('ZSCORE', sets .. order_key, place)
  if offset then
    call('ZADD', sets .. order_key, 'NX', offset, id)
    call('HSETNX', members .. order_key, id, call('HGET', members .. order_key, place))
    leave(order_key, place)
  end
  call('ZREM', open_letters, place)
  return 'ok'
end

function steps.renew(step)
  local id, token = step[2], step[3]
  if call('GET', marks .. id) ~= token then return 'refused' end
  call('PEXPIRE', marks .. id, lease)
  return 'ok'
end

function steps.release(step)
  local id, token = step[2], step[3]
  if call('GET', marks .. id) == token then call('DEL', marks .. id) end
  return 'ok'
end

local replies = {}
for index, step in ipairs(cjson.decode(ARGV[5])) do replies[index] = steps[step[1]](step) end
return replies
`;

/** The prefix of the keys of a service, after their kind. */
export const keyspaceOf = (scope: string, service: string): string => `${scope}:${service}`;

/** The names of the keys that the script writes, for readers. */
export const stateKeys = (keyspace: string) => ({
  mark: (id: string): string => `d:${keyspace}:${id}`,
  waiting: (orderKey: string): string => `h:${keyspace}:${orderKey}`,
  members: (orderKey: string): string => `m:${keyspace}:${orderKey}`,
  heldKeys: `k:${keyspace}`,
  openLetters: `x:${keyspace}`,
  /** Written by operator-notes.ts: why a done event had no effect, and what the instances wait for. */
  skipped: (id: string): string => `n:${keyspace}:${id}`,
  pauses: `p:${keyspace}`,
  /** Written by effect-notes.ts: what the latest events made in outside systems. */
  effects: `o:${keyspace}`,
});
