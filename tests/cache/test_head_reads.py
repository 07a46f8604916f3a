"""What is read of a value too large is its head, and the head is never written in its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, StoredValue
from sinch_cache_gui.values.content import HEAD_BYTES, MAX_EDITED_BYTES, ContentKind
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import Phase
from sinch_cache_gui.values.document_views import Written
from tests.cache.conftest import Stage

pytestmark = pytest.mark.parametrize(
    "stage", ["memory", "redis", "redis without scripts", "cluster"], indirect=True
)
"""Each way of reading and writing once: test_long_strings.py says that all caches answer alike."""

KEY = b"large"
TEXT = ('["' + "å" * (HEAD_BYTES // 2)).encode()  # whose head ends within a character
LARGE = TEXT + b"s" * (MAX_EDITED_BYTES - len(TEXT)) + b'"]'


class Counted(ForwardingBackend):
    """A connection over which it is counted how often a value is read whole."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.whole = 0

    async def read(self, key: bytes) -> StoredValue | None:
        self.whole += 1
        return await super().read(key)


@dataclass
class Page:
    """What is shown and written on, as text or as bytes."""

    written: str = ""
    data: bytes = b""
    revision: int = 0

    async def read_text(self) -> Written:
        return Written(self.written, self.revision)

    async def show_text(self, text: str, *, is_undoable: bool) -> None:
        self.written = text
        self.revision += 1

    def set_edited(self) -> None:
        pass

    def read_bytes(self) -> bytes:
        return self.data

    def show_bytes(self, data: bytes, *, is_undoable: bool) -> None:
        self.data = data
        self.revision += 1


@dataclass
class Open:
    """A key that is open, as everybody sees it."""

    document: Document
    page: Page
    line: Counted

    def type(self, text: str) -> None:
        self.page.written = text
        self.page.data = text.encode()
        self.page.revision += 1
        self.document.set_edited(True)


async def opened(stage: Stage) -> Open:
    page, line = Page(), Counted(stage.cache)
    document = Document(line, KEY, page, page)
    await document.load()
    return Open(document, page, line)


async def test_only_the_head_is_read_and_nothing_saves_it(stage: Stage) -> None:
    await stage.behind.put(stage.full(KEY), LARGE, None)
    key = await opened(stage)
    document, state = key.document, key.document.state
    assert state.content is not None
    assert state.content.reason.startswith(
        f"This value has {len(LARGE):,} bytes; the first {HEAD_BYTES:,} are shown."
    )
    assert key.page.written.replace("\n", "") == '["' + "å" * (HEAD_BYTES // 2 - 1)
    assert state.loadable_bytes == len(LARGE)

    key.type("[]")
    ways: list[Callable[[], Awaitable[None]]] = [
        document.save,
        document.overwrite_theirs,
        document.take_theirs,
        document.remote_changed,
        document.save,
        lambda: document.write_again(60_000),
    ]
    for way in ways:
        await way()
        assert await stage.cache.holds(KEY, LARGE)
    assert key.line.whole == 0


async def test_the_head_of_bytes_that_are_no_text_is_not_edited_as_bytes(stage: Stage) -> None:
    data = b"\x80\xff" * (MAX_EDITED_BYTES // 2 + 1)
    await stage.behind.put(stage.full(KEY), data, None)
    key = await opened(stage)
    state = key.document.state
    assert state.content is not None
    assert state.content.kind is ContentKind.BINARY
    assert key.page.written.startswith("00000000  80 ff 80 ff")
    key.type("80")
    await key.document.save()
    assert await stage.cache.holds(KEY, data)
    assert key.line.whole == 0


async def test_a_head_that_went_is_not_written_again(stage: Stage) -> None:
    await stage.behind.put(stage.full(KEY), LARGE, None)
    key = await opened(stage)
    key.type("[]")
    await stage.behind.remove(stage.full(KEY))
    await key.document.remote_changed()
    assert key.document.state.phase is Phase.GONE
    await key.document.write_again(60_000)
    assert await stage.cache.read(KEY) is None


@pytest.mark.parametrize("is_noticed", [True, False], ids=["noticed", "found out by saving"])
async def test_a_conflict_with_a_large_value_reads_its_head(stage: Stage, is_noticed: bool) -> None:
    await stage.behind.put(stage.full(KEY), b"[1]", None)
    key = await opened(stage)
    read = key.line.whole
    key.type("[2]")
    await stage.behind.put(stage.full(KEY), LARGE, None)
    await (key.document.remote_changed() if is_noticed else key.document.save())
    state = key.document.state
    assert state.phase is Phase.CONFLICT
    assert state.theirs is not None
    assert (state.theirs.data, state.theirs.size) == (None, len(LARGE))
    assert key.line.whole == read
    await key.document.remote_changed()
    assert not key.document.state.has_changed_again

    await key.document.take_theirs()
    assert key.page.written.startswith('["åå')
    key.type("[2]")
    await key.document.save()
    assert await stage.cache.holds(KEY, LARGE)
    assert key.line.whole == read


async def test_a_large_value_is_overwritten_only_on_request_and_as_it_was_seen(
    stage: Stage,
) -> None:
    await stage.behind.put(stage.full(KEY), b"[1]", None)
    key = await opened(stage)
    key.type("[2]")
    await stage.behind.put(stage.full(KEY), LARGE, None)
    await key.document.save()
    another = b" " + LARGE[1:]
    await stage.behind.put(stage.full(KEY), another, None)
    await key.document.overwrite_theirs()
    assert key.document.state.phase is Phase.CONFLICT
    assert key.document.state.has_changed_again
    assert await stage.cache.holds(KEY, another)

    await key.document.overwrite_theirs()
    assert key.document.state.phase is Phase.OPEN
    assert await stage.cache.holds(KEY, b"[2]")


async def test_a_large_value_that_went_is_not_overwritten(stage: Stage) -> None:
    await stage.behind.put(stage.full(KEY), b"[1]", None)
    key = await opened(stage)
    key.type("[2]")
    await stage.behind.put(stage.full(KEY), LARGE, None)
    await key.document.save()
    await stage.behind.remove(stage.full(KEY))
    await key.document.overwrite_theirs()
    assert key.document.state.phase is Phase.GONE
    assert key.document.state.is_edited
    assert key.page.written == "[2]"
    assert await stage.cache.read(KEY) is None


async def test_what_was_saved_is_compared_and_not_read_again(stage: Stage) -> None:
    await stage.behind.put(stage.full(KEY), b"[1]", None)
    key = await opened(stage)
    read = key.line.whole
    lines = "\n".join(["s" * 999] * 2_000)
    key.type(f'["{lines}"]'.replace("\n", '",\n"'))
    await key.document.save()
    assert key.document.state.phase is Phase.OPEN
    await key.document.remote_changed()
    key.type(key.page.written.replace("s", "t", 1))
    await key.document.remote_changed()
    state = key.document.state
    assert state.phase is Phase.OPEN
    assert state.is_edited
    assert key.line.whole == read
