"""What a bar says of a change of an element, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.element_change import (
    DeadlineMoved,
    ElementChange,
    ElementChanged,
    ElementGone,
    ElementRefusal,
    ElementSaved,
    FieldTtlChange,
    is_addition,
    is_removal,
    kind_of,
)
from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.cache.interface import Changed, Gone, KeyType
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.element_words import element_in_words, elements_in_words
from sinch_cache_gui.values.element_edits import (
    as_new,
    element_of,
    makes_new,
    over_theirs,
    written_by,
)

SHOWN: int = 300
"""Characters of an element a bar quotes."""


@dataclass(frozen=True, slots=True)
class ElementActions:
    """What the bars over a table of elements can ask for."""

    change: Callable[[ElementChange], None]
    copy: Callable[[bytes], None]
    close: Callable[[], None]
    undo: Callable[[], None]
    undo_others: Callable[[], None]


@dataclass(frozen=True, slots=True)
class UndoRefusal:
    """Why a change was not taken back.

    Attributes:
        element: Which one.
        reason: Why, the end of a sentence.
        detail: More about it.
        is_failure: Whether the cache failed, so that the same may work later.
    """

    element: bytes
    reason: str
    detail: str = ""
    is_failure: bool = False


def undo_refusal(
    saved: ElementSaved,
    found: ElementRefusal | Changed | CacheError | None,
) -> UndoRefusal:
    """Put into words why what `saved` tells of was not taken back; None: it never can be."""
    element = b"" if saved.inverse is None else element_of(saved.inverse)
    match found:
        case CacheError():
            return UndoRefusal(element, found.title, found.detail, is_failure=True)
        case ElementChanged():
            detail = ""
            if found.held != found.element:
                detail = _tr("{} holds {} now.").format(_quoted(found.element), _quoted(found.held))
            return UndoRefusal(found.element, _tr("somebody else changed it since"), detail)
        case DeadlineMoved():
            reason = _tr("somebody else changed when it expires")
            return UndoRefusal(found.element, reason, _when(found))
        case ElementGone():
            return UndoRefusal(found.element, _tr("it has gone since"))
        case Gone() if saved.vanished is None:
            return UndoRefusal(element, _tr("this key has gone since"))
        case Gone():
            return UndoRefusal(element, _tr("the time this key had has run out"))
        case Changed():
            return UndoRefusal(element, _tr("this key exists again, written by somebody else"))
    return UndoRefusal(element, _tr("it cannot be put back"))


def overdue_refusal(inverse: ElementChange) -> UndoRefusal:
    """Say of a field that it would have expired by now, had nothing been changed."""
    return UndoRefusal(element_of(inverse), _tr("the time this field had has run out"))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a row of changes had come when one was refused.

    Attributes:
        kind: The key's type.
        made: How many were made before it.
        total: How many there were to make.
        can_undo: Whether those made can be taken back.
    """

    kind: str
    made: int
    total: int
    can_undo: bool

    @property
    def sentence(self) -> str:
        """What was written, for people."""
        if not self.made:
            return _tr("Nothing was written.")
        said = _tr("{} of {} were changed before that.")
        return said.format(f"{self.made:,}", elements_in_words(self.kind, self.total))


def refused_notice(
    change: ElementChange,
    found: ElementRefusal | CacheError,
    progress: Progress,
    actions: ElementActions,
) -> Notice:
    """Say why a change was not made, how many were made before it, and what can be done."""
    match found:
        case ElementChanged():
            notice = _changed_notice(change, found, progress.sentence, actions)
        case DeadlineMoved():
            notice = _moved_notice(change, found, progress.sentence, actions)
        case CacheError():
            notice = _failed_notice(change, found, actions)
            if progress.made:
                lines = filter(None, (progress.sentence, notice.detail))
                notice = replace(notice, detail="\n".join(lines))
        case _:
            notice = _gone_notice(change, found, progress.sentence, actions)
    if not (progress.made and progress.can_undo):
        return notice
    return replace(notice, actions=(*notice.actions, NoticeAction(_tr("Undo"), actions.undo)))


def _changed_notice(
    change: ElementChange, found: ElementChanged, written: str, actions: ElementActions
) -> Notice:
    """Say that somebody else wrote this element, and what stands there."""
    again = over_theirs(change, found.held)
    own = written_by(change)
    is_taken = makes_new(change, found.element)
    choices = [NoticeAction(_tr("Keep it") if is_taken else _tr("Take theirs"), actions.close)]
    if again is not None:
        label = _tr("Delete theirs") if own is None else _tr("Overwrite theirs")
        label = _tr("Set it all the same") if isinstance(change, FieldTtlChange) else label
        label = _tr("Overwrite it") if is_taken else label
        choices.append(NoticeAction(label, lambda: actions.change(again)))
    if own is not None:
        choices.append(NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)))
    if is_taken:
        title = _tr("{} is there already.").format(_quoted(found.element))
        detail = ""
        if found.held != found.element:
            detail = _tr("It holds {}.").format(_quoted(found.held))
        return Notice(Severity.WARNING, f"{title} {written}", detail, tuple(choices))
    title = _tr("Somebody else wrote {}.").format(_quoted(found.element))
    detail = _tr("It holds {} now.").format(_quoted(found.held))
    if kind_of(change) == KeyType.LIST:
        title = _tr("Item {} is another one now.").format(display_key(found.element))
        detail = _tr("It is {}: somebody else wrote it, or added or removed items before it.")
        detail = detail.format(_quoted(found.held))
    return Notice(Severity.WARNING, f"{title} {written}", detail, tuple(choices))


