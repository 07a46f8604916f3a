"""Who calls whom, and the two buttons of a phone; one line of it while a call runs."""

from __future__ import annotations

import uuid
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.wording import ARROW
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.elided_label import ElidedLabel
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.theme import GRID, Theme, dress_as, fill
from sinch_cache_gui.voice.callbacks import CallSetup, Destination
from sinch_cache_gui.voice.customers import DEMO_CALLED, UNKNOWN_CALLER, known_phones, name_of
from sinch_cache_gui.voice.numbers import WITHHELD, parse_caller, parse_number


class DialForm(QWidget):
    """The caller's number, the called number, the call's id; Dial and Hang up."""

    dial_requested = Signal(object)
    """A `CallSetup`."""
    hang_up_requested = Signal()

    def __init__(self, theme: Theme, *, is_read_only: bool) -> None:
        super().__init__()
        self._theme = theme
        self._is_read_only = is_read_only
        self._used_id = ""
        self._is_dressed = False
        self._caller = QLineEdit(known_phones()[0])
        self._called = QLineEdit(DEMO_CALLED)
        self._call_id = QLineEdit(uuid.uuid4().hex)
        self._new_id = QToolButton()
        self._callers = QToolButton()
        self._dial = QPushButton(self.tr("Dial"))
        self._hang_up = QPushButton(self.tr("Hang up"))
        self._message = QLabel()
        self._fields = QWidget()
        self._folded = QWidget()
        self._numbers = ElidedLabel()
        self._short_id = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self._copy_id = QToolButton()
        self._name_controls()
        self._lay_out()
        for field in (self._caller, self._called, self._call_id):
            field.textEdited.connect(self._check)
            field.returnPressed.connect(self.request_dial)
        self._new_id.clicked.connect(self._take_new_id)
        self._copy_id.clicked.connect(self._copy_call_id)
        self._dial.clicked.connect(self.request_dial)
        self._hang_up.clicked.connect(self.hang_up_requested)
        theme.changed.connect(self._dress)
        self._dress()
        self.set_running(is_running=False)

    def take_focus(self) -> None:
        """Put the focus on Dial."""
        self._dial.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_running(self, *, is_running: bool) -> None:
        """Show the one button that is the next step, and fold the fields while a call runs."""
        if is_running == self._hang_up.isEnabled() and self._is_dressed:
            return
        self._is_dressed = True
        self._dial.setEnabled(not is_running and not self._is_read_only)
        self._hang_up.setEnabled(is_running)
        for field in (self._caller, self._called, self._call_id):
            field.setReadOnly(is_running)
        self._new_id.setEnabled(not is_running)
        self._callers.setEnabled(not is_running)
        if is_running:
            self._summarise()
        self._fields.setVisible(not is_running)
        self._folded.setVisible(is_running)
        fill(self._dial, primary=not is_running)
        fill(self._hang_up, destructive=is_running)
        self._dress_buttons()
        self._check()

    def _name_controls(self) -> None:
        self._caller.setAccessibleName(self.tr("Caller's number"))
        self._called.setAccessibleName(self.tr("Called number"))
        self._call_id.setAccessibleName(self.tr("Call ID"))
        self._call_id.setToolTip(self.tr("The call's id: callid in every callback"))
        self._caller.setToolTip(self.tr("+ and digits, or the word private for a hidden number"))
        self._callers.setAccessibleName(self.tr("Choose a caller"))
        self._callers.setToolTip(self.tr("Choose a caller the built-in function knows"))
        self._callers.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._callers.setMenu(self._caller_menu())
        open_leftwards(self._callers)
        self._new_id.setAccessibleName(self.tr("New call ID"))
        self._new_id.setToolTip(self.tr("New call ID"))
        self._numbers.setAccessibleName(self.tr("Who calls whom"))
        self._numbers.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._numbers.setMinimumWidth(1)
        self._short_id.setAccessibleName(self.tr("ID of the running call"))
        self._short_id.setObjectName("muted")
        self._copy_id.setAccessibleName(self.tr("Copy the call ID"))
        self._copy_id.setToolTip(self.tr("Copy the call ID"))
        self._dial.setAccessibleName(self.tr("Dial"))
        self._hang_up.setAccessibleName(self.tr("Hang up"))
        self._message.setWordWrap(True)

    def _caller_menu(self) -> QMenu:
        menu = QMenu(self)
        for phone in known_phones():
            action = menu.addAction(f"{name_of(phone)}\t{phone}")
            action.triggered.connect(partial(self.take_caller, phone))
        menu.addSeparator()
        stranger = menu.addAction(self.tr("Nobody the function knows") + f"\t{UNKNOWN_CALLER}")
        stranger.triggered.connect(partial(self.take_caller, UNKNOWN_CALLER))
        hidden = menu.addAction(self.tr("A hidden number") + f"\t{WITHHELD}")
        hidden.triggered.connect(partial(self.take_caller, WITHHELD))
        return menu

    def take_caller(self, caller: str) -> None:
        """Put `caller` into the form."""
        self._caller.setText(caller)
        self._check()

    def _lay_out(self) -> None:
        fields = QGridLayout(self._fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setHorizontalSpacing(GRID)
        fields.setVerticalSpacing(GRID // 2)
        for row, (text, field) in enumerate(
            (
                (self.tr("From"), self._caller),
                (self.tr("To"), self._called),
                (self.tr("ID"), self._call_id),
            )
        ):
            label = QLabel(text)
            label.setObjectName("muted")
            label.setBuddy(field)
            fields.addWidget(label, row, 0)
            fields.addWidget(field, row, 1)
        fields.addWidget(self._callers, 0, 2)
        fields.addWidget(self._new_id, 2, 2)
        fields.setColumnStretch(1, 1)
        folded = QHBoxLayout(self._folded)
        folded.setContentsMargins(0, 0, 0, 0)
        folded.setSpacing(GRID)
        folded.addWidget(self._numbers)
        folded.addWidget(self._short_id, 1)
        folded.addWidget(self._copy_id)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self._dial, 1)
        buttons.addWidget(self._hang_up, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(GRID, GRID, GRID, GRID)
        outer.setSpacing(GRID)
        outer.addWidget(self._fields)
        outer.addWidget(self._folded)
        outer.addLayout(buttons)
        outer.addWidget(self._message)
        for before, after in pairwise(
            (self._caller, self._callers, self._called, self._call_id, self._new_id, self._dial)
        ):
            self.setTabOrder(before, after)

    def _dress(self) -> None:
        for field in (self._caller, self._called, self._call_id):
            field.setFont(self._theme.monospace())
            field.setCursorPosition(0)
        self._callers.setIcon(icons.drawn("mdi6.account-outline", color=self._theme.tokens.muted))
        self._new_id.setIcon(icons.drawn("mdi6.refresh", color=self._theme.tokens.muted))
        self._copy_id.setIcon(icons.drawn("mdi6.content-copy", color=self._theme.tokens.muted))
        self._dress_buttons()

    def _dress_buttons(self) -> None:
        tokens = self._theme.tokens
        for button, icon in (
            (self._dial, "mdi6.phone"),
            (self._hang_up, "mdi6.phone-hangup"),
        ):
            colour = tokens.on_accent if button.isEnabled() else tokens.text
            button.setIcon(icons.drawn(icon, color=colour))

    def _take_new_id(self) -> None:
        self._call_id.setText(uuid.uuid4().hex)
        self._call_id.setCursorPosition(0)
        self._check()

    def _summarise(self) -> None:
        caller, called, call_id = (
            field.text().strip() for field in (self._caller, self._called, self._call_id)
        )
        self._numbers.setText(f"{caller} {ARROW} {called}")
        self._short_id.setText(self.tr("id {0}").format(call_id))
        lines = (
            self.tr("From {0}").format(caller),
            self.tr("To {0}").format(called),
            self.tr("Call ID {0}").format(call_id),
        )
        for label in (self._numbers, self._short_id):
            label.setToolTip("\n".join(lines))

    def _copy_call_id(self) -> None:
        copy_text(self._call_id.text().strip())

    def request_dial(self) -> None:
        """Ask for the call the fields describe, or say why that is impossible."""
        if not self._dial.isEnabled():
            return
        if self.setup() is None:
            self._check()
            return
        if self._call_id.text() == self._used_id:
            self._take_new_id()
        self._used_id = self._call_id.text()
        self.dial_requested.emit(self.setup())

    def setup(self) -> CallSetup | None:
        """Answer who calls whom as the fields say it; None where they make no sense."""
        caller, called = parse_caller(self._caller.text()), parse_number(self._called.text())
        call_id = self._call_id.text().strip()
        if caller is None or called is None or not call_id:
            return None
        return CallSetup(call_id, caller, Destination(called))

    def _check(self) -> None:
        """Say in one sentence why this cannot be dialled."""
        complaint = self._complaint()
        reason = self.tr("This cache is read-only: a call would write to it.")
        self._message.setText(reason if self._is_read_only else complaint)
        dress_as(self._message, "muted" if self._is_read_only else "danger")
        self._message.setVisible(bool(self._message.text()))

    def _complaint(self) -> str:
        if parse_caller(self._caller.text()) is None:
            return self.tr("The caller's number is + and 7 to 15 digits, or the word private.")
        if parse_number(self._called.text()) is None:
            return self.tr("The called number is + and 7 to 15 digits.")
        if not self._call_id.text().strip():
            return self.tr("A call needs an id.")
        return ""
