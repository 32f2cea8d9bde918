/**
 * The steps of delivery.md as one script: a JSON list of steps in, one reply per step out, run as one atomic unit.
 * Every step may be repeated: it is keyed by the event's id, and claims carry a token.
 *
 * Keys of a service S, as a consumer of the Kafka K (`keyspaceOf`), so that no mark speaks for an event elsewhere:
 *   d:K:S:<id>    the claim on an event (its token, with a lease) or its outcome: `done`, `dead:<redrive>`
 *   h:K:S:<lane>  sorted set: the ids that wait for this key in the chain, by their offset in the source topic
 *   m:K:S:<lane>  hash: for each of them `<hop>:<tier>:<due>:<state>`, state being p (being forwarded), c (forwarded)
 *               or d (dead, and holding the key); and `@`, `<since>:<last look>:<id>`, the watch on a head that nobody
 *               has seen
 *   k:K:S         sorted set: the lanes that have such ids, by when Redis forgets them; for the metrics
 *   x:K:S         sorted set: the ids of open dead letters, by the time of death; for the metrics
 *
 * The keys are made inside the script: this needs one Redis (or a primary with replicas), not a Redis Cluster.
 */
export const STEPS_SCRIPT = `
local keyspace, done_ttl, lease, orphan_after = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local call = redis.call
local marks, sets, members = 'd:' .. keyspace .. ':', 'h:' .. keyspace .. ':', 'm:' .. keyspace .. ':'
local held, open_letters = 'k:' .. keyspace, 'x:' .. keyspace
-- The tallies are for the metrics: no step fails for them.
local tally = redis.pcall
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function is_dead(mark) return mark and string.match(mark, '^dead:(%d+)$') end

local function read_member(lane, id)
  local value = call('HGET', members .. lane, id)
  if not value then return nil end
  local hop, tier, due, state = string.match(value, '^(%d+):(%d+):(%d+):(%a)$')
  return { hop = tonumber(hop), tier = tier, due = tonumber(due), state = state }
end

local function write_member(lane, id, offset, hop, tier, due, state)
  call('ZADD', sets .. lane, 'NX', offset, id)
  call('HSET', members .. lane, id, string.format('%d:%d:%d:%s', hop, tier, due, state))
  call('EXPIRE', sets .. lane, done_ttl)
  call('EXPIRE', members .. lane, done_ttl)
  tally('ZADD', held, now + done_ttl * 1000, lane)
end

local function leave(lane, id)
  if call('ZREM', sets .. lane, id) == 0 then return end
  call('HDEL', members .. lane, id)
  if call('EXISTS', sets .. lane) == 1 then return end
  call('DEL', members .. lane)
  tally('ZREM', held, lane)
end

-- A head that is due, that nobody runs and nobody has asked for, over and over while its followers come round,
-- is no longer in Kafka: Redis lost the step that took it out. Followers are read after it; who comes from the source
-- topic (hop 0) knows nothing of that.
local function is_orphan(lane, id, member, hop)
  if hop == 0 or member.state == 'd' or member.due > now or call('EXISTS', marks .. id) == 1 then return false end
  local watch = call('HGET', members .. lane, '@')
  local since, last, watched = string.match(watch or '', '^(%d+):(%d+):(.*)$')
  if watched ~= id or now - tonumber(last) > 10000 then since = now end
  call('HSET', members .. lane, '@', string.format('%d:%d:%s', tonumber(since), now, id))
  return now - tonumber(since) > orphan_after
end

local steps = {}

-- Whose turn it is among those that wait for the key; the claim is taken by then.
local function admit_to_queue(id, lane, offset, hop)
  local own = read_member(lane, id)
  if own and own.state == 'c' and own.hop > hop then return 'stale' end
  local head = call('ZRANGE', sets .. lane, 0, 0, 'WITHSCORES')
  while head[1] and head[1] ~= id and tonumber(head[2]) < tonumber(offset) do
    local member = read_member(lane, head[1])
    if call('GET', marks .. head[1]) ~= 'done' and member and not is_orphan(lane, head[1], member, hop) then
      write_member(lane, id, offset, hop + 1, member.tier, member.due, 'p')
      return string.format('park:%d:%d:%s', member.tier, member.due, member.state)
    end
    leave(lane, head[1])
    head = call('ZRANGE', sets .. lane, 0, 0, 'WITHSCORES')
  end
  call('HDEL', members .. lane, '@')
  return 'held'
end

function steps.admit(step)
  local id, lane, token = step[2], step[3], step[4]
  local mark_key = marks .. id
  local former = false
  if not call('SET', mark_key, token, 'PX', lease, 'NX') then
    former = call('GET', mark_key)
    if former == 'done' then
      leave(lane, id)
      return 'done'
    end
    local dead = is_dead(former)
    if dead and tonumber(dead) >= step[7] then return 'dead' end
    if not dead and former ~= token then return 'busy' end
    if dead then tally('ZREM', open_letters, id) end
    call('SET', mark_key, token, 'PX', lease)
  end
  if call('EXISTS', sets .. lane) == 0 then return 'run' end
  local answer = admit_to_queue(id, lane, step[5], step[6])
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
  local id, lane, token, waited = step[2], step[3], step[4], step[5]
  local mark = call('SET', marks .. id, 'done', 'EX', done_ttl, 'GET')
  if mark and mark ~= token and mark ~= 'done' and not is_dead(mark) then
    call('SET', marks .. id, mark, 'PX', lease)
    return 'refused'
  end
  if is_dead(mark) then tally('ZREM', open_letters, id) end
  if waited == 1 then leave(lane, id) end
  return 'ok'
end

function steps.fail(step)
  local id, lane, token, offset, hop, tier, due = unpack(step, 2)
  if refused(id, token) then return 'refused' end
  write_member(lane, id, offset, hop, tier, due, 'p')
  return 'ok'
end

function steps.moved(step)
  local id, lane, token, offset, hop, tier, due = unpack(step, 2)
  local member = read_member(lane, id)
  if member and member.hop == hop and member.state == 'p' then write_member(lane, id, offset, hop, tier, due, 'c') end
  if call('GET', marks .. id) == token then call('DEL', marks .. id) end
  return 'ok'
end

function steps.dead(step)
  local id, lane, token, offset, redrive, hold_tier = unpack(step, 2)
  local mark = call('GET', marks .. id)
  if mark and mark ~= token and not is_dead(mark) then return 'refused' end
  call('SET', marks .. id, 'dead:' .. redrive, 'EX', done_ttl)
  tally('ZADD', open_letters, now, id)
  tally('EXPIRE', open_letters, done_ttl)
  tally('ZREMRANGEBYSCORE', open_letters, '-inf', now - done_ttl * 1000)
  tally('ZREMRANGEBYSCORE', held, '-inf', now)
  if hold_tier > 0 then
    write_member(lane, id, offset, 0, hold_tier, 0, 'd')
  else
    leave(lane, id)
  end
  return 'ok'
end

-- A dead letter that is given up lets its key go on.
function steps.abandon(step)
  local id, lane = step[2], step[3]
  local member = read_member(lane, id)
  if member and member.state == 'd' then leave(lane, id) end
  tally('ZREM', open_letters, id)
  return 'ok'
end

function steps.leave(step)
  leave(step[3], step[2])
  return 'ok'
end

-- A version that cannot read an event knows it by its place; one that can gives it its name.
function steps.identify(step)
  local id, lane, place = step[2], step[3], step[4]
  local offset = call('ZSCORE', sets .. lane, place)
  if offset then
    call('ZADD', sets .. lane, 'NX', offset, id)
    call('HSETNX', members .. lane, id, call('HGET', members .. lane, place))
    leave(lane, place)
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

/** What the keys of a service begin with, after their kind. */
export const keyspaceOf = (scope: string, service: string): string => `${scope}:${service}`;

/** The keys that the script makes, for whoever only reads them. */
export const stepKeys = (keyspace: string) => ({
  mark: (id: string): string => `d:${keyspace}:${id}`,
  waiting: (lane: string): string => `h:${keyspace}:${lane}`,
  members: (lane: string): string => `m:${keyspace}:${lane}`,
  heldLanes: `k:${keyspace}`,
  openLetters: `x:${keyspace}`,
  /** Not of the script: why an event that is done had no effect, and what the instances wait for; see notes.ts. */
  skipped: (id: string): string => `n:${keyspace}:${id}`,
  pauses: `p:${keyspace}`,
});