def _moved_notice(
    change: ElementChange, found: DeadlineMoved, written: str, actions: ElementActions
) -> Notice:
    """Say that somebody else changed when a field expires, and to when."""
    choices = [NoticeAction(_tr("Take theirs"), actions.close)]
    if isinstance(change, FieldTtlChange):
        again = replace(change, before_ms=found.deadline_ms)
        choices.append(NoticeAction(_tr("Set it all the same"), lambda: actions.change(again)))
    title = _tr("Somebody else changed when {} expires.").format(_quoted(found.element))
    return Notice(Severity.WARNING, f"{title} {written}", _when(found), tuple(choices))


def _when(found: DeadlineMoved) -> str:
    if found.deadline_ms is None:
        return _tr("It does not expire by itself now.")
    return _tr("It expires {} now.").format(format_deadline(found.deadline_ms))


def _gone_notice(
    change: ElementChange, found: ElementGone | Gone, written: str, actions: ElementActions
) -> Notice:
    """Say that the element, or the whole key, does not exist any more."""
    own = written_by(change)
    choices: list[NoticeAction] = []
    title = _tr("This key does not exist any more.")
    if isinstance(found, ElementGone):
        title = _tr("{} does not exist any more.").format(_quoted(found.element))
        if (again := as_new(change)) is not None:
            choices.append(NoticeAction(_tr("Add it again"), lambda: actions.change(again)))
    if own is not None:
        choices.append(NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)))
    choices.append(NoticeAction(_tr("Close"), actions.close))
    return Notice(Severity.WARNING, f"{title} {written}", actions=tuple(choices))


def _failed_notice(change: ElementChange, error: CacheError, actions: ElementActions) -> Notice:
    """Say what the cache did not do, or may have done."""
    own = written_by(change)
    title = _tr("Not written: {}").format(error.title)
    if isinstance(error, OutcomeUnknown):
        title = _tr("The connection was lost: it may have been written, or not. The table tells.")
    again = NoticeAction(_tr("Try again"), lambda: actions.change(change))
    copy = () if own is None else (NoticeAction(_tr("Copy mine"), lambda: actions.copy(own)),)
    return Notice(Severity.ERROR, title, error.detail, (again, *copy))


def done_notice(
    first: ElementChange,
    count: int,
    *,
    can_undo: bool,
    has_vanished: bool,
    actions: ElementActions,
) -> Notice:
    """Say what was done to elements, and offer to take it back.

    Args:
        first: What was done to the first of them, and the same to the others.
        count: To how many it was done.
        can_undo: Whether it can be taken back.
        has_vanished: Whether the key went with the last of them.
        actions: What can be done.
    """
    kind = kind_of(first)
    title = _done(first).format(elements_in_words(kind, count))
    detail = ""
    if has_vanished:
        last = _tr("The last {} went, and the key with it")
        title = last.format(element_in_words(kind))
        detail = _tr("Undo puts the key back, with the time it had left.")
    elif not can_undo:
        detail = _tr("This cannot be taken back.")
    choices = (NoticeAction(_tr("Undo"), actions.undo),) if can_undo else ()
    return Notice(Severity.SUCCESS, title, detail, choices)


def _done(change: ElementChange) -> str:
    if is_addition(change):
        return _tr("{} added")
    return _tr("{} deleted") if is_removal(change) else _tr("{} changed")


def resumed_notice(base: bytes, held: bytes | None, close: Callable[[], None]) -> Notice:
    """Say of a text that was never saved what stands in its place now.

    Args:
        base: What it was begun on.
        held: What is stored there; None if the element does not exist any more.
        close: Takes the bar away.
    """
    title = _tr("This text was never saved.")
    actions = (NoticeAction(_tr("Close"), close),)
    if held is None:
        detail = _tr("The element does not exist any more. Save offers to add it again.")
        return Notice(Severity.WARNING, title, detail, actions)
    if held == base:
        detail = _tr("The cache has not changed since.")
        return Notice(Severity.INFO, title, detail, actions)
    detail = _tr("The cache holds another value by now: {}").format(_quoted(held))
    return Notice(Severity.WARNING, title, detail, actions)


def kept_notice(refusal: UndoRefusal, undone: int, left: int, actions: ElementActions) -> Notice:
    """Say which change was not taken back and why, how many were before it, and are left.

    Args:
        refusal: The change that stays, and why.
        undone: How many were taken back before it.
        left: How many were not tried.
        actions: What can be done.
    """
    title = _tr("Not taken back: {}").format(refusal.reason)
    detail = [refusal.detail] if refusal.detail else []
    choices = [NoticeAction(_tr("Close"), actions.close)]
    if undone or left:
        title = _tr("{} of {} changes are taken back. The one of {} is not: {}").format(
            f"{undone:,}", f"{undone + 1 + left:,}", _quoted(refusal.element), refusal.reason
        )
    if left:
        said = _tr("1 more was not tried.") if left == 1 else _tr("{} more were not tried.")
        detail.append(said.format(f"{left:,}"))
        choices.insert(0, NoticeAction(_tr("Take back the others"), actions.undo_others))
    if refusal.is_failure:
        choices.insert(0, NoticeAction(_tr("Try again"), actions.undo))
    severity = Severity.ERROR if refusal.is_failure else Severity.WARNING
    return Notice(severity, title, "\n".join(detail), tuple(choices))


def _quoted(data: bytes) -> str:
    shown = display_key(data[: 4 * SHOWN])
    return f"“{shown}”" if len(shown) <= SHOWN else f"“{shown[:SHOWN]}…”"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ElementsPage", text)
