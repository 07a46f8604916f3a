"""What may stand on the command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from sinch_cache_gui import __version__
from sinch_cache_gui.profiles import MEMORY_URL, THEMES, Profile

EPILOG = """\
caches:
  memory:                                    the embedded cache of development (the default)
  redis://[user:password@]host:port/db       a Redis; rediss:// for TLS
  unix:///path/to/redis.sock?db=0            a Redis on this machine
  redis+cluster://host:port                  a Redis Cluster; rediss+cluster:// for TLS
  redis+sentinel://host:port,host2/service   what Sentinel says is the primary of that service

without a window:
  sinch-cache-gui scenario FILE...           run scenarios of simulated calls (scenario --help)

examples:
  sinch-cache-gui --demo
  sinch-cache-gui redis://localhost:6379/0 --prefix fn:
  sinch-cache-gui --demo --screenshot window.png --theme dark
"""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the user asked for on the command line.

    Attributes:
        profile: The cache to open.
        is_demo: Whether to fill it with demo keys.
        theme: "system", "light" or "dark"; empty for the one used last.
        open_keys: Keys to show in editors, once loaded.
        dial: The caller's number of a call to place, once loaded; empty for none.
        screenshot: Where to save a picture of the loaded window instead of staying open.
        size: Width and height of the window in pixels; None for the default.
    """

    profile: Profile
    is_demo: bool = False
    theme: str = ""
    open_keys: tuple[bytes, ...] = ()
    dial: str = ""
    screenshot: Path | None = None
    size: tuple[int, int] | None = None


def parse_arguments(argv: list[str]) -> Arguments:
    """Read the command line.

    Raises:
        SystemExit: For --help and --version (0), and for what makes no sense (2).
    """
    parser = argparse.ArgumentParser(
        prog="sinch-cache-gui",
        description="Look inside the key-value cache of Sinch Functions.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("url", nargs="?", default=MEMORY_URL, metavar="URL", help="the cache to open")
    add("--prefix", default="", help="show and write only keys below this prefix")
    add("--read-only", action="store_true", help="look, change nothing")
    add(
        "--no-values-on-disk",
        action="store_true",
        help="keep keys and times in the journal on disk, but no values, and no drafts",
    )
    add("--demo", action="store_true", help="fill the cache with a small set of demo keys")
    add("--open", action="append", default=[], metavar="KEY", help="open a key in an editor")
    add("--dial", default="", metavar="NUMBER", help="place a simulated call from this number")
    add("--theme", choices=THEMES, default="", help="colours; the ones used last if not given")
    add("--screenshot", type=Path, metavar="FILE", help="save a picture of the window and leave")
    add("--size", type=_size, metavar="WxH", help="size of the window, as 1440x900")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    found = parser.parse_args(argv)
    return Arguments(
        profile=Profile(
            found.url, os.fsencode(found.prefix), found.read_only, found.no_values_on_disk
        ),
        is_demo=found.demo,
        theme=found.theme,
        open_keys=tuple(os.fsencode(key) for key in found.open),
        dial=found.dial,
        screenshot=found.screenshot,
        size=found.size,
    )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write it as 1440x900")
    size = int(width), int(height)
    if not (320 <= size[0] <= 8000 and 240 <= size[1] <= 8000):
        raise argparse.ArgumentTypeError(f"{text!r} is out of bounds: 320x240 to 8000x8000")
    return size
