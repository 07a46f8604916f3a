"""What became of scenarios, to be read in the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import groupby, islice

from sinch_cache_gui.ui.theme import Tokens
from sinch_cache_gui.voice.scenario_report import counted, summary
from sinch_cache_gui.voice.scenario_result import Failure, ScenarioResult, added_up

MOST_FAILURES = 50


def report_html(results: Sequence[ScenarioResult], tokens: Tokens) -> str:
    """Answer the sum first, then each scenario with its runs together, what failed below it."""
    failed = sum(not result.holds for result in results)
    colour = tokens.danger if failed else tokens.success
    runs = counted(len(results), "run")
    whole = f"{failed:,} of {runs} failed" if failed else f"{runs}, all as expected"
    parts = [f'<p style="color:{colour};font-weight:600">{escape(whole)}</p>']
    parts += [_runs_html(runs, tokens) for runs in _worst_first(_by_scenario(results))]
    return "".join(parts)


def _by_scenario(results: Sequence[ScenarioResult]) -> list[list[ScenarioResult]]:
    """The runs of one scenario came one after the other."""
    return [list(runs) for _, runs in groupby(results, key=lambda result: id(result.scenario))]


def _worst_first(groups: list[list[ScenarioResult]]) -> list[list[ScenarioResult]]:
    return sorted(groups, key=lambda runs: all(run.holds for run in runs))


def _runs_html(runs: Sequence[ScenarioResult], tokens: Tokens) -> str:
    failed = sum(not run.holds for run in runs)
    mark, colour = ("✗", tokens.danger) if failed else ("✓", tokens.success)
    name = runs[0].scenario.name
    if len(runs) > 1:
        name = f"{name} × {len(runs):,}"
    if failed and len(runs) > 1:
        name = f"{name}, {failed:,} failed"
    lines = [
        f'<p style="margin:0 0 2px 0"><span style="color:{colour}">{mark}</span> '
        f"{escape(name)}<br>"
        f'<span style="color:{tokens.muted}">{escape(summary(added_up(runs)))}</span></p>'
    ]
    failures = Counter(failure for run in runs for failure in run.failures)
    lines += [
        _failure_html(failure, count, tokens)
        for failure, count in islice(failures.items(), MOST_FAILURES)
    ]
    left = len(failures) - MOST_FAILURES
    if left > 0:
        lines.append(f'<p style="margin:2px 0 2px 12px">… and {left:,} more</p>')
    return "".join(lines)


def _failure_html(failure: Failure, count: int, tokens: Tokens) -> str:
    times = f" ({count:,} times)" if count > 1 else ""
    return (
        f'<p style="margin:2px 0 2px 12px"><span style="color:{tokens.danger}">'
        f"line {failure.line}</span> {escape(failure.who)}: {escape(failure.expectation)}{times}"
        f'<br><span style="color:{tokens.muted}">{escape(failure.found)}</span></p>'
    )
