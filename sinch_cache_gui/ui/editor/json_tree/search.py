"""Finds names and values in the tree, and goes from one match to the next."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Coroutine

from PySide6.QtCore import QObject

from sinch_cache_gui.ui.editor.json_tree.cells import tr
from sinch_cache_gui.ui.editor.json_tree.search_strip import SearchStrip
from sinch_cache_gui.ui.editor.json_tree.view import JsonTreeView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.values.json_search import name_and_value_matches
from sinch_cache_gui.values.slices import run_sliced


class TreeSearch(QObject):
    """Knows where in the text the matches of what the strip asks for are."""

    def __init__(
        self,
        strip: SearchStrip,
        table: JsonTreeView,
        tasks: PaneTasks,
        go_to: Callable[[int], Coroutine[object, object, None]],
    ) -> None:
        """Look for nothing yet.

        Args:
            strip: Where it is said what is looked for, and how often it is there.
            table: The tree.
            tasks: Of the pane.
            go_to: Shows the element at an offset of the text.
        """
        super().__init__(strip)
        self._strip = strip
        self._table = table
        self._tasks = tasks
        self._go_to = go_to
        self._places: array[int] = array("Q")
        strip.wanted_changed.connect(self.search)
        strip.next_requested.connect(self.find_next)
        strip.previous_requested.connect(self.find_previous)
        strip.left.connect(table.setFocus)

    def search(self) -> None:
        """Look for what is wanted in the text as the tree shows it now."""
        self._table.painter_of_rows.set_wanted(self._strip.wanted)
        self._table.viewport().update()
        self._tasks.start("tree search", self._search_all())

    def open_bar(self) -> None:
        """Have the keyboard go to the search."""
        self._strip.open_strip()

    def find_next(self) -> None:
        """Go to the next match, round the end."""
        node = self._table.current_node()
        at = -1 if node is None else node.first if node.is_container else node.start
        self._go_to_match(bisect_right(self._places, at) if at >= 0 else 0)

    def find_previous(self) -> None:
        """Go to the match before, round the beginning."""
        node = self._table.current_node()
        at = 0 if node is None else node.first
        self._go_to_match(bisect_left(self._places, at) - 1)

    async def _search_all(self) -> None:
        outline, wanted = self._table.rows.outline, self._strip.wanted
        if outline is None or not wanted:
            self._places = array("Q")
            self._strip.say("")
            return
        self._strip.say(tr("searching…"))
        self._places = await run_sliced(name_and_value_matches(outline.text, wanted))
        count = len(self._places)
        if not count:
            self._strip.say(tr("no match"))
        else:
            self._strip.say(tr("1 match") if count == 1 else tr("{} matches").format(f"{count:,}"))

    def _go_to_match(self, number: int) -> None:
        if self._places:
            self._tasks.start("tree match", self._go_to(self._places[number % len(self._places)]))
