"""What became of scenarios, as lines for people and as JUnit XML for build servers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from sinch_cache_gui.voice.scenario_result import Failure, ScenarioResult

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_lines(results: Sequence[ScenarioResult]) -> Iterator[str]:
    """Tell each run in a line, its failures below it, and the sum at the end."""
    for result in results:
        word = "ok    " if result.holds else "FAILED"
        yield f"{word} {result.scenario.name}: {summary(result)}"
        for failure in result.failures:
            yield f"       {failure_line(result, failure)}"
    failed = sum(not result.holds for result in results)
    runs = counted(len(results), "run")
    took_s = sum(result.took_s for result in results)
    yield f"{runs}, {failed:,} failed, {took_s:.2f} s" if failed else f"{runs}, {took_s:.2f} s"


def summary(result: ScenarioResult) -> str:
    """Answer what a run did, in a line."""
    return (
        f"{counted(result.calls, 'call')}, {counted(result.callbacks, 'callback')}, "
        f"{counted(result.checked, 'expectation')}, {result.simulated_s:,.0f} s simulated "
        f"in {result.took_s:.2f} s"
    )


def failure_line(result: ScenarioResult, failure: Failure) -> str:
    """Answer a failure with the file and the line it stands on."""
    where = f"{result.scenario.source or result.scenario.name}:{failure.line}"
    return f"{where}: {failure.who}: {failure.expectation}: {failure.found}"


def counted(number: int, what: str) -> str:
    """Answer `1 call`, `1,204 calls`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def junit_xml(results: Sequence[ScenarioResult]) -> bytes:
    """Answer the results as build servers read them: a test case a run."""
    failed = sum(not result.holds for result in results)
    totals = {
        "tests": str(len(results)),
        "failures": str(failed),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(result.took_s for result in results):.3f}",
    }
    root = Xml.Element("testsuites", totals)
    suite = Xml.SubElement(root, "testsuite", {"name": "scenarios", **totals})
    for result in results:
        case = Xml.SubElement(
            suite,
            "testcase",
            {
                "name": _clean(result.scenario.name),
                "classname": _clean(result.scenario.source or "scenario"),
                "file": _clean(result.scenario.source),
                "time": f"{result.took_s:.3f}",
            },
        )
        if result.failures:
            first = result.failures[0]
            told = {"message": _clean(f"{first.expectation}: {first.found}")}
            lines = [failure_line(result, failure) for failure in result.failures]
            Xml.SubElement(case, "failure", told).text = _clean("\n".join(lines))
    Xml.indent(root)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _clean(text: str) -> str:
    """Leave out what XML cannot say."""
    return _NOT_IN_XML.sub("\ufffd", text)
