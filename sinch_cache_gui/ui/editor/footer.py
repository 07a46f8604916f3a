"""The foot of a text editor: what is wrong with the text, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sinch_cache_gui.ui.editor.sentence_line import SentenceLine
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, fill
from sinch_cache_gui.ui.wrapping_row import WrappingRow
from sinch_cache_gui.values.json_check import JsonProblem
from sinch_cache_gui.values.json_notes import JsonNote


class ProblemLine(SentenceLine):
    """One line that says where the text stops being JSON, and why. A click goes there.

    Attributes:
        pressed: Shall show the place.
    """

    pressed = Signal()

    def say(self, sentence: str, *, is_bad: bool = False) -> None:
        """Show one sentence."""
        super().say(sentence, is_bad=is_bad)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_bad else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pressed.emit()


class EditorFooter(QWidget):
    """The problem line and the buttons beneath a text.

    Attributes:
        save_requested: Ctrl+S or the button.
        format_requested: Ctrl+Shift+F or the button.
        compact_requested: Ctrl+Shift+C or the button.
        problem_pressed: The line with the problem was pressed.
    """

    save_requested = Signal()
    format_requested = Signal()
    compact_requested = Signal()
    problem_pressed = Signal()

    def __init__(self, save_title: str, shortcuts_of: QWidget) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._line = ProblemLine(self.tr("Check of the text"))
        self._line.pressed.connect(self.problem_pressed)
        self._save = QPushButton(save_title)
        self._save.setProperty("primary", True)
        self._format = QPushButton(self.tr("Format"))
        self._compact = QPushButton(self.tr("Compact"))
        keys = (
            (self._save, "Ctrl+S", self.save_requested),
            (self._format, "Ctrl+Shift+F", self.format_requested),
            (self._compact, "Ctrl+Shift+C", self.compact_requested),
        )
        steps = QWidget()
        buttons = QHBoxLayout(steps)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(GRID)
        for button, keys_text, signal in keys:
            button.setToolTip(f"{button.text()} ({keys_text})")
            button.setAccessibleName(button.text())
            button.clicked.connect(signal)
            shortcut = QShortcut(QKeySequence(keys_text), shortcuts_of)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(signal)
            buttons.addWidget(button)
        views = QWidget()
        self._switches = QHBoxLayout(views)
        self._switches.setContentsMargins(0, 0, 0, 0)
        self._place = QLabel()
        self._place.setObjectName("muted")
        self._place.setFixedHeight(ROW_HEIGHT)
        below = QHBoxLayout()
        below.setSpacing(GRID)
        below.addWidget(WrappingRow(steps, views), 1)
        below.addWidget(self._place, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, 0, GRID, GRID)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addLayout(below)

    def add_switch(self, switch: QWidget) -> None:
        """Have another control beside the buttons."""
        self._switches.addWidget(switch)

    @property
    def sentence(self) -> str:
        """What is said about the text."""
        return self._line.sentence

    def say(self, sentence: str) -> None:
        """Show something that is no problem."""
        self._line.say(sentence)

    def show_check(
        self, problem: JsonProblem | None, notes: tuple[JsonNote, ...], *, prefix: str = ""
    ) -> None:
        """Show what a check of the text as JSON found."""
        if problem is not None:
            where = self.tr("Line {}, column {}: ").format(problem.line, problem.column)
            self._line.say(prefix + where + problem.sentence, is_bad=True)
        elif notes:
            note = notes[0]
            more = self.tr(" (and {} more)").format(len(notes) - 1) if len(notes) > 1 else ""
            where = self.tr("Line {}: ").format(note.line)
            self._line.say(where + note.sentence + more)
        else:
            self._line.say(self.tr("Valid JSON"))

    def show_place(self, line: int, column: int) -> None:
        """Show where the cursor stands."""
        self._place.setText(self.tr("{}:{}").format(f"{line:,}", f"{column:,}"))
        self._place.setToolTip(self.tr("Line {}, column {}").format(line, column))

    def mark_unsaved(self, *, is_unsaved: bool) -> None:
        """Have the button for saving stand out while there is something to save, only then."""
        if self._save.property("primary") is not is_unsaved:
            fill(self._save, primary=is_unsaved)

    def allow(self, *, save: bool, layout: bool) -> None:
        """Let the user save, and move white space."""
        self._save.setEnabled(save)
        self._format.setEnabled(layout)
        self._compact.setEnabled(layout)
