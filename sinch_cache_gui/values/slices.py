"""Long work written once, run at once or in slices."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from time import perf_counter
from typing import Final, Protocol, TypeAlias, TypeVar

from sinch_cache_gui.pacing import Breather

Answer = TypeVar("Answer")
Item = TypeVar("Item")
Value = TypeVar("Value")

Work: TypeAlias = Generator[None, None, Answer]
"""Work that pauses by itself every millisecond or so, and returns its answer."""

_TOLD_S: Final = 0.1
"""How often somebody is told how far long work is."""

_LET_GO: Final = 2_000
"""Items freed between two pauses."""

_JOINED: Final = 1 << 19
"""Characters joined at once: a tenth of a millisecond."""


def run_through(work: Work[Answer]) -> Answer:
    """Answer what `work` answers, holding the thread until it is done."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            answer: Answer = done.value
            return answer


async def run_sliced(work: Work[Answer]) -> Answer:
    """Answer what `work` answers, letting the loop run between slices."""
    breathe = Breather()
    try:
        while True:
            try:
                next(work)
            except StopIteration as done:
                answer: Answer = done.value
                await breathe()  # what is done with the answer is a slice of its own
                return answer
            await breathe()
    finally:
        work.close()


async def run_telling(work: Work[Answer], tell: Callable[[], None]) -> Answer:
    """As `run_sliced`, and call `tell` now and then: somebody wants to know how far it is."""

    def told() -> Work[Answer]:
        since = perf_counter()
        while True:
            try:
                next(work)
            except StopIteration as done:
                answer: Answer = done.value
                return answer
            if (now := perf_counter()) - since > _TOLD_S:
                since = now
                tell()
            yield

    try:
        return await run_sliced(told())
    finally:
        work.close()


class Popped(Protocol):
    """What lets go of one item after the other, as a set does."""

    def __len__(self) -> int:
        """Answer how many it holds."""
        ...

    def pop(self) -> object:
        """Let go of any of them."""
        ...


def let_go_work(items: list[Item] | dict[Item, Value] | Popped) -> Work[None]:
    """Empty a collection nobody needs any more: a million items at once take long to be freed."""
    while items:
        if isinstance(items, list):
            del items[-_LET_GO:]
        else:
            drop = items.popitem if isinstance(items, dict) else items.pop
            for _ in range(min(_LET_GO, len(items))):
                drop()
        yield


def joined_work(parts: Iterable[str], between: str = "") -> Work[str]:
    """Answer what `between.join(parts)` does, with a pause after each part."""
    text, waiting, size = "", list[str](), 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _JOINED:
            # CPython lengthens the text in place: one join at the end would be a long step.
            text += between.join(waiting)
            waiting, size = [""], 0  # what comes next has `between` before it
        yield
    text += between.join(waiting)
    return text
