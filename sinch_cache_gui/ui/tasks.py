"""Background work with an owner, a name, and an error sink."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.notices import Notice, Notices, Severity

log = logging.getLogger(__name__)


class TaskScope:
    """Holds the tasks of one owner: a window, a workspace, a pane.

    No task is fire-and-forget: the scope keeps it, reports its failure as a notice and in the log,
    and ends it when the owner goes.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._tasks: dict[str, asyncio.Task[object]] = {}
        self._ending: dict[asyncio.Task[object], str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    def start(
        self,
        name: str,
        work: Coroutine[object, object, object],
        *,
        on_error: Callable[[CacheError], bool] | None = None,
    ) -> None:
        """Run `work` under `name`, in place of whatever ran under that name.

        Args:
            name: Unique in this scope; starting it again cancels the previous one.
            work: The coroutine. Its `CacheError` is told as a notice, anything else as a defect.
            on_error: May show a `CacheError` in place itself and answer True: no notice then.
        """
        if self._is_closed:
            work.close()
            return
        self.cancel(name)
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        # Not the running loop: Qt may deliver a timer while that has paused, between two runs.
        task = self._loop.create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._finished(name, done, on_error))

    def is_running(self, name: str) -> bool:
        """Whether a task of that name is still at work; one that has returned is not."""
        task = self._tasks.get(name)
        return task is not None and not task.done()

    def cancel(self, name: str) -> None:
        """End the task of that name, if there is one."""
        task = self._tasks.pop(name, None)
        if task is not None and not task.done():
            self._ending[task] = name
            task.cancel()

    async def end(self, names: Iterable[str]) -> None:
        """End the tasks of these names, and wait until each has ended, replaced ones too."""
        ended = set(names)
        for name in ended:
            self.cancel(name)
        tasks = [task for task, name in self._ending.items() if name in ended]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """End every task and wait until each has ended. May be called twice."""
        self._is_closed = True
        await self.end({*self._tasks, *self._ending.values()})

    def _finished(
        self,
        name: str,
        task: asyncio.Task[object],
        on_error: Callable[[CacheError], bool] | None,
    ) -> None:
        self._ending.pop(task, None)
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if isinstance(error, CacheError):
            if on_error is None or not on_error(error):
                self._notices.post(Notice(Severity.ERROR, error.title, error.detail))
            return
        log.error("task %s failed", name, exc_info=error)
        self._notices.post(
            Notice(
                Severity.ERROR,
                _tr("Something went wrong inside this window ({})").format(name),
                f"{type(error).__name__}: {error}\n"
                + _tr("This is a defect. The log has the details."),
            )
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("TaskScope", text)
