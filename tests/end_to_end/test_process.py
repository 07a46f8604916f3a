"""The program as it is started: its own process, a display, real keys, a real server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from PySide6.QtGui import QImage

from tests.end_to_end.conftest import OpenWindow

PATIENCE_S = 30
OFFSCREEN_REMARK = "This plugin does not support propagateSizeHints()\n"
PROGRAM = [sys.executable, "-P", "-m", "sinch_cache_gui"]


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Start the program without a display and wait for its end."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def becomes_so(is_so: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    until_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.02)
    return True


class Desk:
    """A display with one window of the program, and a keyboard."""

    def __init__(self, display: str, process: subprocess.Popen[bytes]) -> None:
        self._environment = {**os.environ, "DISPLAY": display}
        self.process = process
        self._window = ""

    def find_window(self) -> None:
        def is_found() -> bool:
            assert self.process.poll() is None, "the program ended by itself"
            pid = str(self.process.pid)
            # A --name alone would match every window there is: --all wants both.
            found = self._xdotool(
                "search", "--all", "--onlyvisible", "--pid", pid, "--name", "Sinch cache"
            )
            self._window = found.split()[0] if found else ""
            return bool(self._window)

        assert becomes_so(is_found), "no window appeared"
        self._xdotool("windowfocus", "--sync", self._window)

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "10", text)

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return done.stdout


@contextmanager
def at_a_desk(display: str, home: Path, *arguments: str) -> Iterator[Desk]:
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
    }
    log = (home / "log").open("wb")
    with log, subprocess.Popen([*PROGRAM, *arguments], env=environment, stderr=log) as process:
        desk = Desk(display, process)
        try:
            desk.find_window()
            yield desk
        finally:
            process.kill()


@contextmanager
def at_a_loaded_desk(
    display: str, home: Path, server: redis.Redis, url: str, *arguments: str
) -> Iterator[Desk]:
    """The same, once the window has asked the server for its keys."""
    server.config_resetstat()
    with at_a_desk(display, home, url, *arguments) as desk:
        assert becomes_so(lambda: "cmdstat_scan" in server.info("commandstats"))
        yield desk


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


def test_keys_are_created_edited_and_restored_by_the_keyboard_alone(
    display: str, redis_url: str, server: redis.Redis, tmp_path: Path
) -> None:
    server.set("greeting", '{"text": "Hello"}', ex=600)
    with at_a_loaded_desk(display, tmp_path, server, redis_url) as desk:
        desk.press("ctrl+n")
        desk.type("app:flags")
        desk.press("Return")
        desk.type('{"beta": true}')
        desk.press("ctrl+s")
        assert becomes_so(lambda: server.exists("app:flags") == 1)
        assert json.loads(server.get("app:flags")) == {"beta": True}
        assert 3590 < server.ttl("app:flags") <= 3600

        def is_saved() -> bool:
            # From outside it cannot be seen when the text is there to be replaced.
            desk.press("ctrl+l", "ctrl+a")
            desk.type("greet")
            desk.press("Return", "Return")
            desk.press("ctrl+a")
            desk.type('{"text": "Hej"}')
            desk.press("ctrl+s")
            return becomes_so(lambda: "Hej" in server.get("greeting"), within_s=2)

        assert becomes_so(is_saved)
        assert json.loads(server.get("greeting")) == {"text": "Hej"}
        assert 580 < server.ttl("greeting") <= 600

        desk.press("ctrl+alt+z")
        assert becomes_so(lambda: "Hello" in server.get("greeting"))
        assert server.get("greeting") == '{"text": "Hello"}'

        desk.press("ctrl+q")
        assert desk.process.wait(PATIENCE_S) == 0
    assert (tmp_path / "log").read_text() == ""


def test_after_a_sudden_end_the_journal_is_there_and_undoes_what_was_written(
    display: str, redis_url: str, server: redis.Redis, tmp_path: Path
) -> None:
    server.set("greeting", '"Hello"', ex=600)
    with at_a_loaded_desk(display, tmp_path, server, redis_url, "--open", "greeting") as desk:

        def is_saved() -> bool:
            desk.press("ctrl+a")
            desk.type('"Hej"')
            desk.press("ctrl+s")
            return becomes_so(lambda: server.get("greeting") == '"Hej"', within_s=2)

        assert becomes_so(is_saved)
        files = list(tmp_path.rglob("*.jsonl"))
        assert becomes_so(lambda: any("Hej" in file.read_text() for file in files))
        desk.process.kill()
        desk.process.wait(PATIENCE_S)

    with at_a_loaded_desk(display, tmp_path, server, redis_url) as desk:
        desk.press("ctrl+shift+j")
        desk.type("greeting")

        def is_undone() -> bool:
            # From outside it cannot be seen when the entry is there to be undone.
            desk.press("Down", "ctrl+z")
            return becomes_so(lambda: server.get("greeting") == '"Hello"', within_s=1)

        assert becomes_so(is_undone)
        assert 500 < server.ttl("greeting") <= 600
        desk.press("ctrl+q")
        assert desk.process.wait(PATIENCE_S) == 0
    assert (tmp_path / "log").read_text() == ""


def test_unsaved_text_survives_a_sudden_end(
    display: str, redis_url: str, server: redis.Redis, tmp_path: Path
) -> None:
    server.set("greeting", '"Hello"', ex=600)
    with at_a_loaded_desk(display, tmp_path, server, redis_url, "--open", "greeting") as desk:

        def is_kept() -> bool:
            desk.press("ctrl+a")
            desk.type('"mine"')
            return becomes_so(lambda: bool(list(tmp_path.rglob("drafts/*.json"))), within_s=2)

        assert becomes_so(is_kept)
        desk.process.kill()
        desk.process.wait(PATIENCE_S)
    (draft,) = tmp_path.rglob("drafts/*.json")
    assert json.loads(json.loads(draft.read_text())["text"]) == "mine"
    assert server.get("greeting") == '"Hello"'


async def test_the_text_of_an_element_survives_a_sudden_end_and_is_offered_again(
    display: str, redis_url: str, server: redis.Redis, tmp_path: Path, open_window: OpenWindow
) -> None:
    def write_and_be_killed() -> Path:
        with at_a_desk(display, tmp_path, redis_url, "--open", "customer") as desk:

            def is_kept() -> bool:
                drafts = [json.loads(file.read_text()) for file in tmp_path.rglob("drafts/*.json")]
                return [draft["text"] for draft in drafts] == [mine]

            def is_written() -> bool:
                # From outside it cannot be seen when the table and its window are there: in the
                # tree Return leads to the table, and in the window the text is written anew.
                desk.press("Down", "Home", "Right", "Return", "ctrl+a")
                desk.type(mine)
                return becomes_so(is_kept, within_s=3)

            assert becomes_so(lambda: "cmdstat_hscan" in server.info("commandstats"))
            assert becomes_so(is_written, 3 * PATIENCE_S)
            desk.process.kill()
            desk.process.wait(PATIENCE_S)
        (draft,) = tmp_path.rglob("drafts/*.json")
        return draft

    mine = '{"note": "mine"}'
    stored = json.dumps({"note": "x" * 200}, separators=(",", ":"))
    server.hset("customer", "profile", stored)
    server.config_resetstat()
    draft = await asyncio.to_thread(write_and_be_killed)
    assert server.hgetall("customer") == {"profile": stored}

    async with open_window(redis_url, data_folder=draft.parent.parent) as person:
        await person.sees_soon("1 key holds text that was never saved")
        assert person.sees("customer, profile")
        assert person.sees("the value has not changed since")
        await person.answer("Open")
        await person.sees_soon("This text was never saved.")
        await person.until(lambda: person.text() == mine)
        person.click("Save")
        await person.until(lambda: server.hget("customer", "profile") == '{"note":"mine"}')
        await person.sees_soon("1 field changed")


async def test_a_text_merged_by_hand_survives_a_sudden_end_and_is_offered_again(
    display: str, redis_url: str, server: redis.Redis, tmp_path: Path, open_window: OpenWindow
) -> None:
    def merge_and_be_killed() -> Path:
        with at_a_desk(display, tmp_path, redis_url, "--open", "greeting") as desk:
            assert becomes_so(lambda: "cmdstat_scan" in server.info("commandstats"))

            def is_kept(part: str) -> bool:
                drafts = [file.read_text() for file in tmp_path.rglob("drafts/*.json")]
                return any(part in draft for draft in drafts)

            def is_written() -> bool:
                # From outside it cannot be seen when the text is there to be replaced.
                desk.press("ctrl+a")
                desk.type('"mine"')
                return becomes_so(lambda: is_kept("mine"), within_s=2)

            def is_merged() -> bool:
                desk.press("ctrl+d")
                desk.press("space")
                return becomes_so(lambda: is_kept('"merged": "'), within_s=2)

            assert becomes_so(is_written)
            server.set("greeting", '"theirs"', keepttl=True)
            assert becomes_so(is_merged)
            desk.process.kill()
            desk.process.wait(PATIENCE_S)
        (draft,) = tmp_path.rglob("drafts/*.json")
        return draft

    server.set("greeting", '"Hello"', ex=600)
    server.config_resetstat()
    draft = await asyncio.to_thread(merge_and_be_killed)
    assert server.get("greeting") == '"theirs"'
    merged = json.loads(draft.read_text())["merged"]

    async with open_window(redis_url, data_folder=draft.parent.parent) as person:
        await person.sees_soon("1 key holds text that was never saved")
        assert person.sees("the cache holds another value by now")
        await person.answer("Open")
        await person.sees_soon("Merged")
        await person.until(lambda: person.text() == merged)
        person.click("Save the merged text")
        await person.until(lambda: server.get("greeting") == merged.strip())  # compact, as it was
        assert 500 < server.ttl("greeting") <= 600


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_screenshot_is_the_loaded_window(theme: str, tmp_path: Path) -> None:
    file = tmp_path / "window.png"
    done = run("--demo", "--screenshot", str(file), "--theme", theme, home=tmp_path)
    told = done.stdout + done.stderr.replace(OFFSCREEN_REMARK, "")
    assert (done.returncode, told) == (0, "")
    picture = QImage(str(file))
    assert (picture.width(), picture.height()) == (1440, 900)
    is_dark = picture.pixelColor(picture.width() // 2, picture.height() // 2).lightness() < 128
    assert is_dark == (theme == "dark")


def test_a_screenshot_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "window.png"
    assert run("--screenshot", str(file), "--size", "1000x700", home=tmp_path).returncode == 0
    picture = QImage(str(file))
    assert (picture.width(), picture.height()) == (1000, 700)


@pytest.mark.parametrize(
    "url",
    ["redis://user:secret@127.0.0.1:1/0", "redis://user:secret@[bad/0", "gopher://secret@host"],
)
def test_a_screenshot_of_what_cannot_be_reached_says_so_in_its_exit_code(
    url: str, tmp_path: Path
) -> None:
    file = tmp_path / "window.png"
    done = run(url, "--screenshot", str(file), home=tmp_path)
    assert done.returncode == 3
    assert file.exists()
    assert "secret" not in done.stdout + done.stderr


def test_arguments_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    done = run("--size", "huge", home=tmp_path)
    assert done.returncode == 2
    assert "huge" in done.stderr


def test_version_and_help_need_no_window(tmp_path: Path) -> None:
    version, told = run("--version", home=tmp_path), run("--help", home=tmp_path)
    assert (version.returncode, told.returncode) == (0, 0)
    assert version.stdout.startswith("sinch-cache-gui ")
    assert "--screenshot" in told.stdout
