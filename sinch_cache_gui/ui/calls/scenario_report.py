"""What became of scenarios, to be read in the window."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sinch_cache_gui.ui.theme import Tokens
from sinch_cache_gui.voice.scenario_report import counted, summary
from sinch_cache_gui.voice.scenario_result import ScenarioResult

MOST_FAILURES = 50


def report_html(results: Sequence[ScenarioResult], tokens: Tokens) -> str:
    """Answer the sum first, then each run, what failed below it."""
    failed = sum(not result.holds for result in results)
    colour = tokens.danger if failed else tokens.success
    runs = counted(len(results), "run")
    whole = f"{failed:,} of {runs} failed" if failed else f"{runs}, all as expected"
    parts = [f'<p style="color:{colour};font-weight:600">{escape(whole)}</p>']
    parts += [_run_html(result, tokens) for result in _worst_first(results)]
    return "".join(parts)


def _worst_first(results: Sequence[ScenarioResult]) -> list[ScenarioResult]:
    return sorted(results, key=lambda result: result.holds)


def _run_html(result: ScenarioResult, tokens: Tokens) -> str:
    mark, colour = ("✓", tokens.success) if result.holds else ("✗", tokens.danger)
    lines = [
        f'<p style="margin:0 0 2px 0"><span style="color:{colour}">{mark}</span> '
        f"{escape(result.scenario.name)}<br>"
        f'<span style="color:{tokens.muted}">{escape(summary(result))}</span></p>'
    ]
    lines += [
        f'<p style="margin:2px 0 2px 12px"><span style="color:{tokens.danger}">'
        f"line {failure.line}</span> {escape(failure.who)}: {escape(failure.expectation)}<br>"
        f'<span style="color:{tokens.muted}">{escape(failure.found)}</span></p>'
        for failure in result.failures[:MOST_FAILURES]
    ]
    left = len(result.failures) - MOST_FAILURES
    if left > 0:
        lines.append(f'<p style="margin:2px 0 2px 12px">… and {left:,} more</p>')
    return "".join(lines)
