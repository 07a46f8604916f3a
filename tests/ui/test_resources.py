"""Every picture that the code names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import sinch_cache_gui
from sinch_cache_gui.resource_files import read_bytes
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.resources import ICON_SIZES, application_icon, icon

SOURCES = [
    file.read_text(encoding="utf-8")
    for file in Path(sinch_cache_gui.__file__).parent.rglob("*.py")
    if "__pycache__" not in file.parts
]


def named(pattern: str) -> set[str]:
    return {name for source in SOURCES for name in re.findall(pattern, source)}


def test_every_resource_named_is_installed() -> None:
    names = named(r'\b(?:read_bytes|file_path|icon)\("([\w/.-]+/[\w.-]+)"\)')
    assert "icons/logo.svg" in names
    for name in names:
        assert read_bytes(name)


def test_every_icon_of_the_library_is_in_it(qapp: QApplication) -> None:
    names = named(r'"(mdi6\.[\w-]+)"')
    assert names
    for name in names:
        picture = icons.drawn(name, color="#000000").pixmap(16).toImage()
        assert any(picture.pixelColor(x, y).alpha() for x in range(16) for y in range(16)), name


def test_where_there_is_no_room_an_icon_is_nothing(qapp: QApplication) -> None:
    assert icons.drawn("mdi6.close", color="#000000").pixmap(0).isNull()


def test_an_icon_that_does_not_exist_is_a_defect() -> None:
    with pytest.raises(KeyError):
        icons.drawn("mdi6.no-such-icon", color="#000000")


def test_the_logo_is_drawn_at_every_size(qapp: QApplication) -> None:
    sizes = {size.width() for size in application_icon().availableSizes()}
    assert sizes == set(ICON_SIZES)
    middle = icon("icons/logo.svg").pixmap(16).toImage().pixelColor(8, 1)
    assert middle.alpha() == 255


def test_a_resource_that_does_not_exist_is_a_defect() -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes("icons/nothing.svg")
