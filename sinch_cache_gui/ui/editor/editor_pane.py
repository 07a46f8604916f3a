"""One open key: its head, its text, and a bar for whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sinch_cache_gui.cache.interface import (
    CacheBackend,
    KeyType,
    StoredValue,
    TtlChange,
)
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.conflict_desk import ConflictDesk
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.difference import DifferenceView
from sinch_cache_gui.ui.editor.document_bars import DocumentBars
from sinch_cache_gui.ui.editor.elements_page import ElementsPage
from sinch_cache_gui.ui.editor.header import DocumentHeader
from sinch_cache_gui.ui.editor.hex_page import HexPage
from sinch_cache_gui.ui.editor.hex_view import HexView
from sinch_cache_gui.ui.editor.json_tree.page import JsonTreePage
from sinch_cache_gui.ui.editor.key_mover import KeyMover
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.state_notices import StateActions, notice_of
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.editor.value_notices import ValueActions, notice_of_value
from sinch_cache_gui.ui.editor.view_switch import ValueView, ViewSwitch
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import Content, ContentKind, content_of
from sinch_cache_gui.values.decoders import HEX_BYTES, Decoded, hex_rows
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import DocumentState, Phase
from sinch_cache_gui.values.drafts import Unsaved

SLOW_S = 1.0
"""How long something takes before it is said, and can be cancelled."""

ELEMENT_TYPES = frozenset({KeyType.HASH, KeyType.LIST, KeyType.SET, KeyType.ZSET, KeyType.STREAM})
"""Types that are shown as tables of their elements."""


class EditorPane(QWidget):
    """Shows one document and hands on what its user wishes.

    Attributes:
        state_changed: The document is in another state.
        delete_requested: The key shall go.
        create_requested: The key does not exist, and shall.
        restore_requested: The key does not exist, and shall be what it was when last seen.
        close_agreed: The pane may be closed: its text is saved, or not wanted.
        draft_rested: The hand rests, and the text is not saved.
        draft_settled: What was a draft is saved now, or the text is as it was.
    """

    state_changed = Signal()
    delete_requested = Signal()
    create_requested = Signal()
    restore_requested = Signal()
    close_agreed = Signal()
    draft_rested = Signal()
    draft_settled = Signal()

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        key: bytes,
        scope: TaskScope,
        *,
        is_read_only: bool,
        is_restorable: Callable[[bytes], bool] = lambda _key: False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._backend = backend
        self.tasks = PaneTasks(scope, self)
        self._is_read_only = is_read_only
        self._is_restorable = is_restorable
        self.key = key
        self.header = DocumentHeader(theme, key, backend.now_ms, is_read_only=is_read_only)
        self.panel = TextPanel(theme, self.tasks, self.tr("Save"))
        self.difference = DifferenceView(theme)
        self.page = MessagePage(theme)
        self.decoded = CodeView(theme)
        self.decoded.set_editable(False)
        self.decoded.setAccessibleName(self.tr("Value, decoded"))
        self._shows_decoded = False
        self.elements = ElementsPage(theme, backend, key, self.tasks, is_read_only=is_read_only)
        self.tree = JsonTreePage(theme, self.panel, self.tasks)
        self._shows_tree = False
        self.switch = ViewSwitch(shortcuts_of=self.panel)
        self.panel.footer.add_switch(self.switch)
        self.hex = HexPage(theme)
        self.document = Document(backend, key, self.panel.view, self.hex.view)
        self._stack = self.panel.body
        self.conflict = ConflictView(theme)
        self._stack.addWidget(self.conflict)
        self._conflict_desk = ConflictDesk(
            self.conflict,
            self.document,
            self.panel.view,
            self.tasks,
            lambda: self._stack.setCurrentWidget(self.conflict),
        )
        self._stack.addWidget(self.page)
        self._stack.addWidget(self.difference)
        self._stack.addWidget(self.decoded)
        self._stack.addWidget(self.elements)
        self.panel.add_text_page(self.tree, self.tree)
        self.panel.add_text_page(self.hex, self.hex)
        self._bars = DocumentBars(theme, self._stack, backend.now_ms)
        self.mover = KeyMover(theme, backend, key, self.tasks, self._stack)
        self._listed: StoredValue | None = None
        self._is_draft = False
        self._resuming: Unsaved | None = None
        self._is_given_up = False
        self._shown_kind: tuple[ContentKind, bool] | None = None
        self._decoded: Decoded | None = None
        self._shown: tuple[object, ...] = ()
        self._actions = StateActions(
            show_difference=self._show_difference,
            take_theirs=lambda: self._start("take theirs", self.document.take_theirs()),
            overwrite_theirs=self._overwrite_theirs,
            write_again=self._write_again,
            save=self.save,
            look_again=self.look_again,
        )
        self._value_actions = ValueActions(self._load_all, self._switch_decoded)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.panel, 1)
        self._wire()
        self._show_state(self.document.state)

    @property
    def holds_unsaved_text(self) -> bool:
        """Whether closing the pane now would lose something the user wrote."""
        holds_merged = self._conflict_desk.holds_merged_text
        return holds_merged or self.document.state.holds_unsaved_text

    def take_focus(self) -> None:
        """Have the keyboard go to the text, or to what stands in its place for now."""
        shown = self._stack.currentWidget()
        if shown is not None:  # the stack hands the focus on when it shows another page
            shown.setFocus()

    def load(self) -> None:
        """Read the key and show it."""
        self._start("load", self.document.load())

    def _load_all(self) -> None:
        self._start("load", self.document.load_all())

    def resume(self, draft: Unsaved) -> None:
        """Show a draft over what the user saw when writing it, then look at the key."""
        self._start("load", self._resume(draft))

    async def draft(self) -> Unsaved | None:
        """Answer what is unsaved; None where nothing is."""
        if self._is_given_up:
            return None
        if self._resuming is not None:
            return self._resuming
        stored = self.document.state.stored
        if not self._has_draft or stored is None or stored.data is None:
            return None
        if self._is_binary:
            return Unsaved(self.hex.view.read_bytes().hex(), stored.data)
        text = (await self.panel.view.read_text()).text
        return Unsaved(text, stored.data, await self._conflict_desk.merged_by_hand())

    def give_up(self) -> None:
        """Take what is unsaved for unwanted: the pane is closed."""
        self._is_given_up = True

    @property
    def _has_draft(self) -> bool:
        return self._written_in.is_edited or self._conflict_desk.holds_merged_text

    async def _resume(self, draft: Unsaved) -> None:
        self._resuming = draft
        try:
            await self._show_draft(draft)
        finally:
            self._resuming = None

    async def _show_draft(self, draft: Unsaved) -> None:
        await self.document.resume(draft.base)
        if self._is_binary:
            self.hex.view.replace_bytes(bytes.fromhex(draft.text))
        else:
            await self.panel.view.replace(draft.text)
        await self._follow()
        if draft.merged is not None:
            is_conflict = self.document.state.phase is Phase.CONFLICT and not self._is_read_only
            if not is_conflict or not await self._conflict_desk.open_view(draft.merged):
                await self.panel.view.replace(draft.merged.text)  # undo brings the other text

    def save(self) -> None:
        """Write the text."""
        self._start("save", self._save())

    def look_again(self) -> None:
        """Look at the key again: something may have happened to it."""
        self._start("follow", self._follow())

    async def saved(self) -> bool:
        """Write the text, and answer whether nothing is left unsaved."""
        await self._save()
        return not self.holds_unsaved_text

    def ask_close(self) -> None:
        """Ask, in place, what to do with the unsaved text."""
        self._bars.ask_close(
            save=None if self._is_read_only else self._save_and_close,
            discard=self.close_agreed.emit,
            keep=self.take_focus,
        )

    def ask_rename(self) -> None:
        """Ask, in place, for another name; unsaved text is to be saved or discarded first."""
        if not self.holds_unsaved_text:
            self.mover.ask_rename()
            return
        close = NoticeAction(self.tr("Close"), self.mover.bar.hide_notice)
        self.mover.bar.show_notice(
            Notice(
                Severity.INFO,
                self.tr("This text is not saved. Save it, or take it back, before renaming."),
                actions=(close,),
            )
        )

    def _wire(self) -> None:
        self.panel.view.edited_changed.connect(self._note_edited)
        self.panel.view.text_rested.connect(self._note_rested)
        self.hex.view.edited_changed.connect(self._note_edited)
        self.hex.view.bytes_rested.connect(self._note_rested)
        self.conflict.merged.text_rested.connect(self._note_rested)
        self.panel.save_requested.connect(self.save)
        self.header.ttl_change_requested.connect(self._change_ttl)
        self.header.delete_requested.connect(self.delete_requested)
        self.header.rename_requested.connect(self.ask_rename)
        self.header.duplicate_requested.connect(self.mover.ask_duplicate)
        self.header.deadline_passed.connect(self.look_again)
        self.difference.closed.connect(self._show_text)
        self.conflict.closed.connect(self._show_text)
        self.panel.footer.save_requested.connect(self._save_merged)
        self.elements.elements_changed.connect(self.look_again)
        self._stack.currentChanged.connect(self._arrange_feet)
        self._stack.currentChanged.connect(self._show_switch)
        self.switch.view_requested.connect(self._see_as)
        self.tree.text_requested.connect(lambda: self._see_as(ValueView.TEXT))
        self._bars.ttl_entered.connect(self._write_again)
        self._bars.state_asked.connect(lambda: self._show_bar(self.document.state))
        self.document.listen(self._show_state)

    async def _follow(self) -> None:
        await self.document.remote_changed()
        self._listed = None  # elements may be others though there are as many
        self._show_elements(self.document.state)

    def _note_edited(self) -> None:
        self.document.set_edited(self._written_in.is_edited)

    def _note_rested(self) -> None:
        if self._has_draft:
            self.draft_rested.emit()

    def _note_draft(self) -> None:
        was_draft, self._is_draft = self._is_draft, self.holds_unsaved_text
        if was_draft and not self._is_draft:
            self.draft_settled.emit()

    def _start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work` unless the same is under way: a write is never begun twice or cut short."""
        if self.tasks.is_running(name):
            work.close()
            if name == "follow":
                self.document.mark_stale()
            return
        self.tasks.start(name, work)

    async def _save(self) -> None:
        if not await self.tree.settled():
            return
        await self.document.save()
        state = self.document.state
        if state.refusal is not None:
            self.panel.refuse(state.refusal)
        elif state.phase in (Phase.CONFLICT, Phase.GONE, Phase.CHECKING):
            self._show_bar(state)

    def _save_merged(self) -> None:
        if self._stack.currentWidget() is self.conflict:
            self.conflict.save_requested.emit()

    def _save_and_close(self) -> None:
        async def work() -> None:
            if await self.saved():
                self.close_agreed.emit()

        self._start("save and close", work())

    def _change_ttl(self, change: TtlChange) -> None:
        self._start("ttl", self.document.change_ttl(change))

    def _write_again(self) -> None:
        if (ms := self._bars.ttl_ms) is not None:
            self._start("write again", self._write_new(ms))

    def _overwrite_theirs(self) -> None:
        # Not under the name of a save: one that is still under way must not swallow the answer.
        self._start("overwrite theirs", self.document.overwrite_theirs())

    async def _write_new(self, ttl_ms: int) -> None:
        await self.document.write_again(ttl_ms)
        if (refusal := self.document.state.refusal) is not None:
            self.panel.refuse(refusal)

    def _show_state(self, state: DocumentState) -> None:
        self.header.show_state(state)
        view = self.panel.view
        self._show_decoded(state.content)
        self._show_elements(state)
        if (content := state.content) is not None:
            # While a text comes in, it is a beginning, whatever it will be.
            kind = content.kind, content.is_head or state.phase is Phase.LOADING
            if kind != self._shown_kind:
                self._shown_kind = kind
                self.panel.set_kind(content.kind, is_head=kind[1])
        may_write = state.is_editable and not self._is_read_only
        if view.is_editable != may_write:
            view.set_editable(may_write)
        self.panel.set_may_save(may_write)
        self.tree.set_may_write(may_write)
        self.hex.set_editable(may_write)
        if self._written_in.is_edited and not state.is_edited:
            self._written_in.set_unedited()
        self._choose_page(state)
        said = (
            state.phase,
            state.departure,
            state.failure,
            state.is_unsaved_for_sure,
            state.theirs,
            state.has_changed_again,
            self._decoded,
        )
        if (*said, state.is_edited) != self._shown:
            self._shown = (*said, state.is_edited)
            self._show_bar(state)
        self._conflict_desk.show_state(state)
        self._arrange_feet()
        self._show_switch()
        self._note_draft()
        self.state_changed.emit()

    def _choose_page(self, state: DocumentState) -> None:
        if state.content is not None:
            page = self._stack.currentWidget()
            if page is self.conflict and self._conflict_desk.is_undecided(state):
                return
            if self._stack.currentWidget() is self.page or state.phase is not Phase.CONFLICT:
                self._show_text()
            return
        self._stack.setCurrentWidget(self.page)
        retry = NoticeAction(self.tr("Try again"), self.load)
        if state.phase is Phase.FAILED and state.failure is not None:
            error = state.failure.error
            self.page.say("mdi6.lan-disconnect", error.title, error.detail, retry)
        elif state.phase is Phase.GONE:
            create = NoticeAction(self.tr("Create it"), self.create_requested.emit)
            if self._is_restorable(self.key):
                create = self._restoring_action()
            self.page.say(
                "mdi6.ghost-outline",
                self.tr("This key does not exist"),
                self.tr("It expired or was deleted before it could be shown."),
                None if self._is_read_only else create,
            )
        else:
            self.page.say("mdi6.progress-clock", self.tr("Loading…"))

    def _arrange_feet(self) -> None:
        """Have beneath the value what belongs to it, where no bar covers it."""
        page = self._stack.currentWidget()
        foot = page.foot if isinstance(page, HexPage | JsonTreePage | ElementsPage) else None
        self._bars.keep_above(foot, self.mover.bar)
        stored = self.document.state.stored
        is_text = stored is None or stored.type == KeyType.STRING
        self.panel.footer.setVisible(is_text)

    def _show_text(self) -> None:
        stored = self.document.state.stored
        if stored is not None and stored.type in ELEMENT_TYPES:
            self._stack.setCurrentWidget(self.elements)
        elif stored is not None and stored.type != KeyType.STRING:
            self._stack.setCurrentWidget(self.page)
        else:
            self._stack.setCurrentWidget(self._text_page())

    @property
    def _is_binary(self) -> bool:
        content = self.document.state.content
        return content is not None and content.kind is ContentKind.BINARY

    @property
    def _written_in(self) -> CodeView | HexView:
        """Where the user writes: bytes that are no text have a view of their own."""
        return self.hex.view if self._is_binary else self.panel.view

    def _text_page(self) -> QWidget:
        if self._shows_decoded:
            return self.decoded
        if self._is_binary:
            return self.hex
        shows_tree = self._shows_tree and self._shown_kind == (ContentKind.JSON, False)
        return self.tree if shows_tree else self.panel.view

    def _see_as(self, seen: ValueView) -> None:
        """Show the value another way, with the keyboard at the same place of it."""
        if seen is ValueView.DIFFERENCE:
            self._show_difference()
            return
        if self._stack.currentWidget() is self.tree and seen is ValueView.TEXT:
            self.tree.hand_over()
        self._shows_tree = seen is ValueView.TREE
        self._shows_decoded = False
        self._show_text()
        self._show_bar(self.document.state)
        self.take_focus()

    def _show_switch(self) -> None:
        page = self._stack.currentWidget()
        views: dict[QWidget, ValueView] = {
            self.panel.view: ValueView.TEXT,
            self.tree: ValueView.TREE,
            self.difference: ValueView.DIFFERENCE,
            self.conflict: ValueView.DIFFERENCE,
        }
        self.switch.show_view(None if page is None else views.get(page))
        content = self.document.state.content
        is_text = content is not None and content.kind in (ContentKind.JSON, ContentKind.TEXT)
        is_whole_json = (
            content is not None and content.kind is ContentKind.JSON and not content.is_head
        )
        self.switch.allow(text=is_text, tree=is_whole_json, difference=is_text)

    def _show_elements(self, state: DocumentState) -> None:
        """List the elements of a value that is no string, anew after every look at it."""
        stored = state.stored
        if stored is None or stored.type == KeyType.STRING or state.phase is not Phase.OPEN:
            return
        if stored.type in ELEMENT_TYPES:
            if self._listed is None:
                self._listed = stored
                self.elements.show_elements(stored.type, stored.size)
        elif self._listed is None:
            self._listed = stored
            self._say_unknown(stored.type, "")

    def _say_unknown(self, kind: str, detail: str) -> None:
        measure = NoticeAction(self.tr("Measure it"), lambda: self._start("dump", self._measure()))
        title = self.tr("This key holds a {}").format(kind)
        shown = detail or self.tr("It cannot be shown here. DUMP tells how large it is.")
        self.page.say("mdi6.package-variant-closed", title, shown, None if detail else measure)

    async def _measure(self) -> None:
        taken = await self._backend.snapshot(self.key)
        if taken is not None:
            detail = self.tr("Its DUMP has {:,} bytes.").format(len(taken.payload))
            self._say_unknown(taken.type, detail)

    def _show_decoded(self, content: Content | None) -> None:
        """Have ready what a decoder says of a new value; in front where the bytes say nothing."""
        decoded = None if content is None else content.decoded
        if decoded is self._decoded:
            return
        self._decoded = decoded
        self._shows_decoded = (
            content is not None
            and content.kind is ContentKind.BINARY
            and decoded is not None
            and bool(decoded.text)
        )
        if decoded is not None:
            self.decoded.set_json(decoded.is_json)
            self.tasks.start("decoded", self.decoded.show_text(decoded.text, is_undoable=False))

    def _switch_decoded(self) -> None:
        self._shows_decoded = not self._shows_decoded
        self._show_text()
        self._show_bar(self.document.state)

    def _restoring_action(self) -> NoticeAction:
        return NoticeAction(self.tr("Restore…"), self.restore_requested.emit)

    def _show_bar(self, state: DocumentState) -> None:
        is_gone = state.phase is Phase.GONE
        if is_gone and self.elements.changer.has_vanished:
            self._bars.show_notice(None)  # the page's own says how it went, and offers it back
            return
        notice = notice_of(state, self._actions, is_read_only=self._is_read_only)
        if notice is None:
            notice = notice_of_value(state, self._value_actions, shows_decoded=self._shows_decoded)
        if notice is not None and is_gone and self._is_restorable(self.key):
            notice = replace(notice, actions=(*notice.actions, self._restoring_action()))
        self._bars.show_notice(notice, asks_ttl=is_gone and not self._is_read_only)

    def _show_difference(self) -> None:
        if self._other_value() is not None:
            self._start("difference", self._compare())

    def _other_value(self) -> StoredValue | None:
        """Answer what the text is compared with: the other value, or what was loaded last."""
        return self.document.state.theirs or self.document.state.stored

    async def _compare(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        waiting = loop.call_later(SLOW_S, self._say_comparing)
        try:
            await self._show_compared()
        finally:
            waiting.cancel()
            if loop.time() - started >= SLOW_S:
                self._show_bar(self.document.state)

    def _say_comparing(self) -> None:
        cancel = NoticeAction(self.tr("Cancel"), lambda: self.tasks.cancel("difference"))
        self._bars.show_notice(
            Notice(Severity.INFO, self.tr("Comparing two long texts…"), actions=(cancel,))
        )

    async def _show_compared(self) -> None:
        is_conflict = self.document.state.phase is Phase.CONFLICT
        can_merge = is_conflict and not self._is_read_only and not self._is_binary
        if can_merge and await self._conflict_desk.open_view():
            return
        theirs = self._other_value()
        if theirs is None:
            return
        content = await content_of(theirs)
        if self._is_binary:
            mine = hex_rows(self.hex.view.read_bytes(), HEX_BYTES)
        else:
            mine = (await self.panel.view.read_text()).text
        is_stored = self.document.state.theirs is None
        await self.difference.compare(mine, content.shown, is_stored=is_stored)
        self._stack.setCurrentWidget(self.difference)
