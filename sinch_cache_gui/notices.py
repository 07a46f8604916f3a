"""What the user is told: buffered until a window shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a notice matters."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """Something the user can do about a notice.

    Attributes:
        label: The text of its button.
        run: Called when the button is pressed.
    """

    label: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to the user.

    Attributes:
        severity: How much it matters.
        title: One line.
        detail: What to know or to do about it; may be empty, may have several lines.
        actions: What the user can do about it from here.
    """

    severity: Severity
    title: str
    detail: str = ""
    actions: tuple[NoticeAction, ...] = ()


class Notices:
    """The one channel to the user. Notices posted before a listener exists are kept for it."""

    def __init__(self) -> None:
        self._waiting: list[Notice] = []
        self._listener: Callable[[Notice], None] | None = None

    def post(self, notice: Notice) -> None:
        """Show `notice`, now or as soon as a window listens."""
        if self._listener is None:
            self._waiting.append(notice)
        else:
            self._listener(notice)

    def listen(self, listener: Callable[[Notice], None] | None) -> None:
        """Hand every waiting and future notice to `listener`; None: keep them again."""
        self._listener = listener
        if listener is None:
            return
        waiting, self._waiting = self._waiting, []
        for notice in waiting:
            listener(notice)
