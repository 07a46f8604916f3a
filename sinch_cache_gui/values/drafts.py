"""Text that is not saved yet, kept on disk so that it survives this program's sudden end."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MergedText:
    """A text merged by hand, with which a conflict was to end.

    Attributes:
        text: What the user wrote.
        theirs: The other value it was merged with: only that may be overwritten by it.
    """

    text: str = field(repr=False)
    theirs: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What a user wrote on one key, and has not saved.

    Attributes:
        text: The text.
        base: The bytes the key held when the user began.
        merged: What was written in the conflict view besides.
    """

    text: str = field(repr=False)
    base: bytes = field(repr=False)
    merged: MergedText | None = None


@dataclass(frozen=True, slots=True)
class ElementPlace:
    """The part of an element that a text is of.

    Attributes:
        kind: The key's type.
        row: The element as it was when the user began, as `ElementPage` tells it.
        column: Which part of it.
    """

    kind: str
    row: tuple[bytes, ...] = field(repr=False)
    column: int

    @property
    def name(self) -> bytes:
        """What tells the part from others of the key, whatever it holds."""
        return b"%s\0%d\0%s" % (self.kind.encode(), self.column, self.row[0])


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsaved text as it is kept.

    Attributes:
        cache: The label of the cache it belongs to.
        key: The key's bytes.
        unsaved: What the user wrote.
        at_ms: When it was kept, in milliseconds since the epoch.
        place: The part of the key it is of; None for the key's whole value.
    """

    cache: str
    key: bytes
    unsaved: Unsaved
    at_ms: int
    place: ElementPlace | None = None


class DraftStore:
    """A folder with a file a draft, readable by its owner only.

    A file is written whole beside the old one and then takes its name, so that a sudden end
    leaves either. Methods block for as long as the disk does: call them in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: Draft) -> None:
        """Keep a draft in place of the one before.

        Raises:
            OSError: The disk refuses.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(draft.cache, draft.key, draft.place)
        whole = json.dumps(_written(draft))
        beside = path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def forget(self, cache: str, key: bytes, place: ElementPlace | None = None) -> None:
        """Let a draft go, if there is one."""
        self._path(cache, key, place).unlink(missing_ok=True)

    def forget_key(self, cache: str, key: bytes) -> None:
        """Let go what there is of a key: of its value, and of its elements."""
        self.forget(cache, key)
        for draft in self.of(cache):
            if draft.key == key:
                self.forget(cache, key, draft.place)

    def of(self, cache: str) -> Sequence[Draft]:
        """Answer the drafts of a cache, the newest last; files that are none are passed over."""
        drafts = filter(None, map(_read, self._folder.glob("*.json")))
        return sorted((d for d in drafts if d.cache == cache), key=lambda draft: draft.at_ms)

    def _path(self, cache: str, key: bytes, place: ElementPlace | None) -> Path:
        within = b"" if place is None else b"\0" + place.name
        name = hashlib.sha256(cache.encode() + b"\0" + key + within).hexdigest()
        return self._folder / f"{name}.json"


def _written(draft: Draft) -> dict[str, object]:
    unsaved = draft.unsaved
    said: dict[str, object] = {
        "cache": draft.cache,
        "key": base64.b64encode(draft.key).decode(),
        "text": unsaved.text,
        "base": base64.b64encode(unsaved.base).decode(),
        "at_ms": draft.at_ms,
    }
    if unsaved.merged is not None:
        said["merged"] = unsaved.merged.text
        said["theirs"] = base64.b64encode(unsaved.merged.theirs).decode()
    if draft.place is not None:
        said["kind"], said["column"] = draft.place.kind, draft.place.column
        said["row"] = [base64.b64encode(part).decode() for part in draft.place.row]
    return said


def _read(path: Path) -> Draft | None:
    try:
        said = json.loads(path.read_text("ascii"))
        merged = None
        if "merged" in said:
            theirs = base64.b64decode(said["theirs"], validate=True)
            merged = MergedText(str(said["merged"]), theirs)
        base = base64.b64decode(said["base"], validate=True)
        place = None
        if "row" in said:
            row = tuple(base64.b64decode(part, validate=True) for part in said["row"])
            place = ElementPlace(str(said["kind"]), row, int(said["column"]))
        return Draft(
            str(said["cache"]),
            base64.b64decode(said["key"], validate=True),
            Unsaved(str(said["text"]), base, merged),
            int(said["at_ms"]),
            place,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
