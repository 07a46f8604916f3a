"""One script for many keys: sent together, each a step of its own, each with its own answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.many import not_sent
from sinch_cache_gui.cache.redis_atomic_writes import ScriptsDenied, denies_scripts
from sinch_cache_gui.cache.redis_line import Command, Reply
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_script_texts import Script

MOST_CALLS: Final = 200
"""Calls in one pipeline. The server runs them one by one: each takes some 20 microseconds."""

MOST_BYTES: Final = 1_000_000
"""Bytes of values that one pipeline carries, about: more would hold the server and the window."""


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """A script for one key.

    Attributes:
        key: The key's bytes.
        arguments: What the script takes.
        carried: Bytes of a value that are sent or answered, about.
    """

    key: bytes
    arguments: tuple[bytes | str | int, ...]
    carried: int = 0


async def run_each(node: RedisNode, script: Script, calls: Sequence[ScriptCall]) -> list[Reply]:
    """Run a script for many keys, sent once at most for each.

    Returns:
        For each call in order, what the server answered or why there is no answer. Once a
        pipeline was lost no further one is sent.
    """
    replies: list[Reply] = []
    lost: CacheUnreachable | None = None
    for part in parts_of([call.carried for call in calls]):
        if lost is not None:
            replies += [not_sent(lost)] * len(part)
            continue
        replies += await _run_part(node, script, calls[part.start : part.stop])
        if isinstance(replies[-1], CacheUnreachable):
            lost = replies[-1]
    return replies


@dataclass(frozen=True, slots=True)
class Extent:
    """What is known of a key before it is read whole.

    Attributes:
        is_string: Whether it is a string, or does not exist.
        size: About how many bytes it holds; large where it cannot be told.
    """

    is_string: bool
    size: int


async def extents(node: RedisNode, keys: Sequence[bytes]) -> list[Extent]:
    """Answer for each key in order how it is to be read, and about how much that will be."""
    found: list[Extent] = []
    for start in range(0, len(keys), MOST_CALLS):
        part = keys[start : start + MOST_CALLS]
        replies = await node.ask_many([("STRLEN", key) for key in part])
        others = [at for at, reply in enumerate(replies) if not isinstance(reply, int)]
        other_places = set(others)
        if others:
            usage: list[Command] = [("MEMORY", "USAGE", part[at]) for at in others]
            for at, reply in zip(others, await node.ask_many(usage), strict=True):
                replies[at] = reply
        found += [
            Extent(at not in other_places, reply if isinstance(reply, int) else MOST_BYTES)
            for at, reply in enumerate(replies)
        ]
    return found


def parts_of(sizes: Sequence[int]) -> Iterator[range]:
    """Yield the places of what is asked for, in parts that one pipeline may carry."""
    start = carried = 0
    for at, size in enumerate(sizes):
        if at > start and (at - start >= MOST_CALLS or carried + size > MOST_BYTES):
            yield range(start, at)
            start, carried = at, 0
        carried += size
    if sizes:
        yield range(start, len(sizes))


async def _run_part(node: RedisNode, script: Script, calls: Sequence[ScriptCall]) -> list[Reply]:
    def command(name: str, by: str, call: ScriptCall) -> Command:
        return (name, by, 1, call.key, *call.arguments)

    replies = await node.tell_each([command("EVALSHA", script.sha, call) for call in calls])
    unknown = [
        at for at, reply in enumerate(replies) if isinstance(reply, exceptions.NoScriptError)
    ]
    if unknown:  # they were not run: safe to send again
        again = [command("EVAL", script.text, calls[at]) for at in unknown]
        for at, reply in zip(unknown, await node.tell_each(again), strict=True):
            replies[at] = reply
    return [
        ScriptsDenied()
        if isinstance(reply, exceptions.ResponseError) and denies_scripts(str(reply))
        else reply
        for reply in replies
    ]
