"""A cache seen through a window: only the keys below a prefix, or nothing to be written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome, ElementSaved
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import CacheError, InvalidKey, NotPermitted, RemovalUnknown
from sinch_cache_gui.cache.feed import Changes, FeedEvent, Walked
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.glob import compile_pattern, escape_pattern
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    BackendFacts,
    CacheBackend,
    ElementPage,
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
from sinch_cache_gui.cache.stored_json import encode_key


class CacheView(ForwardingBackend):
    """Another cache, restricted.

    Args:
        inner: The cache itself.
        prefix: Only keys that begin so exist in the view; it is not part of their names there.
        is_read_only: Every write is refused before anything is sent.

    Raises:
        InvalidKey: The prefix is not text.
    """

    def __init__(
        self, inner: CacheBackend, *, prefix: bytes = b"", is_read_only: bool = False
    ) -> None:
        super().__init__(inner)
        try:
            prefix.decode()
        except UnicodeDecodeError:
            raise InvalidKey("A prefix is text in UTF-8", repr(prefix)) from None
        self._prefix = prefix
        self._is_read_only = is_read_only

    @property
    def facts(self) -> BackendFacts:
        """What the cache is, and what is seen of it."""
        facts = self._inner.facts
        seen = {}
        if self._prefix:
            seen["Prefix"] = self._prefix.decode(errors="backslashreplace")
        if self._is_read_only:
            seen["Access"] = "read only"
        return replace(facts, details={**facts.details, **seen})

    @property
    def is_read_only(self) -> bool:
        """Whether the view or the cache below refuses writes."""
        return self._is_read_only or self._inner.is_read_only

    async def count_keys(self) -> int | None:
        """Unknown below a prefix: only a scan can tell."""
        return None if self._prefix else await self._inner.count_keys()

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Scan below the prefix."""
        if not self._prefix:
            return await self._inner.scan_page(cursor, pattern=pattern, count=count, type_=type_)
        page = await self._inner.scan_page(
            cursor, pattern=self._pattern(pattern), count=count, type_=type_
        )
        cut = len(self._prefix)
        return ScanPage([key[cut:] for key in page.keys if self._shows(key, pattern)], page.next)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Describe keys below the prefix."""
        infos = await self._inner.describe(
            [self._full(key) for key in keys], preview_bytes=preview_bytes
        )
        return [
            None if info is None else replace(info, key=key)
            for key, info in zip(keys, infos, strict=True)
        ]

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Ask for keys below the prefix."""
        return await self._inner.types([self._full(key) for key in keys])

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Ask for keys below the prefix."""
        return await self._inner.deadlines([self._full(key) for key in keys])

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """Ask for keys below the prefix."""
        return await self._inner.exist([self._full(key) for key in keys])

    async def read(self, key: bytes) -> StoredValue | None:
        """Read a key below the prefix."""
        return await self._inner.read(self._full(key))

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """Read of a key below the prefix."""
        return await self._inner.piece(self._full(key), start, size)

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Compare a key below the prefix."""
        return await self._inner.holds(self._full(key), data)

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """Read a key below the prefix."""
        full = self._full(key)
        return await self._inner.elements(full, kind, cursor, count=count, within=within)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Write a key below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        outcome = await self._inner.write(self._full(key), data, expected=expected, ttl=ttl)
        return self._shown(outcome)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Overwrite a key below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        saved = await self._inner.overwrite(self._full(key), data, ttl_ms)
        return Saved(saved.deadline_ms, saved.before and replace(saved.before, key=key))

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Change a TTL below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        return await self._inner.change_ttl(self._full(key), change)

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Remove a key below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        try:
            return self._shown(await self._inner.remove(self._full(key), expected=expected))
        except RemovalUnknown as lost:
            raise self._shown_loss(lost) from lost

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Change an element of a key below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        outcome = await self._inner.change_element(self._full(key), change)
        if isinstance(outcome, ElementSaved) and outcome.vanished is not None:
            return replace(outcome, vanished=replace(outcome.vanished, key=key))
        return outcome

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a key back below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        return self._shown(await self._inner.restore(self._stored(snapshot)))

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Remove keys below the prefix, if that is allowed."""
        if self.is_read_only:
            return [_refusal() for _ in keys]
        outcomes = await self._inner.remove_many([self._full(key) for key in keys])
        return self._shown_each(outcomes)

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Change TTLs below the prefix, if that is allowed."""
        if self.is_read_only:
            return [_refusal() for _ in changes]
        return await self._inner.change_ttl_many(
            [(self._full(key), change) for key, change in changes]
        )

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Put keys back below the prefix, if that is allowed."""
        if self.is_read_only:
            return [_refusal() for _ in snapshots]
        full = [self._stored(snapshot) for snapshot in snapshots]
        outcomes = await self._inner.restore_many(full)
        return self._shown_each(outcomes)

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Replace keys below the prefix, if that is allowed."""
        if self.is_read_only:
            return [_refusal() for _ in pairs]
        full = [(self._stored(held), by and self._stored(by)) for held, by in pairs]
        return self._shown_each(await self._inner.replace_many(full))

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Answer a key below the prefix, by its name there."""
        found = await self._inner.snapshot(self._full(key))
        return None if found is None else replace(found, key=key)

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Answer keys below the prefix, by their names there."""
        found = await self._inner.snapshot_many([self._full(key) for key in keys])
        return [
            replace(one, key=key) if isinstance(one, Snapshot) else one
            for key, one in zip(keys, found, strict=True)
        ]

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Rename a key below the prefix, if that is allowed."""
        self._refuse_if_read_only()
        outcome = await self._inner.rename(
            self._full(key),
            self._full(to),
            overwrites=overwrites,
            leaving=leaving and self._stored(replace(leaving, key=key)),
            held=held and self._stored(replace(held, key=key)),
        )
        return self._shown(outcome)

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow what changes below the prefix."""
        async with aclosing(self._inner.watch()) as feed:
            async for event in feed:
                if isinstance(event, Walked):
                    yield replace(event, prefix=event.prefix + self._prefix)
                    continue
                shown = self._shown_changes(event) if isinstance(event, Changes) else event
                if shown is not None:
                    yield shown

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value, if that is allowed."""
        self._refuse_if_read_only()
        await self._inner.set(self._full_text(key), value, ttl)

    async def get(self, key: str) -> JsonValue:
        """Answer a function's value."""
        return await self._inner.get(self._full_text(key))

    async def has(self, key: str) -> bool:
        """Answer whether the key exists below the prefix."""
        return await self._inner.has(self._full_text(key))

    async def delete(self, key: str) -> bool:
        """Remove a function's key, if that is allowed."""
        self._refuse_if_read_only()
        return await self._inner.delete(self._full_text(key))

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time, if that is allowed."""
        self._refuse_if_read_only()
        return await self._inner.extend(self._full_text(key), seconds)

    async def keys(self, pattern: str = "*") -> list[str]:
        """Answer matching keys below the prefix, without it."""
        if not self._prefix:
            return await self._inner.keys(pattern)
        matches = encode_key(pattern)
        found = await self._inner.keys(self._pattern(matches).decode())
        cut = len(self._prefix)
        stored = [encode_key(key) for key in found]
        return [key[cut:].decode() for key in stored if self._shows(key, matches)]

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Answer each key's value."""
        values = await self._inner.get_many([self._full_text(key) for key in keys])
        return {key: values[self._full_text(key)] for key in keys}

    def _full(self, key: bytes) -> bytes:
        return self._prefix + key

    def _full_text(self, key: str) -> str:
        return self._prefix.decode() + key

    def _pattern(self, pattern: bytes | None) -> bytes:
        return escape_pattern(self._prefix) + (b"*" if pattern is None else pattern)

    def _shows(self, key: bytes, pattern: bytes | None) -> bool:
        """A key named like the prefix is the empty key here, which only some patterns match."""
        return len(key) > len(self._prefix) or pattern is None or compile_pattern(pattern)(b"")

    def _shown(self, outcome: WriteOutcome) -> WriteOutcome:
        match outcome:
            case Saved(_, before, moved):
                return replace(
                    outcome,
                    before=before and self._seen_here(before),
                    moved=moved and self._seen_here(moved),
                )
        return outcome

    def _shown_each(
        self, outcomes: Sequence[WriteOutcome | CacheError]
    ) -> list[WriteOutcome | CacheError]:
        return [
            self._shown_loss(outcome)
            if isinstance(outcome, RemovalUnknown)
            else outcome
            if isinstance(outcome, CacheError)
            else self._shown(outcome)
            for outcome in outcomes
        ]

    def _shown_loss(self, lost: RemovalUnknown) -> RemovalUnknown:
        return RemovalUnknown(lost.title, lost.detail, self._seen_here(lost.seen))

    def _stored(self, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, key=self._full(snapshot.key))

    def _seen_here(self, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, key=snapshot.key.removeprefix(self._prefix))

    def _shown_changes(self, event: Changes) -> Changes | None:
        if not self._prefix:
            return event
        cut = len(self._prefix)
        below = tuple(
            replace(change, key=change.key[cut:])
            for change in event.changes
            if change.key.startswith(self._prefix)
        )
        return Changes(below) if below else None

    def _refuse_if_read_only(self) -> None:
        if self.is_read_only:
            raise _refusal()


def _refusal() -> NotPermitted:
    return NotPermitted(
        "This cache is opened read-only", "Nothing was written. Connect without read-only."
    )
