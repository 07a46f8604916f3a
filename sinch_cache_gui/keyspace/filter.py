"""Which keys a text in the filter field means, and an index of just those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeAlias

from sinch_cache_gui.cache.glob import compile_pattern, escape_pattern, is_glob
from sinch_cache_gui.keyspace.index import TELL_EVERY_S, KeyIndex
from sinch_cache_gui.keyspace.key_text import parse_key
from sinch_cache_gui.pacing import Breather

Selector: TypeAlias = Callable[[Sequence[bytes]], list[bytes]]
"""Answers those of many keys that are meant."""


def selector_of(text: str) -> Selector | None:
    """Answer which keys `text` means; None for all of them.

    A text with a glob's characters is a pattern as Redis matches it; any other means the keys that
    contain it. Without capitals, capitals are no difference.
    """
    if not text:
        return None
    if is_glob(text):
        matches = compile_pattern(text.encode("utf-8", "surrogatepass"))
        return lambda keys: [key for key in keys if matches(key)]
    part = parse_key(text)
    if part != part.lower():
        return lambda keys: [key for key in keys if part in key]
    return lambda keys: [key for key in keys if part in key.lower()]


def pattern_of(text: str) -> bytes:
    """Answer `text` as a pattern a server matches; a server makes a difference between capitals."""
    if is_glob(text):
        return text.encode("utf-8", "surrogatepass")
    return b"*" + escape_pattern(parse_key(text)) + b"*"


async def fill_selected(source: KeyIndex, select: Selector, target: KeyIndex) -> None:
    """Add the selected keys of one index to another, in slices, while both follow changes."""
    breathe = Breather()
    told_at = perf_counter()
    target.news.hold()
    try:
        for keys in source.parts():
            # What was deleted since the part was copied must not come back.
            found = [key for key in select(keys) if key in source]
            if found:
                target.add_many(found)
            if perf_counter() - told_at > TELL_EVERY_S:
                target.news.settle()
                told_at = perf_counter()
            await breathe()
    finally:
        target.news.release()
