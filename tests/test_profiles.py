"""What the window remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.profiles import (
    KeptPreferences,
    LastFunction,
    Preferences,
    Profile,
    WindowShape,
    load_preferences,
    public_url,
    save_preferences,
    with_password,
    without_password,
)

SECRET = "redis://alice:s%40cret@cache.example:6380/2"


def test_preferences_come_back(tmp_path: Path) -> None:
    file = tmp_path / "config" / "preferences.json"
    save_preferences(file, Preferences("dark"))
    assert load_preferences(file) == Preferences("dark")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": "purple"}', '{"theme": 1}'])
def test_damaged_preferences_are_as_on_the_first_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(text)
    assert load_preferences(file) == Preferences()


SHAPE = WindowShape(
    1300, 820, tree_width=300, calls_width=400, hides_calls=True, journal_height=250
)


def test_the_shape_of_the_window_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    KeptPreferences(file).leave_window(SHAPE)
    assert KeptPreferences(file).now.window == SHAPE


def test_lengths_that_make_no_sense_are_as_on_the_first_start(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(
        '{"window": {"width": -3, "height": "8", "tree_width": 1e9, "calls_width": 4000000,'
        ' "is_maximized": 1, "hides_tree": true}}'
    )
    assert load_preferences(file).window == WindowShape(hides_tree=True)


def test_a_profile_never_prints_its_password() -> None:
    assert "cret" not in repr(Profile("redis://alice:secret@host/0"))


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("memory:", "memory:", ""),
        ("redis://host:6379/0", "redis://host:6379/0", ""),
        ("redis://:pw@host/0", "redis://host/0", "pw"),
        ("redis://a:p%2Fq@host/0", "redis://a@host/0", "p/q"),
        ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=0", ""),
        ("redis://a:pw@[::1/0", "redis://a@[::1/0", "pw"),
    ],
)
def test_a_password_is_taken_out_of_a_url(url: str, shown: str, password: str) -> None:
    assert without_password(url) == (shown, password)


def test_a_password_comes_back_into_its_url() -> None:
    for url in (SECRET, "redis://:pw@host/0", "rediss://host/1"):
        assert with_password(*without_password(url)) == url


@pytest.mark.parametrize(
    ("url", "public"),
    [
        (SECRET, "redis://alice@cache.example:6380/2"),
        (
            "redis+sentinel://a:pw@h1:1,h2:2/main?sentinel_username=s&sentinel_password=pw",
            "redis+sentinel://a@h1:1,h2:2/main?sentinel_username=s",
        ),
        ("redis+sentinel://h1/main?sentinel_password=pw", "redis+sentinel://h1/main"),
        ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=0"),
    ],
)
def test_what_is_shown_and_kept_of_a_url_has_no_secret(url: str, public: str) -> None:
    assert public_url(url) == public


def test_what_is_assumed_comes_back_beside_the_theme(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    kept = KeptPreferences(file)
    kept.choose_theme("light")
    kept.assume(CallAssumptions(reply_timeout_ms=9000, keeps_hash=True))
    kept.choose_theme("dark")

    assumed = CallAssumptions(reply_timeout_ms=9000, keeps_hash=True)
    assert KeptPreferences(file).now == Preferences("dark", assumed)


def test_the_last_function_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "preferences.json"
    function = LastFunction("http://localhost:3000", "/", "key", may_leave=True)
    KeptPreferences(file).ask_next_time(function)
    assert KeptPreferences(file).now == Preferences(function=function)

    file.write_text('{"function": {"url": 7, "may_leave": "yes"}}')
    assert load_preferences(file) == Preferences()


@pytest.mark.parametrize(
    "calls",
    [
        "7",
        '{"reply_timeout_ms": 0}',
        '{"reply_timeout_ms": true}',
        '{"menu_repeats": 99, "keeps_hash": 1}',
        '{"menu_timeout_ms": "5000", "of_a_later_version": 1}',
    ],
)
def test_assumptions_that_make_no_sense_are_the_defaults(tmp_path: Path, calls: str) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(f'{{"theme": "dark", "calls": {calls}}}')
    assert load_preferences(file) == Preferences("dark")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, caplog) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptPreferences(tmp_path / "file" / "preferences.json")
    kept.choose_theme("dark")
    assert kept.now == Preferences("dark")
    assert "not kept" in caplog.text
