"""What stands beside the filter field: further conditions, as a menu and as removable chips."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.keyspace.conditions import Asked, Conditions
from sinch_cache_gui.keyspace.expiry import format_time
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.theme import GRID, Theme

LARGE: Final = 50_000
"""Keys from which on loading only a part of them is worth offering."""

TYPES: Final = (
    KeyType.STRING,
    KeyType.HASH,
    KeyType.LIST,
    KeyType.SET,
    KeyType.ZSET,
    KeyType.STREAM,
)


class Chip(QToolButton):
    """One active condition; pressing it removes it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands last
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def say(self, text: str) -> None:
        """Show what is filtered by; nothing for an empty text."""
        self.setText(text)
        self.setAccessibleName(self.tr("Remove the filter: {}").format(text))
        self.setVisible(bool(text))

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setIcon(icons.drawn("mdi6.close", color=tokens.muted))
        self.setStyleSheet(
            f"QToolButton {{ background: {tokens.raised}; border: 1px solid {tokens.border}; }}"
            f"QToolButton:hover {{ background: {tokens.hover}; }}"
            f"QToolButton:focus {{ border-color: {tokens.accent}; }}"
        )


class FilterRow(QWidget):
    """Chips for the conditions in force, how many keys meet them, and the menu of all others."""

    conditions_wished = Signal(object)
    """Show only keys that meet these `Conditions`."""
    ask_again_requested = Signal()
    load_only_requested = Signal()
    load_all_requested = Signal()
    name_order_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._conditions = Conditions()
        self._filter_text = ""
        self._coverage = Coverage(CoverageState.LOADING)
        self._expiry = Chip(theme)
        self._type = Chip(theme)
        self._order = Chip(theme)
        self._counted = QLabel()
        self._counted.setObjectName("muted")
        self._again = QToolButton()
        self._more = QToolButton()
        self._menu = QMenu(self)
        self._lay_out()
        self._expiry.clicked.connect(lambda: self._wish(within_ms=None, is_lasting=False))
        self._type.clicked.connect(lambda: self._wish(type=""))
        self._order.clicked.connect(self.name_order_requested)
        self._again.clicked.connect(self.ask_again_requested)
        self._menu.aboutToShow.connect(self._fill_menu)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def chips(self) -> tuple[QToolButton, ...]:
        """The chips in force."""
        chips = (self._expiry, self._type, self._order)
        return tuple(chip for chip in chips if not chip.isHidden())

    def menu(self) -> QMenu:
        """Answer the menu of the filter, with what can be done now."""
        self._fill_menu()
        return self._menu

    def show_filter(self, text: str, conditions: Conditions, coverage: Coverage) -> None:
        """Know what is filtered by."""
        self._filter_text = text
        self._coverage = coverage
        self._conditions = conditions
        self._expiry.say(self._expiry_text(conditions))
        self._type.say(conditions.type)

    def show_order(self, asked: Asked | None, left_out: int = 0) -> None:
        """Say how far sorting by TTL has come; nothing while all is sorted by name.

        Args:
            asked: How far it has come; None for nothing.
            left_out: Folders on show that were too large to sort without being asked to.
        """
        if asked is None:
            self._order.say("")
            return
        since = self.tr("TTLs as of {}.").format(format_time(asked.as_of_ms))
        if asked.reason:
            text, tip = self.tr("by TTL: failed"), asked.reason
        elif asked.is_done:
            text, tip = self.tr("by TTL"), since
        else:
            text, tip = self.tr("by TTL: {} %").format(asked.percent), since
        if left_out:
            text = self.tr("{} ({} not)").format(text, left_out)
            more = self.tr("Large folders are sorted from their own menu; left by name: {}.")
            tip = f"{tip}\n{more.format(left_out)}"
        self._order.say(text)
        self._order.setAccessibleName(self.tr("Sort by name again; now {}").format(text))
        hint = self.tr("Press to sort by name again.")
        self._order.setToolTip(f"{tip}\n{hint}")

    def show_count(self, found: int, known: int, asked: Asked | None) -> None:
        """Say how many keys are shown of those known, and how far the asking has come."""
        text = self.tr("{} of {}").format(f"{found:,}", f"{known:,}")
        is_asking = asked is not None and not asked.is_done and not asked.reason
        if asked is not None and is_asking:
            text = self.tr("{}, asking: {} %").format(f"{found:,}", asked.percent)
        elif asked is not None and asked.reason:
            text = self.tr("{}, asked {} % only").format(f"{found:,}", asked.percent)
        self._counted.setText(text)
        self._counted.setVisible(bool(self._filter_text or self._conditions))
        self._again.setVisible(asked is not None and not is_asking)
        if asked is not None:
            since = self.tr("As of {}.").format(format_time(asked.as_of_ms))
            parts = (asked.reason, since, self.tr("Ask again"))
            self._again.setToolTip("\n".join(part for part in parts if part))
            self._counted.setToolTip(since)

    def in_words(self, conditions: Conditions) -> list[str]:
        """Answer what is asked of keys, as a sentence says it: the chips have less room."""
        words = [self.tr("no expiry")] if conditions.is_lasting else []
        if conditions.within_ms is not None:
            words.append(self.tr("expires within {}").format(self._span(conditions.within_ms)))
        if conditions.type:
            words.append(self.tr("type {}").format(conditions.type))
        return words

    def _expiry_text(self, conditions: Conditions) -> str:
        """Answer what a condition on the TTL is called."""
        if conditions.is_lasting:
            return self.tr("no expiry")
        if conditions.within_ms is None:
            return ""
        return self.tr("≤ {}").format(self._span(conditions.within_ms))

    def _span(self, within_ms: int) -> str:
        return dict(self._spans()).get(within_ms, str(within_ms))

    def _spans(self) -> tuple[tuple[int, str], ...]:
        return (
            (60_000, self.tr("1 min")),
            (600_000, self.tr("10 min")),
            (3_600_000, self.tr("1 h")),
            (86_400_000, self.tr("1 day")),
        )

    def _wish(
        self,
        *,
        within_ms: int | None = None,
        is_lasting: bool | None = None,
        type: str | None = None,  # noqa: A002 - as the condition is called
    ) -> None:
        now = self._conditions
        if is_lasting is not None:
            now = replace(now, within_ms=within_ms, is_lasting=is_lasting)
        if type is not None:
            now = replace(now, type=type)
        self.conditions_wished.emit(now)

    def _fill_menu(self) -> None:
        menu, now = self._menu, self._conditions
        menu.clear()
        for within_ms, span in self._spans():
            title = self.tr("Expires within {}").format(span)
            wish = partial(self._wish, within_ms=within_ms, is_lasting=False)
            self._add(menu, title, wish, is_on=now.within_ms == within_ms)
        wish = partial(self._wish, is_lasting=True)
        self._add(menu, self.tr("No expiry"), wish, is_on=now.is_lasting)
        menu.addSeparator()
        types = menu.addMenu(self.tr("Type"))
        for name in TYPES:
            self._add(types, name, partial(self._wish, type=name), is_on=now.type == name)
        self._add_loading(menu)

    def _add_loading(self, menu: QMenu) -> None:
        is_partial = self._coverage.pattern is not None
        is_all = self._coverage.state is CoverageState.COMPLETE and not is_partial
        if is_all and self._coverage.keys < LARGE:
            return
        menu.addSeparator()
        text = self._filter_text
        if text:
            title = self.tr("Load only keys that match “{}”").format(text.replace("&", "&&"))
        else:
            title = self.tr("Load only keys that match the text of the filter")
        menu.addAction(title, self.load_only_requested.emit).setEnabled(bool(text))
        if is_partial:
            menu.addAction(self.tr("Load all keys"), self.load_all_requested.emit)

    def _add(self, menu: QMenu, title: str, run: partial[None], *, is_on: bool) -> None:
        action = menu.addAction(title, run)
        action.setCheckable(True)
        action.setChecked(is_on)

    def _lay_out(self) -> None:
        self._again.setAccessibleName(self.tr("Ask again which keys meet the filter"))
        self._again.hide()
        self._counted.hide()
        self._more.setAccessibleName(self.tr("Filter by TTL or type"))
        self._more.setToolTip(self.tr("Filter by TTL or type"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._menu)
        open_leftwards(self._more)
        self._again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        for part in (self._expiry, self._type, self._order, self._counted, self._again, self._more):
            row.addWidget(part)

    def _restyle(self) -> None:
        muted = self._theme.tokens.muted
        self._again.setIcon(icons.drawn("mdi6.refresh", color=muted))
        self._more.setIcon(icons.drawn("mdi6.tune-variant", color=muted))
