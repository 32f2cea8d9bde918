/**
 * Each identifier has a hash of the identifiers it is linked with, each with a state and the day both were last seen:
 * `s` seen, `c` confirmed, `r` removed. A link counts if both ends have it. An identifier that has had too many links
 * is shared: it has only `!`, and what it was linked with has the hash of its name, so that links are still counted.
 */
export const PEOPLE_SCRIPT = `
local prefix, op, args = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
local function key(node) return prefix .. ':n:' .. node end
local function mark(node) return '#' .. string.sub(redis.sha1hex(node), 1, 16) end
local function has(node, field) return redis.call('HEXISTS', key(node), field) == 1 end
local function shared(node) return has(node, '!') end

local function write(node, field, value)
  redis.call('HSET', key(node), field, value)
  redis.call('EXPIRE', key(node), args.keep)
end

local function share(node)
  for _, other in ipairs(redis.call('HKEYS', key(node))) do
    if string.sub(other, 1, 1) ~= '#' then
      redis.call('HDEL', key(other), node)
      write(other, mark(node), '1')
    end
  end
  redis.call('DEL', key(node))
  write(node, '!', '1')
end

local function count(node, other)
  if shared(node) or has(node, other) or has(node, mark(other)) then return end
  if redis.call('HLEN', key(node)) >= args.links then share(node) end
end

local function set(node, other)
  local old = redis.call('HGET', key(node), other)
  local state, at = args.state or 's', args.at
  if old then
    state = args.state or string.sub(old, 1, 1)
    at = math.max(at, tonumber(string.sub(old, 2)))
  end
  local new = state .. string.format('%d', at)
  if new == old then return end
  redis.call('HDEL', key(node), mark(other))
  write(node, other, new)
end

local function link(node, other)
  count(node, other)
  count(other, node)
  local isShared, isOtherShared = shared(node), shared(other)
  if not isShared and not isOtherShared then
    set(node, other)
    set(other, node)
  elseif isShared and not isOtherShared then write(other, mark(node), '1')
  elseif isOtherShared and not isShared then write(node, mark(other), '1') end
end

local function walk(start)
  local queue, known, found = { start }, { [start] = true }, {}
  for size, node in ipairs(queue) do
    if size > args.most then return { 1, found } end
    local fields, links = redis.call('HGETALL', key(node)), {}
    for index = 1, #fields, 2 do
      local other, held = fields[index], fields[index + 1]
      local back = string.find(other, ':', 1, true) and redis.call('HGET', key(other), node)
      if back and string.sub(back, 1, 1) ~= 'r' and string.sub(held, 1, 1) ~= 'r' then
        links[#links + 1] = other
        links[#links + 1] = held
        if not known[other] then
          known[other] = true
          queue[#queue + 1] = other
        end
      end
    end
    found[#found + 1] = { node, links }
  end
  return { 0, found }
end

if op == 'learn' then
  for index, node in ipairs(args.nodes) do
    for later = index + 1, #args.nodes do link(node, args.nodes[later]) end
  end
elseif op == 'erase' then
  for _, node in ipairs(args.nodes) do
    for _, other in ipairs(redis.call('HKEYS', key(node))) do redis.call('HDEL', key(other), node) end
    redis.call('DEL', key(node))
  end
end
local unshared, all = nil, {}
for _, node in ipairs(args.nodes) do
  if shared(node) then all[#all + 1] = node elseif not unshared then unshared = node end
end
local walked = unshared and walk(unshared) or { 0, {} }
return { walked[1], walked[2], all }`;
