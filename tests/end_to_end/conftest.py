"""The real window on a real cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import redis
from PySide6.QtWidgets import QApplication

from sinch_cache_gui.arguments import parse_arguments
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.open_caches import OpenCaches
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme
from tests.end_to_end.person import Person
from tests.end_to_end.somebody import InMemory, OnRedis, SomebodyElse

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]


@pytest.fixture
def open_window(qapp: QApplication) -> OpenWindow:
    """Open the real window with the arguments of a command line.

    A context and not the window itself: between fixture and test Qt's events run without the loop.
    """

    @asynccontextmanager
    async def opened(
        *argv: str, data_folder: Path | None = None, preferences: KeptPreferences | None = None
    ) -> AsyncIterator[Person]:
        notices = Notices()
        theme = Theme(qapp)
        window = MainWindow(theme, notices)
        app = OpenCaches(window, theme, notices, data_folder, preferences)
        window.show()
        window.activateWindow()
        try:
            app.open_at_start(parse_arguments(list(argv)))
            yield Person(window, app)
        finally:
            await app.aclose()
            window.close_now()
            window.deleteLater()

    return opened


@pytest.fixture
def on_redis(redis_url: str) -> Iterator[OnRedis]:
    with redis.Redis.from_url(redis_url) as client:
        yield OnRedis(client)


Shared = Callable[..., AbstractAsyncContextManager[tuple[Person, SomebodyElse]]]


@pytest.fixture(params=["memory", "redis"])
def shared_cache(request: pytest.FixtureRequest, open_window: OpenWindow) -> Shared:
    """A window on a cache that somebody else uses too, with what they put there before."""
    url = "memory:" if request.param == "memory" else request.getfixturevalue("redis_url")
    on_redis = None if request.param == "memory" else request.getfixturevalue("on_redis")

    @asynccontextmanager
    async def shared(**kept: object) -> AsyncIterator[tuple[Person, SomebodyElse]]:
        for name, value in kept.items():
            if on_redis is not None:
                await on_redis.put(name.replace("__", ":"), value)
        async with open_window(url) as person:
            await person.sees_soon("complete")
            workspace = person.window.workspace
            assert workspace is not None
            somebody: SomebodyElse = on_redis or InMemory(workspace.backend)
            if on_redis is None:
                for name, value in kept.items():
                    await somebody.put(name.replace("__", ":"), value)
            await person.until(lambda: len(person.rows()) > 0 or not kept)
            yield person, somebody

    return shared


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The name of a virtual display of this run."""
    programs = ("Xvfb", "xdotool")
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        told = f"{' and '.join(missing)} missing; ./packaging/test installs them"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    # With -displayfd the server chooses a free number itself, and tells it once it is ready.
    # Without -noreset it begins anew when its last client leaves, and refuses who comes meanwhile.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdout is not None
    number = server.stdout.readline().decode().strip()
    yield f":{number}"
    server.kill()
    server.wait()
    server.stdout.close()
