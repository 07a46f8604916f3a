"""JSON as a person or another program might have written it."""

from __future__ import annotations

from hypothesis import strategies as st

from sinch_cache_gui.values.json_check import find_problem
from sinch_cache_gui.values.json_text import read_tokens

SPACES = st.text(alphabet=" \t\n\r", max_size=3)
NUMBERS = st.sampled_from(["0", "-0", "1.0", "1e400", "12345678901234567890", "1E+2"])
STRINGS = st.sampled_from(
    [
        *('"a"', '"a"', '"b"', '""', r'"\u0061"', r'"\""', r'"\ud800"', '"}"', '"[,:"'),
        '"\U0001f4de"',
        '"' + r"\n" * 120 + '"',
    ]
)
WORDS = st.sampled_from(["true", "false", "null"])


@st.composite
def spaced(draw: st.DrawFn, text: st.SearchStrategy[str]) -> str:
    return draw(SPACES) + draw(text) + draw(SPACES)


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.builds("{}:{}".format, spaced(STRINGS), spaced(inner))
    objects = st.lists(member, min_size=1, max_size=5).map(lambda parts: f"{{{','.join(parts)}}}")
    lists = st.lists(spaced(inner), min_size=1, max_size=5).map(lambda p: f"[{','.join(p)}]")
    return objects | lists | SPACES.map("{{{}}}".format) | SPACES.map("[{}]".format)


VALUES = st.recursive(NUMBERS | STRINGS | WORDS, containers, max_leaves=25)
TEXTS = spaced(VALUES)
CONTAINER_TEXTS = spaced(containers(VALUES))


def spellings(text: str, start: int = 0, end: int | None = None) -> list[str]:
    """The tokens of a text, or those that begin within a stretch of it, as they are written."""
    assert find_problem(text) is None
    tokens = read_tokens(text)
    within = range(start, len(text) if end is None else end)
    return [text[token.start : token.end] for token in tokens if token.start in within]
