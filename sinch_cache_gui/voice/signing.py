"""The Authorization header of a callback.

Source: "Callback signed request" of Sinch's voice API documentation. The signature is HMAC-SHA256
over five lines: method, base64 of the body's MD5 (empty without a body), the content type exactly
as it is sent, `x-timestamp:` with its value, and the path without host.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

TIMESTAMP_HEADER: Final = "x-timestamp"


class InvalidSecret(ValueError):
    """Nothing can be signed with what was given. The message never holds the secret."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs callbacks on behalf of a Voice application.

    Attributes:
        application_key: Travels in the header.
        application_secret: Base64, as the dashboard shows it; never shown by this tool.
    """

    application_key: str
    application_secret: str = field(repr=False)

    def headers(
        self, *, method: str, path: str, body: bytes, content_type: str, timestamp: str
    ) -> dict[str, str]:
        """Answer the headers to send with exactly these bytes.

        Args:
            method: Such as `POST`.
            path: Without host. Whether a query belongs to it is not documented: hand over what is
                to be signed.
            body: What is sent, unchanged.
            content_type: As it is sent, parameters included.
            timestamp: ISO 8601, UTC.

        Raises:
            InvalidSecret: The secret is not base64.
        """
        text = string_to_sign(method, path, body, content_type, timestamp)
        # In lower case: one of Sinch's SDKs accepts no other.
        return {
            "Content-Type": content_type,
            TIMESTAMP_HEADER: timestamp,
            "Authorization": f"application {self.application_key}:{self._sign(text)}",
        }

    def _sign(self, text: str) -> str:
        digest = hmac.digest(_decoded(self.application_secret), text.encode(), "sha256")
        return base64.b64encode(digest).decode()


def signer_of(application_key: str, application_secret: str) -> Signer | None:
    """Answer who signs for an application; None where neither is given: nothing is signed then.

    Raises:
        InvalidSecret: Only one of them is given, or the secret is not base64.
    """
    if not application_key and not application_secret:
        return None
    if not application_key or not application_secret:
        raise InvalidSecret("Signing takes both a key and a secret.")
    _decoded(application_secret)
    return Signer(application_key, application_secret)


def _decoded(secret: str) -> bytes:
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidSecret("The application secret is not base64.") from None


def string_to_sign(method: str, path: str, body: bytes, content_type: str, timestamp: str) -> str:
    """Answer the five lines that are signed."""
    return "\n".join(
        (method.upper(), content_md5(body), content_type, f"{TIMESTAMP_HEADER}:{timestamp}", path)
    )


def content_md5(body: bytes) -> str:
    """Answer base64 of the body's MD5; empty for an empty body."""
    if not body:
        return ""
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()
