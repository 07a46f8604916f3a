"""What the caller hears, and the keys to answer with."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QGridLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.calls.wording import offset_text, shortened
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.call_events import LineKind, TranscriptLine

KEY_ROWS = ("123", "456", "789", "*0#")
KEY_WIDTH, KEY_HEIGHT = 56, 24
FEWEST_LINES, LINES_IN_A_CALL = 3, 6
PARAGRAPH_GAP = 4
SPACES = "\u00a0\u00a0"
TIME_SAMPLE = f"0:00{SPACES}"
MOST_LINES, KEPT_LINES = 600, 300
"""When there are more than the first, only so many are kept; the timeline has them all."""


class Transcript(QTextEdit):
    """The last lines of a call, each with the time since it began."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: list[TranscriptLine] = []
        self._started_ms = 0
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("What the caller hears"))
        self.document().setDocumentMargin(GRID)
        self.keep_lines(FEWEST_LINES)
        self._is_at_end = True
        self.verticalScrollBar().valueChanged.connect(self._note_scrolling)
        self.verticalScrollBar().rangeChanged.connect(self._stay_at_end)
        theme.changed.connect(self._write)
        self._write()

    def keep_lines(self, count: int) -> None:
        """Keep room for so many lines, whoever else wants it."""
        line = self.fontMetrics().lineSpacing() + PARAGRAPH_GAP
        self.setMinimumHeight(count * line + 2 * GRID)

    def start(self, started_ms: int) -> None:
        """Begin a new call."""
        self._started_ms = started_ms
        self._lines.clear()
        self._write()

    def add(self, line: TranscriptLine) -> None:
        """Add what was heard or done, and say it to a screen reader."""
        if not self._lines:
            self.clear()
        self._append(line, self._lines[-1] if self._lines else None)
        self._lines.append(line)
        if len(self._lines) > MOST_LINES:
            del self._lines[:-KEPT_LINES]
            self._write()
        self._show_end()
        if line.kind is not LineKind.PRESSED:
            said = QAccessibleAnnouncementEvent(self, shortened(line.text))
            QAccessible.updateAccessibility(said)

    def _note_scrolling(self, value: int) -> None:
        self._is_at_end = value == self.verticalScrollBar().maximum()

    def _stay_at_end(self, _minimum: int, maximum: int) -> None:
        """Keep the last line in sight when the pane becomes smaller, unless it was left."""
        if self._is_at_end:
            self.verticalScrollBar().setValue(maximum)

    def _show_end(self) -> None:
        self._is_at_end = True
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _write(self) -> None:
        self.clear()
        if not self._lines:
            self._put(QTextCursor(self.document()), self._nothing_yet(), self._theme.tokens.muted)
        whole = QTextCursor(self.document())
        whole.beginEditBlock()
        last: TranscriptLine | None = None
        for line in self._lines:
            self._append(line, last)
            last = line
        whole.endEditBlock()
        self._show_end()

    def _nothing_yet(self) -> str:
        return self.tr(
            "Dial to hear what a caller would hear. The built-in function checks the caller's "
            "rate, looks the customer up and keeps a session; its keys appear in the tree."
        )

    def _append(self, line: TranscriptLine, last: TranscriptLine | None) -> None:
        """Put a line at the end; keys pressed one after the other share theirs."""
        tokens = self._theme.tokens
        colour = {
            LineKind.HEARD: tokens.text,
            LineKind.PRESSED: tokens.accent,
            LineKind.NOTE: tokens.muted,
            LineKind.FAILURE: tokens.danger,
        }[line.kind]
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        is_key = line.kind is LineKind.PRESSED
        if is_key and last is not None and last.kind is LineKind.PRESSED:
            self._put(cursor, f" {line.text}", colour, is_bold=True)
            return
        if last is not None:
            cursor.insertBlock()
        indent = self.fontMetrics().horizontalAdvance(TIME_SAMPLE)
        shape = QTextBlockFormat()
        shape.setLeftMargin(indent)
        shape.setTextIndent(-indent)
        shape.setBottomMargin(PARAGRAPH_GAP)
        cursor.setBlockFormat(shape)
        self._put(cursor, f"{offset_text(line.at_ms - self._started_ms)}{SPACES}", tokens.muted)
        text = shortened(line.text)
        if line.kind is LineKind.HEARD:
            text = f"“{text}”"
        self._put(cursor, text, colour, is_bold=is_key)

    def _put(self, cursor: QTextCursor, text: str, colour: str, *, is_bold: bool = False) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        look.setFontWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
        cursor.insertText(text.replace("\n", "\u2028"), look)


