"""The text that a tree shows: read again whenever it is another one, and once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.json_tree.model import JsonTreeModel
from sinch_cache_gui.values.document_views import Written
from sinch_cache_gui.values.json_check import JsonProblem, find_problem_sliced
from sinch_cache_gui.values.json_edits import Edit
from sinch_cache_gui.values.json_outline import Outline, Shift, outline_after
from sinch_cache_gui.values.replacement import replacement_work
from sinch_cache_gui.values.slices import run_sliced


class TextSource(Protocol):
    """Where the text is, and what is known of it already."""

    @property
    def view(self) -> CodeView:
        """The editor of the text."""
        ...

    def is_known_json(self, revision: int) -> bool:
        """Whether the text of that revision was checked, and found to be JSON."""
        ...


class FollowedText:
    """Keeps what a tree shows true to the text.

    Attributes:
        written: The text as it was read last; None before that.
        is_parsed: Whether that is JSON.
    """

    def __init__(
        self,
        source: TextSource,
        rows: JsonTreeModel,
        show: Callable[[Outline, Shift | None], None],
        show_problem: Callable[[JsonProblem], None],
    ) -> None:
        """Read nothing yet.

        Args:
            source: The text.
            rows: What is shown of it.
            show: Called with another outline to be shown, and with what moved in the text since
                the one that is; None for the first.
            show_problem: Called with what keeps the text from being shown as a tree.
        """
        self.written: Written | None = None
        self.is_parsed = False
        self._source = source
        self._rows = rows
        self._show = show
        self._show_problem = show_problem
        self._reading = asyncio.Lock()

    @property
    def is_shown(self) -> bool:
        """Whether the rows are those of the text as it is now."""
        return self.is_parsed and self._is_current()

    async def read(self) -> None:
        """Have the tree say what the text says now."""
        async with self._reading:
            while not self._is_current():
                await self._read_once()

    async def apply(self, edit: Edit) -> bool:
        """Change the text, and the tree with it; answer whether the text was changed."""
        written = self.written
        changed = None if written is None else await self._source.view.apply(edit.change, written)
        if changed is None:
            return False
        async with self._reading:
            await self._take(changed, edit.shift)  # an edit of JSON is JSON: no check is needed
        await self.read()
        return True

    def _is_current(self) -> bool:
        return self.written is not None and self.written.revision == self._source.view.revision

    async def _read_once(self) -> None:
        written = await self._source.view.read_text()
        is_known = self._source.is_known_json(written.revision)
        problem = None if is_known else await find_problem_sliced(written.text)
        if problem is None:
            await self._take(written, None)
        else:
            self.written, self.is_parsed = written, False
            self._show_problem(problem)

    async def _take(self, written: Written, shift: Shift | None) -> None:
        """Show a text known to be JSON."""
        old = self._rows.outline
        if old is None:
            await self._take_first(written)
            return
        shift = shift or Shift.of(await run_sliced(replacement_work(old.text, written.text)))
        outline = await run_sliced(outline_after(old, written.text, shift))
        self.written, self.is_parsed = written, True
        self._show(outline, shift)

    async def _take_first(self, written: Written) -> None:
        """Show the first text known to be JSON, one level of it, while it is read."""
        outline = Outline(written.text)
        self.written, self.is_parsed = written, True
        self._show(outline, None)
        try:
            await run_sliced(outline.expand(()))
        except asyncio.CancelledError:  # by whoever reads next: for them nothing is shown yet
            self.written = None
            self._rows.show(None)
            raise
