"""Text that is not saved yet, kept on disk so that it survives this program's sudden end."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias
from uuid import uuid4

from sinch_cache_gui.file_lock import try_lock, unlock, wait_for_lock

LAST_MOMENT_MS: Final = 253_402_300_799_999
"""The end of the calendar: a file that was damaged may name a moment beyond."""


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
        base: The bytes the key held when the user began; of a key to be created, none.
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
class NewKeyPlace:
    """A key that does not exist yet, whatever name it has so far.

    Attributes:
        number: Tells it from others of the same window.
    """

    number: int

    @property
    def name(self) -> bytes:
        """What tells it from others."""
        return b"new\0%d" % self.number


Place: TypeAlias = ElementPlace | NewKeyPlace
"""What a draft is of that is not the whole value of a key."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Unsaved text as it is kept.

    Attributes:
        cache: The label of the cache it belongs to.
        key: The key's bytes; of a key to be created, the name it has so far.
        unsaved: What the user wrote.
        at_ms: When it was kept, in milliseconds since the epoch.
        place: The part of the key it is of, or a key to be created; None for the key's whole value.
        session: Which window keeps it.
    """

    cache: str
    key: bytes
    unsaved: Unsaved
    at_ms: int
    place: Place | None = None
    session: str = field(default="", compare=False)


class DraftStore:
    """A folder with a file a draft, readable by its owner only.

    Each store, which is one of a window's, keeps drafts of its own: several windows may write on
    one key. While it is open it holds a lock, by which others tell its drafts from those that were
    left behind.

    A file is written whole beside the old one and then takes its name, so that a sudden end
    leaves either. Methods block for as long as the disk does: call them in a thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._session = uuid4().hex
        self._claim: int | None = None
        self._is_closed = False

    def keep(self, draft: Draft) -> None:
        """Keep a draft in place of the one before; nothing once the store is closed.

        Raises:
            OSError: The disk refuses.
        """
        if self._is_closed:
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._claim_session()
        path = self._path(draft.cache, draft.key, draft.place)
        whole = json.dumps(_written(draft))
        beside = path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def forget(self, cache: str, key: bytes, place: Place | None = None) -> None:
        """Let a draft of this window go, if there is one."""
        self._path(cache, key, place).unlink(missing_ok=True)

    def forget_key(self, cache: str, key: bytes) -> None:
        """Let go what this window keeps of a key: of its value, and of its elements."""
        self.forget(cache, key)
        for draft in self.of(cache):
            is_of_key = draft.key == key and not isinstance(draft.place, NewKeyPlace)
            if is_of_key and draft.session == self._session:
                self.forget(cache, key, draft.place)

    def of(self, cache: str) -> Sequence[Draft]:
        """Answer the drafts of a cache, whichever window keeps them, the newest last.

        Files that are none are passed over.
        """
        drafts = filter(None, map(_read, self._folder.glob("*.json")))
        return sorted((d for d in drafts if d.cache == cache), key=lambda draft: draft.at_ms)

    def left_behind(self, cache: str) -> Sequence[Draft]:
        """Answer the drafts of a cache whose window has ended, the newest last."""
        drafts = self.of(cache)
        sessions = {draft.session for draft in drafts} - {self._session}
        ended = {session for session in sessions if not self._is_open(session)}
        return [draft for draft in drafts if draft.session in ended]

    def adopt(self, draft: Draft, place: Place | None) -> None:
        """Keep what another window left behind as a draft of this one.

        Raises:
            OSError: The disk refuses.
        """
        self.keep(replace(draft, place=place))
        self.discard(draft)

    def discard(self, draft: Draft) -> None:
        """Let a draft go that another window left behind."""
        self._path(draft.cache, draft.key, draft.place, draft.session).unlink(missing_ok=True)
        if not any(self._folder.glob(f"*.{draft.session}.json")):
            with suppress(OSError):
                self._claim_path(draft.session).unlink(missing_ok=True)

    def close(self) -> None:
        """Let other windows have the drafts that are left. May be called twice."""
        self._is_closed = True
        if self._claim is None:
            return
        os.close(self._claim)
        self._claim = None
        if not any(self._folder.glob(f"*.{self._session}.json")):
            with suppress(OSError):
                self._claim_path(self._session).unlink(missing_ok=True)

    def _claim_session(self) -> None:
        if self._claim is None:
            path = self._claim_path(self._session)
            self._claim = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            wait_for_lock(self._claim)

    def _is_open(self, session: str) -> bool:
        try:
            descriptor = os.open(self._claim_path(session), os.O_RDWR)
        except OSError:
            return False
        try:
            if not try_lock(descriptor):
                return True
            unlock(descriptor)
            return False
        finally:
            os.close(descriptor)

    def _claim_path(self, session: str) -> Path:
        return self._folder / f"{session}.lock"

    def _path(
        self, cache: str, key: bytes, place: Place | None, session: str | None = None
    ) -> Path:
        within = b"" if place is None else b"\0" + place.name
        named = b"" if isinstance(place, NewKeyPlace) else key  # its name changes as it is typed
        name = hashlib.sha256(cache.encode() + b"\0" + named + within).hexdigest()
        kept_by = self._session if session is None else session
        return self._folder / ".".join(filter(None, (name, kept_by, "json")))


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
    match draft.place:
        case NewKeyPlace(number):
            said["new"] = number
        case ElementPlace(kind, row, column):
            said["kind"], said["column"] = kind, column
            said["row"] = [base64.b64encode(part).decode() for part in row]
    return said


def _read(path: Path) -> Draft | None:
    try:
        said = json.loads(path.read_text("ascii"))
        merged = None
        if "merged" in said:
            theirs = base64.b64decode(said["theirs"], validate=True)
            merged = MergedText(str(said["merged"]), theirs)
        base = base64.b64decode(said["base"], validate=True)
        place: Place | None = None
        if "new" in said:
            place = NewKeyPlace(int(said["new"]))
        elif "row" in said:
            row = tuple(base64.b64decode(part, validate=True) for part in said["row"])
            place = ElementPlace(str(said["kind"]), row, int(said["column"]))
        return Draft(
            str(said["cache"]),
            base64.b64decode(said["key"], validate=True),
            Unsaved(str(said["text"]), base, merged),
            min(max(int(said["at_ms"]), 0), LAST_MOMENT_MS),
            place,
            ".".join(path.name.split(".")[1:-1]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
