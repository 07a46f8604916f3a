"""One open key: loaded, edited, saved without ever losing what anybody wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    Gone,
    KeyType,
    Saved,
    StoredValue,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlPolicy,
)
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.values.content import (
    MAX_EDITED_BYTES,
    MAX_LOADED_BYTES,
    Content,
    ContentKind,
    TextRefused,
    content_of,
    first_screen,
    vast_content,
)
from sinch_cache_gui.values.document_state import (
    Attempt,
    Departure,
    DocumentState,
    Failure,
    Phase,
)
from sinch_cache_gui.values.document_views import BytesView, DocumentViews, TextView
from sinch_cache_gui.values.json_check import find_problem_sliced
from sinch_cache_gui.values.reading import (
    Around,
    beheaded,
    is_same_value,
    is_whole_of,
    looks_the_same,
    nothing_around,
    read_lightly,
)
from sinch_cache_gui.values.slices import run_sliced
from sinch_cache_gui.values.transit import Transit
from sinch_cache_gui.values.utf8 import decode_work
from sinch_cache_gui.values.whole_reading import read_whole


@dataclass(frozen=True, slots=True)
class _Write:
    """A write on its way: enough to find out later whether it happened."""

    revision: int
    data: bytes = field(repr=False)
    expected: bytes | None = field(repr=False)
    came_from: DocumentState


class Document:
    """One open key.

    The bytes the user believes in are part of every write, so a save can only replace what the
    user has seen. Whatever happens, the text of the view stays until the user replaces it.
    """

    def __init__(
        self,
        backend: CacheBackend,
        key: bytes,
        view: TextView,
        bytes_view: Callable[[], BytesView] | None = None,
    ) -> None:
        """Show nothing yet.

        Args:
            backend: The cache.
            key: The key's bytes.
            view: Where text is edited.
            bytes_view: Answers where bytes that are no text are edited, and is not asked before
                there are any; without it they only are shown.
        """
        self.key = key
        self._backend = backend
        self._views = DocumentViews(view, bytes_view)
        self._state = DocumentState(Phase.LOADING)
        self._listeners: list[Callable[[DocumentState], None]] = []
        self._turn = asyncio.Lock()
        self._is_stale = False
        self._is_following = False
        self._in_doubt: _Write | None = None
        self._limit = MAX_EDITED_BYTES
        self.transit = Transit()
        """How far the value is on its way, where that takes long."""

    @property
    def state(self) -> DocumentState:
        """What the document is now."""
        return self._state

    def listen(self, listener: Callable[[DocumentState], None]) -> None:
        """Call `listener` with every new state."""
        self._listeners.append(listener)

    def let_go(self) -> None:
        """Hold no value any more, and tell nobody: the document is closed."""
        self._listeners.clear()
        self._state = DocumentState(Phase.LOADING)

    def set_edited(self, is_edited: bool) -> None:
        """Take note that the view's text differs from the one shown last, or does not any more."""
        if is_edited != self._state.is_edited:
            self._become(replace(self._state, is_edited=is_edited))

    async def load(self) -> None:
        """Read the key for the first time, or again after a failure."""
        async with self._turn:
            self._become(DocumentState(Phase.LOADING))
            try:
                stored = await self._read(self.transit.reading)
            except asyncio.CancelledError:
                if self.transit.was_stopped:
                    self._limit = MAX_EDITED_BYTES  # all of a huge one is not asked for again
                    self._become(DocumentState(Phase.STOPPED))
                raise
            except CacheError as error:
                self._become(DocumentState(Phase.FAILED, failure=Failure(Attempt.LOAD, error)))
                return
            if stored is None:
                self._become(DocumentState(Phase.GONE))
                return
            if (head := first_screen(stored)) is not None:
                await asyncio.sleep(0)  # each step of the first screen is a turn of its own
                self._become(DocumentState(Phase.LOADING, stored, head))
                await asyncio.sleep(0)
                await self._views.text.show_text(head.shown, is_undoable=False)
                await asyncio.sleep(0)
            content = await self._content_of(stored)
            # Already now: what there is of a long text can be seen while the rest comes.
            self._become(DocumentState(Phase.LOADING, stored, content))
            await self._show_content(stored, content, is_undoable=False)

    async def load_all(self, progressed: Callable[[int], None] = lambda _size: None) -> bool:
        """Read a value whole of which only the head was read; to be looked at, if it is too large.

        Args:
            progressed: Called with the bytes read so far of a value too large to edit.

        Returns:
            False where somebody changed it meanwhile, so that there was no whole to be read.
        """
        size = self._state.loadable_bytes
        if size is not None and size > MAX_LOADED_BYTES:
            return await self._load_vast(size, progressed)
        if size is not None:
            self._limit = MAX_LOADED_BYTES
            await self.load()
        return True

    async def resume(self, base: bytes) -> None:
        """Show `base` as what the user believes is there: a draft of long ago is put over it.

        `remote_changed` says afterwards what the key really holds.
        """
        async with self._turn:
            if self._limit < len(base) <= MAX_LOADED_BYTES:  # it was loaded whole then, too
                self._limit = MAX_LOADED_BYTES
            stored = StoredValue(KeyType.STRING, base, len(base), None)
            content = await self._content_of(stored)
            await self._show_content(stored, content, is_undoable=False)

    async def save(self) -> None:
        """Write the text, if the key still holds what the user has seen. The TTL stays."""
        async with self._turn:
            state = self._state
            if state.phase is Phase.OPEN and state.stored is not None and state.is_edited:
                await self._write(state.stored.data, TtlPolicy.KEEP)

    async def overwrite_theirs(self, seen: bytes | None = None) -> None:
        """After a conflict, write the text in place of the other value.

        Args:
            seen: The other value as the user saw it when deciding; None for the latest known.
                If it is another by now, nothing is written.
        """
        async with self._turn:
            theirs = self._state.theirs
            if self._state.phase is not Phase.CONFLICT or theirs is None:
                return
            expected = theirs.data if seen is None else seen
            if expected is not None:
                await self._write(expected, TtlPolicy.KEEP)
            elif theirs.type == KeyType.STRING:
                await self._overwrite_unread(theirs)

    async def write_again(self, ttl: Ttl) -> None:
        """After the key went, write the text as a new one.

        Args:
            ttl: Milliseconds to live, or `TtlPolicy.NO_EXPIRY`.
        """
        async with self._turn:
            if self._state.phase is Phase.GONE and self._state.content is not None:
                await self._write(None, ttl)

    async def take_theirs(self) -> None:
        """After a conflict, show the other value instead; undo brings the user's text back."""
        async with self._turn:
            theirs = self._state.theirs
            if self._state.phase is Phase.CONFLICT and theirs is not None:
                content = await self._content_of(theirs)
                await self._show_content(theirs, content, is_undoable=True)

    async def change_ttl(self, change: TtlChange) -> None:
        """Change when the key expires."""
        async with self._turn:
            if self._state.stored is None:
                return
            try:
                outcome = await self._backend.change_ttl(self.key, change)
            except CacheError as error:
                self._become(self._state.settled(failure=Failure(Attempt.CHANGE_TTL, error)))
                return
            if isinstance(outcome, TtlChanged):
                stored = replace(self._state.stored, deadline_ms=outcome.after_ms)
                self._become(self._state.settled(stored=stored))
            else:
                self._depart()

    def mark_stale(self) -> None:
        """Make a look that is under way look once more."""
        self._is_stale = True

    async def remote_changed(self) -> None:
        """Look at the key again: it changed, its deadline passed, or the cache answers again.

        Called while a look is under way, it makes that one look again.
        """
        self.mark_stale()
        if self._is_following:
            return
        self._is_following = True
        try:
            while self._is_stale:
                self._is_stale = False
                async with self._turn:
                    await self._look_again()
        finally:
            self._is_following = False

    async def _load_vast(self, size: int, progressed: Callable[[int], None]) -> bool:
        async with self._turn:
            stored = self._state.stored
            if self._state.is_outdated and stored is not None:  # two of that size are one too many
                head = await self._content_of(stored)
                await self._show_content(stored, head, is_undoable=False)
        # Not in a turn: it may take minutes, and neither its TTL nor its end waits for that.
        try:
            data = await read_whole(self._backend, self.key, size, progressed)
        except CacheError as error:
            self._become(replace(self._state, failure=Failure(Attempt.LOAD, error)))
            return True
        is_shown = data is not None and await self._show_vast(data)
        if not is_shown:
            await self.remote_changed()
        return is_shown

    async def _show_vast(self, data: bytes) -> bool:
        """Show what was read whole; answer whether the key is still believed to hold that."""
        content = await vast_content(data)
        async with self._turn:
            seen = self._state.stored
            if seen is None or self._state.phase is not Phase.OPEN:
                return False
            whole = replace(seen, data=data)
            if is_whole_of(whole, seen):
                await self._show_content(whole, content, is_undoable=False)
            return is_whole_of(whole, seen)

    async def _look_again(self) -> None:
        state = self._state
        if state.phase is Phase.STOPPED:
            return  # whoever stopped the reading says when to begin it again
        attempt = Attempt.CHECK if state.phase is Phase.CHECKING else Attempt.LOAD
        try:
            stored = await self._read()
        except CacheError as error:
            self._become(replace(self._state, failure=Failure(attempt, error)))
            return
        if self._in_doubt is not None:
            await self._resolve(self._in_doubt, stored)
        else:
            await self._reconcile(stored)

    async def _read(self, reading: Around = nothing_around) -> StoredValue | None:
        return await read_lightly(
            self._backend, self.key, limit=self._limit, known=self._known(), reading=reading
        )

    def _known(self) -> Iterator[bytes]:
        """Yield what the key may well hold, the likeliest first."""
        state, doubted = self._state, self._in_doubt
        if doubted is not None:
            yield doubted.data
        for stored in (state.theirs, state.stored):
            if stored is not None and stored.data is not None:
                yield stored.data

    async def _overwrite_unread(self, theirs: StoredValue) -> None:
        """Write in place of a value of which the head was seen, if it still begins like that.

        All of it is read for that: the write demands it, and so does taking the write back.
        """
        try:
            stored = await self._backend.read(self.key)
        except CacheError as error:
            self._become(replace(self._state, failure=Failure(Attempt.SAVE, error)))
            return
        if stored is None:
            self._depart()
        elif stored.data is not None and is_whole_of(stored, theirs):
            await self._write(stored.data, TtlPolicy.KEEP)
        else:
            self._conflict(beheaded(stored, self._limit))

    async def _content_of(self, stored: StoredValue) -> Content:
        content = await content_of(stored, limit=self._limit, shows_whole=True)
        # What no text can say is edited as bytes, where there is a view for them.
        has_view = self._views.bytes_view_of(content) is not None
        return replace(content, reason="") if has_view else content

    async def _write(self, expected: bytes | None, ttl: Ttl) -> None:
        before = self._state.settled()
        content = before.content
        if content is None or not content.is_editable:
            return
        self._become(replace(before, phase=Phase.SAVING))
        try:
            data, revision = await self._views.read(content)
        except TextRefused as refused:
            self._become(self._state.back_to(before, refusal=refused.problem))
            return
        write = _Write(revision, data, expected, before)
        try:
            with self.transit.writing(len(data)):
                outcome = await self._backend.write(self.key, data, expected=expected, ttl=ttl)
        except OutcomeUnknown as error:
            self._in_doubt = write
            failure = Failure(Attempt.SAVE, error)
            self._become(replace(self._state, phase=Phase.CHECKING, failure=failure))
            await self._look_again()
            return
        except CacheError as error:
            self._become(self._state.back_to(before, failure=Failure(Attempt.SAVE, error)))
            return
        except asyncio.CancelledError:
            self._in_doubt = write
            self._become(replace(self._state, phase=Phase.CHECKING))
            raise
        match outcome:
            case Saved(deadline_ms=deadline_ms):
                await self._saved(write, deadline_ms)
            case Changed(other=other) if other.data is None and other.type == KeyType.STRING:
                await self._refused_by_long(before)
            case Changed(other=other):
                self._conflict(other)
            case Gone():
                self._depart()

    async def _refused_by_long(self, before: DocumentState) -> None:
        """Find out what kept a write from happening: it is too long to be told with the refusal."""
        try:
            stored = await self._read()
        except CacheError as error:
            self._become(self._state.back_to(before, failure=Failure(Attempt.SAVE, error)))
            return
        believed = before.stored
        if stored is not None and believed is not None and is_same_value(stored, believed):
            # It was another for a moment only.
            self._become(self._state.back_to(before, is_unsaved_for_sure=True))
        elif stored is None:
            self._depart()
        else:
            self._conflict(stored)

    async def _resolve(self, write: _Write, stored: StoredValue | None) -> None:
        """Say what became of a write whose answer never came."""
        self._in_doubt = None
        data = None if stored is None else stored.data
        if stored is not None and data == write.data:
            await self._saved(write, stored.deadline_ms)
        elif data == write.expected and (stored is None or data is not None):
            self._become(self._state.back_to(write.came_from, is_unsaved_for_sure=True))
        else:
            self._become(self._state.back_to(write.came_from))
            await self._reconcile(stored)

    async def _saved(self, write: _Write, deadline_ms: int | None) -> None:
        content = self._state.content or write.came_from.content
        if (
            content is not None
            and content.kind is ContentKind.TEXT
            and await find_problem_sliced(await run_sliced(decode_work(write.data))) is None
        ):
            content = replace(content, kind=ContentKind.JSON)
        stored = StoredValue(KeyType.STRING, write.data, len(write.data), deadline_ms)
        is_edited = self._views.revision(content) != write.revision
        if is_edited:
            self._views.set_edited(content)
        self._become(DocumentState(Phase.OPEN, stored, content, is_edited))

    async def _reconcile(self, stored: StoredValue | None) -> None:
        """Bring the document and what the key was just found to hold together."""
        believed = self._state.stored
        if stored is None:
            self._depart()
        elif believed is not None and looks_the_same(stored, believed):
            was_lost = self._state.is_unsaved_for_sure and self._state.is_edited
            settled = self._state.settled(phase=Phase.OPEN, stored=stored)
            self._become(replace(settled, is_unsaved_for_sure=was_lost))
        elif self._state.is_vast and stored.data is None and stored.type == KeyType.STRING:
            self._become(self._state.settled(phase=Phase.OPEN, stored=stored))  # and outdated
        elif not self._state.is_edited:
            await self._follow(stored)
        elif await self._says_the_same(stored):
            self._become(self._state.settled(phase=Phase.OPEN, stored=stored, is_edited=False))
        else:
            self._conflict(stored)

    async def _follow(self, stored: StoredValue) -> None:
        content = await self._content_of(stored)
        if self._state.is_edited:  # the user began to type meanwhile
            await self._look_again()
        else:
            await self._show_content(stored, content, is_undoable=False)

    async def _says_the_same(self, stored: StoredValue) -> bool:
        content = self._state.content
        if content is None or stored.data is None:
            return False
        try:
            data, revision = await self._views.read(content)
        except TextRefused:
            return False
        return data == stored.data and self._views.revision(content) == revision

    async def _show_content(
        self, stored: StoredValue, content: Content, *, is_undoable: bool
    ) -> None:
        await self._views.show(stored, content, is_undoable=is_undoable)
        self._become(DocumentState(Phase.OPEN, stored, content))

    def _conflict(self, theirs: StoredValue) -> None:
        before = self._state.theirs
        is_another = before is not None and not looks_the_same(before, theirs)
        settled = self._state.settled(phase=Phase.CONFLICT, theirs=theirs)
        self._become(replace(settled, has_changed_again=is_another or settled.has_changed_again))

    def _depart(self) -> None:
        """The key does not exist. Its deadline, if that has passed, says when it went."""
        if self._state.phase is Phase.GONE:
            return
        now, deadline = self._backend.now_ms(), self._state.deadline_ms
        has_expired = has_passed(deadline, now)
        departure = Departure(deadline if has_expired and deadline else now, has_expired)
        self._become(self._state.settled(phase=Phase.GONE, departure=departure))

    def _become(self, state: DocumentState) -> None:
        if state == self._state:
            return
        self._state = state
        for listener in tuple(self._listeners):
            listener(state)
