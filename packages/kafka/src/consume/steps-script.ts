/**
 * The steps of delivery.md as one script: a JSON list of steps in, one reply per step out, run as one atomic unit.
 * Every step may be repeated: it is keyed by the event's id, and claims carry a token.
 *
 * Keys of a service S:
 *   d:S:<id>    the claim on an event (its token, with a lease) or its outcome: `done`, `dead:<redrive>`
 *   h:S:<lane>  sorted set: the ids that wait for this key in the chain, by their offset in the source topic
 *   m:S:<lane>  hash: for each of them `<hop>:<tier>:<due>:<state>`, state being p (being forwarded), c (forwarded)
 *               or d (dead, and holding the key); and `@`, the watch on a head that nobody has seen
 *
 * The keys are made inside the script: this needs one Redis (or a primary with replicas), not a Redis Cluster.
 */
export const STEPS_SCRIPT = `
local service = ARGV[1]
local hold_ttl = tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function mark_key(id) return 'd:' .. service .. ':' .. id end
local function set_key(lane) return 'h:' .. service .. ':' .. lane end
local function member_key(lane) return 'm:' .. service .. ':' .. lane end

local function read_member(lane, id)
  local value = redis.call('HGET', member_key(lane), id)
  if not value then return nil end
  local hop, tier, due, state = string.match(value, '^(%d+):(%d+):(%d+):(%a)$')
  return { hop = tonumber(hop), tier = tier, due = tonumber(due), state = state }
end

local function write_member(lane, id, offset, hop, tier, due, state)
  redis.call('ZADD', set_key(lane), 'NX', offset, id)
  redis.call('HSET', member_key(lane), id, string.format('%d:%d:%d:%s', hop, tier, due, state))
  redis.call('EXPIRE', set_key(lane), hold_ttl)
  redis.call('EXPIRE', member_key(lane), hold_ttl)
end

local function leave(lane, id)
  if redis.call('ZREM', set_key(lane), id) == 0 then return end
  redis.call('HDEL', member_key(lane), id)
  if redis.call('EXISTS', set_key(lane)) == 0 then redis.call('DEL', member_key(lane)) end
end

-- A head that is due, that nobody runs and nobody has asked for, over and over while its followers come round,
-- is no longer in Kafka: Redis lost the step that took it out.
local function is_orphan(lane, id, member, orphan_after)
  if member.state == 'd' or member.due > now or redis.call('EXISTS', mark_key(id)) == 1 then return false end
  local watch = redis.call('HGET', member_key(lane), '@')
  local since, last = string.match(watch or '', '^(%d+):(%d+)$')
  if not since or now - tonumber(last) > 10000 then since = now end
  redis.call('HSET', member_key(lane), '@', string.format('%d:%d', tonumber(since), now))
  return now - tonumber(since) > orphan_after
end

local steps = {}

function steps.admit(step)
  local id, lane, offset, hop, redrive, token, lease, orphan_after = unpack(step, 2)
  local mark = redis.call('GET', mark_key(id))
  if mark == 'done' then
    leave(lane, id)
    return 'done'
  end
  local dead = mark and string.match(mark, '^dead:(%d+)$')
  if dead then
    if tonumber(dead) >= redrive then return 'dead' end
  elseif mark and mark ~= token then
    return 'busy'
  end

  local head = redis.call('ZRANGE', set_key(lane), 0, 0, 'WITHSCORES')
  if not head[1] then
    redis.call('SET', mark_key(id), token, 'PX', lease)
    return 'run'
  end
  local own = read_member(lane, id)
  if own and own.state == 'c' and own.hop > hop then return 'stale' end
  while head[1] and head[1] ~= id and tonumber(head[2]) < tonumber(offset) do
    local member = read_member(lane, head[1])
    if redis.call('GET', mark_key(head[1])) ~= 'done' and member and not is_orphan(lane, head[1], member, orphan_after) then
      write_member(lane, id, offset, hop + 1, member.tier, member.due, 'p')
      return string.format('park:%d:%d:%s', member.tier, member.due, member.state)
    end
    leave(lane, head[1])
    head = redis.call('ZRANGE', set_key(lane), 0, 0, 'WITHSCORES')
  end
  redis.call('HDEL', member_key(lane), '@')
  redis.call('SET', mark_key(id), token, 'PX', lease)
  return 'held'
end

local function refused(id, token)
  local mark = redis.call('GET', mark_key(id))
  return mark and mark ~= token
end

function steps.complete(step)
  local id, lane, token, ttl = unpack(step, 2)
  local mark = redis.call('GET', mark_key(id))
  if mark and mark ~= token and mark ~= 'done' and not string.match(mark, '^dead:') then return 'refused' end
  redis.call('SET', mark_key(id), 'done', 'EX', ttl)
  leave(lane, id)
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
  if redis.call('GET', mark_key(id)) == token then redis.call('DEL', mark_key(id)) end
  return 'ok'
end

function steps.dead(step)
  local id, lane, token, offset, redrive, ttl, hold_tier = unpack(step, 2)
  local mark = redis.call('GET', mark_key(id))
  if mark and mark ~= token and not string.match(mark, '^dead:') then return 'refused' end
  redis.call('SET', mark_key(id), 'dead:' .. redrive, 'EX', ttl)
  if hold_tier > 0 then
    write_member(lane, id, offset, 0, hold_tier, 0, 'd')
  else
    leave(lane, id)
  end
  return 'ok'
end

function steps.renew(step)
  local id, token, lease = unpack(step, 2)
  if redis.call('GET', mark_key(id)) ~= token then return 'refused' end
  redis.call('PEXPIRE', mark_key(id), lease)
  return 'ok'
end

function steps.release(step)
  local id, token = unpack(step, 2)
  if redis.call('GET', mark_key(id)) == token then redis.call('DEL', mark_key(id)) end
  return 'ok'
end

local replies = {}
for index, step in ipairs(cjson.decode(ARGV[3])) do replies[index] = steps[step[1]](step) end
return replies
`;
