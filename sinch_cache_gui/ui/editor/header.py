"""The head of an open document: its key, what it holds, and how long it lives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from sinch_cache_gui.cache.interface import ExtendBy, KeyType, Persist, TtlChange
from sinch_cache_gui.cache.misplaced_ids import misplaced_id, why_misplaced
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.buttons import icon_button
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.countdown import Countdown
from sinch_cache_gui.ui.editor.element_words import elements_in_words
from sinch_cache_gui.ui.editor.key_label import KeyLabel
from sinch_cache_gui.ui.editor.ttl_field import TtlPopup
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.ui.wrapping_row import WrappingRow
from sinch_cache_gui.values.content import ContentKind
from sinch_cache_gui.values.copy_as import Language
from sinch_cache_gui.values.document_state import DocumentState, Phase

MINUTE_MS: Final = 60_000


class DocumentHeader(QWidget):
    """Shows a document's state in two lines, and asks for changes of its TTL.

    Attributes:
        ttl_change_requested: Carries a `TtlChange`.
        delete_requested: The key shall go.
        rename_requested: The key shall have another name.
        duplicate_requested: There shall be a copy of the key.
        copy_as_requested: The key is wanted as code; carries a `Language`.
        deadline_passed: The countdown has reached its end.
    """

    ttl_change_requested = Signal(object)
    delete_requested = Signal()
    rename_requested = Signal()
    duplicate_requested = Signal()
    copy_as_requested = Signal(object)
    deadline_passed = Signal()

    def __init__(
        self, theme: Theme, key: bytes, now_ms: Callable[[], int], *, is_read_only: bool
    ) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._key = key
        self._now_ms = now_ms
        self._is_read_only = is_read_only
        self._state: DocumentState | None = None
        self._name = KeyLabel(theme, key)
        self._what = QLabel()
        self._what.setObjectName("muted")
        self._countdown = Countdown(theme, now_ms, self)
        self._countdown.deadline_passed.connect(self.deadline_passed)
        self._copy = self._tool(self.tr("Copy the key"), self._copy_key)
        self._delete = self._tool(self.tr("Delete this key"), self.delete_requested.emit)
        self._more = self._tool(self.tr("More to do with this key"), lambda: None)
        self._moves = self._fill_more()
        self._extends = self._make_extends()
        self._choose = self._tool(self.tr("Set the time to live"), self._ask_for_ttl)
        self._choose.setText(self.tr("Set…"))
        self._persist = self._tool(self.tr("Remove the expiry"), lambda: self._ask(Persist()))
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_state(self, state: DocumentState) -> None:
        """Show what the document is now."""
        self._state = state
        exists = state.stored is not None and state.phase not in (Phase.GONE, Phase.LOADING)
        self._what.setText(self._describe(state))
        is_told = state.stored is None or state.stored.is_deadline_told
        if not exists:
            self._countdown.set_unknown()
        elif is_told:
            self._countdown.set_deadline(state.deadline_ms)
        else:
            self._countdown.set_untold()
        may_change = exists and not self._is_read_only
        self._choose.setEnabled(may_change and is_told)
        for tool in (*self._extends, self._persist):
            tool.setEnabled(may_change and state.deadline_ms is not None)
        self._delete.setEnabled(may_change)
        self._more.setEnabled(exists)
        for action in self._moves:
            action.setEnabled(may_change)

    def _describe(self, state: DocumentState) -> str:
        if state.phase is Phase.LOADING:
            return self.tr("loading…")
        if state.stored is None:
            return ""
        kind = state.content.kind if state.content is not None else ContentKind.OTHER
        name = state.content.name if state.content is not None else ""
        what = state.stored.type if kind is ContentKind.OTHER else name or kind.value
        size = state.stored.size
        if state.phase is Phase.GONE:
            return self.tr("{}, gone").format(what)
        if size is None:
            return what
        if state.stored.type == KeyType.STRING:
            return self.tr("{}, {} B").format(what, f"{size:,}")
        return f"{what}, {elements_in_words(state.stored.type, size)}"

    def _make_extends(self) -> list[QToolButton]:
        tools = []
        for text, name, ms in (
            (self.tr("+1m"), self.tr("Live one minute longer"), MINUTE_MS),
            (self.tr("+5m"), self.tr("Live five minutes longer"), 5 * MINUTE_MS),
            (self.tr("+1h"), self.tr("Live one hour longer"), 60 * MINUTE_MS),
        ):
            tool = self._tool(name, partial(self._ask, ExtendBy(ms)))
            tool.setText(text)
            tools.append(tool)
        return tools

    def _fill_more(self) -> tuple[QAction, ...]:
        """Fill the menu of what is seldom done; answer what of it writes."""
        menu = QMenu(self._more)
        moves = (
            menu.addAction(self.tr("Rename…"), self.rename_requested.emit),
            menu.addAction(self.tr("Duplicate…"), self.duplicate_requested.emit),
        )
        menu.addSeparator()
        for language in Language:
            menu.addAction(
                self.tr("Copy as {}").format(language.value),
                partial(self.copy_as_requested.emit, language),
            )
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(menu)
        open_leftwards(self._more)
        return moves

    def _tool(self, name: str, run: Callable[[], object]) -> QToolButton:
        tool = icon_button(name, run)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return tool

    @cached_property
    def _popup(self) -> TtlPopup:
        popup = TtlPopup(self._theme, self._now_ms, self)
        popup.chosen.connect(self._ask)
        return popup

    def _ask(self, change: TtlChange) -> None:
        self.ttl_change_requested.emit(change)

    def _ask_for_ttl(self) -> None:
        self._popup.ask_at(self._choose, self._state.deadline_ms if self._state else None)

    def _copy_key(self) -> None:
        copy_text(display_key(self._key))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID // 2)
        top.addWidget(self._name, 1)
        top.addWidget(self._copy)
        top.addWidget(self._delete)
        top.addWidget(self._more)
        lifetime = _row(self._countdown, *self._extends, self._choose, self._persist)
        below = WrappingRow(self._what, lifetime, at_right=True, gap=0)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID // 2, GRID // 2)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(below)
        word = misplaced_id(self._key)
        if word:
            column.addWidget(self._suspicion(why_misplaced(word)))

    def _suspicion(self, why: str) -> QLabel:
        label = QLabel(why)
        label.setObjectName("warning")
        label.setWordWrap(True)
        label.setAccessibleName(self.tr("Why this key looks wrong"))
        label.setAccessibleDescription(why)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _restyle(self) -> None:
        muted = self._theme.tokens.muted
        for tool, icon in (
            (self._copy, "mdi6.content-copy"),
            (self._delete, "mdi6.delete-outline"),
            (self._more, "mdi6.dots-horizontal"),
            (self._persist, "mdi6.timer-off-outline"),
        ):
            tool.setIcon(icons.drawn(icon, color=muted))


def _row(*parts: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for part in parts:
        layout.addWidget(part)
    return row
