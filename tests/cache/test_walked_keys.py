"""Each key a walk saw is there once, however many, and shares its bytes with the walk before."""

from __future__ import annotations

from sinch_cache_gui.cache.walked_keys import WalkedKeys


def test_each_key_seen_is_there_once() -> None:
    seen = WalkedKeys()
    names = [b"k:%d" % number for number in range(1000)]
    seen.see(names[:600], WalkedKeys())
    seen.see(names[500:], WalkedKeys())
    assert len(seen) == 1000
    assert set(seen) == set(names)
    seen.discard(b"k:7")
    seen.discard(b"missing")
    seen.add(b"new")
    assert b"k:7" not in seen
    assert b"new" in seen
    assert set(seen) == {*names, b"new"} - {b"k:7"}


def test_a_key_seen_again_is_kept_once() -> None:
    before, after = WalkedKeys(), WalkedKeys()
    first, again = b"%d" % 12345, b"%d" % 12345
    before.see([first], WalkedKeys())
    after.see([again], before)
    assert [key is first for key in after] == [True]
