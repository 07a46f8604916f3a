"""Signatures are the published ones."""

from __future__ import annotations

import pytest

from sinch_cache_gui.voice.signing import InvalidSecret, Signer, content_md5, signer_of

KEY = "669E367E-6BBA-48AB-AF15-266871C28135"
SECRET = "BeIukql3pTKJ8RGL5zo0DA=="
ACE = (
    b'{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257",'
    b'"timestamp":"2014-09-24T10:59:41Z","version":1}'
)
VERIFICATION = b'{"identity": {"type": "number", "endpoint": "+46700000000"}, "method": "sms"}'


@pytest.mark.parametrize(
    ("path", "timestamp", "body", "signature"),
    [
        (
            "/sinch/callback/ace",
            "2014-09-24T10:59:41Z",
            ACE,
            "Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
        ),
        (
            "/verification/v1/verifications",
            "2014-06-04T13:41:58Z",
            VERIFICATION,
            "h6rXrFayOoggyHW4ymnLlfSDkZZPg6j98lHzvOXVjvw=",
        ),
        (
            "/verification/v1/verifications",
            "2014-06-04T13:41:58Z",
            b"",
            "srx3SkKXw/ryFJLfwFFzZTigPxR/1+9Ae+eB3olDIjM=",
        ),
    ],
)
def test_published_vectors(path: str, timestamp: str, body: bytes, signature: str) -> None:
    signer = Signer(KEY, SECRET)

    headers = signer.headers(
        method="POST",
        path=path,
        body=body,
        content_type="application/json",
        timestamp=timestamp,
    )

    assert headers["Authorization"] == f"application {KEY}:{signature}"


def test_the_published_digest_of_a_body() -> None:
    assert content_md5(ACE) == "REWF+X220L4/Gw1spXOU7g=="


REQUEST = {
    "method": "POST",
    "path": "/ice",
    "body": b"{}",
    "content_type": "application/json; charset=utf-8",
    "timestamp": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"body": b"{ }"},
        {"path": "/pie"},
        {"content_type": "application/json"},
        {"timestamp": "2026-01-01T00:00:01Z"},
        {"method": "PUT"},
    ],
    ids=str,
)
def test_whatever_is_changed_is_signed_otherwise(changed: dict[str, bytes | str]) -> None:
    signer = Signer(KEY, SECRET)
    signed, other = signer.headers(**REQUEST), signer.headers(**REQUEST | changed)
    assert signed["Authorization"] != other["Authorization"]


@pytest.mark.parametrize(
    ("key", "secret", "complaint"),
    [
        (KEY, "", "both a key and a secret"),
        ("", SECRET, "both a key and a secret"),
        (KEY, "not base64!", "is not base64"),
        (KEY, SECRET.replace("k", "*"), "is not base64"),
    ],
)
def test_what_cannot_sign_is_refused_without_showing_the_secret(
    key: str, secret: str, complaint: str
) -> None:
    with pytest.raises(InvalidSecret, match=complaint) as caught:
        signer_of(key, secret)
    assert not secret or secret not in str(caught.value)


def test_an_application_signs_and_nobody_signs_nothing() -> None:
    assert signer_of(KEY, SECRET) == Signer(KEY, SECRET)
    assert signer_of("", "") is None


def test_a_secret_is_never_shown() -> None:
    assert SECRET not in repr(Signer(KEY, SECRET))
