"""Prompts: `#tts[..]`, `#ssml[..]`, `#href[..]`, an address or a file id, joined by `;`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_TAGGED: Final = re.compile(r"#(tts|ssml|href)\[(.*)\]", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_SPACES: Final = re.compile(r"\s+")
_MS_PER_CHARACTER: Final = 65
_MS_PER_FILE: Final = 3000


class PromptKind(Enum):
    """What a part of a prompt is."""

    TTS = "tts"
    SSML = "ssml"
    HREF = "href"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class PromptPart:
    """One thing that is played.

    Attributes:
        kind: What it is.
        content: The text, the SSML, the address, or the file's id.
    """

    kind: PromptKind
    content: str

    @property
    def spoken(self) -> str:
        """What the caller hears, as far as it can be told without playing it."""
        match self.kind:
            case PromptKind.TTS:
                return self.content.strip()
            case PromptKind.SSML:
                return _SPACES.sub(" ", _TAG.sub(" ", self.content)).strip()
            case _:
                return f"[{self.content.strip()}]"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything played in one go.

    Attributes:
        parts: In order.
        flaw: What is wrong with how it was written, one sentence; empty if nothing is.
    """

    parts: tuple[PromptPart, ...] = ()
    flaw: str = ""

    @property
    def spoken(self) -> str:
        """What the caller hears."""
        return " ".join(part.spoken for part in self.parts)

    @property
    def has_speech(self) -> bool:
        """Whether a part is synthesised, so that a locale matters."""
        return any(part.kind in (PromptKind.TTS, PromptKind.SSML) for part in self.parts)

    def estimated_ms(self) -> int:
        """About how long it plays: a guess from its length, for clocks that run by themselves."""
        return sum(
            _MS_PER_FILE
            if part.kind in (PromptKind.HREF, PromptKind.FILE)
            else len(part.spoken) * _MS_PER_CHARACTER
            for part in self.parts
        )


NO_PROMPT: Final = Prompt()
"""Nothing is played."""


def parse_prompt(text: str) -> Prompt:
    """Read a prompt. Whatever it is, it is answered; `flaw` says what looks wrong."""
    pieces, is_open = _split(text)
    flaw = "A bracket that is opened is never closed." if is_open else ""
    parts = []
    for piece in pieces:
        tagged = _TAGGED.fullmatch(piece)
        if tagged:
            parts.append(PromptPart(PromptKind(tagged[1].lower()), tagged[2]))
            continue
        if piece.startswith("#") and not flaw:
            flaw = f"“{piece}” is none of #tts[…], #ssml[…], #href[…]."
        is_address = piece.startswith(("http://", "https://"))
        parts.append(PromptPart(PromptKind.HREF if is_address else PromptKind.FILE, piece))
    return Prompt(tuple(parts), flaw)


def _split(text: str) -> tuple[list[str], bool]:
    """Split at `;` outside brackets; answer also whether a bracket stayed open."""
    pieces, start, depth = [], 0, 0
    for at, character in enumerate(text):
        if character == "[":
            depth += 1
        elif character == "]":
            depth = max(0, depth - 1)
        elif character == ";" and not depth:
            pieces.append(text[start:at])
            start = at + 1
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()], depth > 0
