"""The scripts a Redis server runs for a write in one step."""

from __future__ import annotations

import hashlib
from typing import Final

from sinch_cache_gui.cache.interface import LONG_STRING_BYTES


class Script:
    """A script and the name the server knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


DIGEST: Final = Script("""
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return '' end
return redis.sha1hex(redis.call('GETRANGE', KEYS[1], ARGV[1], ARGV[2]))
""")
"""ARGV: first and last byte. Nothing is written."""

_LOOKS: Final = f"""
local function holds(key, kind, data)
  return kind == 'string' and redis.call('STRLEN', key) == #data and redis.call('GET', key) == data
end
local function occupied(key, kind, before)
  if kind ~= 'string' then return {{'occupied', kind, before, false, -1}} end
  local size = redis.call('STRLEN', key)
  local held = size <= {LONG_STRING_BYTES} and redis.call('GET', key)
  return {{'occupied', kind, before, held, size}}
end
"""
"""A string of another length than the one expected is not looked into, and a long one that is in
the way is told by its length."""

PUT: Final = Script(
    _LOOKS
    + """
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'string' then return occupied(KEYS[1], kind, -1) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'saved'}
"""
)
"""ARGV: data, TTL."""

OVERWRITE: Final = Script(
    _LOOKS
    + """
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'string' then return occupied(KEYS[1], kind, before) end
local held = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {'saved', before, held, redis.call(ARGV[1], KEYS[1])}
"""
)
"""ARGV: deadline command, data, TTL."""

WRITE: Final = Script(
    _LOOKS
    + """
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  if ARGV[3] == '1' then return {'absent'} end
else
  local is_held = ARGV[3] == '1' and holds(KEYS[1], kind, ARGV[4])
  if not is_held then return occupied(KEYS[1], kind, before) end
end
if ARGV[5] == 'px' then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[6])
elseif ARGV[5] == 'none' or before == -1 then
  redis.call('SET', KEYS[1], ARGV[2])
elseif ARGV[6] == 'KEEPTTL' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', math.max(1, redis.call('PTTL', KEYS[1])))
end
return {'saved', before, redis.call(ARGV[1], KEYS[1])}
"""
)
"""ARGV: deadline command, data, whether bytes are expected, those, keep|none|px, TTL|KEEPTTL."""

CHANGE_TTL: Final = Script("""
local before = redis.call(ARGV[1], KEYS[1])
if before == -2 then return {'absent'} end
if ARGV[2] == 'persist' then
  redis.call('PERSIST', KEYS[1])
elseif ARGV[2] == 'in' then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
elseif ARGV[2] == 'at' then
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
elseif ARGV[2] == 'move' then
  local from = tonumber(ARGV[4])
  local are_both = from >= 0 and before >= 0
  if before == from or are_both and math.abs(before - from) <= tonumber(ARGV[5]) then
    if ARGV[3] == '-1' then
      redis.call('PERSIST', KEYS[1])
    else
      redis.call('PEXPIREAT', KEYS[1], ARGV[3])
    end
  end
elseif before >= 0 then
  local command = ARGV[1] == 'PEXPIRETIME' and 'PEXPIREAT' or 'PEXPIRE'
  redis.call(command, KEYS[1], string.format('%.0f', before + ARGV[3]))
end
return {'changed', before, redis.call(ARGV[1], KEYS[1])}
""")
"""ARGV: deadline command, in|by|at|persist|move, milliseconds; for move: from, and its slack."""

REMOVE: Final = Script(
    _LOOKS
    + """
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return {'absent'} end
if ARGV[2] == '1' and not holds(KEYS[1], kind, ARGV[3]) then
  return occupied(KEYS[1], kind, before)
end
local payload = redis.call(kind == 'string' and 'GET' or 'DUMP', KEYS[1])
redis.call('UNLINK', KEYS[1])
return {'removed', kind, payload, before}
"""
)
"""ARGV: deadline command, whether bytes are expected, those bytes."""

_LEFT: Final = """
local function left(key, kind)
  if kind == 'string' or kind == '' then return false end
  local dump = redis.pcall('DUMP', key)
  return type(dump) == 'string' and dump
end
"""
"""What a key of another type than string is from now on; not known to a user without DUMP."""

_PUT: Final = """
local function failed(reply) return type(reply) == 'table' and reply.err and reply end
local function put(key, kind, payload, deadline, replaces)
  if kind ~= 'string' then
    local how = {math.max(0, deadline), payload, 'ABSTTL'}
    if replaces then how[4] = 'REPLACE' end
    return failed(redis.pcall('RESTORE', key, unpack(how)))
  end
  if deadline == '-1' then return failed(redis.pcall('SET', key, payload)) end
  local why = failed(redis.pcall('SET', key, payload, 'PXAT', deadline))
  if not why or not string.find(why.err, 'syntax') then return why end
  return failed(redis.pcall('PEXPIREAT', key, deadline)) or
    failed(redis.pcall('SET', key, payload)) or failed(redis.pcall('PEXPIREAT', key, deadline))
