"""Writes to Redis in one step, by scripts that the server runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.interface import (
    Gone,
    KeyType,
    MoveDeadline,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
)
from sinch_cache_gui.cache.redis_element_plans import (
    ElementDone,
    ElementPlan,
    ElementRefused,
    ElementResult,
    OtherType,
    field_deadline,
    flatten,
    spell_score,
)
from sinch_cache_gui.cache.redis_node import RedisNode, Reply
from sinch_cache_gui.cache.redis_writes import (
    NO_EXPIRY,
    NO_KEY,
    Absent,
    Deadlines,
    Occupied,
    ScriptsDenied,
    change_words,
    string_before,
)


class Script:
    """A script and the name the server knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


PUT: Final = Script("""
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'string' then
  return {'occupied', kind, false, -1}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'saved'}
""")
"""ARGV: data, TTL."""

WRITE: Final = Script("""
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then
  if ARGV[3] == '1' then return {'absent'} end
else
  local held = kind == 'string' and redis.call('GET', KEYS[1])
  if ARGV[3] == '0' or held ~= ARGV[4] then return {'occupied', kind, held, before} end
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
""")
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

REMOVE: Final = Script("""
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return {'absent'} end
local held = kind == 'string' and redis.call('GET', KEYS[1])
if ARGV[2] == '1' and held ~= ARGV[3] then return {'occupied', kind, held, before} end
local payload = held or redis.call('DUMP', KEYS[1])
redis.call('UNLINK', KEYS[1])
return {'removed', kind, payload, before}
""")
"""ARGV: deadline command, whether bytes are expected, those bytes."""

RESTORE: Final = Script("""
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' then
  local held = kind == 'string' and redis.call('GET', KEYS[1])
  return {'occupied', kind, held, redis.call(ARGV[1], KEYS[1])}
end
if ARGV[4] == 'string' then
  redis.call('SET', KEYS[1], ARGV[2])
  if ARGV[3] ~= '-1' then redis.call('PEXPIREAT', KEYS[1], ARGV[3]) end
else
  redis.call('RESTORE', KEYS[1], math.max(0, ARGV[3]), ARGV[2], 'ABSTTL')
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {'absent'} end
return {'saved'}
""")
"""ARGV: deadline command, bytes or DUMP, deadline or -1, type."""

REPLACE: Final = Script("""
local before = redis.call(ARGV[1], KEYS[1])
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return {'absent'} end
local held = kind == 'string' and redis.call('GET', KEYS[1])
local payload = held or redis.call('DUMP', KEYS[1])
if kind ~= ARGV[2] or payload ~= ARGV[3] then return {'occupied', kind, held, before} end
if ARGV[4] == '' then
  redis.call('UNLINK', KEYS[1])
elseif ARGV[4] == 'string' then
  redis.call('SET', KEYS[1], ARGV[5])
  if ARGV[6] ~= '-1' then redis.call('PEXPIREAT', KEYS[1], ARGV[6]) end
else
  redis.call('RESTORE', KEYS[1], math.max(0, ARGV[6]), ARGV[5], 'REPLACE', 'ABSTTL')
end
return {'replaced', before}
""")
"""ARGV: deadline command, type and payload expected, type and payload to be, deadline or -1."""

RENAME: Final = Script("""
local when = redis.call(ARGV[1], KEYS[1])
if redis.call('EXISTS', KEYS[1]) == 0 then return {'absent'} end
local kind = redis.call('TYPE', KEYS[2]).ok
local before = redis.call(ARGV[1], KEYS[2])
local held = kind == 'string' and redis.call('GET', KEYS[2])
if kind ~= 'none' and ARGV[2] == '0' then return {'occupied', kind, held, before} end
local payload = kind ~= 'none' and (held or redis.call('DUMP', KEYS[2]))
redis.call('RENAME', KEYS[1], KEYS[2])
if ARGV[3] == 'string' then
  redis.call('SET', KEYS[1], ARGV[4])
  if ARGV[5] ~= '-1' then redis.call('PEXPIREAT', KEYS[1], ARGV[5]) end
elseif ARGV[3] ~= '' then
  redis.call('RESTORE', KEYS[1], math.max(0, ARGV[5]), ARGV[4], 'ABSTTL')
end
return {'renamed', when, kind, payload, before}
""")
"""KEYS: old name, new name. ARGV: deadline command, whether a key of the new name may go; type,
payload and deadline of what is left under the old name, or no type."""

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


