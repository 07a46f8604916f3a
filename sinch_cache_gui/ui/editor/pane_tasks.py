"""The background work of one pane, which ends before the pane's widgets do."""

from __future__ import annotations

from collections.abc import Coroutine

from sinch_cache_gui.ui.tasks import TaskScope


class PaneTasks:
    """Starts work in the scope of the window, under names of one pane."""

    def __init__(self, scope: TaskScope, pane: object) -> None:
        self._scope = scope
        self._suffix = f"{type(pane).__name__} {id(pane):x}"
        self._names: set[str] = set()
        self._parts: list[PaneTasks] = []
        self._has_ended = False

    def part(self, part: object) -> PaneTasks:
        """Answer the same for a part of the pane, with names of its own; it ends with the pane."""
        tasks = PaneTasks(self._scope, part)
        self._parts.append(tasks)
        return tasks

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work` in place of whatever this pane ran under `name`.

        Once the pane has ended nothing is begun: a timer of it may still ask for something.
        """
        if self._has_ended:
            work.close()
            return
        self._names.add(name)
        self._scope.start(self._full(name), work)

    def is_running(self, name: str) -> bool:
        """Whether work of that name is under way."""
        return self._scope.is_running(self._full(name))

    def cancel(self, name: str) -> None:
        """End the work of that name, if it is under way."""
        self._scope.cancel(self._full(name))

    async def end(self) -> None:
        """End all work of the pane for good, and wait until each has ended."""
        self._has_ended = True
        for part in self._parts:
            await part.end()
        await self._scope.end(self._full(name) for name in self._names)

    def _full(self, name: str) -> str:
        return f"{name} ({self._suffix})"
