"""Whatever a function answers, there is an outcome and never a crash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.prompts import parse_prompt
from sinch_cache_gui.voice.svaml_check import check_body, check_reply
from sinch_cache_gui.voice.svaml_fields import ACTIONS, INSTRUCTIONS

WORDS = sorted(
    {shape.name for shape in (*ACTIONS.values(), *INSTRUCTIONS.values())}
    | {rule.name for shape in (*ACTIONS.values(), *INSTRUCTIONS.values()) for rule in shape.fields}
    | {"name", "action", "instructions", "id", "options", "dtmf", "mainPrompt", "return(x)", "1"}
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(WORDS)
)
JSON = st.recursive(
    SCALARS | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
    ),
    max_leaves=25,
)
SHAPED = st.builds(
    lambda name, fields, instructions: {
        "instructions": instructions,
        "action": {"name": name, **fields},
    },
    st.sampled_from([shape.name for shape in ACTIONS.values()]),
    st.dictionaries(st.sampled_from(WORDS[1:]), JSON, max_size=6),
    st.lists(JSON, max_size=2),
)


@given(st.sampled_from(Event), JSON | SHAPED)
def test_any_json_is_answered(event: Event, value: JsonValue) -> None:
    checked = check_reply(event, value)

    assert not (checked.svaml and checked.has_errors)
    assert all(problem.path.startswith("$") for problem in checked.problems)
    if event.takes_svaml:
        assert checked.svaml is not None or checked.has_errors


@given(st.sampled_from(Event), st.binary(max_size=64))
def test_any_bytes_are_answered(event: Event, body: bytes) -> None:
    check_body(event, body)


@given(st.text(alphabet="#tshrefml[];/: a", max_size=40))
def test_any_prompt_is_read(text: str) -> None:
    prompt = parse_prompt(text)

    assert prompt.estimated_ms() >= 0
    assert isinstance(prompt.spoken, str)
