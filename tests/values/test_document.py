"""One open key: nothing anybody wrote is ever lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_cache_gui.cache.errors import CacheUnreachable, OutcomeUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Persist,
    Saved,
    StoredValue,
    Ttl,
    TtlChange,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.values.content import (
    MAX_EDITED_BYTES,
    MAX_LOADED_BYTES,
    ContentKind,
    Layout,
    bytes_of,
    content_of,
)
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import Attempt, Phase
from sinch_cache_gui.values.document_views import Written
from tests.clock import Clock

KEY = b"session:1"


@dataclass
class Page:
    """What the user sees and writes on."""

    document: Document | None = None
    written: str = ""
    shown: list[str] = field(default_factory=list)
    is_undoable: bool | None = None

    @property
    def revision(self) -> int:
        return hash(self.written)

    async def read_text(self) -> Written:
        return Written(self.written, self.revision)

    async def show_text(self, text: str, *, is_undoable: bool) -> None:
        self.written = text
        self.shown.append(text)
        self.is_undoable = is_undoable

    def set_edited(self) -> None:
        pass

    def type(self, text: str) -> None:
        assert self.document is not None
        self.written = text
        self.document.set_edited(True)


class Line(ForwardingBackend):
    """A connection that fails when it is told to."""

    def __init__(self, inner: MemoryCache) -> None:
        super().__init__(inner)
        self.is_down = False
        self.dies_before_the_write = False
        self.dies_after_the_write = False
        self.is_silent = False
        self.asked = asyncio.Event()
        self.meanwhile: Callable[[], None] = lambda: None

    async def read(self, key: bytes) -> StoredValue | None:
        if self.is_down:
            raise CacheUnreachable("No answer from localhost:6379")
        return await super().read(key)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        if self.is_down:
            raise CacheUnreachable("No answer from localhost:6379")
        if self.dies_before_the_write:
            raise OutcomeUnknown("The connection to localhost:6379 was lost")
        if self.is_silent:
            self.asked.set()
            await asyncio.Event().wait()
        self.meanwhile()
        outcome = await super().write(key, data, expected=expected, ttl=ttl)
        if self.dies_after_the_write:
            raise OutcomeUnknown("The connection to localhost:6379 was lost")
        return outcome


async def put(cache: MemoryCache, data: bytes, ttl: Ttl = 600_000) -> None:
    stored = await cache.read(KEY)
    expected = None if stored is None else stored.data
    assert isinstance(await cache.write(KEY, data, expected=expected, ttl=ttl), Saved)


async def held(cache: MemoryCache) -> bytes | None:
    stored = await cache.read(KEY)
    return None if stored is None else stored.data


async def opened(cache: MemoryCache | Line) -> tuple[Document, Page]:
    page = Page()
    page.document = document = Document(cache, KEY, page)
    await document.load()
    return document, page


async def typed_over(cache: MemoryCache) -> tuple[Line, Document, Page]:
    """A key that held 1 when it was opened, over a line of its own, and 2 typed over it."""
    await put(cache, b"1")
    line = Line(cache)
    document, page = await opened(line)
    page.type("2")
    return line, document, page


async def test_compact_json_is_shown_formatted_and_saved_compact(cache: MemoryCache) -> None:
    await put(cache, b'{"a":1.0,"b":[12345678901234567890,1e400,-0]}')
    document, page = await opened(cache)
    assert page.written == (
        '{\n  "a": 1.0,\n  "b": [\n    12345678901234567890,\n    1e400,\n    -0\n  ]\n}'
    )
    assert document.state.phase is Phase.OPEN

    page.type(page.written.replace("1.0", "1.00"))
    await document.save()

    assert await held(cache) == b'{"a":1.00,"b":[12345678901234567890,1e400,-0]}'
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited


@pytest.mark.parametrize(
    ("stored", "layout"),
    [
        (b'{"a": 1, "b": [1, 2]}', Layout.SPACED),
        (b'{"a" :1}\n', Layout.AS_SHOWN),
        (b'{\n    "a": 1\n}', Layout.AS_SHOWN),
        (b"17", Layout.COMPACT),
        (b'"\\"1\\""', Layout.COMPACT),
    ],
)
async def test_json_is_saved_in_the_layout_it_was_stored_in(
    cache: MemoryCache, stored: bytes, layout: Layout
) -> None:
    await put(cache, stored)
    document, page = await opened(cache)
    assert document.state.content is not None
    assert document.state.content.layout is layout
    page.type(page.written)
    await document.save()
    assert await held(cache) == stored


async def test_saving_keeps_the_ttl_to_the_millisecond(cache: MemoryCache, clock: Clock) -> None:
    await put(cache, b"1", ttl=61_234)
    document, page = await opened(cache)
    clock.ms += 1_111
    page.type("2")
    await document.save()
    stored = await cache.read(KEY)
    assert stored is not None
    assert stored.deadline_ms == clock.ms - 1_111 + 61_234 == document.state.deadline_ms


async def test_a_text_nobody_changed_is_not_written(cache: MemoryCache) -> None:
    await put(cache, b"1")
    line = Line(cache)
    document, _ = await opened(line)
    line.is_down = True
    await document.save()
    assert document.state.failure is None, "nothing was sent"
    assert document.state.phase is Phase.OPEN


async def test_somebody_elses_write_is_never_overwritten_unseen(cache: MemoryCache) -> None:
    await put(cache, b'"base"')
    document, page = await opened(cache)
    page.type('"mine"')
    await put(cache, b'"theirs"')

    await document.save()

    assert document.state.phase is Phase.CONFLICT
    assert document.state.theirs is not None
    assert document.state.theirs.data == b'"theirs"'
    assert await held(cache) == b'"theirs"'
    assert page.written == '"mine"'

    await put(cache, b'"theirs again"')
    await document.overwrite_theirs()
    assert document.state.phase is Phase.CONFLICT
    assert await held(cache) == b'"theirs again"'

    await document.overwrite_theirs()
    assert document.state.phase is Phase.OPEN
    assert await held(cache) == b'"mine"'


async def test_a_merged_text_replaces_only_what_its_writer_has_seen(cache: MemoryCache) -> None:
    await put(cache, b"[1]")
    document, page = await opened(cache)
    page.type("[1, 2]")
    await put(cache, b"[0, 1]")
    await document.save()
    assert not document.state.has_changed_again
    seen = document.state.theirs
    assert seen is not None

    await put(cache, b"[0, 0, 1]", ttl=5_000)
    await document.remote_changed()
    assert document.state.has_changed_again
    page.type("[0, 1, 2]")
    await document.overwrite_theirs(seen.data)
    assert document.state.phase is Phase.CONFLICT
    assert document.state.has_changed_again
    assert await held(cache) == b"[0, 0, 1]"
    assert page.written == "[0, 1, 2]"

    await document.overwrite_theirs(b"[0, 0, 1]")
    assert document.state.phase is Phase.OPEN
    stored = await cache.read(KEY)
    assert stored == StoredValue("string", b"[0,1,2]", 7, cache.now_ms() + 5_000)


async def test_theirs_can_be_taken(cache: MemoryCache) -> None:
    await put(cache, b"1")
    document, page = await opened(cache)
    page.type("2")
    await put(cache, b"3")
    await document.save()
    await document.take_theirs()
    assert page.written == "3"
    assert page.is_undoable, "undo brings back what the user wrote"
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited


async def test_an_expired_key_is_not_revived(cache: MemoryCache, clock: Clock) -> None:
    await put(cache, b"1", ttl=10_000)
    document, page = await opened(cache)
    page.type("2")
    clock.ms += 12_000
    await document.save()
    assert document.state.phase is Phase.GONE
    assert document.state.departure is not None
    assert document.state.departure.has_expired
    assert document.state.departure.at_ms == clock.ms - 2_000
    assert await held(cache) is None
    assert page.written == "2"

    await document.write_again(30_000)
    stored = await cache.read(KEY)
    assert stored == StoredValue("string", b"2", 1, clock.ms + 30_000)
    assert document.state.phase is Phase.OPEN


async def test_a_key_written_again_by_somebody_else_is_a_conflict(
    cache: MemoryCache, clock: Clock
) -> None:
    await put(cache, b"1", ttl=10_000)
    document, page = await opened(cache)
    page.type("2")
    clock.ms += 12_000
    await document.save()
    await put(cache, b"3")
    await document.write_again(TtlPolicy.NO_EXPIRY)
    assert document.state.phase is Phase.CONFLICT
    assert await held(cache) == b"3"


async def test_text_that_is_not_json_is_not_saved_where_json_was(cache: MemoryCache) -> None:
    await put(cache, b'{"a":1}')
    document, page = await opened(cache)
    page.type('{"a":}')
    await document.save()
    assert document.state.refusal is not None
    assert document.state.refusal.column == 6
    assert document.state.is_edited
    assert await held(cache) == b'{"a":1}'


async def test_plain_text_stays_editable_as_text(cache: MemoryCache) -> None:
    await put(cache, b"hello\r\nworld ")
    document, page = await opened(cache)
    assert document.state.content is not None
    assert document.state.content.kind is ContentKind.TEXT
    page.type(page.written + "!")
    await document.save()
    assert await held(cache) == b"hello\r\nworld !"
    page.type("42")
    await document.save()
    assert document.state.content.kind is ContentKind.JSON


async def test_bytes_that_are_not_text_are_read_only(cache: MemoryCache) -> None:
    await put(cache, b"\x80\x04\x95")
    document, page = await opened(cache)
    assert not document.state.is_editable
    assert page.written.startswith("00000000  80 04 95")
    document.set_edited(True)
    await document.save()
    assert await held(cache) == b"\x80\x04\x95"


class HeadOnly(ForwardingBackend):
    """A connection over which no value is read whole."""

    async def read(self, key: bytes) -> StoredValue | None:
        raise AssertionError("all of it was read")


async def test_of_a_value_of_200_megabytes_only_the_head_is_read(cache: MemoryCache) -> None:
    await put(cache, b'"' + b"x" * 200_000_000 + b'"')
    page = Page()
    page.document = document = Document(HeadOnly(cache), KEY, page)
    await document.load()
    await document.remote_changed()
    state = document.state
    assert state.phase is Phase.OPEN
    assert state.content is not None
    assert state.content.reason.startswith(
        "This value has 200,000,002 bytes; the first 200,000 are shown."
    )
    assert "redis-cli --raw GET" in state.content.reason
    assert 200_000 <= len(page.written) < 201_000
    page.type("1")
    await document.save()
    assert len(await held(cache) or b"") == 200_000_002


VAST = b'"' + b"x" * MAX_LOADED_BYTES + b'"'


async def test_what_is_too_large_to_edit_is_loaded_to_be_looked_at(cache: MemoryCache) -> None:
    await put(cache, VAST)
    page = Page()
    page.document = document = Document(HeadOnly(cache), KEY, page)
    await document.load()
    said: list[int] = []
    assert await document.load_all(said.append)
    state = document.state
    assert (state.phase, state.is_vast, state.is_editable) == (Phase.OPEN, True, False)
    assert state.stored is not None
    assert state.stored.data == VAST
    assert state.compared is None
    assert said[-1] == len(VAST)
    assert page.written == ""
    page.type("1")
    for way in (document.save, document.overwrite_theirs, document.take_theirs):
        await way()
    await document.write_again(60_000)
    assert await held(cache) == VAST


async def test_it_stays_in_sight_when_somebody_writes_and_that_is_known(
    cache: MemoryCache,
) -> None:
    await put(cache, VAST)
    document, _ = await opened(cache)
    await document.load_all()
    await document.remote_changed()
    assert not document.state.is_outdated
    await put(cache, b"[" + VAST[1:])
    await document.remote_changed()
    assert (document.state.is_vast, document.state.is_outdated) == (True, True)
    assert document.state.loadable_bytes == len(VAST)
    await document.load_all()
    assert not document.state.is_outdated
    assert document.state.stored is not None
    assert document.state.stored.data == b"[" + VAST[1:]
    await put(cache, b"[]")
    await document.remote_changed()
    assert document.state.is_editable


async def test_its_deadline_moves_and_it_goes_as_any_other(cache: MemoryCache) -> None:
    await put(cache, VAST)
    document, _ = await opened(cache)
    await document.load_all()
    await document.change_ttl(ExpireIn(5_000))
    assert document.state.is_vast
    await cache.remove(KEY)
    await document.remote_changed()
    assert document.state.phase is Phase.GONE
    await document.write_again(60_000)
    assert await held(cache) is None


async def test_a_value_too_large_that_is_no_text_is_looked_at_as_bytes(cache: MemoryCache) -> None:
    await put(cache, VAST + b"\xff")
    document, _ = await opened(cache)
    await document.load_all()
    state = document.state
    assert state.is_binary
    assert not state.is_editable
    assert state.content is not None
    assert state.content.reason.startswith("Byte 60,000,003 is not UTF-8")


async def test_a_value_above_the_limit_is_loaded_whole_when_asked_to(cache: MemoryCache) -> None:
    data = b'["' + b'",\n"'.join([b"x" * 999] * (MAX_EDITED_BYTES // 1000)) + b'"]'
    assert len(data) > MAX_EDITED_BYTES
    await put(cache, data)
    document, page = await opened(cache)
    assert document.state.loadable_bytes == len(data)
    page.type("1")
    await document.save()
    assert await held(cache) == data
    document.set_edited(False)

    await document.load_all()
    assert page.written == data.decode()
    assert document.state.is_editable
    assert document.state.loadable_bytes is None
    page.type("[]")
    await document.save()
    assert await held(cache) == b"[]"


async def test_a_long_text_is_seen_before_it_is_whole_and_cannot_be_saved_till_then(
    cache: MemoryCache,
) -> None:
    data = b"[" + b",".join([b'{"callerNumber":"+46701234567"}'] * 20_000) + b"]"
    await put(cache, data)
    page = Page()
    page.document = document = Document(cache, KEY, page)
    loading = asyncio.create_task(document.load())
    while not page.shown:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    assert page.written.startswith('[\n  {\n    "callerNumber": "+46701234567"\n  },')
    assert len(page.written) < len(data)
    assert not document.state.is_editable
    page.type("[]")
    await document.save()  # waits for its turn, and the load ends with the text of the cache
    await loading
    assert await held(cache) == data
    assert document.state.phase is Phase.OPEN
    assert page.written == json.dumps(json.loads(data), indent=2)


async def test_a_load_cut_short_leaves_nothing_that_could_be_saved(cache: MemoryCache) -> None:
    data = b"[" + b",".join([b'"+46701234567"'] * 50_000) + b"]"
    await put(cache, data)
    page = Page()
    page.document = document = Document(cache, KEY, page)
    loading = asyncio.create_task(document.load())
    while not page.shown:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    page.type("[]")
    await document.save()
    assert await held(cache) == data


async def test_half_a_character_is_refused(cache: MemoryCache) -> None:
    await put(cache, b'"a"')
    document, page = await opened(cache)
    page.type('"\ud800"')
    await document.save()
    assert document.state.refusal is not None
    assert "U+D800" in document.state.refusal.sentence


async def test_a_clean_document_follows(cache: MemoryCache) -> None:
    await put(cache, b"1")
    document, page = await opened(cache)
    await put(cache, b"2", ttl=5_000)
    await document.remote_changed()
    assert page.written == "2"
    assert page.is_undoable is False, "undo of it would be a change of what somebody else wrote"
    assert document.state.deadline_ms == cache.now_ms() + 5_000


async def test_unsaved_text_gets_the_conflict_at_once(cache: MemoryCache) -> None:
    await put(cache, b"1")
    document, page = await opened(cache)
    page.type("2")
    await put(cache, b"3")
    await document.remote_changed()
    assert document.state.phase is Phase.CONFLICT
    assert page.written == "2"

    await put(cache, b"1")
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert document.state.is_edited


async def test_the_same_text_written_by_both_is_no_conflict(cache: MemoryCache) -> None:
    await put(cache, b"[1]")
    document, page = await opened(cache)
    page.type("[1, 2]")
    await put(cache, b"[3]")
    await document.remote_changed()
    assert document.state.phase is Phase.CONFLICT
    await put(cache, b"[1,2]")
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited

    page.type("[1, 2, 3]")
    await document.save()
    assert await held(cache) == b"[1,2,3]"


async def test_a_new_ttl_alone_leaves_the_text(cache: MemoryCache) -> None:
    await put(cache, b"1", ttl=5_000)
    document, page = await opened(cache)
    page.type("2")
    await cache.change_ttl(KEY, ExtendBy(5_000))
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert document.state.deadline_ms == cache.now_ms() + 10_000
    assert document.state.is_edited
    assert not document.state.is_unsaved_for_sure, "nothing was saved that could have failed"
    assert page.written == "2"


async def test_a_key_that_goes_and_comes_back(cache: MemoryCache, clock: Clock) -> None:
    await put(cache, b"1", ttl=5_000)
    document, page = await opened(cache)
    clock.ms += 5_000
    await document.remote_changed()
    assert document.state.phase is Phase.GONE
    assert page.written == "1"
    await put(cache, b"9")
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert page.written == "9"


async def test_a_deleted_key_is_told_from_an_expired_one(cache: MemoryCache) -> None:
    await put(cache, b"1")
    document, _ = await opened(cache)
    await cache.remove(KEY)
    await document.remote_changed()
    assert document.state.departure is not None
    assert not document.state.departure.has_expired


async def test_a_ttl_change_of_a_key_that_went_says_so(cache: MemoryCache, clock: Clock) -> None:
    await put(cache, b"1", ttl=5_000)
    document, _ = await opened(cache)
    await document.change_ttl(ExtendBy(60_000))
    assert document.state.deadline_ms == clock.ms + 65_000
    clock.ms += 65_000
    await document.change_ttl(ExtendBy(60_000))
    assert document.state.phase is Phase.GONE
    assert await held(cache) is None


@pytest.mark.parametrize(
    "change", [ExpireIn(60_000), ExpireAt(Clock().ms + 60_000), Persist()], ids=str
)
async def test_a_ttl_that_somebody_else_changed_meanwhile_is_left_alone_until_it_was_seen(
    cache: MemoryCache, change: TtlChange
) -> None:
    await put(cache, b"1", ttl=5_000)
    document, _ = await opened(cache)
    await cache.change_ttl(KEY, ExpireIn(7_000))
    await document.change_ttl(change)
    assert document.state.deadline_ms == cache.now_ms() + 7_000
    assert document.state.failure is not None
    assert document.state.failure.error.title == "somebody else changed it meanwhile"
    await document.remote_changed()
    assert document.state.is_ttl_refused, "the news of their change does not take its place"
    await document.change_ttl(change)
    assert document.state.failure is None
    wanted_ms = None if isinstance(change, Persist) else cache.now_ms() + 60_000
    assert document.state.deadline_ms == wanted_ms


async def test_an_extension_is_added_to_what_somebody_else_made_of_the_ttl(
    cache: MemoryCache,
) -> None:
    await put(cache, b"1", ttl=5_000)
    document, _ = await opened(cache)
    await cache.change_ttl(KEY, ExpireIn(7_000))
    await document.change_ttl(ExtendBy(60_000))
    assert document.state.failure is None
    assert document.state.deadline_ms == cache.now_ms() + 67_000


async def test_a_missing_key_is_no_failure(cache: MemoryCache) -> None:
    document, _ = await opened(cache)
    assert document.state.phase is Phase.GONE
    assert document.state.departure is None


async def test_no_answer_while_opening_is_told_and_tried_again(cache: MemoryCache) -> None:
    await put(cache, b"1")
    line = Line(cache)
    line.is_down = True
    document, page = await opened(line)
    assert document.state.phase is Phase.FAILED
    assert document.state.failure is not None
    assert document.state.failure.attempt is Attempt.LOAD
    assert document.state.failure.error.title == "No answer from localhost:6379"
    line.is_down = False
    await document.load()
    assert document.state.phase is Phase.OPEN
    assert page.written == "1"


async def test_no_answer_while_saving_keeps_the_text(cache: MemoryCache) -> None:
    line, document, page = await typed_over(cache)
    line.is_down = True
    await document.save()
    assert document.state.phase is Phase.OPEN
    assert document.state.is_edited
    assert document.state.failure is not None
    assert document.state.failure.attempt is Attempt.SAVE
    assert page.written == "2"
    line.is_down = False
    await document.save()
    assert await held(cache) == b"2"
    assert document.state.failure is None


async def test_a_lost_answer_is_looked_up(cache: MemoryCache) -> None:
    line, document, page = await typed_over(cache)
    line.dies_after_the_write = True
    await document.save()
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited
    assert await held(cache) == b"2"

    line.dies_after_the_write, line.dies_before_the_write = False, True
    page.type("3")
    await document.save()
    assert document.state.phase is Phase.OPEN
    assert document.state.is_unsaved_for_sure
    assert document.state.is_edited
    assert await held(cache) == b"2"

    await document.remote_changed()  # a reconnection has every open document look again
    assert document.state.is_unsaved_for_sure

    await put(cache, b"3")  # a tunnel has handed it on after all
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited
    assert not document.state.is_unsaved_for_sure


async def test_an_unknown_outcome_stays_unknown_until_the_cache_answers(cache: MemoryCache) -> None:
    line, document, _ = await typed_over(cache)
    line.dies_after_the_write = True
    reads_fail = asyncio.Event()

    def cut(state: object) -> None:
        line.is_down = document.state.phase is Phase.CHECKING and not reads_fail.is_set()

    document.listen(cut)
    await document.save()
    assert document.state.phase is Phase.CHECKING
    assert document.state.holds_unsaved_text
    await document.save()
    assert document.state.phase is Phase.CHECKING

    reads_fail.set()
    line.is_down = False
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert not document.state.is_edited


async def test_what_somebody_else_wrote_since_a_lost_answer_is_a_conflict(
    cache: MemoryCache,
) -> None:
    line, document, page = await typed_over(cache)
    line.dies_after_the_write = True
    line.meanwhile = lambda: setattr(line, "is_down", True)
    await document.save()
    assert document.state.phase is Phase.CHECKING
    await put(cache, b"3")
    line.is_down = False
    await document.remote_changed()
    assert document.state.phase is Phase.CONFLICT
    assert document.state.theirs is not None
    assert document.state.theirs.data == b"3"
    assert document.state.is_edited
    assert page.written == "2"


async def test_a_save_given_up_is_looked_up(cache: MemoryCache) -> None:
    line, document, page = await typed_over(cache)
    line.is_silent = True
    saving = asyncio.create_task(document.save())
    await line.asked.wait()
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    assert document.state.phase is Phase.CHECKING
    assert document.state.holds_unsaved_text
    await document.remote_changed()
    assert document.state.phase is Phase.OPEN
    assert document.state.is_unsaved_for_sure
    assert document.state.is_edited
    assert page.written == "2"
    assert await held(cache) == b"1"


async def test_theirs_is_not_taken_while_nobody_knows_whether_mine_was_saved(
    cache: MemoryCache,
) -> None:
    line, document, page = await typed_over(cache)
    await put(cache, b"3")
    await document.save()
    assert document.state.phase is Phase.CONFLICT
    line.dies_after_the_write = True
    document.listen(lambda state: setattr(line, "is_down", state.phase is Phase.CHECKING))
    await document.overwrite_theirs()
    assert document.state.phase is Phase.CHECKING
    await document.take_theirs()
    assert document.state.phase is Phase.CHECKING
    assert page.written == "2"


async def test_text_typed_while_saving_is_still_unsaved_afterwards(cache: MemoryCache) -> None:
    line, document, page = await typed_over(cache)
    line.meanwhile = lambda: page.type("23")
    await document.save()
    assert await held(cache) == b"2"
    assert document.state.phase is Phase.OPEN
    assert document.state.is_edited
    assert page.written == "23"


async def test_changes_that_come_while_looking_are_looked_at_once_more(cache: MemoryCache) -> None:
    await put(cache, b"1")
    document, page = await opened(cache)
    await put(cache, b"2")
    await asyncio.gather(*(document.remote_changed() for _ in range(50)))
    assert page.shown == ["1", "2"]


TEXTS = st.sampled_from(["1", '{"a":1}', '{"a": 1}', "[]", '"x"', "not json", "{", ""])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["type", "save", "theirs", "look", "expire", "delete", "overwrite", "again", "lose"]
        ),
        TEXTS,
    ),
    max_size=20,
)


@given(STEPS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_order_of_events_loses_the_text_or_somebody_elses_value(
    steps: list[tuple[str, str]],
) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[str, str]]) -> None:
    now = [1_763_800_000_000]
    cache = MemoryCache(lambda: now[0])
    line = Line(cache)
    await put(cache, b'{"a":0}')
    document, page = await opened(line)
    typed: str | None = None
    for what, text in steps:
        before = await held(cache)
        seen = document.state.stored.data if document.state.stored else None
        theirs = document.state.theirs.data if document.state.theirs else None
        line.dies_after_the_write = what == "lose" and text < "["
        line.dies_before_the_write = what == "lose" and text >= "["
        match what:
            case "type":
                page.type(text)
                typed = text
            case "save" | "lose":
                await document.save()
            case "theirs":
                await put(cache, text.encode())
            case "look":
                await document.remote_changed()
            case "expire":
                now[0] += 700_000
            case "delete":
                await cache.remove(KEY)
            case "overwrite":
                await document.overwrite_theirs()
            case _:
                await document.write_again(600_000)
        if await held(cache) != before:
            judge_the_write(what, before, seen, theirs)
        if document.state.is_edited:
            assert page.written == typed, "unsaved text stays as it was typed"


def judge_the_write(
    what: str, before: bytes | None, seen: bytes | None, theirs: bytes | None
) -> None:
    """What a write of the document may have replaced."""
    allowed = {"save": seen, "lose": seen, "overwrite": theirs, "again": None}
    if what in allowed:
        assert before == allowed[what], f"{what} replaced something the user has not seen"


@given(st.binary(max_size=60) | TEXTS.map(str.encode))
@settings(deadline=None)
def test_saving_what_was_shown_writes_the_same_bytes(data: bytes) -> None:
    async def round_trip() -> None:
        content = await content_of(StoredValue("string", data, len(data), None))
        if content.is_editable:
            assert await bytes_of(content.shown, content) == data

    asyncio.run(round_trip())


@given(
    st.recursive(st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
)
@settings(deadline=None)
def test_json_of_any_writer_comes_back_as_it_was(value: object) -> None:
    async def round_trip() -> None:
        for text in (
            json.dumps(value),
            json.dumps(value, separators=(",", ":"), ensure_ascii=False),
            json.dumps(value, indent=3),
        ):
            data = text.encode()
            content = await content_of(StoredValue("string", data, len(data), None))
            assert content.is_editable
            assert await bytes_of(content.shown, content) == data

    asyncio.run(round_trip())
