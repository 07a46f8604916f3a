"""What is said of work on many keys: how far it is, which keys, and why some were left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from time import monotonic

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.keyspace.imports import OnConflict
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.bulk.wording import KEY_LENGTH, listed
from sinch_cache_gui.ui.editor.key_label import elided_key

TELL_EVERY_S = 0.5
"""Between two words on how far it is."""

NAMED = 5
"""Keys that are named of many, and reasons that are given."""


class StoppableProgress:
    """Tells now and then how far some work is, with a way to stop it.

    Args:
        notices: Where it is told.
        say: Answers the words for how many keys are done.
    """

    def __init__(self, notices: Notices, say: Callable[[int], str]) -> None:
        self._notices = notices
        self._say = say
        self._told_at_s = monotonic()
        self._is_stopped = False

    def __call__(self, done: int) -> bool:
        """Take note of how many are done; answer whether to go on."""
        if not self._is_stopped and monotonic() - self._told_at_s > TELL_EVERY_S:
            self._told_at_s = monotonic()
            end = NoticeAction(_tr("Stop"), self._stop)
            self._notices.post(Notice(Severity.INFO, self._say(done), actions=(end,)))
        return not self._is_stopped

    def _stop(self) -> None:
        self._is_stopped = True


def some_of(keys: Collection[bytes]) -> str:
    """Answer the first few keys on one line."""
    return listed(islice(keys, NAMED), has_more=len(keys) > NAMED)


def dry_run(keys: Collection[bytes], held: Collection[bytes]) -> str:
    """Answer how many of `keys` are new, held already, or named again, and which those are."""
    clashes = [key for key in keys if key in held]
    again = named_again(keys)
    repeated = len(keys) - len(clashes) - len({key for key in keys if key not in held})
    new = len(keys) - len(clashes) - repeated
    words = _tr("{:,} new: {}").format(new, some_of(keys))
    if clashes:
        words = _tr("{:,} new, {:,} exists already: {}")
        if len(clashes) > 1:
            words = _tr("{:,} new, {:,} exist already: {}")
        words = words.format(new, len(clashes), some_of(clashes))
    if not again:
        return words
    more = _tr("Named more than once, so that the later ones find the first in their way: {}")
    return f"{words}\n{more.format(some_of(again))}"


def named_again(keys: Collection[bytes]) -> list[bytes]:
    """Answer the keys that stand in `keys` more than once."""
    counts = Counter(keys)
    return [key for key, count in counts.items() if count > 1]


def reasons(refused: Sequence[tuple[bytes, str]]) -> list[str]:
    """Answer a line for each of the first few keys, and one for how many more there are."""
    lines = [f"{elided_key(key, KEY_LENGTH)}: {why}" for key, why in refused[:NAMED]]
    if len(refused) > NAMED:
        lines.append(_tr("… {:,} more").format(len(refused) - NAMED))
    return lines


def ways_on(
    go_on: Callable[[OnConflict], None], label: str, *, has_clashes: bool
) -> tuple[NoticeAction, ...]:
    """Answer what can be done after a dry run.

    Args:
        go_on: Does it.
        label: Of the one way there is where no key exists already.
        has_clashes: Whether some do.
    """
    ways = [(label, OnConflict.SKIP)]
    if has_clashes:
        ways = [
            (_tr("Skip existing"), OnConflict.SKIP),
            (_tr("Overwrite"), OnConflict.OVERWRITE),
            (_tr("Rename"), OnConflict.RENAME),
        ]

    def action(text: str, on_conflict: OnConflict) -> NoticeAction:
        return NoticeAction(text, lambda: go_on(on_conflict))

    return *(action(*way) for way in ways), NoticeAction(_tr("Cancel"), lambda: None)


def _tr(text: str) -> str:
    return QCoreApplication.translate("KeyReports", text)
