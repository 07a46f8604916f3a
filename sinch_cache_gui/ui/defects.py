"""What nobody caught: logged, and told in the window, so that no exception vanishes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.notices import Notice, Notices, Severity

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from types import TracebackType

log = logging.getLogger(__name__)


def slot_defects(
    notices: Notices,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Answer an excepthook: Qt hands it what a slot raised."""

    def hook(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        _tell(notices, error)

    return hook


def loop_defects(notices: Notices) -> Callable[[AbstractEventLoop, dict[str, object]], None]:
    """Answer an exception handler of the loop."""

    def handler(_loop: AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if not isinstance(error, BaseException):
            error = RuntimeError(context.get("message"))
        _tell(notices, error)

    return handler


def _tell(notices: Notices, error: BaseException) -> None:
    log.error("unexpected error", exc_info=error)
    what = f"{type(error).__name__}: {error}\n"
    detail = what + _tr("This is a defect. The log has the details.")
    notices.post(Notice(Severity.ERROR, _tr("Something went wrong inside this window"), detail))


def _tr(text: str) -> str:
    return QCoreApplication.translate("App", text)
