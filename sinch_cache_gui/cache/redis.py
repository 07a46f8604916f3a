"""The cache of production: a Redis server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final, TypeVar

from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementOutcome,
    ElementSaved,
    StreamRestoration,
    kind_of,
)
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    NotPermitted,
    OutcomeUnknown,
    RemovalUnknown,
    WrongType,
)
from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    BackendFacts,
    CacheBackend,
    Changed,
    ElementPage,
    ExtendBy,
    Gone,
    JsonValue,
    KeyInfo,
    Saved,
    ScanCursor,
    ScanPage,
    Snapshot,
    StoredValue,
    Ttl,
    TtlChange,
    TtlOutcome,
    WriteOutcome,
)
from sinch_cache_gui.cache.live import RedisFeed
from sinch_cache_gui.cache.live_source import DEFAULT_PLAN, LivePlan
from sinch_cache_gui.cache.many import not_sent
from sinch_cache_gui.cache.names import check_new_name
from sinch_cache_gui.cache.redis_abilities import PROBES, Abilities, parse_abilities
from sinch_cache_gui.cache.redis_atomic_writes import (
    Absent,
    AtomicWrites,
    Deadlines,
    Occupied,
    ScriptsDenied,
)
from sinch_cache_gui.cache.redis_comparison import holds
from sinch_cache_gui.cache.redis_element_plans import (
    ElementDone,
    ElementPlan,
    ElementRefused,
    ElementResult,
    OtherType,
    inverse_of,
    plan_of,
    refusal_of,
)
from sinch_cache_gui.cache.redis_elements import RedisElements
from sinch_cache_gui.cache.redis_errors import UnnamedRefusal, look_refused, translate
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_reads import BATCH, RedisReads
from sinch_cache_gui.cache.redis_scan import RedisScan
from sinch_cache_gui.cache.redis_scripts import ScriptedWrites
from sinch_cache_gui.cache.redis_sentinel import SentinelNode
from sinch_cache_gui.cache.redis_stream_restoring import restore_entry
from sinch_cache_gui.cache.redis_transactions import WatchedWrites
from sinch_cache_gui.cache.scanning import scan_all
from sinch_cache_gui.cache.server_clock import ServerClock, local_ms
from sinch_cache_gui.cache.stored_json import decode_keys, decode_value, encode_key, encode_value
from sinch_cache_gui.cache.ttl import (
    check_ttl,
    check_ttl_change,
    ms_of_seconds,
    ttl_ms_of_seconds,
)
from sinch_cache_gui.pacing import Breather

DEFAULT_TIMEOUT_S: Final = 5.0

S = TypeVar("S")
T = TypeVar("T")


def make_node(target: Target, *, timeout_s: float) -> RedisNode:
    """Make the server a target means; it is reached when it is first asked."""
    kind = SentinelNode if target.kind.is_sentinel else RedisNode
    return kind(target, timeout_s=timeout_s)


class RedisCache(CacheBackend):
    """One Redis server, or one that speaks its protocol: standalone, by Sentinel, or in a cluster.

    Args:
        target: Where it is.
        timeout_s: The longest the server may be silent before it counts as unreachable.
        can_script: False writes by transactions from the start, as where scripts are denied.
        live: How changes are noticed.
        node: The server itself, where it is more than the one address of the target.
        clock: Shared by the servers of a cluster.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        can_script: bool = True,
        live: LivePlan = DEFAULT_PLAN,
        node: RedisNode | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        self._target = target
        self._node = node or make_node(target, timeout_s=timeout_s)
        self._clock = clock or ServerClock()
        self._abilities = Abilities()
        self._prefers_scripts = can_script
        self._live = live
        self._feeds: set[RedisFeed] = set()
        self._learn(self._abilities)

    @property
    def facts(self) -> BackendFacts:
        """What `connect` learnt; little before it."""
        target, abilities = self._target, self._abilities
        details = {"Database": str(target.database)}
        if target.kind.is_sentinel:
            details["Mode"] = f"sentinel, service {target.service}"
            details["Primary"] = self._node.where
            details["Sentinels"] = target.address
        elif abilities.mode:
            details["Mode"] = abilities.mode
        if abilities.role and abilities.role != "master":
            details["Role"] = abilities.role
        details["User"] = target.username or "default"
        return BackendFacts(
            target.label,
            abilities.product,
            not target.is_on_this_machine,
            details,
            abilities.refused,
            abilities.can_lower_ids,
        )

    @property
    def is_read_only(self) -> bool:
        """Never by itself; the server may still refuse a write."""
        return False

    def now_ms(self) -> int:
        """The server's clock, as last read."""
        return self._clock.now_ms()

    async def connect(self) -> None:
        """Reach the server and learn what it can do. May be called again after it was lost."""
        sent_at_ms = local_ms()
        replies = await self._node.ask_many(PROBES)
        received_at_ms = local_ms()
        for reply in replies:
            if isinstance(reply, Exception):
                error = translate(reply, self._node.where)
                if isinstance(error, CacheUnreachable):
                    raise error from reply
        abilities = parse_abilities(replies)
        if abilities.time_ms is not None:
            self._clock.observe(abilities.time_ms, sent_at_ms, received_at_ms)
        self._learn(abilities)

    async def aclose(self) -> None:
        """Close every connection and end every feed."""
        for feed in self._feeds:
            feed.close()
        await self._node.aclose()

    def retry_now(self) -> None:
        """Let the feeds try a lost server again at once."""
        for feed in self._feeds:
            feed.retry_now()

    async def count_keys(self) -> int | None:
        """DBSIZE: counts keys that are due but not yet taken away."""
        try:
            count = await self._node.ask("DBSIZE")
        except NotPermitted:
            return None
        return count if isinstance(count, int) else None

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """One SCAN."""
        return await self._scan.page(cursor, pattern, count, type_)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """One pipeline for many keys, a second for those that are not strings."""
        return await self._reads.describe(keys, preview_bytes)

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """One pipeline for many keys."""
        return await self._reads.types(keys)

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """One pipeline for many keys."""
        return await self._reads.deadlines(keys)

    async def read(self, key: bytes) -> StoredValue | None:
        """One round trip for a string, two for another type."""
        return await self._reads.read(key)

    async def holds(self, key: bytes, data: bytes) -> bool:
        """One round trip, and one for each piece; the digest of a piece where scripts may run."""
        if self._runs_scripts and "TYPE" not in self._abilities.refused:  # the script asks for it
            try:
                return await holds(self._node, key, data, by_digest=True)
            except ScriptsDenied:
                self._use_writes(scripted=False)
        return await holds(self._node, key, data, by_digest=False)

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """One round trip; two for a hash, where fields may have TTLs of their own."""
        elements = RedisElements(self._node, has_field_ttl=self._abilities.has_field_ttl)
        return await elements.page(key, kind, cursor, count, within)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Compare and set in one step on the server."""
        check_ttl(ttl, expects_key=expected is not None)
        return await self._told(
            key,
            await self._atomically(
                lambda writes: writes.write(key, data, expected=expected, ttl=ttl)
            ),
        )

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Look and store in one step on the server."""
        check_ttl(ttl_ms, expects_key=False)
        outcome = await self._atomically(lambda writes: writes.overwrite(key, data, ttl_ms))
        if isinstance(outcome, Occupied):
            raise _in_the_way(key.decode("utf-8", "backslashreplace"), outcome)
        return outcome

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Look at and change the TTL in one step on the server."""
        check_ttl_change(change, self.now_ms())
        return await self._atomically(lambda writes: writes.change_ttl(key, change))

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Look and delete in one step on the server.

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

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Look at an element and change it in one step on the server."""
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

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a key back in one step on the server; other types than strings by RESTORE."""
        if snapshot.deadline_ms is not None and snapshot.deadline_ms <= self.now_ms():
            return Gone()
        outcome = await self._atomically(lambda writes: writes.restore(snapshot))
        return await self._told(snapshot.key, outcome)

    async def replace(self, held: Snapshot, by: Snapshot | None) -> WriteOutcome:
        """Compare and replace in one step on the server."""
        if by is not None and by.deadline_ms is not None and by.deadline_ms <= self.now_ms():
            return Gone()
        outcome = await self._atomically(lambda writes: writes.replace(held, by))
        return await self._told(held.key, outcome)

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Look and delete each in one step on the server, many in one pipeline.

        They are looked at before as one is by `remove`.
        """
        seen = await self.snapshot_many(keys)
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

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Look at and change each TTL in one step on the server, many in one pipeline."""
        now_ms = self.now_ms()

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

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Put each back in one step on the server, many in one pipeline."""
        now_ms = self.now_ms()
        alive = [
            snapshot.deadline_ms is None or snapshot.deadline_ms > now_ms for snapshot in snapshots
        ]
        due = [snapshot for snapshot, is_alive in zip(snapshots, alive, strict=True) if is_alive]
        outcomes = await self._atomically_each(due, lambda writes, part: writes.restore_many(part))
        told = iter(await self._told_each([snapshot.key for snapshot in due], outcomes))
        return [next(told) if is_alive else Gone() for is_alive in alive]

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Compare and replace each in one step on the server, many in one pipeline."""
        now_ms = self.now_ms()
        alive = [by is None or by.deadline_ms is None or by.deadline_ms > now_ms for _, by in pairs]
        due = [pair for pair, is_alive in zip(pairs, alive, strict=True) if is_alive]
        outcomes = await self._atomically_each(due, lambda writes, part: writes.replace_many(part))
        told = iter(await self._told_each([held.key for held, _ in due], outcomes))
        return [next(told) if is_alive else Gone() for is_alive in alive]

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Two round trips, the second a transaction."""
        return await self._reads.snapshot(key)

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Two round trips for many keys, each in a transaction of its own."""
        return await self._reads.snapshot_many(keys)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Look at both names and rename in one step on the server."""
        check_new_name(key, to)
        outcome = await self._atomically(
            lambda writes: writes.rename(key, to, overwrites=overwrites, leaving=leaving, held=held)
        )
        if held is not None and isinstance(outcome, Occupied):  # by which of the two is not told
            return Changed(
                StoredValue(outcome.type, outcome.data, outcome.size, outcome.deadline_ms)
            )
        return await self._told(to, outcome)

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow the server; a lost one is tried again until the iterator is closed."""
        feed = RedisFeed(self._node, self, self._live)
        self._feeds.add(feed)
        try:
            async with aclosing(feed.events()) as events:
                async for event in events:
                    yield event
        finally:
            self._feeds.discard(feed)

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value as a string; another type is left alone."""
        ttl_ms = ttl_ms_of_seconds(ttl)
        stored_key, data = encode_key(key), encode_value(value)
        in_the_way = await self._atomically(lambda writes: writes.put(stored_key, data, ttl_ms))
        if in_the_way is not None:
            raise _in_the_way(key, in_the_way)

    async def get(self, key: str) -> JsonValue:
        """One GET."""
        return (await self.get_many([key]))[key]

    async def has(self, key: str) -> bool:
        """One EXISTS."""
        return await self._node.ask("EXISTS", encode_key(key)) == 1

    async def delete(self, key: str) -> bool:
        """One UNLINK."""
        return await self._node.tell("UNLINK", encode_key(key)) == 1

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time in one step on the server."""
        change = ExtendBy(ms_of_seconds(seconds))
        return await self.change_ttl(encode_key(key), change) != Gone()

    async def keys(self, pattern: str = "*") -> list[str]:
        """SCAN from end to end; keys that are not text are not a function's."""
        return decode_keys(await scan_all(self.scan_page, encode_key(pattern)))

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """One pipeline of GET for many keys: MGET would take another type for a missing key."""
        values: dict[str, JsonValue] = {}
        breathe = Breather()
        for start in range(0, len(keys), BATCH):
            batch = [(key, encode_key(key)) for key in keys[start : start + BATCH]]
            replies = await self._node.ask_many([("GET", stored) for _, stored in batch])
            for (key, stored), reply in zip(batch, replies, strict=True):
                data = self._node.checked(reply)
                values[key] = decode_value(stored, data) if isinstance(data, bytes) else None
                await breathe()
        return values

    def _learn(self, abilities: Abilities) -> None:
        self._abilities = abilities
        command = "PEXPIRETIME" if abilities.has_expiretime else "PTTL"
        self._times = Deadlines(command, self._clock.now_ms)
        self._reads = RedisReads(self._node, self._times, self._clock)
        self._scan = RedisScan(self._node, self._reads.types)
        self._use_writes(scripted=self._prefers_scripts)

    def _use_writes(self, *, scripted: bool) -> None:
        self._runs_scripts = scripted
        kind = ScriptedWrites if scripted else WatchedWrites
        self._writes: AtomicWrites = kind(
            self._node, self._times, has_keepttl=self._abilities.has_keepttl
        )

    async def _atomically(self, act: Callable[[AtomicWrites], Awaitable[T]]) -> T:
        try:
            return await act(self._writes)
        except ScriptsDenied:  # nothing was written, and the next write need not ask again
            self._use_writes(scripted=False)
            return await act(self._writes)
        except UnnamedRefusal as refusal:
            raise self._named(refusal) from refusal

    def _named(self, refusal: UnnamedRefusal) -> CacheError:
        """Answer a refusal with the command that is refused, as far as that is known."""
        for command in ("PTTL", "TYPE"):  # the order in which a script looks
            if command in self._abilities.refused:
                return look_refused(command)
        return refusal

    async def _atomically_each(
        self,
        items: Sequence[S],
        act: Callable[[AtomicWrites, Sequence[S]], Awaitable[Sequence[T]]],
    ) -> list[T | CacheError]:
        """As `_atomically`, for many: what was denied is done over, and nothing else."""
        outcomes = list(await act(self._writes, items))
        denied = [at for at, outcome in enumerate(outcomes) if isinstance(outcome, ScriptsDenied)]
        if denied:
            self._use_writes(scripted=False)
            again = await act(self._writes, [items[at] for at in denied])
            for at, outcome in zip(denied, again, strict=True):
                outcomes[at] = outcome
        return [
            self._named(outcome) if isinstance(outcome, UnnamedRefusal) else outcome
            for outcome in outcomes
        ]

    async def _told_each(
        self, keys: Sequence[bytes], outcomes: Sequence[Saved | Occupied | Absent | CacheError]
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

    async def _told(self, key: bytes, outcome: Saved | Occupied | Absent) -> WriteOutcome:
        match outcome:
            case Absent():
                return Gone()
            case Occupied(kind, data, deadline_ms, size):
                if size is None:
                    size = await self._reads.size(key, kind)
                return Changed(StoredValue(kind, data, size, deadline_ms))
        return outcome


def _in_the_way(key: str, found: Occupied) -> WrongType:
    return WrongType(f"{key} holds a {found.type}, not a string", "It was left as it is.")


def _removed(seen: Snapshot, outcome: WriteOutcome | CacheError) -> WriteOutcome | CacheError:
    """Answer the outcome of a removal, with what it may have taken where that is unknown."""
    if isinstance(outcome, OutcomeUnknown):
        return RemovalUnknown(outcome.title, outcome.detail, seen)
    return outcome
