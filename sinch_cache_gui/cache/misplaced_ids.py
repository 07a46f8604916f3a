"""Keys such as `session:undefined`: what stands where an id belongs, and why.

A function makes its keys from what a callback carries. Where it reads a field the callback does
not carry, JavaScript writes what it found into the key: the call's id travels as `callid`, and code
that reads `callId` gets `undefined`.
"""

from __future__ import annotations

from typing import Final

_REASONS: Final = {
    "undefined": (
        "The code reads a field that the callback does not carry. The call's id travels as callid: "
        "code reading callId gets undefined, unless callId is added beside it."
    ),
    "null": "The code reads a field that is there and holds nothing.",
    "NaN": "The code makes a number of something that is none.",
    "[object Object]": "The code puts a whole object into the key, and not its id.",
}

_AS_BYTES: Final = {word.encode(): word for word in _REASONS}


def misplaced_segment(segment: bytes) -> str:
    """Answer the word that stands in one segment of a key in place of an id; empty for none."""
    return _AS_BYTES.get(segment, "")


def misplaced_id(key: bytes) -> str:
    """Answer the first word that stands in a key in place of an id; empty for none."""
    return next(filter(None, map(misplaced_segment, key.split(b":"))), "")


def why_misplaced(word: str) -> str:
    """Answer how `word` comes into a key, in sentences."""
    return f"The key has “{word}” where an id belongs. {_REASONS[word]}"
