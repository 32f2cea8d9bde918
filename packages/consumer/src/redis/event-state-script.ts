/**
 * The steps of docs/delivery.md as one atomic script: takes a JSON list of steps and returns one reply per step. Every
 * step may be repeated: it names the event's id, and leases have a token. The list is flat, since Lua would take as long
 * for a table of each step as for the rest of reading it. Each step is the number of fields that follow, its name, the
 * index of its first key, and its arguments.
 *
 * Keys of a service S that consumes from the Kafka K, so that no mark stands for an event of another K. In a cluster,
 * the names have `{K:S:<bucket>}` instead of `K:S`. A call touches one bucket and names all its keys.
 *   l:K:S         hash: for each leased event `<until>:<token>`, for each dead one `<until>:dead:<redrive>`
 *   g:K:S         the generations of the sets of done events: see done-sets.ts
 *   s:K:S:<opened_at>:<subset>  set of integers: digests of the ids of done events
 *   k:K:S         sorted set: the keys with waiting ids, by the time of their expiry
 *   h:K:S:<order_key>  sorted set: the ids that wait for this key in retry topics, by their offset in the source topic
 *   m:K:S:<order_key>  hash: for each of them `<hop>:<level>:<due>:<state>`, where state is p (being forwarded),
 *               c (forwarded) or d (dead, holds the key); and `@`, `<since>:<last look>:<id>`, the watch on a head that
 *               no worker has seen
 *   y:K:S         sorted set: the ids of dead events, by the time of death, so that they are forgotten in time
 *   x:K:S         sorted set: those of them that are neither redriven nor purged; for the metrics
 *
 * KEYS: g, l, k, y, x; then the keys of each step, from the index that it names: h and m, unless it is `admit` or
 * `finish`, then its sets. ARGV: the seconds that done events are remembered, the lease, the time after which a head is
 * lost, the steps, the list of generations that the caller knows, and the index of a newest set that the steps add to
 * (0: unknown; -1: none). If the caller does not know the current list, no step is taken, and the reply is `outdated`
 * with that list.
 */
