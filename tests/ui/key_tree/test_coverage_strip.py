"""The strip says how many keys are shown, and whether that is all."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sinch_cache_gui.keyspace.expiry import format_time
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.ui.key_tree.coverage_strip import CoverageStrip
from tests.ui.key_tree.tree import said_in

MILLION = 1_000_000
NOON_MS = 1_763_812_800_000


@pytest.mark.parametrize(
    ("coverage", "said", "offered"),
    [
        (
            Coverage(CoverageState.COMPLETE, MILLION, MILLION, 2.11),
            "1,000,000 keys, complete, 2.1 s",
            [],
        ),
        (Coverage(CoverageState.COMPLETE, 1, 1, 0.0), "1 key, complete, 0.01 s", []),
        (
            Coverage(CoverageState.COMPLETE, 12, 99, 0.2, pattern=b"session:*"),
            "12 keys, only session:*, complete, 0.2 s",
            ["Load all"],
        ),
        (
            Coverage(CoverageState.LOADING, 12, 99, 0.2, pattern=b"session:*"),
            "loading only session:*: 12 so far",
            ["Stop", "Load all"],
        ),
        (
            Coverage(CoverageState.LOADING, 430_000, MILLION, 1.0),
            "loading 430,000 of about 1,000,000",
            ["Stop"],
        ),
        (Coverage(CoverageState.LOADING, 430_000, None, 1.0), "loading: 430,000 so far", ["Stop"]),
        (
            Coverage(CoverageState.STOPPED, 430_000, MILLION, 1.0),
            "stopped at 430,000: folders may be incomplete",
            ["Continue"],
        ),
        (
            Coverage(CoverageState.FAILED, 5, 10, 1.0, "No answer from localhost:6379"),
            "loading failed at 5: No answer from localhost:6379",
            ["Continue"],
        ),
        (
            Coverage(CoverageState.CATCHING_UP, 5, 10, 1.0, "the connection was lost"),
            "about 5 keys, catching up: the connection was lost",
            ["Stop"],
        ),
        (
            Coverage(CoverageState.STOPPED, 5, 10, 1.0, "the connection was lost for a while"),
            "stopped at 5, out of date: the connection was lost for a while",
            ["Continue"],
        ),
        (
            Coverage(CoverageState.FAILED, MILLION, MILLION, stale_since_ms=NOON_MS),
            f"1,000,000 keys, stale: connection lost, as of {format_time(NOON_MS)}",
            [],
        ),
    ],
)
def test_it_says_the_truth_and_offers_what_can_be_done(
    qtbot: QtBot, coverage: Coverage, said: str, offered: list[str]
) -> None:
    strip = CoverageStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.show_coverage(coverage)
    assert said_in(strip) == said
    buttons = strip.findChildren(QPushButton)
    assert [button.text() for button in buttons if button.isVisible()] == offered
    assert all(button.accessibleName() for button in buttons)