class Keypad(QWidget):
    """The twelve keys of a phone, and the wish to press none."""

    key_pressed = Signal(object)
    """A `str` of one character."""
    silence_requested = Signal()
    words_spoken = Signal(object)
    """What the caller says, a `str`."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, QPushButton] = {}
        self._silence = QPushButton(self.tr("Press nothing"))
        self._silence.setToolTip(self.tr("Be silent until the menu's time is up"))
        self._silence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._silence.setAccessibleName(self.tr("Press nothing until the menu's time is up"))
        self._silence.clicked.connect(self.silence_requested)
        grid = QGridLayout(self)
        grid.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        grid.setSpacing(GRID // 2)
        names = {"*": self.tr("Star"), "#": self.tr("Hash")}
        for row, keys in enumerate(KEY_ROWS):
            for column, key in enumerate(keys):
                button = QPushButton(key)
                button.setAccessibleName(self.tr("Key {0}").format(names.get(key, key)))
                button.setFixedHeight(KEY_HEIGHT)
                button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                button.clicked.connect(partial(self.key_pressed.emit, key))
                grid.addWidget(button, row, column)
                self._keys[key] = button
        self._speech = QLineEdit()
        self._speech.setPlaceholderText(self.tr("Say…"))
        self._speech.setAccessibleName(self.tr("What the caller says"))
        self._speech.setToolTip(self.tr("For menus with enableVoice; Enter says it"))
        self._speech.returnPressed.connect(self._speak)
        grid.addWidget(self._silence, len(KEY_ROWS), 0, 1, 2)
        grid.addWidget(self._speech, len(KEY_ROWS), 2)
        self._speech.setMinimumWidth(0)
        self._speech.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for column in range(len(KEY_ROWS[0])):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, KEY_WIDTH)
        self.set_state(takes_keys=False, is_menu=False)

    def show_silence(self, left_ms: int | None) -> None:
        """Show how long the caller may still be silent; None where that is not measured."""
        text = self.tr("Press nothing")
        if left_ms is not None:
            # A second that has begun is still there: nothing is shown only when nothing is left.
            text = f"{text}  ·  {offset_text(left_ms + 999)}"
        self._silence.setText(text)

    def set_state(self, *, takes_keys: bool, is_menu: bool) -> None:
        """Offer the keys while a call runs, and silence while a menu waits."""
        for button in self._keys.values():
            button.setEnabled(takes_keys)
        self._silence.setEnabled(is_menu)
        self._speech.setEnabled(is_menu)

    def _speak(self) -> None:
        words = self._speech.text().strip()
        self._speech.clear()
        if words:
            self.words_spoken.emit(words)

    def take_focus(self) -> None:
        """Put the focus where a hand would go."""
        self._keys["1"].setFocus(Qt.FocusReason.OtherFocusReason)

    def listen_on(self, panel: QWidget) -> None:
        """Let the digits of the keyboard press the keys while `panel` has the focus.

        Text fields keep their digits: they claim printable keys before any shortcut.
        """
        for key, button in self._keys.items():
            shortcut = QShortcut(QKeySequence(key), panel)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(button.click)


class Phone(QWidget):
    """Transcript and keypad, one above the other.

    Where there is little room, the keypad is there only while a call runs.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.transcript = Transcript(theme)
        self.keypad = Keypad()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.transcript, 1)
        layout.addWidget(self.keypad)
        self.keypad.hide()

    def set_state(self, *, is_running: bool, is_menu: bool, is_roomy: bool) -> None:
        """Offer the keys while a call runs, and room for what is heard then."""
        self.transcript.keep_lines(LINES_IN_A_CALL if is_running else FEWEST_LINES)
        self.keypad.setVisible(is_running or is_roomy)
        self.keypad.set_state(takes_keys=is_running, is_menu=is_running and is_menu)
