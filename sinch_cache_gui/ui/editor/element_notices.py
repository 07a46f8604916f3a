"""What a bar says of a change of an element, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.element_change import ElementChange, ElementChanged, ElementGone
from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.values.element_edits import as_new, over_theirs, written_by

SHOWN: int = 300
"""Characters of an element a bar quotes."""


@dataclass(frozen=True, slots=True)
class ElementActions:
    """What the bars over a table of elements can ask for."""

    change: Callable[[ElementChange], None]
    copy: Callable[[bytes], None]
    close: Callable[[], None]
    undo: Callable[[], None]


def changed_notice(change: ElementChange, found: ElementChanged, actions: ElementActions) -> Notice:
    """Say that somebody else wrote this element, and what stands there."""
    again = over_theirs(change, found.held)
    own = written_by(change)
    choices = [NoticeAction(_tr("Take theirs"), actions.close)]
    if again is not None:
        label = _tr("Delete theirs") if own is None else _tr("Overwrite theirs")
        choices.append(NoticeAction(label, lambda: actions.change(again)))
    if own is not None:
        choices.append(NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)))
    if found.held == found.element:
        title = _tr("{} is there already. Nothing was written.").format(_quoted(found.element))
        return Notice(Severity.WARNING, title, actions=tuple(choices))
    return Notice(
        Severity.WARNING,
        _tr("Somebody else wrote {}. Nothing was written.").format(_quoted(found.element)),
        _tr("It holds {} now.").format(_quoted(found.held)),
        tuple(choices),
    )


def gone_notice(
    change: ElementChange, found: ElementGone | None, actions: ElementActions
) -> Notice:
    """Say that the element, or with None the whole key, does not exist any more."""
    own = written_by(change)
    choices: list[NoticeAction] = []
    title = _tr("This key does not exist any more. Nothing was written.")
    if found is not None:
        title = _tr("{} does not exist any more. Nothing was written.")
        title = title.format(_quoted(found.element))
        if (again := as_new(change)) is not None:
            choices.append(NoticeAction(_tr("Add it again"), lambda: actions.change(again)))
    if own is not None:
        choices.append(NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)))
    choices.append(NoticeAction(_tr("Close"), actions.close))
    return Notice(Severity.WARNING, title, actions=tuple(choices))


def failed_notice(change: ElementChange, error: CacheError, actions: ElementActions) -> Notice:
    """Say what the cache did not do, or may have done."""
    own = written_by(change)
    title = _tr("Not written: {}").format(error.title)
    if isinstance(error, OutcomeUnknown):
        title = _tr("The connection was lost: it may have been written, or not. The table tells.")
    again = NoticeAction(_tr("Try again"), lambda: actions.change(change))
    copy = () if own is None else (NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)),)
    return Notice(Severity.ERROR, title, error.detail, (again, *copy))


def done_notice(
    count: int, *, can_undo: bool, has_vanished: bool, actions: ElementActions
) -> Notice:
    """Say that elements were changed, and offer to take it back."""
    title = _tr("1 element changed") if count == 1 else _tr("{} elements changed").format(count)
    detail = ""
    if has_vanished:
        title = _tr("The last element went, and the key with it")
        detail = _tr("Undo puts the key back, with the time it had left.")
    elif not can_undo:
        detail = _tr("An entry deleted from a stream cannot be put back.")
    choices = (NoticeAction(_tr("Undo"), actions.undo),) if can_undo else ()
    return Notice(Severity.SUCCESS, title, detail, choices)


def _quoted(data: bytes) -> str:
    shown = display_key(data[: 4 * SHOWN])
    return f"“{shown}”" if len(shown) <= SHOWN else f"“{shown[:SHOWN]}…”"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ElementsPage", text)
