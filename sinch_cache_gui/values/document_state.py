"""What one open key is at a moment, frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from sinch_cache_gui.cache.errors import CacheError, TtlMoved
from sinch_cache_gui.cache.interface import KeyType, StoredValue
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.values.content import MAX_SHOWN_BYTES, Content, ContentKind
from sinch_cache_gui.values.json_check import JsonProblem
from sinch_cache_gui.values.reading import looks_the_same


class Phase(Enum):
    """What a document is doing, or waiting for."""

    LOADING = "loading"
    OPEN = "open"
    """The text can be edited and saved."""
    SAVING = "saving"
    CHECKING = "checking"
    """A write was sent and the connection died: what happened is being found out."""
    CONFLICT = "conflict"
    """Somebody else wrote the key; nothing was written. The user decides."""
    GONE = "gone"
    """The key does not exist any more; nothing was written. The user decides."""
    FAILED = "failed"
    """The value could not be read, so there is nothing to show yet."""
    STOPPED = "stopped"
    """The user stopped the reading, so there is nothing to show yet."""


class Attempt(Enum):
    """What was tried when something failed."""

    LOAD = "load"
    SAVE = "save"
    CHANGE_TTL = "change the TTL"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something the cache did not do.

    Attributes:
        attempt: What was tried.
        error: Why it failed.
    """

    attempt: Attempt
    error: CacheError


@dataclass(frozen=True, slots=True)
class Departure:
    """How a key went.

    Attributes:
        at_ms: When, by the backend's clock: its deadline, or when its absence was noticed.
        has_expired: Whether its time was up; otherwise somebody deleted it.
    """

    at_ms: int
    has_expired: bool


