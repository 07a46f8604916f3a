"""The way of the keyboard through a window: Tab goes on as the window is read.

Qt goes in the order in which widgets were made. Here panes, tabs and bars come and go, and each
that is made later would be reached after everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)


def go_on(window: QWidget, *, is_forward: bool) -> bool:
    """Give the keyboard to the control after, or before, the one that has it, round and round.

    Returns:
        Whether there was any.
    """
    stops = tab_stops(window)
    if not stops:
        return False
    # The keyboard may be in a part of a control, or in one that Tab does not stop at.
    order = list(reading_order(window))
    here: QWidget | None = window.focusWidget()
    while here is not None and here not in order:
        here = here.parentWidget()
    passed = order[: order.index(here)] if here is not None else []
    before = sum(stop in passed for stop in stops)
    step = int(here in stops) if is_forward else -1
    reason = Qt.FocusReason.TabFocusReason if is_forward else Qt.FocusReason.BacktabFocusReason
    stops[(before + step) % len(stops)].setFocus(reason)
    return True


def tab_stops(window: QWidget) -> Sequence[QWidget]:
    """Answer the controls that Tab stops at, in the order in which they are read."""
    behaviour = QGuiApplication.styleHints().tabFocusBehavior()
    is_for_all = behaviour == Qt.TabFocusBehavior.TabFocusAllControls
    wanted = Qt.FocusPolicy.TabFocus if is_for_all else Qt.FocusPolicy.StrongFocus
    return [
        widget
        for widget in reading_order(window)
        if widget.isEnabled()
        and widget.focusPolicy() & wanted == wanted
        and widget.focusProxy() is None
    ]


def reading_order(widget: QWidget) -> Iterator[QWidget]:
    """Yield everything in sight within a widget, row by row, but for what is in a list or table."""
    inside = [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and child.isVisible() and not child.isWindow()
    ]
    for row in _rows(inside):
        for child in sorted(row, key=lambda one: one.x(), reverse=widget.isRightToLeft()):
            yield child
            if not isinstance(child, QAbstractItemView):
                yield from reading_order(child)


def _rows(widgets: Sequence[QWidget]) -> list[list[QWidget]]:
    """Put those into a row whose middle is as high as the row, and that lie beside one another."""
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: one.y()):
        place = widget.geometry()
        others = [other.geometry() for other in rows[-1]] if rows else []
        is_as_high = any(o.top() <= place.center().y() <= o.bottom() for o in others)
        is_beside = all(place.right() < o.left() or o.right() < place.left() for o in others)
        if is_as_high and is_beside:
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return rows


class EscapeThenTab(QObject):
    """Lets the keyboard out of a text that Tab is typed into: Esc, and then Tab or Shift+Tab.

    In a dialog, which Esc closes, Ctrl+Tab does so; in a window that goes to the next open key.
    """

    def __init__(self, text: QWidget) -> None:
        super().__init__(text)
        self._text = text
        self._is_leaving = False
        text.installEventFilter(self)
        text.setAccessibleDescription(
            self.tr("Esc and then Tab leave this text; in a dialog, Ctrl+Tab")
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            leaves = self._is_leaving or event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if leaves and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self._is_leaving = False
                return go_on(self._text.window(), is_forward=key == Qt.Key.Key_Tab)
            if key not in MODIFIERS:
                self._is_leaving = key == Qt.Key.Key_Escape
        elif event.type() == QEvent.Type.FocusOut:
            self._is_leaving = False
        return super().eventFilter(watched, event)
