"""Keeps unsaved text on disk while it is written, and offers it again at the next start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject

from sinch_cache_gui.cache.element_range import Named
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.values.drafts import (
    Draft,
    DraftStore,
    ElementPlace,
    NewKeyPlace,
    Place,
    Unsaved,
)

KEYS_NAMED = 5


OpenDraft = Callable[[Draft], tuple[Place | None] | None]
"""Opens a draft where its text can be seen; answers the place it is kept under from now on, or
nothing at all where there is other unsaved text in its way."""


class Drafted(Protocol):
    """A pane, or a window of one element, whose text may be unsaved."""

    @property
    def key(self) -> bytes:
        """The key it shows."""
        ...

    @property
    def place(self) -> Place | None:
        """The part of it, or the key to be created; None for its whole value."""
        ...

    async def draft(self) -> Unsaved | None:
        """Answer what is unsaved."""
        ...


class DraftKeeper(QObject):
    """Stands between the panes of one cache and the folder of drafts; without one it rests."""

    def __init__(
        self,
        store: DraftStore | None,
        backend: CacheBackend,
        scope: TaskScope,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._store = store
        self._backend = backend
        self._scope = scope
        self._notices = notices
        self._turn = asyncio.Lock()
        self._has_failed = False
        self._again: set[bytes] = set()

    @property
    def _cache(self) -> str:
        """The cache and the part of it that is seen: a key's name says nothing without."""
        facts = self._backend.facts
        return " ".join(filter(None, (facts.label, facts.details.get("Prefix"))))

    def keep(self, pane: Drafted) -> None:
        """Keep what a pane holds unsaved."""
        if self._store is None:
            return
        named = _named(pane.key, pane.place)
        name = f"keep draft {named!r}"
        if self._scope.is_running(name):  # a write to the disk is never cut short
            self._again.add(named)
        else:
            self._scope.start(name, self._keep(self._store, pane))

    def forget(self, key: bytes, place: Place | None = None) -> None:
        """Let a draft go: it is saved, or not wanted."""
        if self._store is not None:
            name = f"forget draft {_named(key, place)!r}"
            self._scope.start(name, self._forget(self._store, key, place))

    async def _forget(self, store: DraftStore, key: bytes, place: Place | None) -> None:
        cache = self._cache
        async with self._turn:
            await asyncio.to_thread(store.forget, cache, key, place)

    async def forget_all(self, panes: Sequence[Drafted]) -> None:
        """Let all drafts of these panes go, and wait until they have gone."""
        if self._store is None:
            return
        cache = self._cache
        for pane in panes:
            async with self._turn:
                if pane.place is None:
                    await asyncio.to_thread(self._store.forget_key, cache, pane.key)
                else:
                    await asyncio.to_thread(self._store.forget, cache, pane.key, pane.place)

    async def come_to_rest(self) -> None:
        """Wait until no pane is being read any more."""
        async with self._turn:
            pass

    def offer(self, open_draft: OpenDraft) -> None:
        """Say which drafts were left behind, if any, and let the user open or discard them."""
        if self._store is not None:
            self._scope.start("offer drafts", self._offer(self._store, open_draft))

    async def _keep(self, store: DraftStore, pane: Drafted) -> None:
        named = _named(pane.key, pane.place)
        is_due = True
        while is_due:
            self._again.discard(named)
            async with self._turn:  # what is forgotten meanwhile is not kept afterwards
                unsaved = await pane.draft()
                if unsaved is not None:
                    await self._write(store, pane, unsaved)
            is_due = named in self._again

    async def _write(self, store: DraftStore, pane: Drafted, unsaved: Unsaved) -> None:
        draft = Draft(self._cache, pane.key, unsaved, self._backend.now_ms(), pane.place)
        try:
            await asyncio.to_thread(store.keep, draft)
        except OSError as error:
            self._tell_failed(error)

    def _tell_failed(self, error: OSError) -> None:
        if self._has_failed:
            return
        self._has_failed = True
        self._notices.post(
            Notice(
                Severity.WARNING,
                self.tr("Unsaved text cannot be kept on this disk"),
                self.tr("It would not survive a crash. {}").format(error.strerror or error),
            )
        )

    async def _offer(self, store: DraftStore, open_draft: OpenDraft) -> None:
        drafts = await asyncio.to_thread(store.left_behind, self._cache)
        if not drafts:
            return
        title = self.tr("1 key holds text that was never saved")
        if len(drafts) > 1:
            title = self.tr("{} keys hold text that was never saved").format(len(drafts))
        lines = [await self._told(draft) for draft in drafts[-KEYS_NAMED:]]
        self._ask(store, open_draft, drafts, Notice(Severity.WARNING, title, "\n".join(lines)))

    def _ask(
        self, store: DraftStore, open_draft: OpenDraft, drafts: Sequence[Draft], said: Notice
    ) -> None:
        def open_all() -> None:
            opened = [(draft, open_draft(draft)) for draft in drafts]
            self._scope.start(
                "adopt drafts",
                self._adopt(store, [(draft, *place) for draft, place in opened if place]),
            )
            in_the_way = [draft for draft, place in opened if place is None]
            if in_the_way:
                self._ask(store, open_draft, in_the_way, self._of_others(in_the_way))

        def discard() -> None:
            self._scope.start("discard drafts", self._discard(store, drafts))

        actions = (
            NoticeAction(self.tr("Open"), open_all),
            NoticeAction(self.tr("Discard"), discard),
        )
        self._notices.post(replace(said, actions=actions))

    def _of_others(self, drafts: Sequence[Draft]) -> Notice:
        names = "\n".join(display_key(draft.key)[:200] for draft in drafts[-KEYS_NAMED:])
        detail = self.tr("Save it or close its tab first, then open what was never saved.")
        title = self.tr("Other text is not saved in the same place")
        return Notice(Severity.WARNING, title, f"{detail}\n{names}")

    async def _adopt(self, store: DraftStore, opened: Sequence[tuple[Draft, Place | None]]) -> None:
        for draft, place in opened:
            async with self._turn:
                try:
                    await asyncio.to_thread(store.adopt, draft, place)
                except OSError as error:  # it stays where it was
                    self._tell_failed(error)

    async def _discard(self, store: DraftStore, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            async with self._turn:
                await asyncio.to_thread(store.discard, draft)

    async def _told(self, draft: Draft) -> str:
        """Answer which draft it is, and what the cache holds now."""
        when = datetime.fromtimestamp(draft.at_ms / 1000).astimezone()
        name = display_key(draft.key)[:200]
        if isinstance(draft.place, NewKeyPlace):
            name = self.tr("New key “{}”").format(name)
        elif draft.place is not None:
            name = f"{name}, {display_key(draft.place.row[0])[:200]}"
        name = f"{name}, {when:%Y-%m-%d} {when.hour}:{when:%M}"
        try:
            return (await self._what_is_held(draft)).format(name)
        except CacheError as error:
            return f"{name}: {error.title}"

    async def _what_is_held(self, draft: Draft) -> str:
        if isinstance(draft.place, NewKeyPlace):
            return await self._whether_created(draft)
        (kind,) = await self._backend.types([draft.key])
        if kind is None:
            return self.tr("{}: the key does not exist any more")
        if draft.place is None:
            is_as_it_was = await self._backend.holds(draft.key, draft.unsaved.base)
        else:
            held = await held_at(self._backend, draft.key, draft.place)
            if held is None:
                return self.tr("{}: the element does not exist any more")
            is_as_it_was = held == draft.unsaved.base
        if is_as_it_was:
            return self.tr("{}: the value has not changed since")
        return self.tr("{}: the cache holds another value by now")

    async def _whether_created(self, draft: Draft) -> str:
        (kind,) = await self._backend.types([draft.key]) if draft.key else (None,)
        if kind is None:
            return self.tr("{}: it was never created")
        return self.tr("{}: there is a key of that name by now")


async def held_at(backend: CacheBackend, key: bytes, place: ElementPlace) -> bytes | None:
    """Answer what a part of an element holds now; None if there is no such element."""
    page = await backend.elements(key, place.kind, within=Named(place.row[0]))
    if page is None or not page.rows:
        return None
    return page.rows[0][place.column]


def _named(key: bytes, place: Place | None) -> bytes:
    """Answer what tells a draft from others of the window, while the name of a new key changes."""
    if isinstance(place, NewKeyPlace):
        return place.name
    return key if place is None else key + b"\0" + place.name
