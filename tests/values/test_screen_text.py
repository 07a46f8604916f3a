"""A text survives an editor that takes some characters for line boundaries, and is all seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.screen_text import Alphabet, looked_at

FRAGILE = (
    "\r\x00\u2028\u2029\ufdd0\ufdd1\ufeff\ufffe"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
READABLE = "\u240d¶⸤⇇⇥⇦⇧"
TRICKY = st.text(alphabet=f"a\n{FRAGILE}{READABLE}\U0010f000\U0010f001\U0001f600\u00a0")


@given(TRICKY)
def test_every_character_comes_back(text: str) -> None:
    alphabet = Alphabet.of(text)
    shown = alphabet.shown(text)
    assert not set(FRAGILE) & set(shown)
    assert len(shown) == len(text)
    assert alphabet.meant(shown) == text


def test_where_a_text_holds_all_there_is_each_still_has_a_stand_in_of_its_own() -> None:
    readable = "".join(Alphabet.of(FRAGILE).stand_ins.values())
    text = FRAGILE + readable + "\U0010f000"
    alphabet = Alphabet.of(text)
    assert len(set(alphabet.stand_ins.values()) - set(text)) == len(FRAGILE)
    assert alphabet.meant(alphabet.shown(text)) == text


def test_an_ordinary_text_is_shown_as_it_is() -> None:
    assert Alphabet.of('{"a": "¶"}').stand_ins == {}


def test_what_an_editor_would_break_is_not_covered_unless_it_has_a_stand_in() -> None:
    plain, with_separator = Alphabet.of("plain"), Alphabet.of("a\u2028b")
    assert plain.covers("é \U0001f4de \t \n")
    assert not plain.covers("a\u2028b")
    assert with_separator.covers("c\u2028d")
    stand_in = with_separator.shown("\u2028")
    assert not with_separator.covers(stand_in), "it would come back as the other character"


@given(TRICKY, TRICKY)
def test_a_widened_alphabet_takes_in_more_and_changes_nothing(text: str, more: str) -> None:
    alphabet = Alphabet.of(text)
    held = alphabet.shown(text)
    widened = alphabet.widened(more, held)
    assert widened.meant(held) == text
    assert not set(FRAGILE) & set(widened.shown(more))
    if not set(alphabet.stand_ins.values()) & set(more):
        assert widened.meant(widened.shown(more)) == more


def test_what_is_only_looked_at_has_a_sign_for_each_that_nobody_sees() -> None:
    shown = looked_at("a\r\x00\u2028\u202eb\U0001f600")
    assert shown == "a␍␀↲⇉b\U0001f600".replace("⇉", shown[4])
    assert shown[4].isprintable()
