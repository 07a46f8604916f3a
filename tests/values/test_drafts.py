"""Unsaved text is on disk, whole, for its owner only, until it is let go."""

from __future__ import annotations

import stat
from pathlib import Path

from sinch_cache_gui.values.drafts import (
    Draft,
    DraftStore,
    ElementPlace,
    MergedText,
    NewKeyPlace,
    Unsaved,
)

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
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    DraftStore(folder).keep(DRAFT)
    files = list(folder.iterdir())
    assert files
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_files_that_are_no_drafts_are_passed_over(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    for number, text in enumerate(("", "{", "[]", '{"cache": "memory"}', "\xff")):
        (tmp_path / f"{number}.json").write_text(text)
    assert store.of("memory") == [DRAFT]


def test_what_a_window_left_behind_is_told_from_what_an_open_one_keeps(tmp_path: Path) -> None:
    ended, is_open, later = DraftStore(tmp_path), DraftStore(tmp_path), DraftStore(tmp_path)
    left = Draft("memory", DRAFT.key, Unsaved("left", b"0"), 1)
    ended.keep(left)
    ended.close()
    is_open.keep(Draft("memory", DRAFT.key, Unsaved("open", b"0"), 2))
    later.keep(Draft("memory", DRAFT.key, Unsaved("mine", b"0"), 3))
    assert later.left_behind("memory") == [left]
    later.forget("memory", DRAFT.key)
    assert [draft.unsaved.text for draft in later.of("memory")] == ["left", "open"]

    later.adopt(later.left_behind("memory")[0], None)
    assert later.left_behind("memory") == []
    later.forget_key("memory", DRAFT.key)
    assert [draft.unsaved.text for draft in later.of("memory")] == ["open"]


def test_a_draft_of_before_windows_kept_theirs_apart_was_left_behind(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    store.close()
    (file,) = tmp_path.glob("*.json")
    file.rename(tmp_path / f"{file.name.split('.')[0]}.json")
    (draft,) = store.left_behind("memory")
    assert draft == DRAFT
    store.discard(draft)
    assert store.of("memory") == []


def test_keys_to_be_created_have_a_draft_each_whatever_name_they_have_so_far(
    tmp_path: Path,
) -> None:
    store = DraftStore(tmp_path)
    for name in (b"", b"se", b"session:1"):
        store.keep(Draft("memory", name, Unsaved(TEXT, b""), 1, NewKeyPlace(1)))
    other = Draft("memory", b"session:1", Unsaved("2", b""), 2, NewKeyPlace(2))
    store.keep(other)
    assert store.of("memory") == [
        Draft("memory", b"session:1", Unsaved(TEXT, b""), 1, NewKeyPlace(1)),
        other,
    ]
    store.forget_key("memory", b"session:1")
    assert len(store.of("memory")) == 2
    store.forget("memory", b"", NewKeyPlace(1))
    assert store.of("memory") == [other]


def test_a_closed_store_keeps_nothing_more(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.keep(DRAFT)
    store.close()
    store.close()
    store.keep(Draft("memory", b"b", Unsaved("1", b"0"), 6))
    assert DraftStore(tmp_path).left_behind("memory") == [DRAFT]


def test_what_is_adopted_has_the_place_it_has_here_and_leaves_nothing_there(tmp_path: Path) -> None:
    ended, later = DraftStore(tmp_path), DraftStore(tmp_path)
    ended.keep(Draft("memory", b"session:1", Unsaved(TEXT, b""), 1, NewKeyPlace(1)))
    ended.close()
    (left,) = later.left_behind("memory")
    later.adopt(left, NewKeyPlace(7))
    here = Draft("memory", b"session:1", Unsaved(TEXT, b""), 1, NewKeyPlace(7))
    assert later.of("memory") == [here]
    later.forget("memory", b"session:1", NewKeyPlace(7))
    later.close()
    assert list(tmp_path.iterdir()) == []
