"""Benchmarks, run by hand: `python -m tests.bench NAME [ARGS]`.

Each is a module here with `main(argv)`, prints its figures as JSON on its last line, and measures
its yardstick in the same run.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> dict[str, str]:
    """Every benchmark with the first line of what it says about itself."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
        source = file.read_text(encoding="utf-8")
        if "\ndef main(" in source:
            found[file.stem] = source.split('"""', 2)[1].strip().splitlines()[0]
    return found


def main(argv: list[str]) -> int:
    known = names()
    if not argv or argv[0] not in known:
        if argv and argv[0] not in ("-h", "--help"):
            print(f"there is no benchmark {argv[0]!r}\n", file=sys.stderr)
        print("python -m tests.bench NAME [ARGS]\n", file=sys.stderr)
        for name, what in known.items():
            print(f"  {name:10} {what}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"tests.bench.{argv[0]}")
    return module.main(argv[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
