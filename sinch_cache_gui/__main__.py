"""The command line: `sinch-cache-gui` and `python -m sinch_cache_gui`."""

from __future__ import annotations

import sys

from sinch_cache_gui.arguments import parse_arguments


def main(argv: list[str] | None = None) -> int:
    """Open the window as the arguments ask; answer the exit code.

    Exit codes: 0 when the window was closed or the screenshot saved, 2 for arguments that make no
    sense, 3 for a screenshot of a cache that could not be reached.
    """
    arguments = parse_arguments(sys.argv[1:] if argv is None else argv)
    # Qt is loaded only now, so that --help and --version need no display.
    from sinch_cache_gui.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
