"""How calls are simulated, as a menu of switches."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDoubleSpinBox, QInputDialog, QMenu, QWidget

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.calls.assumptions_dialog import AssumptionsDialog
from sinch_cache_gui.ui.theme import GRID
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.scenario import Deviations, Direction

LATE_S, LEAST_LATE_S, MOST_LATE_S = 2.0, 0.1, 600.0
LONGER_THAN_ANYBODY_WAITS_S = 1.0


class CallOptionsMenu(QMenu):
    """Direction, what travels beside, how silence counts, and what goes wrong on the way."""

    save_requested = Signal()
    send_requested = Signal(object)
    """The `Event` of a callback to be sent by itself."""

    def __init__(self, preferences: KeptPreferences, parent: QWidget) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._window = parent
        self.setToolTipsVisible(True)
        directions = QActionGroup(self)
        self._inbound = self._switch(self.tr("Inbound: a caller dials the number"))
        self._outbound = self._switch(self.tr("Outbound: the number is called"))
        for action in (self._inbound, self._outbound):
            directions.addAction(action)
        self._inbound.setChecked(True)
        self.addSeparator()
        self._adds_alias = self._switch(self.tr("Add callId beside callid"))
        self._adds_alias.setChecked(preferences.now.calls.adds_call_id_alias)
        self._adds_alias.toggled.connect(self._choose_alias)
        self._adds_alias.setToolTip(
            self.tr("Callbacks carry callid. The samples of the cache's document read callId.")
        )
        self._times_silence = self._switch(self.tr("Measure silence by the clock"))
        self._edits_first = self._switch(self.tr("Edit each callback before it is sent"))
        assumptions = self.addAction(self.tr("Assumptions about the platform…"))
        assumptions.triggered.connect(self.show_assumptions)
        self.addSeparator()
        self._twice = self._switch(self.tr("Deliver callbacks twice"))
        late = QActionGroup(self)
        late.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self._late_s = LATE_S
        self._late, self._late_pie = self._switch(""), self._switch("")
        self._name_delays()
        self._too_late = self._switch(self.tr("Deliver PIE too late: nobody waits so long"))
        for action in (self._late, self._late_pie, self._too_late):
            late.addAction(action)
        how_late = self.addAction(self.tr("How late…"))
        how_late.triggered.connect(self.ask_how_late)
        self._swapped = self._switch(self.tr("Deliver PIE after DICE"))
        self.addSeparator()
        self._send = self.addMenu(self.tr("Send one callback by itself"))
        for event in Event:
            action = self._send.addAction(self.tr("{0}…").format(event.upper()))
            action.triggered.connect(partial(self._ask_to_send, event))
        self._save = self.addAction(self.tr("Save this call as a scenario…"))
        self._save.triggered.connect(self.save_requested)

    @property
    def direction(self) -> Direction:
        """Who begins a call."""
        return Direction.OUTBOUND if self._outbound.isChecked() else Direction.INBOUND

    @property
    def adds_alias(self) -> bool:
        """Whether `callId` travels beside `callid`."""
        return self._adds_alias.isChecked()

    @property
    def edits_first(self) -> bool:
        """Whether each callback is shown before it is sent."""
        return self._edits_first.isChecked()

    @property
    def options(self) -> CallOptions:
        """How the call itself is simulated."""
        return CallOptions(self._times_silence.isChecked(), self._preferences.now.calls)

    @property
    def scenario_options(self) -> CallOptions:
        """How the calls of scenarios are simulated: they say themselves when a caller is silent."""
        return replace(self.options, is_silence_timed=False)

    @property
    def deviations(self) -> Deviations:
        """What goes wrong on the way to the function."""
        delays: dict[Event, float] = {}
        if self._late.isChecked():
            delays = dict.fromkeys(Event, self._late_s)
        elif self._late_pie.isChecked():
            delays = {Event.PIE: self._late_s}
        elif self._too_late.isChecked():
            waits_s = self._preferences.now.calls.reply_timeout_ms / 1000
            delays = {Event.PIE: waits_s + LONGER_THAN_ANYBODY_WAITS_S}
        return Deviations(
            frozenset(Event) if self._twice.isChecked() else frozenset(),
            frozenset((Event.PIE,)) if self._swapped.isChecked() else frozenset(),
            delays,
        )

    def ask_how_late(self) -> None:
        """Let the delay of callbacks be set, in seconds."""
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("How late callbacks are delivered"))
        dialog.setLabelText(self.tr("Seconds from when a callback is due to when it is delivered:"))
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleDecimals(1)
        dialog.setDoubleRange(LEAST_LATE_S, MOST_LATE_S)
        dialog.setDoubleValue(self._late_s)
        for number in dialog.findChildren(QDoubleSpinBox):
            number.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
            number.lineEdit().setTextMargins(GRID, 0, GRID, 0)
        dialog.doubleValueSelected.connect(self._be_late)
        dialog.open()

    def _be_late(self, seconds: float) -> None:
        self._late_s = seconds
        self._name_delays()
        if not (self._late_pie.isChecked() or self._too_late.isChecked()):
            self._late.setChecked(True)

    def _name_delays(self) -> None:
        seconds = f"{self._late_s:g}"
        self._late.setText(self.tr("Deliver {0} s late").format(seconds))
        self._late_pie.setText(self.tr("Deliver only PIE {0} s late").format(seconds))

    def show_assumptions(self) -> None:
        """Let what is assumed of the platform be adjusted."""
        dialog = AssumptionsDialog(self._preferences.now.calls, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._assume)
        dialog.open()

    def _assume(self, assumptions: CallAssumptions) -> None:
        self._preferences.assume(assumptions)

    def _choose_alias(self, is_added: bool) -> None:
        calls = replace(self._preferences.now.calls, adds_call_id_alias=is_added)
        self._preferences.assume(calls)

    def _ask_to_send(self, event: Event, _checked: bool = False) -> None:
        self.send_requested.emit(event)

    def _switch(self, text: str) -> QAction:
        action = self.addAction(text)
        action.setCheckable(True)
        return action
