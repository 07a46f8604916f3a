"""What the called party does: answers, is busy, hangs up."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from sinch_cache_gui.ui.theme import GRID
from sinch_cache_gui.voice.call_events import CallPhase
from sinch_cache_gui.voice.callbacks import Amd
from sinch_cache_gui.voice.scenario import Callee, CalleeDoes


class CalleeBar(QWidget):
    """The called party's phone; shown only while it rings or is connected."""

    acted = Signal(object)
    """A `Callee`."""

    def __init__(self) -> None:
        super().__init__()
        label = QLabel(self.tr("Callee"))
        label.setObjectName("muted")
        self._answers = QPushButton(self.tr("Answers"))
        self._busy = QPushButton(self.tr("Busy"))
        self._more = QToolButton()
        self._hangs_up = QPushButton(self.tr("Hangs up"))
        self._answers.setAccessibleName(self.tr("The callee answers"))
        self._busy.setAccessibleName(self.tr("The callee is busy"))
        self._hangs_up.setAccessibleName(self.tr("The callee hangs up"))
        self._more.setText("…")
        self._more.setAccessibleName(self.tr("What else the callee may do"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(label)
        for button in (self._answers, self._busy, self._hangs_up):
            row.addWidget(button, 1)
        row.addWidget(self._more)
        self._answers.clicked.connect(partial(self._act, Callee(CalleeDoes.ANSWERS)))
        self._busy.clicked.connect(partial(self._act, Callee(CalleeDoes.IS_BUSY)))
        self._hangs_up.clicked.connect(partial(self._act, Callee(CalleeDoes.HANGS_UP)))
        self.show_phase(CallPhase.READY)

    def show_phase(self, phase: CallPhase) -> None:
        """Offer what the callee can do now."""
        rings, talks = phase is CallPhase.CONNECTING, phase is CallPhase.CONNECTED
        for button in (self._answers, self._busy, self._more):
            button.setVisible(rings)
        self._hangs_up.setVisible(talks)
        self.setVisible(rings or talks)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for text, step in (
            (self.tr("Does not answer"), Callee(CalleeDoes.DOES_NOT_ANSWER)),
            (self.tr("Cannot be reached"), Callee(CalleeDoes.CANNOT_BE_REACHED)),
            (self.tr("A machine answers"), _answers(Amd("machine", "longgreeting"))),
            (self.tr("A machine answers, after its beep"), _answers(Amd("machine", "beep"))),
            (self.tr("A person answers, as detected"), _answers(Amd("human", "greeting"))),
            (self.tr("Somebody answers, not sure who"), _answers(Amd("notsure"))),
        ):
            menu.addAction(text).triggered.connect(partial(self._act, step))
        return menu

    def _act(self, step: Callee, _checked: bool = False) -> None:
        self.acted.emit(step)


def _answers(amd: Amd) -> Callee:
    return Callee(CalleeDoes.ANSWERS, amd)
