"""A text as a line-based editor can hold it, and back, character for character.

An editor splits text into lines at line feeds. Other characters that it would take for line or
frame boundaries (a carriage return, U+2028, U+2029, two noncharacters) would not come back as they
were, so each is shown as a stand-in that the text does not hold otherwise. So is each that nobody
sees and that has what follows it stand in another order than it is written in.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Final

MAX_LINE: Final = 10_000
"""Characters of a line that are laid out where it is only looked at; more takes Qt long."""

_FRAGILE: Final = {
    "\r": "\N{SYMBOL FOR CARRIAGE RETURN}",
    "\x00": "\N{SYMBOL FOR NULL}",
    "\u2028": "\N{DOWNWARDS ARROW WITH TIP LEFTWARDS}",
    "\u2029": "\N{PILCROW SIGN}",
    "\ufdd0": "\N{LEFT SQUARE BRACKET LOWER CORNER}",
    "\ufdd1": "\N{RIGHT SQUARE BRACKET LOWER CORNER}",
    # Qt takes one at the beginning of a text for a byte order mark and drops it.
    "\ufeff": "\N{SYMBOL FOR START OF TEXT}",
    # It takes one at the beginning for that mark in the other byte order, and swaps all the rest.
    "\ufffe": "\N{SYMBOL FOR SUBSTITUTE FORM TWO}",
    "\N{LEFT-TO-RIGHT EMBEDDING}": "\N{RIGHTWARDS ARROW TO BAR}",
    "\N{RIGHT-TO-LEFT EMBEDDING}": "\N{LEFTWARDS ARROW TO BAR}",
    "\N{LEFT-TO-RIGHT OVERRIDE}": "\N{RIGHTWARDS PAIRED ARROWS}",
    "\N{RIGHT-TO-LEFT OVERRIDE}": "\N{LEFTWARDS PAIRED ARROWS}",
    "\N{POP DIRECTIONAL FORMATTING}": "\N{UPWARDS ARROW FROM BAR}",
    "\N{LEFT-TO-RIGHT ISOLATE}": "\N{RIGHTWARDS WHITE ARROW}",
    "\N{RIGHT-TO-LEFT ISOLATE}": "\N{LEFTWARDS WHITE ARROW}",
    "\N{FIRST STRONG ISOLATE}": "\N{DOWNWARDS WHITE ARROW}",
    "\N{POP DIRECTIONAL ISOLATE}": "\N{UPWARDS WHITE ARROW}",
}
_PRIVATE: Final = 0x10F000
"""Where stand-ins are taken from when the readable one is part of the text (private use area)."""


def shortened(line: str) -> str:
    """Answer the beginning of a line that is too long to be laid out whole."""
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…"


_LOOKED_AT: Final = str.maketrans(_FRAGILE)


def looked_at(text: str) -> str:
    """Answer a text that is only looked at with readable stand-ins, a character for each."""
    return text.translate(_LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Which stand-in shows which character in one text.

    Attributes:
        stand_ins: From the character to what is shown for it; empty for nearly every text.
    """

    stand_ins: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Alphabet:
        """Answer the alphabet that shows `text` without losing anything."""
        stand_ins: dict[str, str] = {}
        for fragile, readable in _FRAGILE.items():
            if fragile in text:
                is_free = readable not in text
                stand_ins[fragile] = readable if is_free else _unused(text, *stand_ins.values())
        return cls(stand_ins)

    def covers(self, text: str) -> bool:
        """Whether `text`, written into the text this is of, is shown and meant as it is."""
        return not self._lacking(text) and self.meant(self.shown(text)) == text

    def widened(self, text: str, held: str) -> Alphabet:
        """Answer an alphabet for `text`, too, by which `held` means what it means by this one.

        Args:
            text: What is about to be written into the text this is of.
            held: That text as the editor holds it.
        """
        stand_ins = dict(self.stand_ins)
        for fragile in self._lacking(text):
            # Not the readable ones: undo may bring back a text that holds one.
            stand_ins[fragile] = _unused(text, held, *stand_ins.values())
        return Alphabet(stand_ins)

    def _lacking(self, text: str) -> list[str]:
        return [one for one in _FRAGILE if one in text and one not in self.stand_ins]

    def shown(self, text: str) -> str:
        """Answer `text` with its fragile characters replaced by their stand-ins."""
        for fragile, stand_in in self.stand_ins.items():
            text = text.replace(fragile, stand_in)
        return text

    def meant(self, text: str) -> str:
        """Answer a text from the editor with its stand-ins taken back."""
        for fragile, stand_in in self.stand_ins.items():
            text = text.replace(stand_in, fragile)
        return text


def _unused(*texts: str) -> str:
    """Answer a private character that is in none of these texts."""
    codes = range(_PRIVATE, sys.maxunicode + 1)
    return next(one for one in map(chr, codes) if not any(one in text for text in texts))
