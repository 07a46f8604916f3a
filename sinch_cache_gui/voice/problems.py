"""What is wrong with a reply, where, and what the platform would do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """How much a problem matters."""

    ERROR = "error"
    """The reply cannot be carried out."""
    WARNING = "warning"
    """It is carried out here, but the platform may do something else."""
    NOTE = "note"
    """It works; the writer should know."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to say about a reply.

    Attributes:
        weight: How much it matters.
        path: Where in the reply, as a JSON path: `$.action.menus[0].id`.
        message: What is wrong, one sentence.
        consequence: What the platform would do, one sentence; may be empty.
    """

    weight: Weight
    path: str
    message: str
    consequence: str = ""
