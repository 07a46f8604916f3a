"""The caches opened before come back, and their passwords only out of the keychain."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.known_caches import MOST_KNOWN, KnownCaches
from sinch_cache_gui.profiles import Profile
from tests.drawer import Drawer

SECRET = Profile("redis://alice:s%40cret@host/0", b"fn:", is_read_only=True, keeps_password=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "caches.json"


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


def started(file: Path, drawer: Drawer) -> KnownCaches:
    """What is known after a start of the program."""
    return KnownCaches(file, Keychain(lambda: drawer))


async def test_the_last_cache_opened_comes_first(file: Path, drawer: Drawer) -> None:
    known = started(file, drawer)
    for url in ("memory:", "redis://one/0", "memory:"):
        await known.remember(Profile(url))
    assert [p.url for p in started(file, drawer).profiles()] == ["memory:", "redis://one/0"]


async def test_a_password_comes_back_from_the_keychain_and_is_in_no_file(
    file: Path, drawer: Drawer
) -> None:
    await started(file, drawer).remember(SECRET)
    assert b"cret" not in file.read_bytes()  # noqa: ASYNC240 - small and local
    known = started(file, drawer)
    (kept,) = known.profiles()
    assert kept == SECRET.public
    assert await known.with_password(kept) == SECRET


async def test_a_password_typed_anew_is_not_replaced(file: Path, drawer: Drawer) -> None:
    known = started(file, drawer)
    await known.remember(SECRET)
    typed = Profile("redis://alice:other@host/0", b"fn:", is_read_only=True, keeps_password=True)
    assert await known.with_password(typed) == typed


async def test_a_password_no_longer_wanted_leaves_the_keychain(file: Path, drawer: Drawer) -> None:
    known = started(file, drawer)
    await known.remember(SECRET)
    await known.remember(Profile(SECRET.url, SECRET.prefix, is_read_only=True))
    assert drawer.entries == {}


async def test_a_forgotten_cache_takes_its_password_along(file: Path, drawer: Drawer) -> None:
    known = started(file, drawer)
    await known.remember(SECRET)
    await known.forget(SECRET.public)
    assert (known.profiles(), drawer.entries) == ((), {})


async def test_the_list_is_bounded(file: Path, drawer: Drawer) -> None:
    known = started(file, drawer)
    for number in range(MOST_KNOWN + 3):
        await known.remember(Profile(f"redis://host/{number}"))
    profiles = known.profiles()
    assert len(profiles) == MOST_KNOWN
    assert profiles[0].url == f"redis://host/{MOST_KNOWN + 2}"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"profiles": 1}', '{"profiles": [1, {"url": 2}]}']
)
def test_a_damaged_file_is_as_on_the_first_start(file: Path, drawer: Drawer, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert started(file, drawer).profiles() == ()


async def test_a_folder_that_cannot_be_written_ends_nothing_and_is_in_the_log(
    tmp_path: Path, drawer: Drawer, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").write_text("a file where the folder would be")
    known = started(tmp_path / "data" / "caches.json", drawer)
    await known.remember(SECRET)
    assert "the caches opened before were not kept" in caplog.text
    assert await known.with_password(SECRET.public) == SECRET