end
"""
"""Puts a key down whole, and answers why it could not: nothing was written then. A server before
6.2 is asked for the deadline first, so that a user who may set none is refused before the value."""

RESTORE: Final = Script(
    _LOOKS
    + _LEFT
    + _PUT
    + """
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' then return occupied(KEYS[1], kind, redis.call(ARGV[1], KEYS[1])) end
local why = put(KEYS[1], ARGV[4], ARGV[2], ARGV[3], false)
if why then return why end
if redis.call('TYPE', KEYS[1]).ok == 'none' then return {'absent'} end
return {'saved', left(KEYS[1], ARGV[4])}
"""
)
"""ARGV: deadline command, bytes or DUMP, deadline or -1, type."""

REPLACE: Final = Script(
    _LOOKS
    + _LEFT
    + _PUT
    + """
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return {'absent'} end
local is_held = kind == ARGV[2]
if kind == 'string' then
  is_held = is_held and holds(KEYS[1], kind, ARGV[3])
else
  is_held = is_held and redis.call('DUMP', KEYS[1]) == ARGV[3]
end
if not is_held then return occupied(KEYS[1], kind, before) end
if ARGV[4] == '' then
  redis.call('UNLINK', KEYS[1])
else
  local why = put(KEYS[1], ARGV[4], ARGV[5], ARGV[6], true)
  if why then return why end
end
return {'replaced', before, left(KEYS[1], ARGV[4])}
"""
)
"""ARGV: deadline command, type and payload expected, type and payload to be, deadline or -1."""

RENAME: Final = Script(
    _LOOKS
    + _PUT
    + """
local function told(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'none' then return {kind} end
  return {kind, redis.call(kind == 'string' and 'GET' or 'DUMP', key), redis.call(ARGV[1], key)}
end
local moved = told(KEYS[1])
if moved[1] == 'none' then return {'absent'} end
if ARGV[6] ~= '' and (moved[1] ~= ARGV[6] or moved[2] ~= ARGV[7]) then
  return occupied(KEYS[1], moved[1], moved[3])
end
local kind = redis.call('TYPE', KEYS[2]).ok
if kind ~= 'none' and ARGV[2] == '0' then
  return occupied(KEYS[2], kind, redis.call(ARGV[1], KEYS[2]))
end
local replaced = told(KEYS[2])
redis.call('RENAME', KEYS[1], KEYS[2])
local why = ARGV[3] ~= '' and put(KEYS[1], ARGV[3], ARGV[4], ARGV[5], false)
if why then
  redis.call('RENAME', KEYS[2], KEYS[1])
  return why
end
return {'renamed', moved, replaced}
"""
)
"""KEYS: old name, new name. ARGV: deadline command, whether a key of the new name may go; type,
payload and deadline of what is left under the old name, or no type; type and payload expected under
the old name, or no type."""

CHANGE_ELEMENT: Final = Script("""
local at = 0
local function take() at = at + 1; return ARGV[at] end
local function take_list()
  local list = {}
  for i = 1, tonumber(take()) do list[i] = take() end
  return list
end
local function said(reply, into)
  into = into or {}
  if type(reply) == 'table' then
    for _, part in ipairs(reply) do said(part, into) end
  elseif type(reply) == 'number' then
    into[#into + 1] = string.format('%.0f', reply)
  elseif reply then
    into[#into + 1] = reply
  end
  return into
end
local function is_met(how, demanded, found)
  if how == 'any' then return true end
  if #demanded ~= #found then return false end
  for i, part in ipairs(demanded) do
    if how == 'number' then
      if tonumber(part) ~= tonumber(found[i]) then return false end
    elseif part ~= found[i] then return false end
  end
  return true
end
local deadline_command, kind, size_command = take(), take(), take()
local field, heir = take_list(), take_list()
local before = redis.call(deadline_command, KEYS[1])
local held = redis.call('TYPE', KEYS[1]).ok
if held == 'none' then return {'absent'} end
if held ~= kind then return {'other', held} end
local seen = {}
for i = 1, tonumber(take()) do
  seen[i] = said(redis.call(unpack(take_list())))
  if not is_met(take(), take_list(), seen[i]) then return {'refused', seen} end
end
local dump, until_ms = false, -1
if size_command ~= '' and redis.call(size_command, KEYS[1]) == 1 then
  dump = redis.call('DUMP', KEYS[1])
end
if #field > 0 then
  until_ms = redis.call('HPEXPIRETIME', KEYS[1], 'FIELDS', 1, field[1])[1]
end
local replies = {}
for i = 1, tonumber(take()) do replies[i] = said(redis.call(unpack(take_list()))) end
if #heir > 0 and until_ms > 0 then
  redis.call('HPEXPIREAT', KEYS[1], string.format('%.0f', until_ms), 'FIELDS', 1, heir[1])
end
return {'done', seen, replies, before, redis.call(deadline_command, KEYS[1]), dump, until_ms}
""")
"""ARGV: deadline command, type, size command; then lists, each behind its length: the field asked
and the field to inherit its deadline; the looks (command, any|same|number, answer); commands."""
