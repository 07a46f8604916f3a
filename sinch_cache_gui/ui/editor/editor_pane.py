"""One open key: its head, its value, and a bar for whatever happens to it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sinch_cache_gui.cache.interface import CacheBackend, KeyType, TtlChange
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.comparison import Comparison
from sinch_cache_gui.ui.editor.conflict_desk import ConflictDesk
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.document_bars import DocumentBars
from sinch_cache_gui.ui.editor.elements_page import ElementsPage
from sinch_cache_gui.ui.editor.front_page import FrontPage, WayOut
from sinch_cache_gui.ui.editor.header import DocumentHeader
from sinch_cache_gui.ui.editor.hex_page import HexPage
from sinch_cache_gui.ui.editor.json_tree.page import JsonTreePage
from sinch_cache_gui.ui.editor.key_mover import KeyMover
from sinch_cache_gui.ui.editor.other_types import OtherTypes
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.state_bar import StateBar
from sinch_cache_gui.ui.editor.state_notices import StateActions
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.editor.unsaved_text import UnsavedText
from sinch_cache_gui.ui.editor.unwritten_element import UnwrittenElement
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.ui.editor.view_switch import ValueView, ViewSwitch
from sinch_cache_gui.ui.editor.whole_value import WholeValue
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import ContentKind
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import DocumentState, Phase
from sinch_cache_gui.values.drafts import ElementPlace, Unsaved
from sinch_cache_gui.values.transit import Progress, Way


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
        self.tasks = PaneTasks(scope, self)
        self._is_read_only = is_read_only
        self._is_restorable = is_restorable
        self.key = key
        self.header = DocumentHeader(theme, key, backend.now_ms, is_read_only=is_read_only)
        self.panel = TextPanel(theme, self.tasks, self.tr("Save"), keys_of=self)
        self.switch = ViewSwitch()
        self.panel.footer.add_switch(self.switch)
        self.pages = ValuePages(
            theme, self.panel, backend, key, self.tasks, is_read_only=is_read_only
        )
        self.document = Document(backend, key, self.pages.text, lambda: self.pages.hex.view)
        self._conflict_desk = ConflictDesk(self.pages, self.document, self.tasks)
        self._front = FrontPage(
            self.pages,
            self.switch,
            self.document,
            self._conflict_desk,
            self.tasks,
            WayOut(self.load, self.document.transit.stop, self._bringing_back),
        )
        self._other_types = OtherTypes(self.pages, backend, key, self.tasks)
        self._bars = DocumentBars(theme, self.pages.body, backend.now_ms)
        self.mover = KeyMover(theme, backend, key, self.tasks, self.pages.body)
        self._unwritten = UnwrittenElement(self.pages, self.mover.bar)
        self._comparison = Comparison(
            self.pages,
            self.document,
            self._conflict_desk,
            self._bars,
            self.tasks,
            is_read_only=is_read_only,
        )
        self._whole = WholeValue(self.pages, self.panel, self.document, self.tasks)
        self._unsaved = UnsavedText(
            self.pages, self.document, self._conflict_desk, is_read_only=is_read_only
        )
        self._is_draft = False
        self._is_save_due = False
        self._shows_merge = False
        self._shown_kind: tuple[ContentKind, bool, bool] | None = None
        actions = StateActions(
            show_difference=self._comparison.start,
            take_theirs=lambda: self._start("take theirs", self.document.take_theirs()),
            overwrite_theirs=self._overwrite_theirs,
            write_again=self._write_again,
            save=self.save,
            stop_saving=self._stop_saving,
            look_again=self.look_again,
        )
        self._state_bar = StateBar(
            self._bars,
            self.pages,
            self._front,
            self._whole,
            actions,
            self._restoring,
            is_read_only=is_read_only,
        )
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
        if self._conflict_desk.holds_merged_text or self.pages.unsaved_elements is not None:
            return True
        if self.pages.holds_cell or self.pages.holds_entry:
            return True
        return self.document.state.holds_unsaved_text

    def take_focus(self) -> None:
        """Have the keyboard go to the text, or to what stands in its place for now."""
        self.pages.take_focus()

    def load(self) -> None:
        """Read the key and show it."""
        self._start("load", self.document.load())

    def resume(self, draft: Unsaved) -> None:
        """Show a draft over what the user saw when writing it, then look at the key."""
        self._start("resume", self._unsaved.resume(draft))

    def resume_element(self, place: ElementPlace, draft: Unsaved) -> None:
        """Show a draft of an element in a window of its own."""
        self.pages.elements.resume(place, draft)

    @property
    def place(self) -> ElementPlace | None:
        """Its draft is of the whole value."""
        return None

    async def draft(self) -> Unsaved | None:
        """Answer what is unsaved; None where nothing is."""
        return await self._unsaved.read()

    def give_up(self) -> None:
        """Take what is unsaved for unwanted: the pane is closed."""
        self._unsaved.give_up()

    def let_go(self) -> None:
        """Free the value itself; the pane is about to go, and that may be long after."""
        self.document.let_go()
        self.header.show_state(self.document.state)
        self._whole.let_go()
        self._state_bar.let_go()

    def save(self) -> None:
        """Write the text; what was written since a save began, once that has ended."""
        self._is_save_due = True
        self._start("save", self._save_while_due())

    def look_again(self) -> None:
        """Look at the key again: something may have happened to it."""
        self._start("follow", self._follow())

    async def saved(self) -> bool:
        """Write the text, and answer whether nothing is left unsaved."""
        if (elements := self.pages.unsaved_elements) is not None:
            return await elements.saved()
        await self._save()
        return not self.holds_unsaved_text

    def ask_close(self) -> None:
        """Ask, in place, what to do with the unsaved text."""
        if (elements := self.pages.unsaved_elements) is not None:
            elements.ask_close()
            return
        self._bars.ask_close(
            save=None if self._is_read_only or self.pages.holds_entry else self._save_and_close,
            discard=self.close_agreed.emit,
            keep=self.take_focus,
        )

    def ask_rename(self) -> None:
        """Ask, in place, for another name; unsaved text is to be saved or discarded first."""
        if self._is_settled_for_renaming():
            self.mover.ask_rename(self._is_settled_for_renaming)

    def _is_settled_for_renaming(self) -> bool:
        """Whether no text is unsaved; if one is, it is said in place."""
        if not self.holds_unsaved_text:
            return True
        close = NoticeAction(self.tr("Close"), self.mover.bar.hide_notice)
        self.mover.bar.show_notice(
            Notice(
                Severity.INFO,
                self.tr("This text is not saved. Save it, or take it back, before renaming."),
                actions=(close,),
            )
        )
        return False

    def _wire(self) -> None:
        self.pages.text.edited_changed.connect(self._note_edited)
        self.pages.bytes_edited.connect(self._note_edited)
        self.pages.text.text_rested.connect(self._note_rested)
        self.pages.writing_rested.connect(self._note_rested)
        self.pages.elements_changed.connect(self.look_again)
        self.pages.elements_expired.connect(
            lambda: self._start("follow", self.document.remote_changed())
        )
        self.pages.element_edited.connect(self.state_changed)
        self.pages.unwritten_changed.connect(self._show_bar)
        self.pages.comparison_left.connect(self._front.show_value)
        self.pages.text_requested.connect(lambda: self._see_as(ValueView.TEXT))
        self.pages.front_changed.connect(self._follow_front)
        self.panel.save_requested.connect(self.save)
        self.panel.footer.save_requested.connect(self._save_merged)
        self.header.ttl_change_requested.connect(self._change_ttl)
        self.header.delete_requested.connect(self.delete_requested)
        self.header.rename_requested.connect(self.ask_rename)
        self.header.duplicate_requested.connect(self.mover.ask_duplicate)
        self.header.deadline_passed.connect(self.look_again)
        self.switch.view_requested.connect(self._see_as)
        self._front.turned.connect(self._show_bar)
        self._whole.notice_asked.connect(self._show_bar)
        self.pages.rows_counting.connect(self._whole.say_counting)
        self.pages.rows_counted.connect(self._whole.say_rows)
        self._bars.ttl_entered.connect(self._write_again)
        self._bars.state_asked.connect(self._show_bar)
        self.document.listen(self._show_state)
        self.document.transit.listen(self._show_progress)

    async def _follow(self) -> None:
        await self.document.remote_changed()
        self._other_types.show_again(self.document.state)

    def _note_edited(self) -> None:
        self.document.set_edited(self._unsaved.written_in.is_edited)

    def _note_rested(self) -> None:
        if self._unsaved.is_there:
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

    async def _save_while_due(self) -> None:
        while self._is_save_due:
            self._is_save_due = False
            await self._save()

    async def _save(self) -> None:
        if not await self.pages.settled():
            return
        await self.document.save()
        state = self.document.state
        if state.refusal is not None:
            self.panel.refuse(state.refusal)
        elif state.phase in (Phase.CONFLICT, Phase.GONE, Phase.CHECKING):
            self._show_bar()

    def _stop_saving(self) -> None:
        self.document.transit.stop()
        self.look_again()

    def _save_merged(self) -> None:
        if isinstance(front := self.pages.front, ConflictView):
            front.save_requested.emit()

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
        self._front.take_decoded(state.content)
        self._other_types.show_state(state)
        if (content := state.content) is not None:
            # While a text comes in, it is a beginning, whatever it will be.
            is_head = content.is_head or state.phase is Phase.LOADING
            kind = content.kind, is_head, content.is_vast
            if kind != self._shown_kind:
                self._shown_kind = kind
                self.panel.set_kind(content.kind, is_head=is_head, is_vast=content.is_vast)
        self.pages.set_may_write(state.is_editable and not self._is_read_only)
        if self._unsaved.written_in.is_edited and not state.is_edited:
            self._unsaved.written_in.set_unedited()
        self._whole.follow(state)
        self._front.follow(state)
        self._state_bar.follow(state)
        self._conflict_desk.show_state(state)
        self._comparison.follow()
        self._arrange_feet()
        self._front.show_switch()
        self._note_draft()
        self.panel.footer.mark_unsaved(is_unsaved=self.holds_unsaved_text)
        self.state_changed.emit()

    def _show_progress(self, progress: Progress | None) -> None:
        state = self.document.state
        if state.content is None:
            self._front.follow(state)
        elif progress is None:
            self._show_bar()
        elif progress.way is Way.TO_CACHE:
            self._state_bar.show_saving(progress)

    def _follow_front(self) -> None:
        shows_merge = isinstance(self.pages.front, ConflictView)
        if shows_merge is not self._shows_merge:
            self._shows_merge = shows_merge
            if self.document.state.phase is Phase.CONFLICT:
                self._show_bar()  # it does not offer what is in view
        self._arrange_feet()

    def _arrange_feet(self) -> None:
        """Have beneath the value what belongs to it, where no bar covers it."""
        page = self.pages.front
        foot = page.foot if isinstance(page, HexPage | JsonTreePage | ElementsPage) else None
        self._bars.keep_above(foot, self.mover.bar)
        stored = self.document.state.stored
        is_text = stored is None or stored.type == KeyType.STRING
        self.panel.footer.setVisible(is_text)

    def _see_as(self, seen: ValueView) -> None:
        if seen is ValueView.DIFFERENCE:
            self._comparison.start()
        else:
            self._front.see_as(seen)

    def _bringing_back(self) -> NoticeAction | None:
        if self._is_read_only:
            return None
        return self._restoring() or NoticeAction(self.tr("Create it"), self.create_requested.emit)

    def _restoring(self) -> NoticeAction | None:
        if not self._is_restorable(self.key):
            return None
        return NoticeAction(self.tr("Restore…"), self.restore_requested.emit)

    def _show_bar(self) -> None:
        self._state_bar.show(self.document.state)