class ScriptedWrites:
    """Each write is one EVALSHA; the server is sent a script's text when it does not know it.

    Raises `ScriptsDenied` where the server runs no scripts for this user.
    """

    def __init__(self, node: RedisNode, deadlines: Deadlines, *, has_keepttl: bool) -> None:
        self._node = node
        self._deadlines = deadlines
        self._has_keepttl = has_keepttl

    async def put(self, key: bytes, data: bytes, ttl_ms: int) -> Occupied | None:
        """One round trip; answers what is in the way, if anything is."""
        reply = await self._run(PUT, key, data, ttl_ms)
        match reply:
            case [b"occupied", bytes() as kind, _, _]:
                return Occupied(kind.decode(), None, None)
        return None

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> Saved | Occupied | Absent:
        """One round trip."""
        match ttl:
            case TtlPolicy.KEEP:
                mode, span = "keep", "KEEPTTL" if self._has_keepttl else ""
            case TtlPolicy.NO_EXPIRY:
                mode, span = "none", ""
            case int():
                mode, span = "px", str(ttl)
        expects, held = ("0", b"") if expected is None else ("1", expected)
        command = self._deadlines.command
        reply = await self._run(WRITE, key, command, data, expects, held, mode, span)
        match reply:
            case [b"saved", before, after]:
                before_ms = None if expected is None else self._deadlines.parse(before)
                return Saved(self._deadlines.parse(after), string_before(key, expected, before_ms))
        return self._refused(reply)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """One round trip."""
        word, number = change_words(change)
        condition: tuple[int, ...] = ()
        if isinstance(change, MoveDeadline):
            condition = (self._deadlines.told(change.from_ms), self._deadlines.slack_ms)
        command = self._deadlines.command
        reply = await self._run(CHANGE_TTL, key, command, word, number, *condition)
        match reply:
            case [b"changed", before, after] if after != NO_KEY:
                before_ms = self._deadlines.parse(before)
                # One that is reckoned from a span would differ by the time between two reckonings.
                after_ms = before_ms if after == before else self._deadlines.parse(after)
                return TtlChanged(before_ms, after_ms)
        return Gone()

    async def remove(self, key: bytes, *, expected: bytes | None) -> Saved | Occupied | Absent:
        """One round trip."""
        expects, held = ("0", b"") if expected is None else ("1", expected)
        reply = await self._run(REMOVE, key, self._deadlines.command, expects, held)
        match reply:
            case [b"removed", bytes() as kind, bytes() as payload, before]:
                deadline_ms = self._deadlines.parse(before)
                return Saved(None, Snapshot(key, kind.decode(), payload, deadline_ms))
        return self._refused(reply)

    async def replace(self, held: Snapshot, by: Snapshot | None) -> Saved | Occupied | Absent:
        """One round trip."""
        command, heir = self._deadlines.command, _heir_words(by)
        reply = await self._run(REPLACE, held.key, command, held.type, held.payload, *heir)
        match reply:
            case [b"replaced", before]:
                replaced = replace(held, deadline_ms=self._deadlines.parse(before))
                return Saved(None if by is None else by.deadline_ms, replaced)
        return self._refused(reply)

    async def restore(self, snapshot: Snapshot) -> Saved | Occupied | Absent:
        """One round trip."""
        key, kind = snapshot.key, snapshot.type
        deadline = NO_EXPIRY if snapshot.deadline_ms is None else snapshot.deadline_ms
        command = self._deadlines.command
        reply = await self._run(RESTORE, key, command, snapshot.payload, deadline, kind)
        match reply:
            case [b"saved"]:
                return Saved(snapshot.deadline_ms, None)
        return self._refused(reply)

    async def rename(
        self, key: bytes, to: bytes, *, overwrites: bool, leaving: Snapshot | None
    ) -> Saved | Occupied | Absent:
        """One round trip."""
        command = self._deadlines.command
        left = _heir_words(leaving)
        reply = await self._run_on(RENAME, (key, to), command, int(overwrites), *left)
        match reply:
            case [b"renamed", when, b"none", _, _]:
                return Saved(self._deadlines.parse(when), None)
            case [b"renamed", when, bytes() as kind, bytes() as payload, before]:
                replaced = Snapshot(to, kind.decode(), payload, self._deadlines.parse(before))
                return Saved(self._deadlines.parse(when), replaced)
        return self._refused(reply)

    async def change_element(self, key: bytes, plan: ElementPlan) -> ElementResult | Absent:
        """One round trip."""
        reply = await self._run(CHANGE_ELEMENT, key, self._deadlines.command, *_plan_words(plan))
        match reply:
            case [b"absent"]:
                return Absent()
            case [b"other", bytes() as kind]:
                return OtherType(kind.decode())
            case [b"refused", list() as seen]:
                return ElementRefused(list(map(flatten, seen)))
            case [b"done", list() as seen, list() as replies, before, after, dump, until_ms]:
                return ElementDone(
                    list(map(flatten, seen)),
                    list(map(flatten, replies)),
                    self._deadlines.parse(before),
                    self._deadlines.parse(after),
                    dump if after == NO_KEY and isinstance(dump, bytes) else None,
                    field_deadline([until_ms]),
                )
        raise TypeError(f"a script answered {reply!r}")

    async def _run(self, script: Script, key: bytes, *arguments: bytes | str | int) -> Reply:
        return await self._run_on(script, (key,), *arguments)

    async def _run_on(
        self, script: Script, keys: tuple[bytes, ...], *arguments: bytes | str | int
    ) -> Reply:
        rest = (len(keys), *keys, *arguments)
        (reply,) = await self._node.tell_many([("EVALSHA", script.sha, *rest)])
        if isinstance(reply, exceptions.NoScriptError):  # it was not run: safe to send again
            (reply,) = await self._node.tell_many([("EVAL", script.text, *rest)])
        if isinstance(reply, exceptions.ResponseError) and _denies_scripts(str(reply)):
            raise ScriptsDenied
        return self._node.checked(reply)

    def _refused(self, reply: Reply) -> Occupied | Absent:
        match reply:
            case [b"absent"]:
                return Absent()
            case [b"occupied", bytes() as kind, held, before]:
                data = held if isinstance(held, bytes) and kind.decode() == KeyType.STRING else None
                return Occupied(kind.decode(), data, self._deadlines.parse(before))
        raise TypeError(f"a script answered {reply!r}")


