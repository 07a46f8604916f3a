"""Rate, session and customer of the call, beside the phone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.wording import clock_text, offset_text
from sinch_cache_gui.ui.elided_label import ElidedLabel
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import GRID, Theme, dress_as
from sinch_cache_gui.voice.builtin import RATE_LIMIT
from sinch_cache_gui.voice.cards import CallerCards, Card

TICK_MS = 500
LINE_HEIGHT = 24


class CardList(QWidget):
    """Three lines on the keys of a call. Choosing one opens its key."""

    key_activated = Signal(object)
    """The key's bytes."""

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._theme = theme
        self._now_ms = now_ms
        self._cards: CallerCards | None = None
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self._ticking.timeout.connect(self._write)
        grid = QGridLayout(self)
        grid.setContentsMargins(GRID // 2, 0, GRID, GRID // 2)
        grid.setHorizontalSpacing(GRID // 2)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QToolButton, ElidedLabel]] = []
        titles = (self.tr("Rate"), self.tr("Session"), self.tr("Customer"))
        for row, title in enumerate(titles):
            button, text = QToolButton(), ElidedLabel()
            button.setText(title)
            button.setFixedHeight(LINE_HEIGHT)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setAccessibleName(self.tr("Open the key: {0}").format(title))
            button.clicked.connect(partial(self._open, row))
            text.setAccessibleName(title)
            grid.addWidget(button, row, 0)
            grid.addWidget(text, row, 1)
            self._rows.append((button, text))
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def cards(self) -> CallerCards | None:
        """What is shown; None before the first call."""
        return self._cards

    def show_cards(self, cards: CallerCards) -> None:
        """Show what is known now."""
        self._cards = cards
        self._write()
        self.show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ticking.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticking.stop()

    def _dress(self) -> None:
        muted = self._theme.tokens.muted
        names = ("mdi6.speedometer", "mdi6.account-clock-outline", "mdi6.card-account-details")
        for (button, _text), icon in zip(self._rows, names, strict=True):
            button.setIcon(icons.drawn(icon, color=muted))
        self._write()

    def _write(self) -> None:
        cards = self._cards
        if cards is None:
            return
        told = (
            (cards.rate, self._rate_text(cards)),
            (cards.session, self._session_text(cards.session)),
            (cards.customer, self._customer_text(cards.customer)),
        )
        for (button, label), (card, text) in zip(self._rows, told, strict=True):
            is_there = card.is_there and not self._is_over(card)
            button.setEnabled(is_there)
            button.setToolTip(plain_tip(card.key))
            label.setText(text if is_there else self.tr("none"))
            label.setToolTip(plain_tip(f"{card.key}\n{label.text()}"))
            is_full = card is cards.rate and is_there and cards.is_rate_reached
            name = "danger" if is_full else "" if is_there else "muted"
            dress_as(label, name)

    def _is_over(self, card: Card) -> bool:
        return has_passed(card.deadline_ms, self._now_ms())

    def _rate_text(self, cards: CallerCards) -> str:
        count = cards.rate_count
        if count is None:
            return self.tr("not a number")
        text = self.tr("{0} of {1}").format(f"{count:,}", RATE_LIMIT)
        if not cards.rate.is_deadline_told:
            return self.tr("{0} · TTL not told").format(text)
        if cards.rate.deadline_ms is None:
            return self.tr("{0} · never free again: no expiry").format(text)
        free = clock_text(cards.rate.deadline_ms)
        return self.tr("{0} · free again at {1}").format(text, free)

    def _session_text(self, card: Card) -> str:
        parts = [self._left_text(card)]
        if isinstance(card.value, dict):
            extra = (f"{name}: {value}" for name, value in card.value.items() if _tells(name))
            parts += extra
        return " · ".join(parts)

    def _customer_text(self, card: Card) -> str:
        value = card.value
        known = [value.get("name"), value.get("plan")] if isinstance(value, dict) else [value]
        told = [_plain(part) for part in known if part is not None]
        return " · ".join([*told, self._left_text(card)])

    def _left_text(self, card: Card) -> str:
        if not card.is_deadline_told:
            return self.tr("TTL not told")
        if card.deadline_ms is None:
            return self.tr("no expiry")
        left = offset_text(card.deadline_ms - self._now_ms())
        return self.tr("expires in {0}").format(left)

    def _open(self, row: int) -> None:
        if self._cards is not None:
            card = (self._cards.rate, self._cards.session, self._cards.customer)[row]
            self.key_activated.emit(card.key.encode())


def _tells(name: str) -> bool:
    """Whether a field of a session says more than the call does already."""
    return name not in ("callerNumber", "startTime")


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else str(value)
