"""Prompts are read as the platform writes them."""

from __future__ import annotations

from sinch_cache_gui.voice.prompts import PromptKind, parse_prompt


def test_the_parts_of_a_prompt() -> None:
    prompt = parse_prompt(
        "#tts[Hello; and welcome];#ssml[<speak>Dial <b>1</b></speak>];"
        "#href[https://example.org/a.wav];https://example.org/b.wav;jingle.mp3"
    )

    assert [(part.kind, part.content) for part in prompt.parts] == [
        (PromptKind.TTS, "Hello; and welcome"),
        (PromptKind.SSML, "<speak>Dial <b>1</b></speak>"),
        (PromptKind.HREF, "https://example.org/a.wav"),
        (PromptKind.HREF, "https://example.org/b.wav"),
        (PromptKind.FILE, "jingle.mp3"),
    ]
    assert prompt.flaw == ""


def test_what_the_caller_hears() -> None:
    prompt = parse_prompt("#tts[Hello];#ssml[<speak>Dial <b>1</b></speak>];beep.wav")

    assert prompt.spoken == "Hello Dial 1 [beep.wav]"
    assert prompt.has_speech


def test_brackets_inside_a_text_belong_to_it() -> None:
    prompt = parse_prompt("#tts[Press [1]; or wait];next")

    assert [part.content for part in prompt.parts] == ["Press [1]; or wait", "next"]


def test_flaws_are_told_and_the_prompt_is_read_all_the_same() -> None:
    assert "never closed" in parse_prompt("#tts[Hello").flaw
    assert "#say[Hello]" in parse_prompt("#say[Hello]").flaw
    assert parse_prompt("").parts == ()
    assert parse_prompt(" ; ;").parts == ()


def test_tags_are_read_in_any_case() -> None:
    assert parse_prompt("#TTS[Hi]").parts[0].kind is PromptKind.TTS
