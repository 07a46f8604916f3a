"""Unsaved text is on disk, whole, for its owner only, until it is let go."""

from __future__ import annotations

import stat
from pathlib import Path

from sinch_cache_gui.values.drafts import Draft, DraftStore, ElementPlace, MergedText, Unsaved

TEXT = '{"a": "å🙂 \ud800\u2028"}\n'
DRAFT = Draft("memory", b"\xff:a", Unsaved(TEXT, b'{"a":1}'), 5)


def test_what_is_kept_is_found_again_character_for_character(tmp_path: Path) -> None:
    DraftStore(tmp_path / "drafts").keep(DRAFT)
    assert DraftStore(tmp_path / "drafts").of("memory") == [DRAFT]
    assert DraftStore(tmp_path / "drafts").of("other") == []


def test_a_text_merged_by_hand_is_kept_beside_the_users_own(tmp_path: Path) -> None:
    unsaved = Unsaved("1", b"0", MergedText(TEXT, b"\xfe2"))
    draft = Draft("memory", b"a", unsaved, 5)
    DraftStore(tmp_path).keep(draft)
    assert DraftStore(tmp_path).of("memory") == [draft]


def test_a_key_has_one_draft_and_the_newest_is_last(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    other = Draft("memory", b"b", Unsaved("1", b"0"), 6)
    store.keep(other)
    again = Draft("memory", DRAFT.key, Unsaved("2", b"0"), 7)
    store.keep(again)
    assert store.of("memory") == [other, again]


def test_each_part_of_an_element_has_a_draft_of_its_own(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    value = ElementPlace("hash", (b"\xff", b"old"), 1)
    drafts = [
        Draft("memory", b"a", Unsaved(TEXT, b"old"), 1, value),
        Draft("memory", b"a", Unsaved("n", b"\xff"), 2, ElementPlace("hash", value.row, 0)),
        Draft("memory", b"a", Unsaved("1", b"0"), 3, ElementPlace("hash", (b"b", b"0"), 1)),
        Draft("memory", b"b", Unsaved("1", b"old"), 4, value),
    ]
    for draft in drafts:
        store.keep(draft)
    assert store.of("memory") == drafts
    began_later = ElementPlace("hash", (b"\xff", b"theirs"), 1)
    store.keep(Draft("memory", b"a", Unsaved("2", b"theirs"), 5, began_later))
    assert len(store.of("memory")) == 4
    store.forget("memory", b"a", value)
    assert [draft.at_ms for draft in store.of("memory")] == [2, 3, 4]
    store.forget_key("memory", b"a")
    assert [draft.at_ms for draft in store.of("memory")] == [4]


def test_what_is_let_go_is_gone(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    store.forget("memory", DRAFT.key)
    store.forget("memory", b"never kept")
    assert store.of("memory") == []
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    DraftStore(folder).keep(DRAFT)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_files_that_are_no_drafts_are_passed_over(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    for number, text in enumerate(("", "{", "[]", '{"cache": "memory"}', "\xff")):
        (tmp_path / f"{number}.json").write_text(text)
    assert store.of("memory") == [DRAFT]
