"""Notices in place: a bar inside the pane it speaks of, which pushes nothing out of place."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme, Tokens

NEWS_STAYS_MS = 6_000
ACTION_STAYS_MS = 20_000
"""How long good news stay in view: longer where something can be done about them (Undo)."""

MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
"""What happens to a pane or its foot after which a bar has another place."""

NARROWEST = 260
"""Pixels that a notice needs for its texts and buttons."""

WIDE = 100
"""Of the room that is left, a field that wants it all has a hundred times that of nothing."""

BUTTONS_HEIGHT = 2 * BAR_HEIGHT
"""Pixels at the foot of an editor, where its buttons are."""

ICONS = {
    Severity.INFO: "mdi6.information-outline",
    Severity.SUCCESS: "mdi6.check-circle-outline",
    Severity.WARNING: "mdi6.alert-outline",
    Severity.ERROR: "mdi6.alert-circle-outline",
}


class NoticeBar(QFrame):
    """One notice over the bottom edge of the pane `over`, with what can be done about it.

    The first action is the expected one: Enter presses it while the bar has the focus. Escape
    dismisses the bar.
    """

    dismissed = Signal()

    def __init__(
        self,
        theme: Theme,
        over: QWidget,
        *,
        max_width: int | None = None,
        lift: int = 0,
    ) -> None:
        """Be hidden until there is something to say.

        Args:
            theme: Colours.
            over: The pane the notices speak of.
            max_width: Pixels; in a wider pane the bar stands at its left. None: as wide as it is.
            lift: Pixels of the pane's bottom edge that stay uncovered.
        """
        super().__init__(over)
        self._max_width = max_width
        self._lift = lift
        self._theme = theme
        self._over = over
        self._foot: QWidget | None = None
        self._column: QWidget | None = None
        self._notice: Notice | None = None
        self._icon = QLabel()
        self._title = QLabel()
        self._title.setObjectName("title")
        self._detail = QLabel()
        for label in (self._title, self._detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._close = QToolButton()
        self._close.setAccessibleName(self.tr("Dismiss this message"))
        self._close.setToolTip(self.tr("Dismiss (Esc)"))
        self._close.clicked.connect(self._dismiss)
        self._buttons: list[QPushButton] = []
        self._content = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._content.setSpacing(GRID // 2)
        self._choices = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._choices.setSpacing(GRID // 2)
        self._extra: QWidget | None = None
        self._lay_out()
        over.installEventFilter(self)
        theme.changed.connect(self._restyle)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    @property
    def notice(self) -> Notice | None:
        """The notice shown, None while there is none."""
        return self._notice

    def show_notice(self, notice: Notice, *, extra: QWidget | None = None) -> None:
        """Show `notice` in place of whatever was shown.

        Args:
            notice: What to say, and what can be done about it.
            extra: A control that belongs to the actions (a field), put before their buttons.
        """
        has_same_buttons = self._notice is not None and self._notice.actions == notice.actions
        self._notice = notice
        self._title.setText(notice.title)
        self._detail.setText(notice.detail)
        self._detail.setVisible(bool(notice.detail))
        self.setAccessibleName(notice.title)
        self.setAccessibleDescription(notice.detail)
        has_same_buttons = has_same_buttons and extra is self._extra
        self._set_extra(extra)
        if not has_same_buttons:  # one that is pressed at this moment stays
            self._set_actions(notice.actions)
        self._restyle()
        self.show()
        self.raise_()
        self._place()

    def keep_above(self, foot: QWidget | None) -> None:
        """Leave a foot of the pane uncovered while it is in sight; None: there is none."""
        if self._foot is not None:
            self._foot.removeEventFilter(self)
        self._foot = foot
        if foot is not None:
            foot.installEventFilter(self)
        self._place()

    def keep_within(self, column: QWidget | None) -> None:
        """Cover only this pane at the left, and where it has no room no buttons of the next one."""
        if self._column is not None:
            self._column.removeEventFilter(self)
        self._column = column
        if column is not None:
            column.installEventFilter(self)
        self._place()

    def hide_notice(self) -> None:
        """Take the bar away."""
        self._notice = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self._over, self._foot, self._column) and event.type() in MOVES:
            self._place()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()  # until now the layout may have reckoned with the texts before
        return is_done

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._buttons:
            # A button leaves Enter to its bar: on “Cancel” it must not mean the first choice.
            choices = (*self._buttons, self._close)
            next((one for one in choices if one.hasFocus()), self._buttons[0]).click()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._detail)
        self._content.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(GRID)
        self._body.addLayout(texts, 1)
        self._choices.addLayout(self._content, 1)
        self._body.addLayout(self._choices)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._body, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def _set_extra(self, extra: QWidget | None) -> None:
        if self._extra is not None and self._extra is not extra:
            self._choices.removeWidget(self._extra)
            self._extra.hide()
            self._extra.deleteLater()
        if extra is not None and extra is not self._extra:
            is_wide = extra.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding
            self._choices.insertWidget(0, extra, WIDE if is_wide else 0)
            extra.show()  # as the buttons
        self._extra = extra

    def _set_actions(self, actions: tuple[NoticeAction, ...]) -> None:
        for button in self._buttons:
            self._content.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for action in actions:
            button = QPushButton(action.label)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, run=action.run: run())
            self._content.insertWidget(self._content.count() - 1, button)
            button.show()  # until it is, the layout reckons without its row
            self._buttons.append(button)
        is_crowded = len(actions) > 1 or self._extra is not None
        self._body.setDirection(
            QBoxLayout.Direction.TopToBottom if is_crowded else QBoxLayout.Direction.LeftToRight
        )

    def _dismiss(self) -> None:
        self.hide_notice()
        self.dismissed.emit()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        severity = self._notice.severity if self._notice else Severity.INFO
        back, mark = _colours(tokens, severity)
        self.setStyleSheet(
            f"NoticeBar {{ background: {back}; border: 1px solid {tokens.border};"
            f" border-left: 3px solid {mark}; border-radius: 4px; }}"
        )
        self._icon.setPixmap(icons.drawn(ICONS[severity], color=mark).pixmap(QSize(18, 18)))
        self._close.setIcon(icons.drawn("mdi6.close", color=tokens.muted))

    def _place(self) -> None:
        room = self._over.width() - 2 * GRID
        width = room if self._max_width is None else min(room, self._max_width)
        lift = self._lift
        if self._column is not None:
            column = self._column.width() - 2 * GRID if self._column.isVisible() else 0
            if column >= NARROWEST:
                width = min(width, column)
            else:
                lift += BUTTONS_HEIGHT
        self._stack(width)
        height = (
            self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        bottom = self._over.height() - lift
        if self._foot is not None and self._foot.isVisible():
            bottom = self._foot.mapTo(self._over, QPoint()).y()
        self.setGeometry(GRID, bottom - height - GRID, width, height)

    def _stack(self, width: int) -> None:
        """Put one below the other what has no room beside the other in a bar of that width."""
        aside = self._icon.sizeHint().width() + self._close.sizeHint().width() + 2 * GRID
        margins = self.contentsMargins()
        room = width - aside - 2 * GRID - 4 - margins.left() - margins.right()
        buttons = sum(button.sizeHint().width() for button in self._buttons)
        buttons += self._content.spacing() * max(len(self._buttons) - 1, 0)
        extra = 0
        if self._extra is not None:
            extra = max(self._extra.minimumWidth(), self._extra.minimumSizeHint().width())
        for row, wanted in (
            (self._content, buttons),
            (self._choices, buttons + extra + self._choices.spacing()),
        ):
            is_full = wanted > room
            row.setDirection(
                QBoxLayout.Direction.TopToBottom if is_full else QBoxLayout.Direction.LeftToRight
            )


def _colours(tokens: Tokens, severity: Severity) -> tuple[str, str]:
    return {
        Severity.INFO: (tokens.info_back, tokens.accent),
        Severity.SUCCESS: (tokens.success_back, tokens.success),
        Severity.WARNING: (tokens.warning_back, tokens.warning),
        Severity.ERROR: (tokens.danger_back, tokens.danger),
    }[severity]


class NoticeView:
    """Shows the window's notices one after another over its bottom edge, the newest on top.

    An action takes its notice away before it runs. Good news leave by themselves; what needs a
    decision or went wrong stays. An error that another notice covered comes back once that one is
    gone.
    """

    def __init__(self, bar: NoticeBar) -> None:
        self._bar = bar
        self._covered: list[Notice] = []
        self._leaving = QTimer(bar)
        self._leaving.setSingleShot(True)
        self._leaving.timeout.connect(self._leave)
        bar.dismissed.connect(self._show_covered)

    def show(self, notice: Notice) -> None:
        """Show `notice` now."""
        shown = self._bar.notice
        if shown is not None and shown.severity is Severity.ERROR and shown.title != notice.title:
            self._covered.append(shown)
        actions = tuple(self._hiding(action) for action in notice.actions)
        self._bar.show_notice(replace(notice, actions=actions))
        self._leaving.stop()
        if notice.severity in (Severity.INFO, Severity.SUCCESS):
            self._leaving.start(ACTION_STAYS_MS if actions else NEWS_STAYS_MS)

    def _leave(self) -> None:
        if self._bar.underMouse() or self._bar.hasFocus():
            self._leaving.start(NEWS_STAYS_MS)
            return
        self._bar.hide_notice()
        self._show_covered()

    def _hiding(self, action: NoticeAction) -> NoticeAction:
        def run() -> None:
            self._bar.hide_notice()
            action.run()
            if self._bar.notice is None:
                self._show_covered()

        return NoticeAction(action.label, run)

    def _show_covered(self) -> None:
        if self._covered:
            self._bar.show_notice(self._covered.pop())