@dataclass(frozen=True, slots=True)
class DocumentState:
    """One open key at a moment.

    Attributes:
        phase: What it is doing.
        stored: What the key is believed to hold: a save demands exactly these bytes. Of a string
            too large to edit, it has no bytes.
        content: What the editor shows of it; None until it was read once.
        is_edited: Whether the user's text differs from the one shown last.
        theirs: In `CONFLICT`, what the key holds now.
        has_changed_again: In `CONFLICT`, whether `theirs` is another than when it began.
        departure: In `GONE`, how the key went; None if it never was there.
        refusal: Why the text was not saved: it is not what the key is to hold.
        failure: What the cache did not do last.
        is_unsaved_for_sure: Whether a save of unknown outcome turned out not to have happened.
    """

    phase: Phase
    stored: StoredValue | None = field(default=None, repr=False)
    content: Content | None = None
    is_edited: bool = False
    theirs: StoredValue | None = field(default=None, repr=False)
    has_changed_again: bool = False
    departure: Departure | None = None
    refusal: JsonProblem | None = None
    failure: Failure | None = None
    is_unsaved_for_sure: bool = False

    @property
    def deadline_ms(self) -> int | None:
        """When the key expires by the backend's clock; None for no expiry, or if not known."""
        return None if self.stored is None else self.stored.deadline_ms

    @property
    def is_ttl_refused(self) -> bool:
        """Whether the TTL was not changed because somebody else had changed it."""
        return self.failure is not None and isinstance(self.failure.error, TtlMoved)

    @property
    def is_editable(self) -> bool:
        """Whether the user may change the text."""
        return (
            self.content is not None
            and self.content.is_editable
            and self.phase not in (Phase.LOADING, Phase.FAILED, Phase.STOPPED)
        )

    @property
    def is_binary(self) -> bool:
        """Whether the key holds bytes that are no text, and all of them are at hand."""
        content = self.content
        return content is not None and content.kind is ContentKind.BINARY and not content.is_head

    @property
    def is_vast(self) -> bool:
        """Whether the value is shown whole, and too large to edit."""
        return self.content is not None and self.content.is_vast

    @property
    def is_outdated(self) -> bool:
        """Whether another value is shown than the key holds: one too large to be read unasked."""
        return self.is_vast and self.stored is not None and self.stored.data is None

    @property
    def is_whole_json(self) -> bool:
        """Whether the text is JSON, and all of it. While a text comes in, it is a beginning."""
        content = self.content
        is_json = content is not None and content.kind is ContentKind.JSON and not content.is_head
        return is_json and self.phase is not Phase.LOADING

    @property
    def compared(self) -> StoredValue | None:
        """What the text can be compared with: the other value, or what was loaded last.

        None where that was not read whole, and where it is too large to be compared.
        """
        if self.is_vast:
            return None
        value = self.theirs or self.stored
        is_unread = value is None or (value.type == KeyType.STRING and value.data is None)
        return None if is_unread else value

    @property
    def loadable_bytes(self) -> int | None:
        """The size of a value of which only the head was read, if all of it can be."""
        stored = self.stored
        if stored is None or stored.type != KeyType.STRING or stored.data is not None:
            return None
        is_loadable = stored.size is not None and stored.size <= MAX_SHOWN_BYTES
        return stored.size if is_loadable else None

    @property
    def holds_unsaved_text(self) -> bool:
        """Whether closing the document now would lose something the user wrote."""
        return self.is_edited or self.phase in (Phase.SAVING, Phase.CHECKING)

    def known_values(self) -> Iterator[bytes]:
        """Yield what the key may well hold, the likeliest first."""
        for stored in (self.theirs, self.stored):
            if stored is not None and stored.data is not None:
                yield stored.data

    def settled(
        self,
        *,
        phase: Phase | None = None,
        stored: StoredValue | None = None,
        theirs: StoredValue | None = None,
        departure: Departure | None = None,
        is_edited: bool | None = None,
        failure: Failure | None = None,
    ) -> DocumentState:
        """Answer the same with these differences, and nothing left over from what was before."""
        new_phase = phase or self.phase
        return DocumentState(
            new_phase,
            stored or self.stored,
            self.content,
            self.is_edited if is_edited is None else is_edited,
            theirs=theirs or (self.theirs if new_phase is Phase.CONFLICT else None),
            has_changed_again=new_phase is Phase.CONFLICT and self.has_changed_again,
            departure=departure or (self.departure if new_phase is Phase.GONE else None),
            failure=failure,
        )

    def back_to(
        self,
        before: DocumentState,
        *,
        refusal: JsonProblem | None = None,
        failure: Failure | None = None,
        is_unsaved_for_sure: bool = False,
    ) -> DocumentState:
        """Answer the state before a write that did not happen, with what was typed since."""
        return replace(
            before,
            is_edited=self.is_edited,
            refusal=refusal,
            failure=failure,
            is_unsaved_for_sure=is_unsaved_for_sure,
        )

    def confirmed_by(self, stored: StoredValue) -> DocumentState:
        """Answer the state once the key was found to hold what it is believed to hold."""
        was_lost = self.is_unsaved_for_sure and self.is_edited
        # A TTL that was refused is followed by the news of the one that was in its way.
        refused = self.failure if self.is_ttl_refused else None
        settled = self.settled(phase=Phase.OPEN, stored=stored, failure=refused)
        return replace(settled, is_unsaved_for_sure=was_lost)

    def in_conflict_with(self, theirs: StoredValue) -> DocumentState:
        """Answer the state once the key was found to hold another value."""
        is_another = self.theirs is not None and not looks_the_same(self.theirs, theirs)
        settled = self.settled(phase=Phase.CONFLICT, theirs=theirs)
        return replace(settled, has_changed_again=is_another or settled.has_changed_again)

    def gone(self, now_ms: int) -> DocumentState:
        """Answer the state once the key was found not to exist.

        Its deadline, if that has passed, says when it went.
        """
        if self.phase is Phase.GONE:
            return self
        deadline = self.deadline_ms
        has_expired = has_passed(deadline, now_ms)
        departure = Departure(deadline if has_expired and deadline else now_ms, has_expired)
        return self.settled(phase=Phase.GONE, departure=departure)
