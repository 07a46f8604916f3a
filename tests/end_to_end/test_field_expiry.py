"""A field of a hash that expires by itself leaves the window, however changes are noticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from PySide6.QtCore import Qt

from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from tests.end_to_end.conftest import OpenWindow
from tests.end_to_end.person import Person
from tests.redis_server import RedisServer

TTL_MS = 300
TRACKING_DENIED = ("+@all", "-client|tracking")


def fields(person: Person) -> list[str]:
    workspace = person.window.workspace
    pane = None if workspace is None else workspace.editors.current_pane
    if not isinstance(pane, EditorPane):
        return []
    model = pane.pages.elements.model
    return sorted(model.index(row, 0).data() for row in range(model.rowCount()))


@pytest.fixture
def newer(newer_raw: redis.Redis) -> Iterator[redis.Redis]:
    yield newer_raw
    newer_raw.config_set("notify-keyspace-events", "")
    newer_raw.execute_command("ACL", "DELUSER", "ann")


@pytest.mark.parametrize(
    ("way", "rights", "notified"),
    [
        ("live: pushed by the server", ("+@all",), ""),
        ("live: keyspace notifications", TRACKING_DENIED, "KEA"),
        ("live: asking the server", TRACKING_DENIED, ""),
    ],
)
async def test_a_field_and_with_the_last_one_the_key_go_by_themselves(
    open_window: OpenWindow,
    shared_newer_redis: RedisServer,
    newer: redis.Redis,
    way: str,
    rights: tuple[str, ...],
    notified: str,
) -> None:
    newer.config_set("notify-keyspace-events", notified)
    newer.execute_command("ACL", "SETUSER", "ann", "on", ">secret", "~*", "&*", *rights)
    newer.hset("customer", mapping={"code": "1234", "name": "Ann"})
    async with open_window(f"redis://ann:secret@127.0.0.1:{shared_newer_redis.port}/0") as person:
        await person.sees_soon("complete")
        await person.until(lambda: way in person.live())
        person.key(Qt.Key.Key_Return, person.go_to("customer"))
        await person.until(lambda: fields(person) == ["code", "name"])
        newer.execute_command("HPEXPIRE", "customer", TTL_MS, "FIELDS", 1, "code")
        await person.until(lambda: fields(person) == ["name"])
        newer.execute_command("HPEXPIRE", "customer", TTL_MS, "FIELDS", 1, "name")
        await person.sees_soon("This key ")