export const EVENT_STATE_SCRIPT = `
local done_ttl, lease, orphan_after = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local call, format, match = redis.call, string.format, string.match
local marks, held, deaths, open_letters = KEYS[2], KEYS[3], KEYS[4], KEYS[5]
-- For the key of the gauges: an error there must not fail a step.
local gauge_call = redis.pcall
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- An entry of a generation must last for done_ttl: it is added in the first half of done_ttl, and the sets expire after
-- one and a half.
local FIRST_BITS, MORE_BITS, MOST_BITS, FULL = 8, 4, 28, 480
local generations, sample = call('GET', KEYS[1]) or '', tonumber(ARGV[6])
local opened_at, bits = match(generations, '(%d+):(%d+)$')
opened_at, bits = tonumber(opened_at or 0), tonumber(bits or FIRST_BITS)

local function open_generation(next_bits)
  local live = {}
  for at, one in string.gmatch(generations, '(%d+):(%d+)') do
    if at + done_ttl * 1500 > now then live[#live + 1] = at .. ':' .. one end
  end
  local at = math.max(now, opened_at + 1)
  live[#live + 1] = format('%.0f:%d', at, math.min(math.max(next_bits, FIRST_BITS), MOST_BITS))
  generations = table.concat(live, ' ')
  call('SET', KEYS[1], generations, 'EX', done_ttl * 2)
end

if sample >= 0 and now > opened_at + done_ttl * 500 then
  local is_known = sample > 0 and generations == ARGV[5]
  -- A busy day has many sets; quiet days after it need fewer.
  local is_sparse = is_known and call('SCARD', KEYS[sample]) * 2 ^ MORE_BITS < FULL / 2
  open_generation(is_sparse and bits - MORE_BITS or bits)
end
if generations ~= ARGV[5] then return { 'outdated', generations } end
local is_full = false
local _, live = string.gsub(generations, ':', '')
local has_waiting = call('EXISTS', held) == 1
-- A long value makes Redis keep the hash as a table: in a compact one it would read half of the fields to find one.
if call('EXISTS', marks) == 0 then call('HSET', marks, '', string.rep(' ', 100)) end

-- The keys of the current step.
local set, members, first_set

local function is_done(digest)
  for index = first_set, first_set + live - 1 do
    if call('SISMEMBER', KEYS[index], digest) == 1 then return true end
  end
  return false
end

local function remember(digest)
  local done_set = KEYS[first_set]
  if call('SADD', done_set, digest) == 0 then return end
  local size = call('SCARD', done_set)
  if size == 1 then call('PEXPIREAT', done_set, opened_at + done_ttl * 1500) end
  if size < FULL or is_full or bits == MOST_BITS then return end
  is_full = true
  open_generation(bits + MORE_BITS)
end

-- The token of the lease on an event, or that it is dead, or nil.
local function read_mark(id)
  local value = call('HGET', marks, id)
  if not value then return nil end
  local till, mark = match(value, '^(%d+):(.*)$')
  return tonumber(till) > now and mark or nil
end

local function write_mark(id, mark, ms) call('HSET', marks, id, format('%.0f:%s', now + ms, mark)) end

local until_lease_ends = format('%.0f:', now + lease)

local function is_dead(mark) return mark and match(mark, '^dead:(%d+)$') end

local function read_member(id)
  local value = call('HGET', members, id)
  if not value then return nil end
  local hop, level, due, state = match(value, '^(%d+):(%d+):(%d+):(%a)$')
  return { hop = tonumber(hop), level = level, due = tonumber(due), state = state }
end

local function write_member(order_key, id, offset, hop, level, due, state)
  call('ZADD', set, 'NX', offset, id)
  call('HSET', members, id, format('%d:%d:%d:%s', hop, level, due, state))
  call('EXPIRE', set, done_ttl)
  call('EXPIRE', members, done_ttl)
  call('ZADD', held, now + done_ttl * 1000, order_key)
  has_waiting = true
end

local function leave(order_key, id)
  if call('ZREM', set, id) == 0 then return end
  call('HDEL', members, id)
  if call('EXISTS', set) == 1 then return end
  call('DEL', members)
  call('ZREM', held, order_key)
end

-- A due head that no worker has asked for, or holds a lease on, while its followers came back again and again, is no
-- longer in Kafka: Redis lost the step that removed it. Followers in retry topics are read after their head; an event
-- from the source topic (hop 0) may be read before it, so it proves nothing. Admission of the head and renewal of its
-- lease end the watch.
local function is_orphan(id, member, hop)
  if hop == 0 or member.state == 'd' or member.due > now then return false end
  local watch = call('HGET', members, '@')
  local since, last, watched = match(watch or '', '^(%d+):(%d+):(.*)$')
  if watched ~= id or now - tonumber(last) > 10000 then since = now end
  call('HSET', members, '@', format('%d:%d:%s', tonumber(since), now, id))
  return now - tonumber(since) > orphan_after
end

-- Decides whose turn it is among the events that wait for the key. The caller has taken the lease.
local function admit_to_queue(id, order_key, offset, hop)
  local own = read_member(id)
  if own and own.state == 'c' and own.hop > hop then return 'stale' end
  local head = call('ZRANGE', set, 0, 0, 'WITHSCORES')
  while head[1] and head[1] ~= id and tonumber(head[2]) < tonumber(offset) do
    local member = read_member(head[1])
    if member and not is_orphan(head[1], member, hop) then
      write_member(order_key, id, offset, hop + 1, member.level, member.due, 'p')
      return format('defer:%d:%d:%s', member.level, member.due, member.state)
    end
    leave(order_key, head[1])
    head = call('ZRANGE', set, 0, 0, 'WITHSCORES')
  end
  call('HDEL', members, '@')
  return 'held'
end

-- Takes the lease. @returns why not, if it cannot, and the mark before
local function take_lease(id, digest, token, redrive)
  if is_done(digest) then return 'done' end
  local mark = until_lease_ends .. token
  if call('HSETNX', marks, id, mark) == 1 then return nil end
  local former = read_mark(id)
  local dead = is_dead(former)
  if dead and tonumber(dead) >= redrive then return 'dead' end
  if former and not dead and former ~= token then return 'busy' end
  if dead then gauge_call('ZREM', open_letters, id) end
  call('HSET', marks, id, mark)
  return nil, former
end

local steps = {}

-- Admits an event of a key that no event waits for. 'queue': one does, so the caller has to name its queue.
function steps.admit(id, order_key, digest, token, redrive)
  if has_waiting and call('ZSCORE', held, order_key) then return 'queue' end
  return take_lease(id, digest, token, redrive) or 'run'
end

function steps.admit_queued(id, order_key, digest, token, redrive, offset, hop)
  local refusal, former = take_lease(id, digest, token, redrive)
  if refusal == 'done' then leave(order_key, id) end
  if refusal then return refusal end
  if call('EXISTS', set) == 0 then
    call('ZREM', held, order_key)
    return 'run'
  end
  local answer = admit_to_queue(id, order_key, offset, hop)
  if answer ~= 'held' then
    if former and former ~= token then write_mark(id, former, done_ttl * 1000) else call('HDEL', marks, id) end
  end
  return answer
end

-- @returns false when another worker holds the lease, and the mark before
local function finish(id, token, digest)
  local mark = read_mark(id)
  local dead = is_dead(mark)
  if mark and mark ~= token and not dead then return false end
  remember(digest)
  call('HDEL', marks, id)
  if dead then gauge_call('ZREM', open_letters, id) end
  return true, mark
end

function steps.complete(id, order_key, digest, token)
  if not finish(id, token, digest) then return 'refused' end
  leave(order_key, id)
  return 'ok'
end

-- Completes an event of a key that no event waited for when it was admitted. 'late': its lease had expired, and it may
-- have joined the waiting events since.
function steps.finish(id, order_key, digest, token)
  local is_ours, mark = finish(id, token, digest)
  if not is_ours then return 'refused' end
  return mark == token and 'ok' or 'late'
end

local function refused(id, token, digest)
  local mark = read_mark(id)
  if mark then return mark ~= token and not is_dead(mark) end
  return is_done(digest)
end

function steps.fail(id, order_key, digest, token, offset, hop, level, due)
  if refused(id, token, digest) then return 'refused' end
  write_member(order_key, id, offset, hop, level, due, 'p')
  return 'ok'
end

function steps.moved(id, order_key, _, token, offset, hop, level, due)
  local member = read_member(id)
  if member and member.hop == hop and member.state == 'p' then write_member(order_key, id, offset, hop, level, due, 'c') end
  if read_mark(id) == token then call('HDEL', marks, id) end
  return 'ok'
end

-- Forgets some of the events that died too long ago.
local function forget_dead()
  for _, id in ipairs(call('ZRANGEBYSCORE', deaths, '-inf', now - done_ttl * 1000, 'LIMIT', 0, 100)) do
    if is_dead(match(call('HGET', marks, id) or '', '^%d+:(.*)$')) then call('HDEL', marks, id) end
    call('ZREM', deaths, id)
  end
end

function steps.dead(id, order_key, digest, token, offset, redrive, hold_level)
  if refused(id, token, digest) then return 'refused' end
  forget_dead()
  write_mark(id, 'dead:' .. redrive, done_ttl * 1000)
  call('ZADD', deaths, now, id)
  gauge_call('ZADD', open_letters, now, id)
  gauge_call('EXPIRE', open_letters, done_ttl)
  gauge_call('ZREMRANGEBYSCORE', open_letters, '-inf', now - done_ttl * 1000)
  call('ZREMRANGEBYSCORE', held, '-inf', now)
  if hold_level > 0 then
    write_member(order_key, id, offset, 0, hold_level, 0, 'd')
  else
    leave(order_key, id)
  end
  return 'ok'
end

-- A purged dead letter lets its key continue.
function steps.abandon(id, order_key)
  local member = read_member(id)
  if member and member.state == 'd' then leave(order_key, id) end
  gauge_call('ZREM', open_letters, id)
  return 'ok'
end

function steps.leave(id, order_key)
  leave(order_key, id)
  return 'ok'
end

-- A version that cannot read an event identifies it by its position; one that can replaces that by its name.
function steps.identify(id, order_key, _, place)
  local offset = call('ZSCORE', set, place)
  if offset then
    call('ZADD', set, 'NX', offset, id)
    call('HSETNX', members, id, call('HGET', members, place))
    leave(order_key, place)
  end
  call('ZREM', open_letters, place)
  return 'ok'
end

function steps.renew(id, _, _, token)
  if read_mark(id) ~= token then return 'refused' end
  write_mark(id, token, lease)
  local watch = has_waiting and call('HGET', members, '@')
  if watch and match(watch, '^%d+:%d+:(.*)$') == id then call('HDEL', members, '@') end
  return 'ok'
end

function steps.release(id, _, _, token)
  if read_mark(id) == token then call('HDEL', marks, id) end
  return 'ok'
end

local WITHOUT_QUEUE = { admit = true, finish = true }
local list, at, replies = cjson.decode(ARGV[4]), 1, {}
while list[at] do
  local last, name, first = at + list[at], list[at + 1], list[at + 2]
  if WITHOUT_QUEUE[name] then
    set, members, first_set = nil, nil, first
  else
    set, members, first_set = KEYS[first], KEYS[first + 1], first + 2
  end
  replies[#replies + 1] = steps[name](unpack(list, at + 3, last))
  at = last + 1
end
return replies
`;
