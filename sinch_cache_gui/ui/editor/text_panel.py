"""A text with everything around it: its check as the hand rests, Format and Compact, finding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.find_bar import FindBar
from sinch_cache_gui.ui.editor.footer import EditorFooter
from sinch_cache_gui.ui.editor.long_edits import LongEdit
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import MAX_GROWTH, ContentKind, has_long_line
from sinch_cache_gui.values.json_check import JsonProblem, find_problem_sliced
from sinch_cache_gui.values.json_notes import JsonNote, notes_work
from sinch_cache_gui.values.json_text import compact_json_sliced, format_json_sliced
from sinch_cache_gui.values.slices import run_sliced

LONG_EDIT: Final = "long edit"


class Finder(Protocol):
    """Finds something in what a page shows."""

    def open_bar(self) -> None:
        """Have the keyboard go to the search."""
        ...

    def find_next(self) -> None:
        """Go to the next match."""
        ...

    def find_previous(self) -> None:
        """Go to the match before."""
        ...


class TextPanel(QWidget):
    """The text of one value. `body` may show another page in its place, above the same foot.

    Args:
        theme: Colours.
        tasks: Its work.
        save_title: What the button says that stores the text.
        keys_of: Anywhere within this its keys are heard: Ctrl+S, Ctrl+F and the others.
        empty_hint: What is said of an empty text.

    Attributes:
        save_requested: The user wants the text stored.
    """

    save_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: PaneTasks,
        save_title: str,
        *,
        keys_of: QWidget,
        empty_hint: str = "",
    ) -> None:
        super().__init__()
        self._empty_hint = empty_hint
        self._tasks = tasks
        self._kind = ContentKind.JSON
        self._is_head = False
        self._is_vast = False
        self._refused_revision: int | None = None
        self._may_save = False
        self._problem: JsonProblem | None = None
        self._json_revision: int | None = None
        self.view = CodeView(theme)
        self.body = QStackedWidget()
        self.body.addWidget(self.view)
        self.footer = EditorFooter(save_title, shortcuts_of=keys_of)
        self.find_bar = FindBar(theme, self.view, tasks)
        self._finders: dict[QWidget, Finder] = {self.view: self.find_bar}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.body, 1)
        column.addWidget(self.footer)
        self.setFocusProxy(self.view)
        self.body.currentChanged.connect(self._allow)
        self.view.text_rested.connect(self.check)
        self.view.filling.connect(self._say_progress)
        self.view.long_edit_requested.connect(self._run_long_edit)
        self.view.cursorPositionChanged.connect(self._show_place)
        self.footer.save_requested.connect(self._save)
        self.footer.format_requested.connect(self.format_text)
        self.footer.compact_requested.connect(self.compact_text)
        self.footer.problem_pressed.connect(self._go_to_problem)
        for keys, run in (
            ("Ctrl+F", self.open_finder),
            ("F3", lambda: self._finder().find_next()),
            ("Shift+F3", lambda: self._finder().find_previous()),
        ):
            shortcut = QShortcut(QKeySequence(keys), keys_of)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def add_text_page(self, page: QWidget, finder: Finder) -> None:
        """Have another page of the body that shows and edits the same text.

        Args:
            page: The page.
            finder: What Ctrl+F and F3 do while it is in front.
        """
        self._finders[page] = finder
        self.body.addWidget(page)

    def press_save(self) -> None:
        """Do what Ctrl+S does."""
        self.footer.save_requested.emit()

    def open_finder(self) -> None:
        """Have the keyboard go to the search of what is in front."""
        self._finder().open_bar()

    def set_kind(self, kind: ContentKind, *, is_head: bool = False, is_vast: bool = False) -> None:
        """Know what the text is: JSON is coloured, and checked where it is whole.

        Args:
            kind: What it is.
            is_head: Whether it is only the beginning of the value.
            is_vast: Whether all of it is on another page, which says what is known of it.
        """
        self._kind = kind
        self._is_head = is_head
        self._is_vast = is_vast
        self.view.set_json(kind is ContentKind.JSON)
        self._allow()
        self.check()

    def set_may_save(self, may_save: bool) -> None:
        """Let the user save, or not."""
        self._may_save = may_save
        self._allow()

    def check(self) -> None:
        """Check the text as it is now."""
        self._tasks.start("check", self._check())

    def is_known_json(self, revision: int) -> bool:
        """Whether the text of that revision was checked, and found to be JSON."""
        return self._json_revision == revision

    def refuse(self, problem: JsonProblem) -> None:
        """Say why the text was not saved, and go there."""
        self._refused_revision = self.view.revision
        self._problem = problem
        self.view.set_findings(problem, ())
        self._show_check(problem, ())
        self._go_to_problem()

    def format_text(self) -> None:
        """One member or element a line; a single step to undo."""
        self._move_space(format_json_sliced)

    def compact_text(self) -> None:
        """No white space between tokens; a single step to undo."""
        self._move_space(compact_json_sliced)

    async def _check(self) -> None:
        if self._is_vast:
            self._show_findings(None, ())
            return
        if self._is_head:
            self._show_findings(None, ())
            self.footer.say(self.tr("This is only the beginning of the value."))
            return
        if self._kind is not ContentKind.JSON:
            self._show_findings(None, ())
            if self._kind is ContentKind.BINARY:
                self.footer.say(self.tr("Not a text: edited as bytes"))
                return
            await self._look_at_plain_text()
            return
        written = await self.view.read_text()
        text = written.text
        if self._empty_hint and not text.strip():
            self._show_findings(None, ())
            self.footer.say(self._empty_hint)
            return
        problem = await find_problem_sliced(text)
        if problem is None:
            self._json_revision = written.revision
        notes = () if problem is not None else await run_sliced(notes_work(text))
        self._show_findings(problem, notes)
        self._show_check(problem, notes)

    async def _look_at_plain_text(self) -> None:
        """Say how long it is; where it was surely meant to be JSON, why it is none."""
        lines = self.view.blockCount()
        said = self.tr("1 line") if lines == 1 else self.tr("{} lines").format(f"{lines:,}")
        if self.view.document().firstBlock().text().lstrip().startswith(("{", "[")):
            written = await self.view.read_text()
            self._problem = await find_problem_sliced(written.text)
        if self._problem is not None:
            where = self.tr("{}. Not JSON: line {}, column {}: {}")
            problem = self._problem
            said = where.format(said, problem.line, problem.column, problem.sentence)
        self.footer.say(said)

    def _show_check(self, problem: JsonProblem | None, notes: tuple[JsonNote, ...]) -> None:
        """Say what a check found; of a text refused a moment ago, that it was not saved too."""
        is_refused = self.view.revision == self._refused_revision
        self.footer.show_check(problem, notes, prefix=self.tr("Not saved. ") if is_refused else "")

    def _show_findings(self, problem: JsonProblem | None, notes: tuple[JsonNote, ...]) -> None:
        self._problem = problem
        self.view.set_findings(problem, notes)

    def _move_space(self, move: Callable[[str], Awaitable[str]]) -> None:
        if self._kind is ContentKind.JSON and not self.view.isReadOnly():
            self._tasks.start("move space", self._replace_by(move))

    async def _replace_by(self, move: Callable[[str], Awaitable[str]]) -> None:
        written = await self.view.read_text()
        problem = await find_problem_sliced(written.text)
        if problem is not None:
            self._problem = problem
            self.view.set_findings(problem, ())
            self.footer.show_check(problem, ())
            self._go_to_problem()
            return
        moved = await move(written.text)
        if has_long_line(moved):
            self.footer.say(
                self.tr(
                    "Nothing was changed: all on one line, these {} characters are too many to"
                    " edit. A value that is stored compact is saved compact however it is shown."
                ).format(f"{len(moved):,}")
            )
            return
        if len(moved) > MAX_GROWTH * max(len(written.text), MAX_GROWTH):
            said = self.tr(
                "Nothing was changed: nested so deep, these {} characters would become {}. Fold"
                " and walk them in the tree (Ctrl+T)."
            )
            self.footer.say(said.format(f"{len(written.text):,}", f"{len(moved):,}"))
            return
        if self.view.revision == written.revision:  # unless the user typed on meanwhile
            await self.view.replace(moved)

    def _run_long_edit(self, work: LongEdit) -> None:
        self._tasks.start(LONG_EDIT, work())

    def _say_progress(self, percent: int) -> None:
        what = self.tr("Loading… {} %")
        if self._tasks.is_running("move space"):
            what = self.tr("Moving white space… {} %")
        elif self._tasks.is_running(LONG_EDIT):
            what = self.tr("Changing the text… {} %")
        self.footer.say(what.format(percent))

    def _save(self) -> None:
        if self._may_save and self._shows_text():
            self.save_requested.emit()

    def _allow(self) -> None:
        is_json = self._kind is ContentKind.JSON
        can_edit = self.view.is_editable and self._shows_text()
        self.footer.allow(save=self._may_save and can_edit, layout=is_json and can_edit)

    def _shows_text(self) -> bool:
        return self.body.currentWidget() in self._finders

    def _finder(self) -> Finder:
        page = self.body.currentWidget()
        return self.find_bar if page is None else self._finders.get(page, self.find_bar)

    def _go_to_problem(self) -> None:
        if self._problem is not None:
            self.view.go_to(self._problem.line, self._problem.column)

    def _show_place(self) -> None:
        cursor = self.view.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        self.footer.show_place(cursor.blockNumber() + 1, len(before) + 1)
