"""The tree of the text in an editor: both show one text, and share its undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.notices import NoticeAction
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.json_tree.cell_editor import LONGEST_IN_PLACE, CellEditor
from sinch_cache_gui.ui.editor.json_tree.cells import Column, tr
from sinch_cache_gui.ui.editor.json_tree.commands import TreeCommand
from sinch_cache_gui.ui.editor.json_tree.followed_text import FollowedText, TextSource
from sinch_cache_gui.ui.editor.json_tree.search import TreeSearch
from sinch_cache_gui.ui.editor.json_tree.search_strip import SearchStrip
from sinch_cache_gui.ui.editor.json_tree.view import JsonTreeView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.sentence_line import SentenceLine
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.json_check import JsonProblem
from sinch_cache_gui.values.json_edits import (
    Edit,
    add_part,
    member_text,
    move_part,
    new_name,
    remove_part,
    rename,
    set_value,
)
from sinch_cache_gui.values.json_outline import Node, NodeKind, Outline, Shift
from sinch_cache_gui.values.json_text import InvalidJson
from sinch_cache_gui.values.slices import Work, run_sliced

MakeEdit: TypeAlias = Callable[[Outline, Node], Edit | None]


class JsonTreePage(QWidget):
    """Shows the text of a panel as a tree, and edits it there, one place at a time.

    Attributes:
        text_requested: The text itself shall be shown.
        search: Finds names and values in the tree.
        foot: The path of the element, or why something was not done; beneath the tree.
    """

    text_requested = Signal()

    def __init__(self, theme: Theme, source: TextSource, tasks: PaneTasks) -> None:
        super().__init__()
        self._view = source.view
        self._tasks = tasks
        self._may_write = True
        self._problem: JsonProblem | None = None
        self._waiting: deque[Callable[[], Awaitable[None]]] = deque()
        self._is_working = False
        self._edited: int | None = None
        self.strip = SearchStrip(theme)
        self.table = JsonTreeView(theme)
        self.message = MessagePage(theme)
        self._text = FollowedText(source, self.table.rows, self._show_outline, self._show_problem)
        self._editor = CellEditor(theme, self.table)
        self.search = TreeSearch(self.strip, self.table, tasks, self._go_to)
        self.foot = SentenceLine(tr("Path of the element"))
        self.foot.setContentsMargins(GRID, 0, GRID, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._stack, 1)
        column.addWidget(self.foot)
        self.setFocusProxy(self.table)
        self.message.say("mdi6.progress-clock", tr("Reading the text…"))
        self._wire()

    def _wire(self) -> None:
        self._view.text_rested.connect(self._follow)
        self.table.toggle_requested.connect(self._toggle)
        self.table.command_requested.connect(self.run_command)
        self.table.current_moved.connect(self._show_path)
        self._editor.entered.connect(self._take_cell)
        self._editor.given_up.connect(self._leave_cell)
        self.table.viewport().installEventFilter(self)

    def set_may_write(self, may_write: bool) -> None:
        """Let the user change the text, or only look and copy."""
        self._may_write = may_write
        self.table.may_write = may_write

    # -- the panel asks ----------------------------------------------------------------------

    @property
    def holds_cell(self) -> bool:
        """Whether something is written in a cell that is not in the text."""
        return self._editor.is_changed_cell

    async def settled(self) -> bool:
        """Take what is written in a cell into the text; answer whether no cell is left open."""
        if self._editor.is_changed_cell and not self._editor.isReadOnly():
            self._editor.setReadOnly(True)
            await self._text.read()
            await self._write_cell()
        return not self._editor.is_changed_cell

    def hand_over(self) -> None:
        """Put the cursor of the text where the tree is."""
        node, written = self.table.current_node(), self._text.written
        if node is not None and written is not None and self._text.is_shown:
            self._view.select(node.start, node.start, written.text)

    # -- following the text ------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tasks.start("outline", self._show_place())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table.viewport() and event.type() == QEvent.Type.Resize:
            self._editor.follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        if self.isVisible():
            self._tasks.start("outline", self._text.read())

    async def _show_place(self) -> None:
        """Show the element that the cursor of the text is in."""
        await self._text.read()
        outline, written = self.table.rows.outline, self._text.written
        if outline is not None and written is not None:
            await self._go_to(self._view.cursor_offset(written.text))

    def _show_outline(self, outline: Outline, shift: Shift | None) -> None:
        current = self.table.current_node()
        self.table.rows.show(outline)
        if shift is None or current is None:
            self.table.go_to(0)
        else:
            there = shift.carried(current.start)
            path = outline.find(current.start if there is None else there)
            self.table.go_to(outline.row_of(path))
            self._edited = None if self._edited is None else shift.carried(self._edited)
        self._stack.setCurrentWidget(self.table)
        self._editor.follow()
        self._show_path()
        self.search.search()

    def _show_problem(self, problem: JsonProblem) -> None:
        self._problem = problem
        where = tr("Line {}, column {}: ").format(f"{problem.line:,}", f"{problem.column:,}")
        self.message.say(
            "mdi6.code-json",
            tr("The text is not JSON"),
            where + problem.sentence,
            NoticeAction(tr("Show it in the text"), self._go_to_problem),
        )
        self._stack.setCurrentWidget(self.message)
        self.foot.say("")

    def _go_to_problem(self) -> None:
        self.text_requested.emit()
        if self._problem is not None:
            self._view.go_to(self._problem.line, self._problem.column)

    # -- walking -----------------------------------------------------------------------------

    def _toggle(self, node: Node) -> None:
        outline = self.table.rows.outline
        if outline is None:
            return
        if node.is_expanded:
            outline.collapse(node.path)
        else:
            self._tasks.start(f"expand {node.start}", _whole(outline.expand(node.path)))

    async def _go_to(self, offset: int) -> None:
        outline = self.table.rows.outline
        if outline is not None:
            path = await run_sliced(outline.reveal(offset))
            if outline is self.table.rows.outline:
                self.table.go_to(outline.row_of(path))

    def _show_path(self) -> None:
        outline, node = self.table.rows.outline, self.table.current_node()
        if outline is None or node is None:
            self.foot.say("")
            return
        self.foot.say(outline.path_text(node.path))

    # -- doing -------------------------------------------------------------------------------

    def run_command(self, command: TreeCommand) -> None:
        """Do something with the current row."""
        match command:
            case TreeCommand.COPY_VALUE | TreeCommand.COPY_PATH:
                self._copy(is_path=command is TreeCommand.COPY_PATH)
            case TreeCommand.SHOW_TEXT:
                self._show_in_text()
            case _ if not self._may_write:
                self.foot.say(tr("This value is read-only here."), is_bad=True)
            case TreeCommand.EDIT_VALUE | TreeCommand.RENAME:
                is_name = command is TreeCommand.RENAME
                self._enqueue(lambda: self._open_cell(Column.NAME if is_name else Column.VALUE))
            case TreeCommand.ADD_BEHIND:
                self._enqueue(lambda: self._add(is_inside=False))
            case TreeCommand.ADD_INSIDE:
                self._enqueue(lambda: self._add(is_inside=True))
            case TreeCommand.REMOVE:
                self._edit(lambda outline, node: remove_part(outline, node.path))
            case TreeCommand.MOVE_UP:
                self._edit(lambda outline, node: move_part(outline, node.path, -1))
            case TreeCommand.MOVE_DOWN:
                self._edit(lambda outline, node: move_part(outline, node.path, 1))
            case TreeCommand.UNDO:
                self._enqueue(lambda: self._step(self._view.step_back))
            case TreeCommand.REDO:
                self._enqueue(lambda: self._step(self._view.step_forth))

    def _copy(self, *, is_path: bool) -> None:
        outline, node = self.table.rows.outline, self.table.current_node()
        if outline is not None and node is not None:
            value = outline.text[node.start : node.end]
            copied = outline.path_text(node.path) if is_path else value
            copy_text(copied)

    def _show_in_text(self) -> None:
        node, written = self.table.current_node(), self._text.written
        self.text_requested.emit()
        if node is not None and written is not None and self._text.is_shown:
            self._view.select(node.start, node.end, written.text)

    def _enqueue(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do one thing after the other, each with the text as the one before left it."""
        self._waiting.append(work)
        if not self._is_working:
            self._is_working = True
            self._tasks.start("tree edit", self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._text.read()
                await self._waiting.popleft()()
        finally:
            self._waiting.clear()
            self._is_working = False

    async def _step(self, step: Callable[[], Awaitable[None]]) -> None:
        await step()
        await self._text.read()

    def _edit(self, make: MakeEdit) -> None:
        self._enqueue(lambda: self._edit_current(make))

    async def _edit_current(self, make: MakeEdit) -> None:
        outline, node = self.table.rows.outline, self.table.current_node()
        if outline is None or node is None or not self._text.is_parsed:
            return
        if not node.path:
            self.foot.say(tr("The whole value stands in nothing: it cannot be moved or removed."))
            return
        edit = make(outline, node)
        if edit is not None:
            await self._apply(edit)

    async def _apply(self, edit: Edit) -> bool:
        """Change the text; answer whether it was changed."""
        if not await self._text.apply(edit):
            self.foot.say(tr("The text has changed meanwhile; nothing was done."), is_bad=True)
            return False
        await self._go_to(edit.focus)
        return True

    async def _add(self, *, is_inside: bool) -> None:
        outline, node = self.table.rows.outline, self.table.current_node()
        if outline is None or node is None or not self._text.is_parsed:
            return
        path = node.path if is_inside else node.path[:-1]
        container = outline.node(path)
        if not container.is_container or (not is_inside and not node.path):
            self.foot.say(tr("Nothing can stand inside or behind this value."), is_bad=True)
            return
        await run_sliced(outline.expand(path))
        count = outline.part_count(path) or 0
        position = count if is_inside else node.path[-1] + 1
        part, is_object = "null", container.kind is NodeKind.OBJECT
        if is_object:
            part = member_text(outline, path, new_name(outline, path), part)
        if await self._apply(add_part(outline, path, position, part)):
            await self._open_cell(Column.NAME if is_object else Column.VALUE)

    # -- in a cell ---------------------------------------------------------------------------

    async def _open_cell(self, column: Column) -> None:
        outline, node = self.table.rows.outline, self.table.current_node()
        if outline is None or node is None or not self._text.is_parsed:
            return
        is_name = column is Column.NAME
        if is_name and not node.has_name:
            return
        first, end = (node.first, node.name_end) if is_name else (node.start, node.end)
        spelling = outline.text[first:end]
        if "\n" in spelling or len(spelling) > LONGEST_IN_PLACE:
            self._show_in_text()
            return
        self._edited = node.start
        self._editor.open_over(node, column, spelling)

    def _leave_cell(self) -> None:
        self._edited = None
        self._editor.close_cell()
        self.table.setFocus()
        self._show_path()

    def _take_cell(self) -> None:
        if not self._editor.isReadOnly():  # else it is being taken already
            self._editor.setReadOnly(True)
            self._enqueue(self._write_cell)

    async def _write_cell(self) -> None:
        try:
            await self._write_written()
        finally:
            self._editor.setReadOnly(False)

    async def _write_written(self) -> None:
        outline, written = self.table.rows.outline, self._editor.written
        start = self._edited
        if outline is None or start is None or not self._text.is_parsed:
            self._refuse(tr("This element is not there any more. Escape closes the field."))
            return
        node = outline.node(outline.find(start))
        is_name = self._editor.column is Column.NAME
        try:
            edit = rename(node, written) if is_name else set_value(node, written)
        except InvalidJson as error:
            what = tr("Not a name: {}") if is_name else tr("Not JSON: {}")
            self._refuse(what.format(error.problem.sentence))
            return
        if not self._view.can_hold(edit.change.new):
            self._refuse(tr("A character here would break the line; write it as \\u and its code."))
            return
        if await self._apply(edit):
            self._leave_cell()

    def _refuse(self, sentence: str) -> None:
        self._editor.show_refusal(sentence)
        self.foot.say(sentence, is_bad=True)


async def _whole(work: Work[None]) -> None:
    await run_sliced(work)
