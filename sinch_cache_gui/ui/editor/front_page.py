"""Which page of a value is in front: by what the document is, and by what its user chose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sinch_cache_gui.cache.errors import NotPermitted
from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.notices import NoticeAction
from sinch_cache_gui.ui.editor.amounts import amount_of
from sinch_cache_gui.ui.editor.byte_comparison import ByteComparison
from sinch_cache_gui.ui.editor.conflict_desk import ConflictDesk
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.difference import DifferenceView
from sinch_cache_gui.ui.editor.json_tree.page import JsonTreePage
from sinch_cache_gui.ui.editor.large_text_view import LargeTextView
from sinch_cache_gui.ui.editor.other_types import ELEMENT_TYPES
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.ui.editor.view_switch import ValueView, ViewSwitch
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.values.content import Content, ContentKind
from sinch_cache_gui.values.decoders import Decoded
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import DocumentState, Phase


@dataclass(frozen=True, slots=True)
class WayOut:
    """What can be done where there is no value to show.

    Attributes:
        load: Try again.
        stop: Wait no longer for the value.
        bring_back: Answers what brings a key back that does not exist; None where nothing may.
    """

    load: Callable[[], None]
    stop: Callable[[], None]
    bring_back: Callable[[], NoticeAction | None]


class FrontPage(QObject):
    """Brings pages to the front, and has the switch beneath them say which it is.

    Attributes:
        turned: The user chose to see the value another way.
    """

    turned = Signal()

    def __init__(
        self,
        pages: ValuePages,
        switch: ViewSwitch,
        document: Document,
        conflict: ConflictDesk,
        tasks: PaneTasks,
        way_out: WayOut,
    ) -> None:
        super().__init__(pages)
        self._pages = pages
        self._switch = switch
        self._document = document
        self._conflict = conflict
        self._tasks = tasks
        self._way_out = way_out
        self._shows_tree = False
        self._shows_decoded = False
        self._decoded: Decoded | None = None
        pages.front_changed.connect(self.show_switch)

    @property
    def decoded(self) -> Decoded | None:
        """What a decoder made of the value; None if none knows it."""
        return self._decoded

    @property
    def shows_decoded(self) -> bool:
        """Whether what a decoder made of the value is wanted in front."""
        return self._shows_decoded

    def follow(self, state: DocumentState) -> None:
        """Bring to the front what a new state of the document asks for."""
        if state.content is None:
            self._say_why_nothing(state)
            return
        front = self._pages.front
        if isinstance(front, ConflictView) and self._conflict.is_undecided(state):
            return
        if isinstance(front, MessagePage) or state.phase is not Phase.CONFLICT:
            self.show_value()

    def show_value(self) -> None:
        """Bring the value to the front, the way its user chose to see it."""
        stored = self._document.state.stored
        if stored is None or stored.type == KeyType.STRING:
            self._pages.show(self._string_page())
        elif stored.type in ELEMENT_TYPES:
            self._pages.show(self._pages.elements)
        else:
            self._pages.show(self._pages.message)

    def see_as(self, seen: ValueView) -> None:
        """Show the value as text or as a tree, with the keyboard at the same place of it."""
        front = self._pages.front
        if isinstance(front, JsonTreePage) and seen is ValueView.TEXT:
            front.hand_over()
        self._shows_tree = seen is ValueView.TREE
        self._shows_decoded = False
        self.show_value()
        self.turned.emit()
        self._pages.take_focus()

    def switch_decoded(self) -> None:
        """Show what a decoder made of the value in place of the value, or the value again."""
        self._shows_decoded = not self._shows_decoded
        self.show_value()
        self.turned.emit()

    def take_decoded(self, content: Content | None) -> None:
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
            view = self._pages.decoded
            view.set_json(decoded.is_json)
            self._tasks.start("decoded", view.show_text(decoded.text, is_undoable=False))

    def show_switch(self) -> None:
        """Have the switch say how the value is seen, and how else it can be."""
        self._switch.show_view(self._view_in_front())
        state = self._document.state
        content = state.content
        is_text = content is not None and content.kind in (ContentKind.JSON, ContentKind.TEXT)
        is_comparable = is_text and state.compared is not None
        self._switch.allow(text=is_text, tree=state.is_whole_json, difference=is_comparable)

    def _view_in_front(self) -> ValueView | None:
        front = self._pages.front
        if front is self._pages.text or isinstance(front, LargeTextView):
            return ValueView.TEXT
        if isinstance(front, JsonTreePage):
            return ValueView.TREE
        is_comparison = isinstance(front, DifferenceView | ConflictView | ByteComparison)
        return ValueView.DIFFERENCE if is_comparison else None

    def _string_page(self) -> QWidget:
        state = self._document.state
        if self._shows_decoded:
            return self._pages.decoded
        if state.is_binary:
            return self._pages.hex
        if state.is_vast:
            return self._pages.whole
        shows_tree = self._shows_tree and state.is_whole_json
        return self._pages.tree if shows_tree else self._pages.text

    def _say_why_nothing(self, state: DocumentState) -> None:
        page = self._pages.message
        self._pages.show(page)
        if state.phase is Phase.FAILED and state.failure is not None:
            error = state.failure.error
            retry = NoticeAction(self.tr("Try again"), self._way_out.load)
            is_denied = isinstance(error, NotPermitted)
            icon = "mdi6.lock-outline" if is_denied else "mdi6.lan-disconnect"
            page.say(icon, error.title, error.detail, retry)
        elif state.phase is Phase.GONE:
            page.say(
                "mdi6.ghost-outline",
                self.tr("This key does not exist"),
                self.tr("It expired or was deleted before it could be shown."),
                self._way_out.bring_back(),
            )
        elif state.phase is Phase.STOPPED:
            again = NoticeAction(self.tr("Read again"), self._way_out.load)
            detail = self.tr("To read the value again begins anew.")
            page.say("mdi6.pause-circle-outline", self.tr("Loading was stopped"), detail, again)
        elif (progress := self._document.transit.progress) is not None:
            stop = NoticeAction(self.tr("Stop"), self._way_out.stop)
            title = self.tr("Loading… {}").format(amount_of(progress))
            page.say("mdi6.progress-clock", title, action=stop)
        else:
            page.say("mdi6.progress-clock", self.tr("Loading…"))
