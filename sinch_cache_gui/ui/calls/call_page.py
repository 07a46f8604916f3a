"""One call: who calls whom, the phone, and what each callback did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.calls.answerer import AnswererBar
from sinch_cache_gui.ui.calls.call_options import CallOptionsMenu
from sinch_cache_gui.ui.calls.call_session import CallSession, Placing
from sinch_cache_gui.ui.calls.callback_editor import CallbackEditor
from sinch_cache_gui.ui.calls.callee_bar import CalleeBar
from sinch_cache_gui.ui.calls.card_list import CardList
from sinch_cache_gui.ui.calls.dial_form import DialForm
from sinch_cache_gui.ui.calls.function_watch import FunctionWatch
from sinch_cache_gui.ui.calls.phone import Phone
from sinch_cache_gui.ui.calls.step_details import StepDetails
from sinch_cache_gui.ui.calls.timeline import Timeline
from sinch_cache_gui.ui.calls.wording import offset_text, state_text
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackStarted,
    CallEvent,
    CallPhase,
    CallState,
    OperationDone,
    StateChanged,
    TranscriptGrew,
)
from sinch_cache_gui.voice.callback_editing import blank
from sinch_cache_gui.voice.callbacks import Callback, CallSetup, Event
from sinch_cache_gui.voice.cards import read_cards

TICK_MS, SILENCE_TICK_MS = 1000, 200
LOWEST_DETAILS = 64

ROOMY_HEIGHT = 720
"""From here on there is room for a keypad nobody needs yet."""

NOTHING_YET, CALLBACKS, EDITOR = range(3)


class CallPage(QWidget):
    """Places calls and shows them.

    Args:
        theme: Colours and fonts.
        scope: Holds what is at work.
        cache: What the cards look at.
        now_ms: The cache's clock.
        session: Runs the calls.
        options: How they are simulated.
        keychain: Remembers the secrets of applications.
        preferences: Remember the last function.
        is_read_only: Whether the cache takes no writes; then nothing can be dialled.
    """

    key_activated = Signal(object)
    """The bytes of a key the user chose."""
    operation_recorded = Signal(object)
    """A `CacheOperation` a callback just made."""
    call_state_changed = Signal(object)
    """The `CallState` of the call from now on."""
    status_changed = Signal(object)
    """Where the call stands, as text."""

    def __init__(
        self,
        theme: Theme,
        scope: TaskScope,
        cache: CacheBackend,
        now_ms: Callable[[], int],
        session: CallSession,
        options: CallOptionsMenu,
        keychain: Keychain,
        preferences: KeptPreferences,
        *,
        is_read_only: bool,
    ) -> None:
        super().__init__()
        self._scope = scope
        self._cache = cache
        self._now_ms = now_ms
        self._session = session
        self._options = options
        self._state: CallState | None = None
        self._setup: CallSetup | None = None
        self._revised: asyncio.Future[Callback] | None = None
        self._unsent: Callback | None = None
        self._watch = FunctionWatch(scope, cache, now_ms, self)
        self.answerer = AnswererBar(theme, scope, keychain, preferences)
        self._form = DialForm(theme, is_read_only=is_read_only)
        self._cards = CardList(theme, now_ms)
        self._callee = CalleeBar()
        self._phone = Phone(theme)
        self._timeline = Timeline(theme)
        self._details = StepDetails(theme)
        self._editor = CallbackEditor(theme)
        self._pages = QStackedWidget()
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self._lay_out()
        self._connect()
        self.show_state()

    def dial(self, caller: str = "") -> None:
        """Place the call the form describes, as its button does; `caller` is typed in first."""
        if caller:
            self._form.take_caller(caller)
        self._form.request_dial()

    def listen_for_keys(self, panel: QWidget) -> None:
        """Let the digits of the keyboard press the phone's keys while `panel` has the focus."""
        self._phone.keypad.listen_on(panel)

    def keys_changed(self, changes: Sequence[Change]) -> None:
        """Look at the cards again if need be, and note what a callback may have done."""
        if not self._session.tells_operations:
            self._watch.notice(changes)
        cards = self._cards.cards
        if cards is None:
            return
        shown = {card.key.encode() for card in (cards.rate, cards.session, cards.customer)}
        if any(change.key in shown for change in changes):
            self.refresh_cards()

    def refresh_cards(self) -> None:
        """Look at the keys of the call again."""
        if self._setup is not None:
            self._scope.start("cards", self._read_cards(self._setup))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        was_roomy = event.oldSize().height() >= ROOMY_HEIGHT
        if was_roomy != (event.size().height() >= ROOMY_HEIGHT):
            self.show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticking.stop()

    def _lay_out(self) -> None:
        below = QSplitter(Qt.Orientation.Vertical)
        below.addWidget(self._timeline)
        below.addWidget(self._details)
        below.setSizes([180, 170])
        self._details.setMinimumHeight(LOWEST_DETAILS)
        below.setChildrenCollapsible(False)
        nothing_yet = QLabel(
            self.tr(
                "The callbacks of the call are listed here. Dial sends the first: ICE. An outbound"
                " call begins with ACE, once the number answers."
            )
        )
        nothing_yet.setObjectName("muted")
        nothing_yet.setWordWrap(True)
        nothing_yet.setAlignment(Qt.AlignmentFlag.AlignTop)
        nothing_yet.setContentsMargins(GRID, GRID, GRID, GRID)
        for page in (nothing_yet, below, self._editor):
            self._pages.addWidget(page)
        phone = QWidget()
        column = QVBoxLayout(phone)
        column.addWidget(self._callee)
        column.addWidget(self._phone, 1)
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(phone)
        whole.addWidget(self._pages)
        whole.setSizes([260, 340])
        whole.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        for part in (self._form, self.answerer, self._cards):
            outer.addWidget(part)
        outer.addWidget(whole, 1)
        for layout in (column, outer):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)

    def _connect(self) -> None:
        self._form.dial_requested.connect(self._dial)
        self._form.hang_up_requested.connect(self._hang_up)
        self._phone.keypad.key_pressed.connect(self._session.press)
        self._phone.keypad.silence_requested.connect(self._session.be_silent)
        self._phone.keypad.words_spoken.connect(self._session.say)
        self._callee.acted.connect(self._session.act_as_callee)
        self._session.told.connect(self._hear)
        self._timeline.step_selected.connect(self._details.show_step)
        self._details.key_activated.connect(self.key_activated)
        self._details.callback.edit_requested.connect(self._edit_again)
        self._details.callback.resend_requested.connect(self._send)
        self._editor.accepted.connect(self._edited)
        self._editor.cancelled.connect(self._leave_editor)
        self._options.send_requested.connect(self._begin)
        self._watch.record_changed.connect(self._timeline.table.replace_record)
        self._cards.key_activated.connect(self.key_activated)
        self._ticking.timeout.connect(self.show_state)

    def _dial(self, setup: CallSetup) -> None:
        self._setup = setup = replace(setup, adds_call_id_alias=self._options.adds_alias)
        self._state = CallState(setup.call_id)
        self._phone.transcript.start(self._now_ms())
        self._timeline.table.start(self._now_ms())
        self._pages.setCurrentIndex(NOTHING_YET)
        self._session.dial(
            Placing(
                setup,
                self._options.direction,
                self._options.options,
                self._options.deviations,
                self._before_sending,
            )
        )
        self.show_state()
        self.refresh_cards()
        self._phone.keypad.take_focus()

    def _hang_up(self) -> None:
        self._send_as_it_is()
        self._session.hang_up()

    async def _before_sending(self, callback: Callback) -> Callback:
        """Let a callback of the running call be edited if that is wanted, and look at its keys."""
        if self._options.edits_first:
            callback = await self._revise(callback)
        await self._look_first(callback)
        return callback

    async def _look_first(self, callback: Callback) -> None:
        """What a function behind a URL changes is compared with what was there before."""
        if not self._session.tells_operations:
            await self._watch.look_first(callback, self._caller)

    @property
    def _caller(self) -> str:
        return "" if self._setup is None else self._setup.caller

    async def _revise(self, callback: Callback) -> Callback:
        """Show a callback of the running call and wait for what becomes of it."""
        self._revised = asyncio.get_running_loop().create_future()
        title = self.tr("{0} is about to be sent").format(callback.event.upper())
        self._editor.edit(callback, title, may_cancel=False)
        self._pages.setCurrentIndex(EDITOR)
        self._unsent = callback
        try:
            return await self._revised
        finally:
            self._revised = None
            self._pages.setCurrentIndex(CALLBACKS)

    def _send_as_it_is(self) -> None:
        if self._revised is not None and self._unsent is not None and not self._revised.done():
            self._revised.set_result(self._unsent)

    def _edit_again(self, callback: Callback) -> None:
        if self._revised is not None:
            return
        title = self.tr("{0}, to be sent by itself").format(callback.event.upper())
        self._editor.edit(callback, title)
        self._pages.setCurrentIndex(EDITOR)

    def _begin(self, event: Event) -> None:
        """Let a callback of the call, or of the one the form describes, be sent by itself."""
        setup = self._setup or self._form.setup()
        if setup is not None:
            self._edit_again(blank(event, setup, self._now_ms()))

    def _edited(self, callback: Callback) -> None:
        if self._revised is not None:
            if not self._revised.done():
                self._revised.set_result(callback)
            return
        self._leave_editor()
        self._send(callback)

    def _send(self, callback: Callback) -> None:
        timeout_ms = self._options.options.assumptions.reply_timeout_ms
        self._session.send(callback, timeout_ms, self._look_first)

    def _leave_editor(self) -> None:
        self._pages.setCurrentIndex(CALLBACKS)

    def _hear(self, event: CallEvent) -> None:
        match event:
            case StateChanged(state):
                self._state = state
                self.show_state()
                self.call_state_changed.emit(state)
            case TranscriptGrew(line):
                self._phone.transcript.add(line)
                self._timeline.table.add_line(line)
            case OperationDone(operation):
                self.operation_recorded.emit(operation)
            case CallbackFinished(record):
                if self._pages.currentIndex() == NOTHING_YET:
                    self._pages.setCurrentIndex(CALLBACKS)
                if not self._session.tells_operations:
                    record = self._watch.finish(record, self._caller)
                self._timeline.table.add_record(record)
                self.refresh_cards()
            case CallbackStarted(callback):
                self._watch.begin(callback)

    async def _read_cards(self, setup: CallSetup) -> None:
        try:
            cards = await read_cards(self._cache, setup.caller, setup.call_id)
        except CacheError:
            return  # whoever asked the cache for more than this tells it
        self._cards.show_cards(cards)

    def show_state(self) -> None:
        """Show where the call stands now."""
        state = self._state
        is_running = self._session.is_running and (
            state is None or state.phase is not CallPhase.ENDED
        )
        self._form.set_running(is_running=is_running)
        self.answerer.set_running(is_running=is_running)
        self._callee.show_phase(state.phase if state and is_running else CallPhase.READY)
        is_menu = state is not None and state.phase is CallPhase.MENU
        had_focus = self._phone.keypad.isAncestorOf(self.focusWidget())
        is_roomy = self.height() >= ROOMY_HEIGHT
        self._phone.set_state(is_running=is_running, is_menu=is_menu, is_roomy=is_roomy)
        deadline_ms = self._session.call.deadline_ms if is_menu and self._session.call else None
        left_ms = None if deadline_ms is None else deadline_ms - self._now_ms()
        self._phone.keypad.show_silence(left_ms)
        self._ticking.setInterval(TICK_MS if left_ms is None else SILENCE_TICK_MS)
        if had_focus and not is_running:
            self._form.take_focus()
        text = state_text(state)
        if state is not None and state.started_ms is not None:
            until_ms = self._now_ms() if state.ended_ms is None else state.ended_ms
            text = f"{text}  ·  {offset_text(until_ms - state.started_ms)}"
        self.status_changed.emit(text)
        if is_running and self.isVisible():
            self._ticking.start()
        else:
            self._ticking.stop()
