"""The open keys, a tab each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.create_pane import CreatePane
from sinch_cache_gui.ui.editor.draft_keeper import DraftKeeper
from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.editor.tab_bar import KeyTabBar
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.editor.view_switch import DIFFERENCE_KEYS, TREE_KEYS, ViewSwitch
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.drafts import Draft, DraftStore, ElementPlace, NewKeyPlace, Place

TAB_LENGTH = 28
"""Characters of a key that a tab shows."""

Pane = EditorPane | CreatePane


class EditorTabs(QWidget):
    """Opens keys, keeps them true, and closes none with unsaved text without asking.

    Attributes:
        delete_requested: A key shall be deleted; carries its bytes.
        copy_as_requested: A key is wanted as code; carries its bytes and a `Language`.
        restore_requested: A key that has gone shall be what it was; carries its bytes.
        key_moved: A key was renamed or duplicated; carries the new name.
    """

    delete_requested = Signal(object)
    copy_as_requested = Signal(object, object)
    restore_requested = Signal(object)
    key_moved = Signal(object)

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        scope: TaskScope,
        notices: Notices,
        *,
        is_read_only: bool,
        drafts: DraftStore | None = None,
        is_restorable: Callable[[bytes], bool] = lambda _key: False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._drafts = DraftKeeper(drafts, backend, scope, notices)
        self._freeing = asyncio.Lock()  # two panes freed at once hold the window twice as long
        self._backend = backend
        self._scope = scope
        self._notices = notices
        self._is_read_only = is_read_only
        self._is_restorable = is_restorable
        self._panes: dict[bytes, EditorPane] = {}
        self._created = 0
        self._bar = KeyTabBar(theme)
        self._stack = QStackedWidget()
        self._empty = MessagePage(theme)
        self._close_bar = NoticeBar(theme, over=self._stack)
        self._answer: asyncio.Future[str] | None = None
        self._close_bar.dismissed.connect(partial(self._reply, "keep"))
        self._bar.currentChanged.connect(self._show_current)
        self._bar.close_requested.connect(self._close)
        self._empty.say(
            "mdi6.code-json",
            self.tr("No key is open"),
            self.tr("Double-click a key on the left, or press Enter on it.")
            if is_read_only
            else self.tr(
                "Double-click a key on the left, or press Enter on it. Ctrl+N creates a new one."
            ),
        )
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        for keys, run in (
            ("Ctrl+W", self._close_current),
            ("Ctrl+Tab", lambda: self._step(1)),
            ("Ctrl+Shift+Tab", lambda: self._step(-1)),
            # Here and not in the panes: the keyboard may be on the bar of the tabs.
            (TREE_KEYS, lambda: self._toggle(ViewSwitch.toggle_tree)),
            (DIFFERENCE_KEYS, lambda: self._toggle(ViewSwitch.toggle_difference)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)
        for keys, do in (("Ctrl+S", TextPanel.press_save), ("Ctrl+F", TextPanel.open_finder)):
            # Of the bar only: in the panes the panels have the same keys.
            shortcut = QShortcut(QKeySequence(keys), self._bar)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._do_in_panel, do))

    @property
    def current_pane(self) -> EditorPane | CreatePane | None:
        """The pane in front, None while no tab is open."""
        pane = self._stack.currentWidget()
        return pane if isinstance(pane, EditorPane | CreatePane) else None

    @property
    def open_keys(self) -> Sequence[bytes]:
        """The keys that are open, in the order of their tabs."""
        return [pane.key for pane in self._bar.panes() if isinstance(pane, EditorPane)]

    def offer_drafts(self) -> None:
        """Offer text that an earlier window could not save before it ended."""
        self._drafts.offer(self._open_draft)

    def open_key(self, key: bytes) -> None:
        """Show a key, in a new tab unless it is open."""
        self._open(key)

    def _open_draft(self, draft: Draft) -> tuple[Place | None] | None:
        match draft.place:
            case NewKeyPlace():
                new = self._open_create(draft.key)
                new.resume(draft.unsaved)
                return (new.place,)
            case ElementPlace() as place:
                self.open_key(draft.key)
                self._panes[draft.key].resume_element(place, draft.unsaved)
                return (place,)
        there = self._panes.get(draft.key)
        if there is not None and there.holds_unsaved_text:
            return None
        self._open(draft.key, draft)
        return (None,)

    def _open(self, key: bytes, draft: Draft | None = None) -> None:
        pane = self._pane_of(key, draft)
        self._bring_to_front(pane)
        pane.take_focus()

    def _pane_of(self, key: bytes, draft: Draft | None = None) -> EditorPane:
        """Answer the pane of a key, in a new tab unless it is open."""
        pane = self._panes.get(key)
        if pane is not None and draft is not None:
            pane.resume(draft.unsaved)
        elif pane is None:
            pane = EditorPane(
                self._theme,
                self._backend,
                key,
                self._scope,
                is_read_only=self._is_read_only,
                is_restorable=self._is_restorable,
            )
            self._panes[key] = pane
            pane.delete_requested.connect(partial(self.delete_requested.emit, key))
            pane.restore_requested.connect(partial(self.restore_requested.emit, key))
            pane.create_requested.connect(partial(self._create_instead, pane))
            pane.header.copy_as_requested.connect(partial(self.copy_as_requested.emit, key))
            pane.mover.renamed.connect(partial(self._follow_rename, pane))
            pane.mover.duplicated.connect(partial(self._show_copy, pane))
            self._add(pane, elided_key(key, TAB_LENGTH), display_key(key)[:2000])
            pane.draft_rested.connect(partial(self._drafts.keep, pane))
            pane.draft_settled.connect(partial(self._drafts.forget, key))
            pane.pages.element_rested.connect(self._drafts.keep)
            pane.pages.element_settled.connect(partial(self._drafts.forget, key))
            if draft is None:
                pane.load()
            else:
                pane.resume(draft.unsaved)
        return pane

    def open_new(self, prefix: bytes = b"") -> None:
        """Ask for a new key whose name begins with `prefix`."""
        if self._is_read_only:
            self._notices.post(
                Notice(
                    Severity.INFO, self.tr("This cache is open read-only: no key can be created")
                )
            )
            return
        self._open_create(prefix)

    def _open_create(self, name: bytes) -> CreatePane:
        self._created += 1
        place = NewKeyPlace(self._created)
        pane = CreatePane(self._theme, self._backend, name, self._scope, place)
        pane.created.connect(lambda key: self._replace(pane, key))
        pane.open_requested.connect(self.open_key)
        pane.draft_rested.connect(partial(self._drafts.keep, pane))
        pane.draft_settled.connect(partial(self._drafts.forget, b"", place))
        self._add(pane, self.tr("New key"), self.tr("A key that does not exist yet"))
        self._bring_to_front(pane)
        return pane

    def rename_key(self, key: bytes) -> None:
        """Open a key and ask for another name."""
        self.open_key(key)
        self._panes[key].ask_rename()

    def duplicate_key(self, key: bytes) -> None:
        """Open a key and ask for the name of a copy."""
        self.open_key(key)
        self._panes[key].mover.ask_duplicate()

    def seen(self, key: bytes) -> bytes | None:
        """Answer the bytes of `key` that its tab shows, theirs in a conflict; None without."""
        pane = self._panes.get(key)
        if pane is None:
            return None
        shown = pane.document.state.theirs or pane.document.state.stored
        return None if shown is None else shown.data

    def keys_changed(self, changes: Iterable[Change]) -> None:
        """Follow changes that were seen live."""
        for key in {change.key for change in changes} & self._panes.keys():
            self._panes[key].look_again()

    def values_may_have_changed(self) -> None:
        """Look at every open key again."""
        for pane in self._panes.values():
            pane.look_again()

    def flushed(self) -> None:
        """Every key went at once."""
        self.values_may_have_changed()

    def unsaved(self) -> tuple[bytes, ...]:
        """Answer the keys whose text is not saved; a new key counts by the name typed so far."""
        return tuple(pane.key for pane in self._unsaved_panes())

    async def confirm_close_all(self) -> bool:
        """Ask, in place, what to do with unsaved text; answer whether all tabs may go."""
        panes = self._unsaved_panes()
        if not panes:
            return True
        self._bring_to_front(panes[0])
        answer = await self._ask_about(panes)
        if answer == "save":
            for pane in panes:
                if not await pane.saved():
                    self._bring_to_front(pane)
                    return False
            if later := self._unsaved_panes():  # written while others were saved
                self._bring_to_front(later[0])
                return False
        if answer == "discard":
            await self._drafts.forget_all(panes)
        return answer in ("save", "discard")

    async def _ask_about(self, panes: Sequence[Pane]) -> str:
        self._reply("keep")
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answer = answer
        names = ", ".join(elided_key(pane.key, TAB_LENGTH) or "…" for pane in panes[:5])
        count = len(panes)
        title = self.tr("1 key holds text that is not saved.")
        if count > 1:
            title = self.tr("{} keys hold text that is not saved.").format(count)
        actions = (
            NoticeAction(self.tr("Save"), partial(self._reply, "save")),
            NoticeAction(self.tr("Discard"), partial(self._reply, "discard")),
            NoticeAction(self.tr("Keep"), partial(self._reply, "keep")),
        )
        detail = names + (" …" if count > 5 else "")
        self._close_bar.show_notice(Notice(Severity.WARNING, title, detail, actions))
        self._close_bar.setFocus()
        return await answer

    def _reply(self, word: str) -> None:
        self._close_bar.hide_notice()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(word)
        self._answer = None

    def _add(self, pane: Pane, title: str, tip: str) -> None:
        pane.state_changed.connect(partial(self._show_mark, pane))
        pane.close_agreed.connect(partial(self._remove, pane))
        self._stack.addWidget(pane)
        self._bar.add(pane, title, tip)

    def _unsaved_panes(self) -> Sequence[Pane]:
        panes = (pane for pane in self._bar.panes() if isinstance(pane, EditorPane | CreatePane))
        return [pane for pane in panes if pane.holds_unsaved_text]

    def _bring_to_front(self, pane: Pane) -> None:
        self._bar.setCurrentIndex(self._bar.index_of(pane))
        self._show_current(self._bar.currentIndex())

    def _show_current(self, index: int) -> None:
        self._stack.setCurrentWidget(self._bar.pane_at(index) or self._empty)

    def _show_mark(self, pane: Pane) -> None:
        is_editor = isinstance(pane, EditorPane)
        title = elided_key(pane.key, TAB_LENGTH) if is_editor else self.tr("New key")
        self._bar.set_title(pane, title, is_unsaved=pane.holds_unsaved_text)

    def _step(self, by: int) -> None:
        if self._bar.count():
            self._bar.setCurrentIndex((self._bar.currentIndex() + by) % self._bar.count())

    def _toggle(self, toggle: Callable[[ViewSwitch], None]) -> None:
        pane = self.current_pane
        if isinstance(pane, EditorPane):
            toggle(pane.switch)

    def _do_in_panel(self, do: Callable[[TextPanel], None]) -> None:
        if (pane := self.current_pane) is not None:
            do(pane.panel)

    def _close_current(self) -> None:
        if (pane := self.current_pane) is not None:
            self._close(pane)

    def _close(self, pane: Pane) -> None:
        if pane.holds_unsaved_text:
            self._bring_to_front(pane)
            pane.ask_close()
        else:
            self._remove(pane)

    def _replace(self, pane: CreatePane, key: bytes) -> None:
        self._open_made(key, pane)
        self._remove(pane)

    def _follow_rename(self, pane: EditorPane, to: bytes) -> None:
        if pane.holds_unsaved_text:  # typed while the key was renamed: it is nowhere else
            pane.look_again()
            self.key_moved.emit(to)
            return
        self._show_copy(pane, to)
        self._remove(pane)

    def _show_copy(self, pane: EditorPane, to: bytes) -> None:
        self._open_made(to, pane)
        self._panes[to].look_again()
        self.key_moved.emit(to)

    def _open_made(self, key: bytes, maker: Pane) -> None:
        """Open what a pane has made; a user who has gone on meanwhile is not fetched back."""
        focused = self.window().focusWidget()
        has_keyboard = focused is None or maker.isAncestorOf(focused)
        pane = self._pane_of(key)
        if self.current_pane is maker:
            self._bring_to_front(pane)
            if has_keyboard:
                pane.take_focus()

    def _create_instead(self, pane: EditorPane) -> None:
        self.open_new(pane.key)
        self._remove(pane)

    def _remove(self, pane: Pane) -> None:
        if self._bar.index_of(pane) < 0:
            return
        if isinstance(pane, EditorPane):
            self._panes.pop(pane.key, None)
        pane.give_up()
        if pane.holds_unsaved_text:
            self._drafts.forget(pane.key, pane.place)
        self._bar.remove(pane)
        self._show_current(self._bar.currentIndex())
        self._stack.removeWidget(pane)
        pane.hide()
        self._scope.start(f"close {id(pane):x}", self._end(pane))

    async def _end(self, pane: Pane) -> None:
        await pane.tasks.end()
        await self._drafts.come_to_rest()
        async with self._freeing:
            for conflict in pane.findChildren(ConflictView):
                await conflict.let_go()
            for view in pane.findChildren(CodeView):
                await view.let_go()
            if isinstance(pane, EditorPane):
                pane.let_go()
        pane.deleteLater()
