"""What the window remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_cache_gui.profiles import Preferences, Profile, load_preferences, save_preferences


def test_preferences_come_back(tmp_path: Path) -> None:
    file = tmp_path / "config" / "preferences.json"
    save_preferences(file, Preferences("dark"))
    assert load_preferences(file) == Preferences("dark")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": "purple"}', '{"theme": 1}'])
def test_damaged_preferences_are_as_on_the_first_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "preferences.json"
    file.write_text(text)
    assert load_preferences(file) == Preferences()


def test_a_profile_never_prints_its_password() -> None:
    assert "cret" not in repr(Profile("redis://alice:secret@host/0"))
