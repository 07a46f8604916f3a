"""Of elements that expire by themselves, those are found whose time is up."""

from __future__ import annotations

from sinch_cache_gui.values.element_deadlines import Due, find_due

NOW = 1_763_800_000_000


async def test_rows_whose_time_is_up_and_the_nearest_deadline_to_come_are_told() -> None:
    deadlines = [None, NOW - 1, NOW + 70, NOW, None, NOW + 50]
    assert await find_due(deadlines, NOW, most=10) == Due([1, 3], NOW + 50, has_more=False)
    assert await find_due([None, None], NOW, most=10) == Due([], None, has_more=False)
    assert await find_due([], NOW, most=10) == Due([], None, has_more=False)


async def test_of_very_many_the_first_are_told_and_that_there_may_be_more() -> None:
    deadlines = [NOW - 1] * 4_000 + [None] * 4_000 + [NOW - 1] * 4_000
    found = await find_due(deadlines, NOW, most=5_000)
    assert found == Due([*range(4_000), *range(8_000, 9_000)], None, has_more=True)
    rest = await find_due(deadlines[9_000:], NOW, most=5_000)
    assert rest == Due([*range(3_000)], None, has_more=False)
