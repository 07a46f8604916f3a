"""The real window under its real loop, and a heartbeat that tells when it could not run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import perf_counter

from PySide6.QtWidgets import QApplication

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.open_caches import make_workspace
from sinch_cache_gui.profiles import Profile
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.ui.workspace import Workspace


@asynccontextmanager
async def opened_workspace(application: QApplication, url: str) -> AsyncIterator[Workspace]:
    """The window on a cache it has reached; `start` of the workspace begins to load it."""
    application.setQuitOnLastWindowClosed(False)
    theme, notices = Theme(application), Notices()
    window = MainWindow(theme, notices)
    window.resize(1440, 900)
    window.show()
    backend = open_backend(parse_target(url))
    await backend.connect()
    workspace = make_workspace(theme, notices, backend, Profile(url=url))
    window.show_workspace(workspace)
    try:
        yield workspace
    finally:
        await workspace.aclose()
        window.close_now()


class Heartbeat:
    """Beats every millisecond of the loop while it is on, and notes what kept it from that."""

    def __init__(self, *, is_on: bool) -> None:
        self._is_on = is_on

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[list[float]]:
        """The gaps in milliseconds, sorted once it is over."""
        gaps = [0.0]
        beating = asyncio.create_task(self._beat(gaps)) if self._is_on else None
        yield gaps
        if beating is not None:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        gaps.sort()

    async def _beat(self, gaps: list[float]) -> None:
        last = perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = perf_counter()
            gaps.append((now - last) * 1000)
            last = now


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)
