"""A scan from end to end."""

from __future__ import annotations

from typing import Protocol

from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.pacing import Breather


class PageAsker(Protocol):
    """`CacheBackend.scan_page`."""

    async def __call__(
        self, cursor: ScanCursor | None = None, *, pattern: bytes | None = None, count: int = 1000
    ) -> ScanPage:
        """Answer the next page."""
        ...


async def scan_all(ask: PageAsker, pattern: bytes) -> list[bytes]:
    """Answer every key that matches; one that moved meanwhile may be among them twice."""
    breathe = Breather()
    page = await ask(pattern=pattern)
    found = list(page.keys)
    while page.next is not None:
        await breathe()
        page = await ask(page.next, pattern=pattern)
        found += page.keys
    return found
