"""A panel that does one thing to many keys: what and which, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from sinch_cache_gui.cache.interface import TtlChange
from sinch_cache_gui.keyspace.bulk import (
    BulkProgress,
    BulkReport,
    BulkRun,
    ChangeTtl,
    DeleteKeys,
    Trace,
    run_bulk,
    undo_bulk,
)
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_targets import KeyFinder, target_of
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.bulk.ttl_change_row import TtlChangeRow
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.bulk.wording import counted, listed, part_of, report_lines
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, Theme, dress_as, fill

COUNT_AFTER_MS = 250
"""How long typing rests before the keys of a pattern are counted."""

WORK = "bulk"
COUNT = "bulk count"


class BulkPanel(QFrame):
    """Counts and samples first; asks only where the cache is shared; reports, and takes back.

    Attributes:
        export_requested: Write these keys to a file; carries a collection of bytes.
        bulk_done: Something was done to many keys; carries what undoing all of it needs.
        closed: The user is done with it.
    """

    export_requested = Signal(object)
    bulk_done = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, backend: JournalingBackend, scope: TaskScope) -> None:
        super().__init__()
        self._theme = theme
        self._backend = backend
        self._scope = scope
        self._wish = BulkWish(BulkKind.DELETE)
        self._finder: KeyFinder | None = None
        self._run: BulkRun | None = None
        self._traces: Sequence[Trace] = ()
        self._is_asking = False
        self._title = QLabel()
        self._title.setObjectName("title")
        self._pattern = QLineEdit()
        self._pattern.setAccessibleName(self.tr("Pattern of the keys"))
        self._pattern.setPlaceholderText(
            self.tr("A pattern such as session:*, or a part of the key's name")
        )
        self._ttl = TtlChangeRow(theme, backend.now_ms)
        self._count = self._label("muted")
        self._sample = self._label("muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(GRID // 2)
        self._act = QPushButton()
        self._keep = QPushButton(self.tr("Keep"))
        self._stop = QPushButton(self.tr("Stop"))
        self._undo = QPushButton(self.tr("Undo"))
        self._close = QToolButton()
        self._close.setToolTip(self.tr("Close (Esc)"))
        self._close.setAccessibleName(self.tr("Close"))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(COUNT_AFTER_MS)
        self._lay_out()
        self._wire()
        self._restyle()
        self.hide()

    @property
    def is_working(self) -> bool:
        """Whether something is being done, or taken back."""
        return self._run is not None

    def open_for(self, wish: BulkWish) -> None:
        """Show what would be done. While something is being done that stays in view."""
        self.show()
        if self.is_working:
            return
        self._wish = wish
        self._traces = ()
        self._is_asking = False
        has_pattern = wish.target is None
        self._pattern.setVisible(has_pattern)
        is_deletion = wish.kind is BulkKind.DELETE
        fill(self._act, primary=not is_deletion, destructive=is_deletion)
        is_ttl = wish.kind is BulkKind.CHANGE_TTL
        self._ttl.setVisible(is_ttl)
        self._title.setText(self._heading())
        self._start_counting()
        (self._pattern if has_pattern else self._ttl if is_ttl else self._act).setFocus()
        if has_pattern:
            self._pattern.selectAll()

    def close_panel(self) -> None:
        """Hide the panel. What is being done goes on, and is in view again when it opens."""
        self._rest.stop()
        self._scope.cancel(COUNT)
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # A button leaves Enter to what it stands in: on “Keep” it must not mean “Delete”.
            buttons = (self._keep, self._stop, self._undo, self._close)
            focused = next((button for button in buttons if button.hasFocus()), None)
            if focused is not None:
                focused.click()
            else:
                self._press()
        else:
            super().keyPressEvent(event)

    # -- counting ----------------------------------------------------------------------------

    def _start_counting(self) -> None:
        self._rest.stop()
        self._finder = None
        target = self._wish.target
        if target is None and self._pattern.text():
            target = target_of(self._pattern.text())
        if target is None:
            self._scope.cancel(COUNT)
            self._show()
            return
        finder = KeyFinder(self._backend, target, self._show)
        self._finder = finder
        self._scope.start(COUNT, self._count_keys(finder))
        self._show()

    def _reconsider(self) -> None:
        """Another TTL is set up; after a report the keys are counted anew, to be given that."""
        self._is_asking = False  # that was asked about another
        if self._finder is None and not self.is_working and not self._rest.isActive():
            self._start_counting()
        else:
            self._show()

    async def _count_keys(self, finder: KeyFinder) -> None:
        await finder.run()
        self._show()

    def _note_typed(self) -> None:
        self._finder = None
        self._scope.cancel(COUNT)
        self._is_asking = False
        self._rest.start()
        self._show()

    # -- doing -------------------------------------------------------------------------------

    def _press(self) -> None:
        finder = self._finder
        if not self._may_act() or finder is None:
            return
        keys = finder.keys
        if self._wish.kind is BulkKind.EXPORT:
            self.close_panel()
            self.export_requested.emit(keys)
            return
        if self._backend.facts.is_production_like and not self._is_asking:
            self._is_asking = True
            self._show()
            self._keep.setFocus()
            return
        self._is_asking = False
        change = self._change()
        is_ttl = self._wish.kind is BulkKind.CHANGE_TTL
        if is_ttl and change is None:
            self._ttl.read_again()
            return
        operation = DeleteKeys() if change is None else ChangeTtl(change)
        self._scope.start(WORK, self._do(keys, operation))

    async def _do(self, keys: Collection[bytes], operation: DeleteKeys | ChangeTtl) -> None:
        run = self._begin(len(keys))
        try:
            report = await run_bulk(run, self._backend, keys, operation)
        finally:
            self._run = None
        self._finder = None
        if isinstance(operation, DeleteKeys):
            title = self.tr("{} deleted").format(part_of(report))
        else:
            title = self.tr("TTL changed: {}").format(part_of(report))
        self._tell(title, report)
        self.bulk_done.emit(tuple(report.traces))

    def _start_undo(self) -> None:
        if self._traces and not self.is_working:
            self._scope.start(WORK, self._take_back(self._traces))

    async def _take_back(self, traces: Sequence[Trace]) -> None:
        run = self._begin(len(traces))
        try:
            report = await undo_bulk(run, self._backend, traces)
        finally:
            self._run = None
        self._tell(self.tr("Undone: {}").format(part_of(report)), report)
        self._undo.setText(self.tr("Undo the rest"))

    def _begin(self, total: int) -> BulkRun:
        run = BulkRun(total, self._show_progress)
        self._run = run
        self._traces = ()
        self._bar.setRange(0, total)
        self._bar.setValue(0)
        self._undo.setText(self.tr("Undo"))
        self._show_progress(BulkProgress(0, total))
        self._show()
        self._stop.setFocus()
        return run

    def _show_progress(self, progress: BulkProgress) -> None:
        self._bar.setValue(progress.handled)
        text = self.tr("{:,} of {}").format(progress.handled, counted(progress.total))
        _say(self._count, text, "muted")

    def _tell(self, title: str, report: BulkReport) -> None:
        self._traces = report.traces
        self._show()
        has_failed = bool(report.refused or report.ended_early)
        _say(self._count, title, "danger" if has_failed else "title")
        _say(self._sample, "\n".join(report_lines(report)), "muted")
        (self._undo if self._traces else self._close).setFocus()

    # -- showing -----------------------------------------------------------------------------

    def _show(self) -> None:
        is_working = self.is_working
        self._bar.setVisible(is_working)
        self._stop.setVisible(is_working)
        self._keep.setVisible(self._is_asking)
        self._undo.setVisible(not is_working and bool(self._traces))
        for widget in (self._pattern, self._ttl):
            widget.setEnabled(not is_working)
        self._act.setVisible(not is_working and self._finder is not None)
        self._act.setEnabled(self._may_act())
        self._act.setText(self._act_text())
        if not is_working:
            self._show_count()

    def _show_count(self) -> None:
        finder = self._finder
        if finder is None:
            _say(self._count, "" if self._pattern.text() else self._hint(), "muted")
            _say(self._sample, "", "muted")
            return
        count, sample = len(finder.keys), finder.sample()
        _say(self._sample, listed(sample, has_more=count > len(sample)), "muted")
        if finder.error:
            text = self.tr("Not all keys could be counted: {}").format(finder.error)
            _say(self._count, text, "danger")
        elif not finder.is_complete:
            _say(self._count, self.tr("{} so far …").format(counted(count)), "muted")
        elif self._is_asking:
            text = self.tr("{}: other programs may be using this cache. Go on?")
            _say(self._count, text.format(self._backend.facts.label), "warning")
        elif self._wish.kind is BulkKind.CHANGE_TTL and self._change() is None:
            wrong = self._ttl.problem
            _say(self._count, wrong or counted(count), "danger" if wrong else "title")
        else:
            text = counted(count) if count else self.tr("No key matches.")
            _say(self._count, text, "title" if count else "muted")

    def _hint(self) -> str:
        return self.tr("The keys are counted and the first of them shown before anything is done.")

    def _heading(self) -> str:
        title = {
            BulkKind.DELETE: self.tr("Delete keys"),
            BulkKind.CHANGE_TTL: self.tr("Change the TTL of keys"),
            BulkKind.EXPORT: self.tr("Export keys"),
        }[self._wish.kind]
        return f"{title}: {self._wish.name}" if self._wish.name else title

    def _act_text(self) -> str:
        keys = counted(0 if self._finder is None else len(self._finder.keys))
        return {
            BulkKind.DELETE: self.tr("Delete {}"),
            BulkKind.CHANGE_TTL: self.tr("Change {}"),
            BulkKind.EXPORT: self.tr("Export {}…"),
        }[self._wish.kind].format(keys)

    def _may_act(self) -> bool:
        finder = self._finder
        if self.is_working or finder is None or not finder.is_complete or not finder.keys:
            return False
        return self._wish.kind is not BulkKind.CHANGE_TTL or self._change() is not None

    def _change(self) -> TtlChange | None:
        """Answer the change that is set up; None while it is none, or not asked for."""
        return self._ttl.change if self._wish.kind is BulkKind.CHANGE_TTL else None

    # -- building ----------------------------------------------------------------------------

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self._count, 1)
        for button in (self._keep, self._act, self._stop, self._undo):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self._pattern)
        column.addWidget(self._ttl)
        column.addLayout(foot)
        column.addWidget(self._bar)
        column.addWidget(self._sample)

    def _wire(self) -> None:
        self._pattern.textChanged.connect(self._note_typed)
        self._rest.timeout.connect(self._start_counting)
        self._ttl.changed.connect(self._reconsider)
        self._ttl.entered.connect(self._press)
        self._act.clicked.connect(self._press)
        self._keep.clicked.connect(self._withdraw)
        self._stop.clicked.connect(self._stop_run)
        self._undo.clicked.connect(self._start_undo)
        self._close.clicked.connect(self.close_panel)
        self._theme.changed.connect(self._restyle)

    def _withdraw(self) -> None:
        self._is_asking = False
        self._show()

    def _stop_run(self) -> None:
        if self._run is not None:
            self._run.stop()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"BulkPanel {{ background: {tokens.window}; border: none;"
            f" border-top: 1px solid {tokens.border}; }}"
        )
        self._close.setIcon(icons.drawn("mdi6.close", color=tokens.muted))


def _say(label: QLabel, text: str, name: str) -> None:
    """Put a text on a label in the colour of that name."""
    label.setText(text)
    label.setVisible(bool(text))
    dress_as(label, name)
