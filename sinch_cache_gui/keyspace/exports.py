"""Keys in a file that a person can read."""

from __future__ import annotations

import asyncio
import base64
import codecs
import json
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import CacheBackend, KeyType, Snapshot
from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.whole_file import WholeFile

FORMAT: Final = "sinch-cache-gui export"
VERSION: Final = 1

MOST_KEYS: Final = 200
"""Keys taken together at most."""

MUCH_BYTES: Final = 4 << 20
"""Keys that held more than this together are followed by fewer."""

LONGEST_REST_S: Final = 0.05

PIECE_BYTES: Final = 3 << 16
"""A longer value is written piece by piece; threes of bytes are fours of base64."""


@dataclass(frozen=True, slots=True)
class ExportedKey:
    """One key of a file.

    Attributes:
        key: The key's bytes.
        type: `KeyType` or a module's own name.
        payload: The bytes of a string; the DUMP of any other type.
        ttl_ms: What it had left when it was exported; None for no expiry.
    """

    key: bytes
    type: str
    payload: bytes
    ttl_ms: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Some keys as they are now, each at one moment of its own.

    Attributes:
        keys: Those that exist, in the order they were asked for.
        gone: How many did not exist any more.
        refused: Those that could not be read, each with why.
    """

    keys: Sequence[ExportedKey]
    gone: int
    refused: Sequence[tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What is in a file.

    Attributes:
        written: How many keys.
        gone: How many did not exist any more.
        refused: Those that could not be read, each with why.
    """

    written: int
    gone: int
    refused: tuple[tuple[bytes, str], ...]


async def take_keys(backend: CacheBackend, keys: Iterable[bytes]) -> AsyncGenerator[Taken, None]:
    """Yield keys as they are now, some at a time, at a pace that leaves a shared cache to others.

    Raises:
        CacheUnreachable: The rest cannot be had.
    """
    waiting = iter(keys)
    most = MOST_KEYS
    while batch := list(islice(waiting, most)):
        began_s = perf_counter()
        found = await backend.snapshot_many(batch)
        took_s = perf_counter() - began_s
        taken = _taken(batch, found, backend.now_ms())
        held = sum(len(one.payload) for one in taken.keys)
        most = max(most // 2, 1) if held > MUCH_BYTES else min(2 * most, MOST_KEYS)
        yield taken
        # At least as long as the server was asked it is left to others.
        is_shared = backend.facts.is_production_like
        await asyncio.sleep(min(took_s, LONGEST_REST_S) if is_shared else 0)


def _taken(
    keys: Sequence[bytes], found: Sequence[Snapshot | CacheError | None], now_ms: int
) -> Taken:
    """Sort out what became of each key.

    Raises:
        CacheUnreachable: One of them says so.
    """
    taken: list[ExportedKey] = []
    refused: list[tuple[bytes, str]] = []
    for key, one in zip(keys, found, strict=True):
        match one:
            case Snapshot():
                item = with_time_left(one, now_ms)
                if item is not None:
                    taken.append(item)
            case CacheUnreachable():
                raise one
            case CacheError():
                refused.append((key, one.title))
    return Taken(taken, len(keys) - len(taken) - len(refused), refused)


def with_time_left(taken: Snapshot, now_ms: int) -> ExportedKey | None:
    """Answer a key as another clock can have it; None if its time has run out."""
    left_ms = None if taken.deadline_ms is None else taken.deadline_ms - now_ms
    if left_ms is not None and left_ms <= 0:
        return None
    return ExportedKey(taken.key, taken.type, taken.payload, left_ms)


async def export_keys(
    backend: CacheBackend, keys: Iterable[bytes], path: Path, told: Callable[[int], bool]
) -> ExportReport | None:
    """Write keys to a file, which is there once it is whole and not before.

    Args:
        backend: The cache.
        keys: Which.
        path: The file; one that exists is replaced.
        told: Called with how many were looked at; answers whether to go on.

    Returns:
        What is in the file; None if it was stopped: then nothing was written.

    Raises:
        OSError: The disk refuses.
        CacheUnreachable: Not all keys could be had. Nothing was written.
    """
    file = await asyncio.to_thread(WholeFile, path)
    try:
        report = await _write(backend, keys, file, told)
        if report is not None:
            await asyncio.to_thread(file.keep)
        return report
    finally:
        file.drop()


async def _write(
    backend: CacheBackend, keys: Iterable[bytes], file: WholeFile, told: Callable[[int], bool]
) -> ExportReport | None:
    written = gone = 0
    refused: list[tuple[bytes, str]] = []
    await asyncio.to_thread(file.write, _head(backend.facts.label, backend.now_ms()).encode())
    async with aclosing(take_keys(backend, keys)) as batches:
        async for taken in batches:
            lines: list[str] = []
            breathe = Breather()
            for key in taken.keys:
                lines.append(f"{',' if written else ''}\n    ")
                written += 1
                if len(key.payload) <= PIECE_BYTES:
                    lines.append(_line(key))
                    await breathe()
                    continue
                async for piece in _pieces(key):
                    lines.append(piece)
                    await asyncio.to_thread(file.write, "".join(lines).encode())
                    lines.clear()
            gone += taken.gone
            refused += taken.refused
            await asyncio.to_thread(file.write, "".join(lines).encode())
            if not told(written + gone + len(refused)):
                return None
    end = "\n  ]\n}\n" if written else "]\n}\n"
    await asyncio.to_thread(file.write, end.encode())
    return ExportReport(written, gone, tuple(refused))


def _head(cache: str, now_ms: int) -> str:
    when = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="seconds")
    head = {"format": FORMAT, "version": VERSION, "cache": cache, "exported_at": when}
    start = json.dumps(head, ensure_ascii=False, indent=2)[:-2]
    return f'{start},\n  "keys": ['


def _line(item: ExportedKey) -> str:
    return json.dumps(dict([*_said(item), _payload(item)]), ensure_ascii=False)


async def _pieces(item: ExportedKey) -> AsyncGenerator[str, None]:
    """Yield the line of a key whose value is long."""
    is_string = item.type == KeyType.STRING
    is_text = is_string and await _is_text(item.payload)
    name = "value" if is_text else "value_base64" if is_string else "dump_base64"
    yield f'{json.dumps(dict(_said(item)), ensure_ascii=False)[:-1]}, "{name}": "'
    decode = codecs.getincrementaldecoder("utf-8")().decode
    for start in range(0, len(item.payload), PIECE_BYTES):
        piece = item.payload[start : start + PIECE_BYTES]
        if is_text:
            yield json.dumps(decode(piece), ensure_ascii=False)[1:-1]
        else:
            yield base64.b64encode(piece).decode()
    yield '"}'


async def _is_text(data: bytes) -> bool:
    breathe = Breather()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), PIECE_BYTES):
            decoder.decode(data[start : start + PIECE_BYTES])
            await breathe()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _said(item: ExportedKey) -> Iterator[tuple[str, object]]:
    yield _text_or_base64("key", item.key)
    yield "type", item.type
    yield "ttl_ms", item.ttl_ms


def _payload(item: ExportedKey) -> tuple[str, str]:
    if item.type == KeyType.STRING:
        return _text_or_base64("value", item.payload)
    return "dump_base64", base64.b64encode(item.payload).decode()


def _text_or_base64(name: str, data: bytes) -> tuple[str, str]:
    try:
        return name, data.decode("utf-8")
    except UnicodeDecodeError:
        return f"{name}_base64", base64.b64encode(data).decode()
