"""Signatures are the published ones."""

from __future__ import annotations

import pytest

from sinch_cache_gui.voice.signing import InvalidSecret, Signer, content_md5

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
    assert signer.verify(headers, method="POST", path=path, body=body)


def test_the_published_digest_of_a_body() -> None:
    assert content_md5(ACE) == "REWF+X220L4/Gw1spXOU7g=="


@pytest.fixture
def signed() -> dict[str, str]:
    return Signer(KEY, SECRET).headers(
        method="POST",
        path="/ice",
        body=b"{}",
        content_type="application/json; charset=utf-8",
        timestamp="2026-01-01T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("changed", "body", "path"),
    [
        ({}, b"{ }", "/ice"),
        ({}, b"{}", "/pie"),
        ({"Content-Type": "application/json"}, b"{}", "/ice"),
        ({"x-timestamp": "2026-01-01T00:00:01Z"}, b"{}", "/ice"),
        ({"Authorization": "application other:sig"}, b"{}", "/ice"),
        ({"Authorization": "Basic abc"}, b"{}", "/ice"),
        ({"Authorization": ""}, b"{}", "/ice"),
    ],
)
def test_whatever_is_changed_breaks_the_signature(
    signed: dict[str, str], changed: dict[str, str], body: bytes, path: str
) -> None:
    signer = Signer(KEY, SECRET)

    assert signer.verify(signed, method="POST", path="/ice", body=b"{}")
    assert not signer.verify(signed | changed, method="POST", path=path, body=body)


def test_a_secret_is_never_shown() -> None:
    signer = Signer(KEY, "not base64!")

    assert "not base64!" not in repr(signer)
    with pytest.raises(InvalidSecret) as caught:
        signer.verify({"Authorization": f"application {KEY}:x"}, method="POST", path="/", body=b"")
    assert "not base64!" not in str(caught.value)
