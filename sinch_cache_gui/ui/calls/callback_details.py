"""One callback in full: what it did to the cache, what was sent, what was answered."""

from __future__ import annotations

from functools import partial
from html import escape

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.operation_list import OperationList
from sinch_cache_gui.ui.calls.wording import pretty, shortened
from sinch_cache_gui.ui.editor.highlighter import VisibleHighlighter
from sinch_cache_gui.ui.theme import GRID, Theme, Tokens
from sinch_cache_gui.voice.call_events import CallbackRecord
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.targets import Answered

CACHE, REQUEST, REPLY = range(3)
MOST_PROBLEMS = 100
"""Problems of one reply that are listed; of more, their number is told."""

ICONS = {
    Weight.ERROR: "mdi6.alert-circle-outline",
    Weight.WARNING: "mdi6.alert-outline",
    Weight.NOTE: "mdi6.information-outline",
}


class JsonView(QPlainTextEdit):
    """JSON to be read."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.document().setDocumentMargin(GRID)
        self._highlighter = VisibleHighlighter(self, theme)
        self._dress()
        theme.changed.connect(self._dress)

    def show_body(self, body: bytes | None) -> None:
        """Show what travelled, coloured if it is JSON; None shows nothing."""
        text = "" if body is None else pretty(body)
        self._highlighter.set_on(text.startswith(("{", "[")))
        self.setPlainText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._highlighter.colour_visible(self.firstVisibleBlock(), self.viewport().height())
        super().paintEvent(event)

    def _dress(self) -> None:
        self.setFont(self._theme.monospace())


class CallbackDetails(QTabWidget):
    """The callback that is selected."""

    key_activated = Signal(object)
    """The bytes of a key the user chose."""
    edit_requested = Signal(object)
    """A `Callback` to be edited and sent again."""
    resend_requested = Signal(object)
    """A `Callback` to be sent again as it was."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._record: CallbackRecord | None = None
        self._operations = OperationList(theme)
        self._no_operations = QLabel()
        self._no_operations.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._no_operations.setObjectName("muted")
        self._no_operations.setContentsMargins(GRID, GRID, GRID, GRID)
        self._no_operations.setWordWrap(True)
        self._cache = QStackedWidget()
        self._cache.addWidget(self._no_operations)
        self._cache.addWidget(self._operations)
        self._request = JsonView(theme, self.tr("Request of this callback"))
        self._assumed = QLabel()
        self._resend = QPushButton(self.tr("Send again"))
        self._edit = QPushButton(self.tr("Edit and send…"))
        self._reply = JsonView(theme, self.tr("Reply to this callback"))
        self._problems = QTextEdit()
        self._problems.setReadOnly(True)
        self._problems.setTabChangesFocus(True)
        self._problems.setAccessibleName(self.tr("Problems of this reply"))
        self._problems.document().setDocumentMargin(GRID)
        answered = QWidget()
        column = QVBoxLayout(answered)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._problems, 1)
        column.addWidget(self._reply, 3)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setAccessibleName(self.tr("What is shown of this callback"))
        self.addTab(self._cache, "")
        self.addTab(self._request_page(), self.tr("Request"))
        self.addTab(answered, self.tr("Reply"))
        self.setMinimumHeight(96)
        self._operations.key_activated.connect(self.key_activated)
        theme.changed.connect(self._show_problems)
        self.show_record(None)

    def _request_page(self) -> QWidget:
        self._resend.setAccessibleName(self.tr("Send this callback again"))
        self._edit.setAccessibleName(self.tr("Edit this callback and send it"))
        self._assumed.setObjectName("muted")
        self._assumed.setWordWrap(True)
        self._assumed.setContentsMargins(GRID, GRID // 2, GRID, 0)
        self._assumed.setToolTip(
            self.tr("Adjust it under “Assumptions about the platform”, or edit it before sending.")
        )
        buttons = QHBoxLayout()
        buttons.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        buttons.setSpacing(GRID)
        for button, signal in (
            (self._resend, self.resend_requested),
            (self._edit, self.edit_requested),
        ):
            buttons.addWidget(button, 1)
            button.clicked.connect(partial(self._send, signal))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._request, 1)
        column.addWidget(self._assumed)
        column.addLayout(buttons)
        return page

    def _send(self, signal: SignalInstance, _checked: bool = False) -> None:
        if self._record is not None:
            signal.emit(self._record.callback)

    def show_record(self, record: CallbackRecord | None) -> None:
        """Show a callback, or none."""
        self._record = record
        operations = record.operations if record else ()
        self._operations.show_operations(operations)
        self._cache.setCurrentWidget(self._operations if operations else self._no_operations)
        self._no_operations.setText(self._nothing_of(record))
        self._request.show_body(record.callback.body() if record else None)
        assumed = record.assumed if record else ()
        self._assumed.setVisible(bool(assumed))
        told = self.tr("Assumed, in no document: {0}")
        self._assumed.setText(told.format(", ".join(assumed)))
        reply = record.reply if record else None
        self._reply.show_body(reply.body if isinstance(reply, Answered) else None)
        self.setTabText(CACHE, _counted(self.tr("Cache"), len(operations)))
        self._show_problems()
        if record is not None and record.has_failed:
            self.setCurrentIndex(REPLY)

    def _nothing_of(self, record: CallbackRecord | None) -> str:
        """Say that nothing was asked of the cache, or that nobody can know."""
        reply = record.reply if record else None
        if reply is None or (isinstance(reply, Answered) and reply.status is None):
            return self.tr("This callback asked nothing of the cache.")
        return self.tr(
            "No key of the cache was seen to change while this callback ran. A function behind a "
            "URL does not tell what it asks."
        )

    def _show_problems(self) -> None:
        problems = self._record.problems if self._record else ()
        tokens = self._theme.tokens
        self._problems.setVisible(bool(problems))
        self._reply.setVisible(bool(self._reply.toPlainText()) or not problems)
        count = len(problems)
        shown = [_paragraph(problem, tokens) for problem in problems[:MOST_PROBLEMS]]
        if count > MOST_PROBLEMS:
            more = self.tr("… and {0} more").format(f"{count - MOST_PROBLEMS:,}")
            shown.append(f"<p>{escape(more)}</p>")
        self._problems.setHtml("".join(shown))
        told = self.tr("1 problem") if count == 1 else self.tr("{0} problems").format(f"{count:,}")
        self.setTabToolTip(REPLY, told if problems else "")
        self.setTabIcon(REPLY, _mark(problems[0].weight, tokens) if problems else QIcon())


def _counted(title: str, count: int) -> str:
    return f"{title} {count:,}" if count else title


def _mark(worst: Weight, tokens: Tokens) -> QIcon:
    icon: QIcon = icons.drawn(ICONS[worst], color=_colour(worst, tokens))
    return icon


def _colour(weight: Weight, tokens: Tokens) -> str:
    return {
        Weight.ERROR: tokens.danger,
        Weight.WARNING: tokens.warning,
        Weight.NOTE: tokens.muted,
    }[weight]


def _paragraph(problem: Problem, tokens: Tokens) -> str:
    colour = _colour(problem.weight, tokens)
    where = "" if problem.path == "$" else f"<b>{escape(problem.path)}</b> "
    return (
        f'<p style="margin:0 0 4px 0"><span style="color:{colour}">{where}'
        f"{escape(shortened(problem.message))}</span> "
        f'<span style="color:{tokens.muted}">{escape(problem.consequence)}</span></p>'
    )
