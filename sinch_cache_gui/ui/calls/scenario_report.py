"""What became of scenarios, to be read in the window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import groupby, islice

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.ui.theme import Tokens
from sinch_cache_gui.voice.scenario_report import summary
from sinch_cache_gui.voice.scenario_result import Failure, ScenarioResult, added_up

MOST_FAILURES = 50


def report_html(results: Sequence[ScenarioResult], tokens: Tokens) -> str:
    """Answer the sum first, then each scenario with its runs together, what failed below it."""
    failed = sum(not result.holds for result in results)
    colour = tokens.danger if failed else tokens.success
    count = f"{len(results):,}"
    if failed and len(results) == 1:
        whole = _tr("1 of 1 run failed")
    elif failed:
        whole = _tr("{0} of {1} runs failed").format(f"{failed:,}", count)
    elif len(results) == 1:
        whole = _tr("1 run, all as expected")
    else:
        whole = _tr("{0} runs, all as expected").format(count)
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
        name = _tr("{0}, {1} failed").format(name, f"{failed:,}")
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
        more = escape(_tr("… and {0} more").format(f"{left:,}"))
        lines.append(f'<p style="margin:2px 0 2px 12px">{more}</p>')
    return "".join(lines)


def _failure_html(failure: Failure, count: int, tokens: Tokens) -> str:
    times = " " + escape(_tr("({0} times)").format(f"{count:,}")) if count > 1 else ""
    line = escape(_tr("line {0}").format(failure.line))
    return (
        f'<p style="margin:2px 0 2px 12px"><span style="color:{tokens.danger}">'
        f"{line}</span> {escape(failure.who)}: {escape(failure.expectation)}{times}"
        f'<br><span style="color:{tokens.muted}">{escape(failure.found)}</span></p>'
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("ScenarioReport", text)
