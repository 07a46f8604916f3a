"""Keys in a file that a person can read, and back from it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import (
    MAX_TTL_MS,
    CacheBackend,
    Changed,
    Gone,
    KeyType,
    Saved,
    Snapshot,
    WriteOutcome,
)
from sinch_cache_gui.pacing import Breather

FORMAT: Final = "sinch-cache-gui export"
VERSION: Final = 1


class NotAnExport(ValueError):
    """The file holds no exported keys.

    Attributes:
        sentence: What is wrong, and where, for people.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


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


class OnConflict(Enum):
    """What becomes of a key of the file that the cache holds, too."""

    SKIP = "skip"
    OVERWRITE = "overwrite"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        written: Keys written, by the names they have now.
        skipped: Keys left as they were.
        refused: Keys that could not be written, each with a sentence that says why.
    """

    written: tuple[bytes, ...]
    skipped: tuple[bytes, ...]
    refused: tuple[tuple[bytes, str], ...]


async def take_keys(
    backend: CacheBackend, keys: Iterable[bytes], told: Callable[[int], bool]
) -> list[ExportedKey]:
    """Answer keys as they are now; those that went meanwhile are left out.

    Args:
        backend: The cache.
        keys: Which.
        told: Called with how many were looked at; answers whether to go on.
    """
    taken: list[ExportedKey] = []
    for done, key in enumerate(keys):
        if not told(done):
            break
        snapshot = await backend.snapshot(key)
        if snapshot is not None:
            deadline_ms = snapshot.deadline_ms
            left = None if deadline_ms is None else max(deadline_ms - backend.now_ms(), 1)
            taken.append(ExportedKey(key, snapshot.type, snapshot.payload, left))
    return taken


async def write_export(keys: Iterable[ExportedKey], cache: str, now_ms: int) -> str:
    """Answer the text of a file, letting the loop run meanwhile."""
    when = datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="seconds")
    head = {"format": FORMAT, "version": VERSION, "cache": cache, "exported_at": when}
    lines: list[str] = []
    breathe = Breather()
    for key in keys:
        lines.append("    " + json.dumps(_said(key), ensure_ascii=False))
        await breathe()
    start = json.dumps(head, ensure_ascii=False, indent=2)[:-2]
    inside = "\n" + ",\n".join(lines) + "\n  " if lines else ""
    return f'{start},\n  "keys": [{inside}]\n}}\n'


def read_export(data: bytes) -> list[ExportedKey]:
    """Answer the keys of a file.

    Raises:
        NotAnExport: It holds none, or one that makes no sense; then none is answered.
    """
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotAnExport("This file is not text, so it is no export.") from None
    except json.JSONDecodeError as error:
        raise NotAnExport(f"This file is not JSON: line {error.lineno}, {error.msg}.") from None
    except RecursionError:
        raise NotAnExport("This file is nested far too deep for an export.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise NotAnExport(f"This file does not say that it is a “{FORMAT}”.")
    if said.get("version") != VERSION:
        raise NotAnExport(f"This export is of version {said.get('version')!r}; 1 can be read.")
    keys = said.get("keys")
    if not isinstance(keys, list):
        raise NotAnExport("This export has no list of keys.")
    return [_parse_key(item, number) for number, item in enumerate(keys, 1)]


async def existing(backend: CacheBackend, keys: Sequence[bytes]) -> set[bytes]:
    """Answer which of the keys the cache holds now: the dry run of an import."""
    found = await backend.deadlines(keys)
    return {key for key, held in zip(keys, found, strict=True) if not isinstance(held, Gone)}


async def import_keys(
    backend: CacheBackend,
    keys: Sequence[ExportedKey],
    on_conflict: OnConflict,
    told: Callable[[int], bool],
) -> ImportReport:
    """Write keys with the time they had left. What exists is treated as `on_conflict` says.

    Args:
        backend: The cache.
        keys: What to write.
        on_conflict: What becomes of keys that exist.
        told: Called with how many are done; answers whether to go on.
    """
    written: list[bytes] = []
    skipped: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    for done, item in enumerate(keys):
        if not told(done):
            break
        try:
            name = await import_key(backend, item, on_conflict)
        except CacheUnreachable as error:
            refused.append((item.key, error.title))
            break
        except CacheError as error:
            refused.append((item.key, error.title))
            continue
        if name is None:
            skipped.append(item.key)
        else:
            written.append(name)
    return ImportReport(tuple(written), tuple(skipped), tuple(refused))


async def import_key(
    backend: CacheBackend, item: ExportedKey, on_conflict: OnConflict
) -> bytes | None:
    """Write one key with the time it had left.

    Returns:
        The name it was written under, None if it was left out.
    """
    snapshot = _snapshot(backend, item)
    outcome = await backend.restore(snapshot)
    attempt = 1
    while isinstance(outcome, Changed):
        match on_conflict:
            case OnConflict.SKIP:
                return None
            case OnConflict.RENAME:
                attempt += 1
                snapshot = replace(snapshot, key=item.key + b" (%d)" % attempt)
                outcome = await backend.restore(snapshot)
            case OnConflict.OVERWRITE:
                outcome = await _overwrite(backend, item)
    return snapshot.key if isinstance(outcome, Saved) else None


async def _overwrite(backend: CacheBackend, item: ExportedKey) -> WriteOutcome:
    """Replace what is there in one step, whatever it is; a key that went meanwhile is created."""
    held = await backend.snapshot(item.key)
    if held is None:
        return await backend.restore(_snapshot(backend, item))
    outcome = await backend.replace(held, _snapshot(backend, item))
    if isinstance(outcome, Gone):
        return await backend.restore(_snapshot(backend, item))
    return outcome


def _snapshot(backend: CacheBackend, item: ExportedKey) -> Snapshot:
    deadline_ms = None if item.ttl_ms is None else backend.now_ms() + item.ttl_ms
    return Snapshot(item.key, item.type, item.payload, deadline_ms)


def _said(item: ExportedKey) -> dict[str, object]:
    said: dict[str, object] = _text_or_base64("key", item.key)
    said |= {"type": item.type, "ttl_ms": item.ttl_ms}
    if item.type != KeyType.STRING:
        return said | {"dump_base64": base64.b64encode(item.payload).decode()}
    return said | _text_or_base64("value", item.payload)


def _text_or_base64(name: str, data: bytes) -> dict[str, object]:
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode()}


def _parse_key(item: object, number: int) -> ExportedKey:
    if not isinstance(item, dict):
        raise NotAnExport(f"Key {number} of this export is not an object.")
    kind, ttl_ms = item.get("type"), item.get("ttl_ms")
    if not isinstance(kind, str):
        raise NotAnExport(f"Key {number} of this export has no type.")
    is_whole = isinstance(ttl_ms, int) and not isinstance(ttl_ms, bool)
    if ttl_ms is not None and not (is_whole and 0 < ttl_ms <= MAX_TTL_MS):
        raise NotAnExport(f"Key {number} of this export has a TTL that makes no sense: {ttl_ms!r}.")
    payload = _parse_bytes(item, "value" if kind == KeyType.STRING else "dump", number)
    return ExportedKey(_parse_bytes(item, "key", number), kind, payload, ttl_ms)


def _parse_bytes(item: dict[str, object], name: str, number: int) -> bytes:
    text, packed = item.get(name), item.get(f"{name}_base64")
    try:
        if isinstance(text, str):
            return text.encode("utf-8")
        if isinstance(packed, str):
            return base64.b64decode(packed, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise NotAnExport(f"The {name} of key {number} of this export has no bytes.") from None
    raise NotAnExport(f"Key {number} of this export has no {name}.")
