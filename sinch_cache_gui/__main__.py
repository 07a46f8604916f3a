"""The command line: `sinch-cache-gui` and `python -m sinch_cache_gui`."""

from __future__ import annotations

import sys

from sinch_cache_gui.arguments import parse_arguments


def main(argv: list[str] | None = None) -> int:
    """Open the window, or run scenarios, as the arguments ask; answer the exit code.

    Exit codes: 0 when the window was closed or the screenshot saved, 2 for arguments that make no
    sense, 3 for a screenshot of a cache that could not be reached. For scenarios: 0 when everything
    held, 1 when something did not, 2 for bad input.
    """
    given = sys.argv[1:] if argv is None else argv
    if given[:1] == ["scenario"]:
        from sinch_cache_gui.scenario_command import main as run_scenarios

        return run_scenarios(given[1:])
    arguments = parse_arguments(given)
    # Qt is loaded only now, so that --help and --version need no display.
    from sinch_cache_gui.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