def _heir_words(heir: Snapshot | None) -> tuple[bytes | str | int, ...]:
    """Answer what a script shall put down: type, payload, deadline; no type for nothing."""
    if heir is None:
        return ("", b"", NO_EXPIRY)
    return (heir.type, heir.payload, NO_EXPIRY if heir.deadline_ms is None else heir.deadline_ms)


def _plan_words(plan: ElementPlan) -> Iterator[bytes | str | int]:
    """Yield a plan as the script takes it: every list behind its length."""
    yield from (plan.kind, plan.size_command)
    for name in (plan.field, plan.heir):
        yield from (0,) if name is None else (1, name)
    yield len(plan.looks)
    for look in plan.looks:
        yield from (len(look.command), *look.command)
        match look.demanded:
            case None:
                yield from ("any", 0)
            case float() as number:
                yield from ("number", 1, spell_score(number))
            case tuple() as said:
                yield from ("same", len(said), *said)
    yield len(plan.commands)
    for command in plan.commands:
        yield from (len(command), *command)


def _denies_scripts(said: str) -> bool:
    """Whether running scripts is what is denied or unknown, not something a script did."""
    said = said.lower()
    is_denial = "permission" in said or "unknown command" in said
    return is_denial and ("'eval" in said or "`eval" in said)
