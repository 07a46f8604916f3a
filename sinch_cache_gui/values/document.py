"""One open key: loaded, edited, saved without ever losing what anybody wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

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
from sinch_cache_gui.values.content import (
    MAX_LOADED_BYTES,
    Content,
    TextRefused,
    content_once_saved,
    first_screen,
    vast_content,
)
from sinch_cache_gui.values.document_state import Attempt, DocumentState, Failure, Phase
from sinch_cache_gui.values.document_views import BytesView, DocumentViews, TextView
from sinch_cache_gui.values.key_reader import KeyReader
from sinch_cache_gui.values.pending_write import PendingWrite
from sinch_cache_gui.values.reading import is_same_value, is_whole_of, looks_the_same
from sinch_cache_gui.values.seen_ttl import compared, refusal
from sinch_cache_gui.values.transit import Transit
from sinch_cache_gui.values.whole_reading import read_whole


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
        self._reader = KeyReader(backend, key, self._views)
        self._state = DocumentState(Phase.LOADING)
        self._listeners: list[Callable[[DocumentState], None]] = []
        self._turn = asyncio.Lock()
        self._is_stale = False
        self._is_following = False
        self._in_doubt: PendingWrite | None = None
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
                stored = await self._reader.read(self._known(), self.transit.reading)
            except asyncio.CancelledError:
                if self.transit.was_stopped:
                    self._reader.hold_back()  # all of a huge one is not asked for again
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
            content = await self._reader.content_of(stored)
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
            self._reader.make_room_for(size)
            await self.load()
        return True

    async def resume(self, base: bytes) -> None:
        """Show `base` as what the user believes is there: a draft of long ago is put over it.

        `remote_changed` says afterwards what the key really holds.
        """
        async with self._turn:
            self._reader.make_room_for(len(base))  # it was loaded whole then, too
            stored = StoredValue(KeyType.STRING, base, len(base), None)
            content = await self._reader.content_of(stored)
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
                content = await self._reader.content_of(theirs)
                await self._show_content(theirs, content, is_undoable=True)

    async def change_ttl(self, change: TtlChange) -> None:
        """Change when the key expires, unless it expires at another time than the one seen now.

        An extension is added to whatever it is.
        """
        change = compared(change, self._state.deadline_ms, self._backend.now_ms())
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
                self._become(self._state.settled(stored=stored, failure=refusal(change, outcome)))
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
                head = await self._reader.content_of(stored)
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
            stored = await self._reader.read(self._known())
        except CacheError as error:
            self._become(replace(self._state, failure=Failure(attempt, error)))
            return
        if self._in_doubt is not None:
            await self._resolve(self._in_doubt, stored)
        else:
            await self._reconcile(stored)

    def _known(self) -> Iterator[bytes]:
        """Yield what the key may well hold, the likeliest first."""
        if self._in_doubt is not None:
            yield self._in_doubt.data
        yield from self._state.known_values()

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
            self._become(self._state.in_conflict_with(self._reader.as_read(stored)))

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
        write = PendingWrite(revision, data, expected, before)
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
                self._become(self._state.in_conflict_with(other))
            case Gone():
                self._depart()

    async def _refused_by_long(self, before: DocumentState) -> None:
        """Find out what kept a write from happening: it is too long to be told with the refusal."""
        try:
            stored = await self._reader.read(self._known())
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
            self._become(self._state.in_conflict_with(stored))

    async def _resolve(self, write: PendingWrite, stored: StoredValue | None) -> None:
        """Say what became of a write whose answer never came."""
        self._in_doubt = None
        if stored is not None and write.has_happened(stored):
            await self._saved(write, stored.deadline_ms)
        elif write.has_not_happened(stored):
            self._become(self._state.back_to(write.came_from, is_unsaved_for_sure=True))
        else:
            self._become(self._state.back_to(write.came_from))
            await self._reconcile(stored)

    async def _saved(self, write: PendingWrite, deadline_ms: int | None) -> None:
        content = self._state.content or write.came_from.content
        if content is not None:
            content = await content_once_saved(content, write.data)
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
            self._become(self._state.confirmed_by(stored))
        elif self._state.is_vast and stored.data is None and stored.type == KeyType.STRING:
            self._become(self._state.settled(phase=Phase.OPEN, stored=stored))  # and outdated
        elif not self._state.is_edited:
            await self._follow(stored)
        elif await self._views.hold(stored.data, self._state.content):
            self._become(self._state.settled(phase=Phase.OPEN, stored=stored, is_edited=False))
        else:
            self._become(self._state.in_conflict_with(stored))

    async def _follow(self, stored: StoredValue) -> None:
        content = await self._reader.content_of(stored)
        if self._state.is_edited:  # the user began to type meanwhile
            await self._look_again()
        else:
            await self._show_content(stored, content, is_undoable=False)

    async def _show_content(
        self, stored: StoredValue, content: Content, *, is_undoable: bool
    ) -> None:
        await self._views.show(stored, content, is_undoable=is_undoable)
        self._become(DocumentState(Phase.OPEN, stored, content))

    def _depart(self) -> None:
        self._become(self._state.gone(self._backend.now_ms()))

    def _become(self, state: DocumentState) -> None:
        if state == self._state:
            return
        self._state = state
        for listener in tuple(self._listeners):
            listener(state)
