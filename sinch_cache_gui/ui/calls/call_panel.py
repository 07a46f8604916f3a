"""A phone beside the cache: dial, hear, press, and see what each callback did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import qtawesome as qta
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.interface import FunctionCache
from sinch_cache_gui.ui.calls.call_session import CallSession
from sinch_cache_gui.ui.calls.callback_details import CallbackDetails
from sinch_cache_gui.ui.calls.callback_table import CallbackTable
from sinch_cache_gui.ui.calls.dial_form import NO_ARROW, DialForm
from sinch_cache_gui.ui.calls.phone import Phone
from sinch_cache_gui.ui.calls.wording import offset_text, state_text
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme
from sinch_cache_gui.voice.builtin import BuiltinFunction
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackStarted,
    CallEvent,
    CallOptions,
    CallPhase,
    CallState,
    OperationDone,
    StateChanged,
    TranscriptGrew,
)
from sinch_cache_gui.voice.callbacks import CallSetup
from sinch_cache_gui.voice.targets import BuiltinTarget

NARROWEST = 280
TICK_MS = 1000


class CallPanel(QWidget):
    """Places simulated calls to the built-in function, which keeps its state in `cache`.

    Args:
        theme: Colours and fonts.
        scope: Holds the call while it runs.
        cache: What the function reads and writes.
        now_ms: The cache's clock.
        is_read_only: Whether the cache takes no writes; then nothing can be dialled.
    """

    key_activated = Signal(object)
    """The bytes of a key the user chose in an operation."""
    operation_recorded = Signal(object)
    """A `CacheOperation` a callback just made."""
    call_state_changed = Signal(object)
    """The `CallState` of the call from now on."""

    def __init__(
        self,
        theme: Theme,
        scope: TaskScope,
        cache: FunctionCache,
        now_ms: Callable[[], int],
        is_read_only: bool,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._now_ms = now_ms
        self._state: CallState | None = None
        target = BuiltinTarget(BuiltinFunction(now_ms), cache, now_ms)
        self._session = CallSession(scope, target, now_ms, self)
        self._status = QLabel()
        self._options = QToolButton()
        self._form = DialForm(theme, is_read_only=is_read_only)
        self._phone = Phone(theme)
        self._callbacks = CallbackTable(theme)
        self._details = CallbackDetails(theme)
        self._callback_pages = QStackedWidget()
        self._adds_alias = QAction(self.tr("Add callId beside callid"), self)
        self._times_silence = QAction(self.tr("Measure silence by the clock"), self)
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self.setMinimumWidth(NARROWEST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Simulated call"))
        self._lay_out()
        self._connect()
        self._dress()
        theme.changed.connect(self._dress)
        self._show_state()

    def dial(self, caller: str = "") -> None:
        """Place the call the form describes, as its button does; `caller` is typed in first."""
        if caller:
            self._form.take_caller(caller)
        self._form.request_dial()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticking.stop()

    def _lay_out(self) -> None:
        below = QSplitter(Qt.Orientation.Vertical)
        below.addWidget(self._callbacks)
        below.addWidget(self._details)
        below.setSizes([110, 190])
        below.setChildrenCollapsible(False)
        nothing_yet = QLabel(
            self.tr("The callbacks of the call are listed here. The first is ICE, sent by Dial.")
        )
        nothing_yet.setObjectName("muted")
        nothing_yet.setWordWrap(True)
        nothing_yet.setAlignment(Qt.AlignmentFlag.AlignTop)
        nothing_yet.setContentsMargins(GRID, GRID, GRID, GRID)
        self._callback_pages.addWidget(nothing_yet)
        self._callback_pages.addWidget(below)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(self._phone)
        whole.addWidget(self._callback_pages)
        whole.setSizes([320, 300])
        whole.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header())
        column.addWidget(self._form)
        column.addWidget(whole, 1)

    def _header(self) -> QWidget:
        header = QWidget()
        header.setObjectName("strip")
        header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        header.setFixedHeight(BAR_HEIGHT)
        self._options.setStyleSheet(NO_ARROW)
        self._options.setMenu(self._option_menu())
        self._options.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._options.setAccessibleName(self.tr("How calls are simulated"))
        self._options.setToolTip(self.tr("How calls are simulated"))
        title = QLabel(self.tr("Call"))
        title.setObjectName("title")
        self._status.setObjectName("muted")
        self._status.setAccessibleName(self.tr("State of the call"))
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(header)
        row.setContentsMargins(GRID, 0, GRID // 2, 0)
        row.setSpacing(GRID)
        row.addWidget(title)
        row.addWidget(self._status, 1)
        row.addWidget(self._options)
        return header

    def _option_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for action in (self._adds_alias, self._times_silence):
            action.setCheckable(True)
            menu.addAction(action)
        self._adds_alias.setChecked(True)
        self._adds_alias.setToolTip(
            self.tr("Callbacks carry callid. The samples of the cache's document read callId.")
        )
        return menu

    def _dress(self) -> None:
        self._options.setIcon(qta.icon("mdi6.tune-variant", color=self._theme.tokens.muted))

    def _connect(self) -> None:
        self._form.dial_requested.connect(self._dial)
        self._form.hang_up_requested.connect(self._session.hang_up)
        self._phone.keypad.key_pressed.connect(self._session.press)
        self._phone.keypad.silence_requested.connect(self._session.be_silent)
        self._phone.keypad.listen_on(self)
        self._session.told.connect(self._hear)
        self._callbacks.record_selected.connect(self._details.show_record)
        self._details.key_activated.connect(self.key_activated)
        self._ticking.timeout.connect(self._show_state)

    def _dial(self, setup: CallSetup) -> None:
        self._state = CallState(setup.call_id)
        self._phone.transcript.start(self._now_ms())
        self._callbacks.start()
        self._callback_pages.setCurrentIndex(0)
        setup = replace(setup, adds_call_id_alias=self._adds_alias.isChecked())
        options = CallOptions(is_silence_timed=self._times_silence.isChecked())
        self._session.dial(setup, options)
        self._show_state()
        self._phone.keypad.take_focus()

    def _hear(self, event: CallEvent) -> None:
        match event:
            case StateChanged(state):
                self._state = state
                self._show_state()
                self.call_state_changed.emit(state)
            case TranscriptGrew(line):
                self._phone.transcript.add(line)
            case OperationDone(operation):
                self.operation_recorded.emit(operation)
            case CallbackFinished(record):
                self._callback_pages.setCurrentIndex(1)
                self._callbacks.add(record)
            case CallbackStarted():
                pass  # the state says it already

    def _show_state(self) -> None:
        state = self._state
        is_running = self._session.is_running and (
            state is None or state.phase is not CallPhase.ENDED
        )
        self._form.set_running(is_running)
        is_menu = state is not None and state.phase is CallPhase.MENU
        had_focus = self._phone.keypad.isAncestorOf(self.focusWidget())
        self._phone.keypad.set_state(takes_keys=is_running, is_menu=is_running and is_menu)
        if had_focus and not is_running:
            self._form.take_focus()
        text = state_text(state)
        if state is not None and state.started_ms is not None:
            until_ms = self._now_ms() if state.ended_ms is None else state.ended_ms
            text = f"{text}  ·  {offset_text(until_ms - state.started_ms)}"
        self._status.setText(text)
        if is_running and self.isVisible():
            self._ticking.start()
        else:
            self._ticking.stop()
