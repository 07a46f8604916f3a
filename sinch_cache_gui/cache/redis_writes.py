"""Writing to Redis by scripts or transactions, and telling what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementOutcome,
    ElementSaved,
    StreamRestoration,
    given_deadline,
    kind_of,
)
from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    InvalidTtl,
    OutcomeUnknown,
    RemovalUnknown,
    WrongType,
)
from sinch_cache_gui.cache.interface import (
    Changed,
    Gone,
    Saved,
    Snapshot,
    StoredValue,
    Ttl,
    TtlChange,
    TtlOutcome,
    WriteOutcome,
)
from sinch_cache_gui.cache.many import not_sent
from sinch_cache_gui.cache.names import check_new_name
from sinch_cache_gui.cache.redis_abilities import Abilities
from sinch_cache_gui.cache.redis_atomic_writes import (
    Absent,
    AtomicOutcome,
    AtomicWrites,
    Deadlines,
    Occupied,
    ScriptsDenied,
)
from sinch_cache_gui.cache.redis_element_plans import (
    ElementDone,
    ElementPlan,
    ElementRefused,
    ElementResult,
    OtherType,
    expired_meanwhile,
    inverse_of,
    plan_of,
    refusal_of,
)
from sinch_cache_gui.cache.redis_errors import UnnamedRefusal, look_refused
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_reads import RedisReads
from sinch_cache_gui.cache.redis_scripts import ScriptedWrites
from sinch_cache_gui.cache.redis_stream_restoring import restore_entry
from sinch_cache_gui.cache.redis_transactions import WatchedWrites
from sinch_cache_gui.cache.ttl import check_ttl, check_ttl_change, has_passed

S = TypeVar("S")
T = TypeVar("T")


class RedisWrites:
    """Each write is one step on the server: a script, or a transaction once scripts are denied.

    Args:
        node: The server.
        reads: How it is looked at.
        times: How it tells when a key expires.
        abilities: What it can do.
        can_script: False writes by transactions from the start.
    """

    def __init__(
        self,
        node: RedisNode,
        reads: RedisReads,
        times: Deadlines,
        abilities: Abilities,
        *,
        can_script: bool,
    ) -> None:
        self._node = node
        self._reads = reads
        self._times = times
        self._abilities = abilities
        self._use(scripted=can_script)

    @property
    def runs_scripts(self) -> bool:
        """Whether the server runs scripts for this user, as far as is known."""
        return self._runs_scripts

    def give_up_scripts(self) -> None:
        """Write by transactions from now on."""
        self._use(scripted=False)

    async def put(self, key: bytes, data: bytes, ttl_ms: int) -> None:
        """Store a string unless the key holds another type.

        Raises:
            WrongType: It does; it was left alone.
        """
        in_the_way = await self._atomically(lambda writes: writes.put(key, data, ttl_ms))
        if in_the_way is not None:
            raise _in_the_way(key, in_the_way)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """As `CacheBackend.write`."""
        check_ttl(ttl, expects_key=expected is not None)
        return await self._told(
            key,
            await self._atomically(
                lambda writes: writes.write(key, data, expected=expected, ttl=ttl)
            ),
        )

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """As `CacheBackend.overwrite`."""
        check_ttl(ttl_ms, expects_key=False)
        outcome = await self._atomically(lambda writes: writes.overwrite(key, data, ttl_ms))
        if isinstance(outcome, Occupied):
            raise _in_the_way(key, outcome)
        return outcome

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """As `CacheBackend.change_ttl`."""
        check_ttl_change(change, self._times.now_ms())
        return await self._atomically(lambda writes: writes.change_ttl(key, change))

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """As `CacheBackend.change_ttl_many`."""
        now_ms = self._times.now_ms()

        def refusal(change: TtlChange) -> CacheError | None:
            try:
                check_ttl_change(change, now_ms)
            except CacheError as error:
                return error
            return None

        refusals = [refusal(change) for _, change in changes]
        sound = [one for one, error in zip(changes, refusals, strict=True) if error is None]
        outcomes = await self._atomically_each(
            sound, lambda writes, part: writes.change_ttl_many(part)
        )
        sent = iter(outcomes)
        return [next(sent) if error is None else error for error in refusals]

    async def remove(self, key: bytes, *, expected: bytes | None) -> WriteOutcome:
        """As `CacheBackend.remove`.

        It is looked at before, too: of a deletion whose answer is lost it is known what it took.
        """
        seen = await self._reads.snapshot(key)
        if seen is None:
            return Gone()
        try:
            outcome = await self._atomically(lambda writes: writes.remove(key, expected=expected))
        except OutcomeUnknown as lost:
            raise RemovalUnknown(lost.title, lost.detail, seen) from lost
        return await self._told(key, outcome)

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """As `CacheBackend.remove_many`. They are looked at before, as one is by `remove`."""
        seen = await self._reads.snapshot_many(keys)
        there = [one for one in seen if isinstance(one, Snapshot)]
        lost = next((one for one in seen if isinstance(one, CacheUnreachable)), None)
        if lost is not None:
            return [not_sent(lost) if isinstance(one, Snapshot) else one or Gone() for one in seen]
        outcomes = await self._atomically_each(there, lambda writes, part: writes.remove_many(part))
        removed = iter(await self._told_each([one.key for one in there], outcomes))
        return [
            _removed(one, next(removed)) if isinstance(one, Snapshot) else one or Gone()
            for one in seen
        ]

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """As `CacheBackend.restore`."""
        if _is_due(snapshot, self._times.now_ms()):
            return Gone()
        outcome = await self._atomically(lambda writes: writes.restore(snapshot))
        return await self._told(snapshot.key, outcome)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """As `CacheBackend.restore_many`."""
        now_ms = self._times.now_ms()
        alive = [one for one in snapshots if not _is_due(one, now_ms)]
        outcomes = await self._atomically_each(
            alive, lambda writes, part: writes.restore_many(part)
        )
        told = iter(await self._told_each([one.key for one in alive], outcomes))
        return [Gone() if _is_due(one, now_ms) else next(told) for one in snapshots]

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """As `CacheBackend.replace_many`."""
        now_ms = self._times.now_ms()
        alive = [pair for pair in pairs if not _is_due(pair[1], now_ms)]
        outcomes = await self._atomically_each(
            alive, lambda writes, part: writes.replace_many(part)
        )
        told = iter(await self._told_each([held.key for held, _ in alive], outcomes))
        return [Gone() if _is_due(by, now_ms) else next(told) for _, by in pairs]

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool,
        leaving: Snapshot | None,
        held: Snapshot | None,
    ) -> WriteOutcome:
        """As `CacheBackend.rename`."""
        check_new_name(key, to)
        outcome = await self._atomically(
            lambda writes: writes.rename(key, to, overwrites=overwrites, leaving=leaving, held=held)
        )
        if held is not None and isinstance(outcome, Occupied):  # by which of the two is not told
            return Changed(
                StoredValue(outcome.type, outcome.data, outcome.size, outcome.deadline_ms)
            )
        return await self._told(to, outcome)

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """As `CacheBackend.change_element`."""
        if has_passed(given_deadline(change), self._times.now_ms()):
            raise InvalidTtl(
                "That moment has already passed", "To end a field now, delete it instead."
            )
        plan, result = await self._atomically(lambda writes: self._carry_out(writes, key, change))
        match result:
            case Absent():
                return Gone()
            case OtherType(kind):
                raise WrongType(
                    f"This key holds a {kind} now, not a {plan.kind}", "Nothing was written."
                )
            case ElementRefused():
                return refusal_of(plan, result)
            case ElementDone() if (gone := expired_meanwhile(change, result)) is not None:
                return gone
            case ElementDone(dump=None):
                return ElementSaved(result.after_ms, inverse_of(change, result))
            case ElementDone(dump=bytes() as dump):
                whole = Snapshot(key, kind_of(change), dump, result.before_ms)
                return ElementSaved(None, None, whole)
        raise TypeError(f"not a result: {result!r}")

    async def _carry_out(
        self, writes: AtomicWrites, key: bytes, change: ElementChange
    ) -> tuple[ElementPlan, ElementResult | Absent]:
        if isinstance(change, StreamRestoration):
            can_lower_ids = self._abilities.can_lower_ids
            return await restore_entry(self._node, writes, key, change, can_lower_ids=can_lower_ids)
        plan = plan_of(key, change, has_field_ttl=self._abilities.has_field_ttl)
        return plan, await writes.change_element(key, plan)

    def _use(self, *, scripted: bool) -> None:
        self._runs_scripts = scripted
        kind = ScriptedWrites if scripted else WatchedWrites
        self._writes: AtomicWrites = kind(
            self._node, self._times, has_keepttl=self._abilities.has_keepttl
        )

    async def _atomically(self, act: Callable[[AtomicWrites], Awaitable[T]]) -> T:
        try:
            return await act(self._writes)
        except ScriptsDenied:  # nothing was written, and the next write need not ask again
            self.give_up_scripts()
            return await act(self._writes)
        except UnnamedRefusal as refusal:
            raise self._named(refusal) from refusal

    async def _atomically_each(
        self,
        items: Sequence[S],
        act: Callable[[AtomicWrites, Sequence[S]], Awaitable[Sequence[T]]],
    ) -> list[T | CacheError]:
        """As `_atomically`, for many: what was denied is done over, and nothing else."""
        outcomes = list(await act(self._writes, items))
        denied = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, ScriptsDenied)]
        if denied:
            self.give_up_scripts()
            again = await act(self._writes, [items[at] for at in denied])
            for at, outcome in zip(denied, again, strict=True):
                outcomes[at] = outcome
        return [
            self._named(outcome) if isinstance(outcome, UnnamedRefusal) else outcome
            for outcome in outcomes
        ]

    def _named(self, refusal: UnnamedRefusal) -> CacheError:
        """Answer a refusal with the command that is refused, as far as that is known."""
        for command in ("PTTL", "TYPE"):  # the order in which a script looks
            if command in self._abilities.refused:
                return look_refused(command)
        return refusal

    async def _told_each(
        self, keys: Sequence[bytes], outcomes: Sequence[AtomicOutcome | CacheError]
    ) -> list[WriteOutcome | CacheError]:
        told: list[WriteOutcome | CacheError] = []
        for key, outcome in zip(keys, outcomes, strict=True):
            try:
                told.append(
                    outcome if isinstance(outcome, CacheError) else await self._told(key, outcome)
                )
            except CacheError as error:
                told.append(error)
        return told

    async def _told(self, key: bytes, outcome: AtomicOutcome) -> WriteOutcome:
        match outcome:
            case Absent():
                return Gone()
            case Occupied(kind, data, deadline_ms, size):
                if size is None:
                    size = await self._reads.size(key, kind)
                return Changed(StoredValue(kind, data, size, deadline_ms))
        return outcome


def _in_the_way(key: bytes, found: Occupied) -> WrongType:
    name = key.decode("utf-8", "backslashreplace")
    return WrongType(f"{name} holds a {found.type}, not a string", "It was left as it is.")


def _is_due(snapshot: Snapshot | None, now_ms: int) -> bool:
    """Whether a key would have expired by now: it is not put down any more."""
    return snapshot is not None and has_passed(snapshot.deadline_ms, now_ms)


def _removed(seen: Snapshot, outcome: WriteOutcome | CacheError) -> WriteOutcome | CacheError:
    """Answer the outcome of a removal, with what it may have taken where that is unknown."""
    if isinstance(outcome, OutcomeUnknown):
        return RemovalUnknown(outcome.title, outcome.detail, seen)
    return outcome
