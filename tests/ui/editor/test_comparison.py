"""A comparison of long texts is told while it goes on, and can be cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QTest

from sinch_cache_gui.ui.editor import comparison
from sinch_cache_gui.values.document_state import Phase

Desk = Any

KEY = b"k"
COMPARING = "Comparing two long texts…"
LINES = [f'{{"number":{number}}}' for number in range(30_000)]
STORED = ("[" + ",\n".join(LINES) + "]").encode()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "SLOW_S", 0.0)


async def test_the_difference_of_long_texts_can_be_cancelled_and_asked_for_again(
    desk: Desk,
) -> None:
    await desk.put(KEY, STORED)
    pane = await desk.open(KEY)
    QTest.keyClicks(desk.view(), " ")
    desk.ctrl("d")
    await desk.until(lambda: desk.says(COMPARING) and "Cancel" in desk.button_texts())
    desk.click("Cancel")
    await desk.until(lambda: not desk.says(COMPARING))
    assert desk.view().isVisible()

    desk.ctrl("d")
    await desk.until(lambda: pane.pages.difference.isVisible())
    assert desk.says("1 line differs")
    await desk.until(lambda: not desk.says(COMPARING))


async def test_a_cancelled_merge_leaves_the_conflict_to_be_decided(desk: Desk) -> None:
    await desk.put(KEY, STORED)
    pane = await desk.open(KEY)
    QTest.keyClicks(desk.view(), " ")
    await desk.put(KEY, STORED.replace(b"29999}", b"29998}"))
    pane.look_again()
    await desk.until(lambda: "Show difference" in desk.button_texts())
    assert pane.document.state.phase is Phase.CONFLICT
    desk.click("Show difference")
    await desk.until(lambda: desk.says(COMPARING) and "Cancel" in desk.button_texts())
    desk.click("Cancel")
    await desk.until(lambda: "Show difference" in desk.button_texts())
    desk.click("Show difference")
    await desk.until(lambda: desk.says("1 by you, 1 by them, 0 by both"))
    assert desk.says("Somebody else changed this value.")
    assert pane.pages.conflict.merged.text().startswith(" [")
    assert pane.pages.conflict.merged.text().endswith("29998}]")
