"""Scenarios in the window: choose, run n times at a speed, read the report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.resource_files import file_path
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.scenario_report import report_html
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.scenario import Scenario
from sinch_cache_gui.voice.scenario_reading import InvalidScenario
from sinch_cache_gui.voice.scenario_result import ScenarioResult
from sinch_cache_gui.voice.scenario_suite import (
    Progress,
    Suite,
    TargetMaker,
    UnreadableFile,
    aged_time,
    find_files,
    load,
)

TASK = "scenarios"
OPENING = "open scenarios"
PROGRESS_S = 0.1
SPEEDS: tuple[tuple[str, float | None], ...] = (
    ("max", None),
    ("1×", 1.0),
    ("10×", 10.0),
    ("60×", 60.0),
    ("600×", 600.0),
)


class ScenarioPane(QWidget):
    """A list of scenarios, a button to run them, and what became of them.

    Args:
        theme: Colours and fonts.
        scope: Holds the run.
        cache: What is prepared and looked at.
        make_target: Makes who answers.
        options: Answers how calls are simulated.
        is_read_only: Whether the cache takes no writes; then nothing can be run.
    """

    finished = Signal(object)
    """A list of `ScenarioResult`."""

    def __init__(
        self,
        theme: Theme,
        scope: TaskScope,
        cache: CacheBackend,
        make_target: Callable[[], TargetMaker],
        options: Callable[[], CallOptions],
        *,
        is_read_only: bool,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._scope = scope
        self._cache = cache
        self._make_target = make_target
        self._options = options
        self._is_read_only = is_read_only
        self._has_opened = False
        self._results: Sequence[ScenarioResult] = ()
        self._told_at_s = 0.0
        self._list = QListWidget()
        self._open = QToolButton()
        self._times = QSpinBox()
        self._speed = QComboBox()
        self._run = QPushButton(self.tr("Run"))
        self._run.setEnabled(False)
        self._progress = QProgressBar()
        self._report = QTextEdit()
        self._name_controls()
        self._lay_out()
        self._run.clicked.connect(self._run_or_stop)
        self._list.itemSelectionChanged.connect(self._show_about)
        self._list.itemActivated.connect(lambda _item: self._run_or_stop())
        theme.changed.connect(self._dress)
        self._dress()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """List the scenarios of files and folders, or say what is wrong with them."""
        self._has_opened = True
        self._scope.start(OPENING, self._open_all(paths))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_opened:
            self._open_samples()

    def _open_samples(self) -> None:
        self.open_paths([Path(file_path("scenarios"))])

    async def _open_all(self, paths: Sequence[Path]) -> None:
        scenarios, complaints = await asyncio.to_thread(_loaded, paths)
        self._list.clear()
        for scenario in scenarios:
            item = QListWidgetItem(scenario.name)
            item.setData(Qt.ItemDataRole.UserRole, scenario)
            item.setToolTip(scenario.about)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            self._list.addItem(item)
        self._results = ()
        self._run.setEnabled(bool(scenarios) and not self._is_read_only)
        if complaints:
            self._report.setPlainText("\n".join(complaints))
        else:
            self._show_about()

    def chosen(self) -> list[Scenario]:
        """Answer the scenarios that are selected; all, if none is."""
        items = self._list.selectedItems() or [
            self._list.item(row) for row in range(self._list.count())
        ]
        return [item.data(Qt.ItemDataRole.UserRole) for item in items]

    def _name_controls(self) -> None:
        self._list.setAccessibleName(self.tr("Scenarios"))
        self._list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._list.setMinimumHeight(96)
        self._list.setStyleSheet(f"QListWidget::item {{ padding-left: {GRID // 2}px; }}")
        self._open.setAccessibleName(self.tr("Open scenarios"))
        self._open.setToolTip(self.tr("Open a file, a folder, or the samples"))
        self._open.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addAction(self.tr("File…")).triggered.connect(partial(self._ask, is_folder=False))
        menu.addAction(self.tr("Folder…")).triggered.connect(partial(self._ask, is_folder=True))
        samples = menu.addAction(self.tr("Samples"))
        samples.triggered.connect(self._open_samples)
        self._open.setMenu(menu)
        self._times.setRange(1, 10_000)
        self._times.setPrefix("× ")
        self._times.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self._times.lineEdit().setTextMargins(GRID // 2, 0, GRID // 2, 0)
        self._times.setAccessibleName(self.tr("How often each scenario is run"))
        self._times.setToolTip(self._times.accessibleName())
        for text, speed in SPEEDS:
            self._speed.addItem(text, speed)
        self._speed.setAccessibleName(self.tr("Simulated seconds in a real one"))
        self._speed.setToolTip(
            self.tr("How fast simulated time goes. Only keys of the scenario age with it.")
        )
        self._run.setAccessibleName(self.tr("Run scenarios"))
        self._run.setProperty("primary", True)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(4)
        self._progress.hide()
        self._report.setReadOnly(True)
        self._report.setTabChangesFocus(True)
        self._report.setAccessibleName(self.tr("Report"))
        self._report.document().setDocumentMargin(GRID)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setContentsMargins(GRID, GRID, GRID, GRID)
        tools.setSpacing(GRID // 2)
        tools.addWidget(self._open)
        tools.addWidget(self._times)
        tools.addWidget(self._speed)
        tools.addWidget(self._run, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self._list)
        parts.addWidget(self._report)
        parts.setSizes([190, 400])
        parts.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self._progress)
        column.addWidget(parts, 1)

    def _dress(self) -> None:
        tokens = self._theme.tokens
        self._open.setIcon(icons.drawn("mdi6.folder-open-outline", color=tokens.muted))
        if self._results:
            self._report.setHtml(report_html(self._results, tokens))

    def _ask(self, _checked: bool = False, *, is_folder: bool) -> None:
        dialog = QFileDialog(self, self.tr("Open scenarios"))
        mode = QFileDialog.FileMode
        dialog.setFileMode(mode.Directory if is_folder else mode.ExistingFiles)
        if not is_folder:
            dialog.setNameFilter(self.tr("Scenarios (*.json)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.open_paths([Path(name) for name in names]))
        dialog.open()

    def _show_about(self) -> None:
        if self._is_running():
            return
        if self._is_read_only:
            self._report.setPlainText(self.tr("This cache is read-only: calls would write to it."))
            return
        chosen = self.chosen()
        if len(chosen) == 1:
            self._report.setPlainText(chosen[0].about or chosen[0].name)
        elif not self._results:
            self._report.setPlainText(
                self.tr(
                    "Run plays every scenario of the list, or the selected ones, and checks what "
                    "each expects. Time is simulated: a pause of ten minutes takes none."
                )
            )

    def _is_running(self) -> bool:
        return self._scope.is_running(TASK)

    def _run_or_stop(self) -> None:
        if self._is_running():
            self._scope.cancel(TASK)
            return
        if self._run.isEnabled():
            self._scope.start(TASK, self._run_all(self.chosen()))

    async def _run_all(self, scenarios: Sequence[Scenario]) -> None:
        self._open.setEnabled(False)  # another list would leave nothing to stop
        self._run.setText(self.tr("Stop"))
        self._progress.setRange(0, len(scenarios) * self._times.value())
        self._progress.setValue(0)
        self._progress.show()
        self._results = ()
        self._report.setPlainText(self.tr("Running…"))
        suite = Suite(
            self._cache,
            aged_time(self._cache),
            self._make_target(),
            self._show_progress,
            self._options(),
        )
        try:
            self._results = await suite.run(
                scenarios, times=self._times.value(), speed=self._speed.currentData()
            )
            self._report.setHtml(report_html(self._results, self._theme.tokens))
        finally:
            if not self._results:
                self._report.setPlainText(self.tr("Stopped."))
            self._progress.hide()
            self._run.setText(self.tr("Run"))
            self._open.setEnabled(True)
        self.finished.emit(self._results)

    def _show_progress(self, progress: Progress) -> None:
        now_s = monotonic()
        if progress.calls and now_s - self._told_at_s < PROGRESS_S:
            return
        self._told_at_s = now_s
        self._progress.setValue(progress.done)
        told = (
            self.tr("Running {0}\nRun {1} of {2}, 1 call")
            if progress.calls == 1
            else self.tr("Running {0}\nRun {1} of {2}, {3} calls")
        )
        run, of = f"{progress.done + 1:,}", f"{progress.total:,}"
        self._report.setPlainText(told.format(progress.name, run, of, f"{progress.calls:,}"))


def _loaded(paths: Sequence[Path]) -> tuple[list[Scenario], list[str]]:
    scenarios, complaints = [], []
    try:
        files = find_files(paths)
    except UnreadableFile as error:
        return [], [str(error)]
    for path in files:
        try:
            scenarios.append(load(path))
        except (UnreadableFile, InvalidScenario) as error:
            complaints.append(str(error))
    return scenarios, complaints
