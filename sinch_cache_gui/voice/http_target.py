"""A function behind a URL, called as the platform calls it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

import httpx

from sinch_cache_gui.cache.wall_clock import wall_clock_ms
from sinch_cache_gui.voice.callbacks import Callback, timestamp
from sinch_cache_gui.voice.function_address import (
    Addresses,
    FunctionUrl,
    NoAddress,
    parse_function_url,
)
from sinch_cache_gui.voice.signing import TIMESTAMP_HEADER, InvalidSecret, Signer
from sinch_cache_gui.voice.svaml_check import MAX_REPLY_BYTES
from sinch_cache_gui.voice.targets import Answered, Failed, OperationListener, Reply

CONTENT_TYPE: Final = "application/json"
AT_ONCE: Final = 24
"""Requests under way at once; further ones wait for their turn. A reply to each at the same moment
is about what a window can read between two pictures."""

BACKSTOP_S: Final = 60.0
"""Whoever asks waits less than this; it ends connections nobody waits for."""


class HttpTarget:
    """Sends callbacks to a function over HTTP.

    The body's exact bytes are signed and sent. No redirect is followed, no proxy is asked, and the
    address that was checked is the one connected to. Every failure is a `Failed`.

    Args:
        url: Where it is.
        signer: Signs the requests; None leaves them unsigned.
        may_leave: Whether it may be on a public address.
        now_ms: The clock of `x-timestamp`.
    """

    def __init__(
        self,
        url: FunctionUrl,
        *,
        signer: Signer | None = None,
        may_leave: bool = False,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self._url = url
        self._signer = signer
        self._now_ms = now_ms
        self._addresses = Addresses(url, may_leave=may_leave)
        tls = httpx.create_ssl_context(verify=url.scheme == "https")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=BACKSTOP_S,
            verify=tls,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE),
        )

    @property
    def label(self) -> str:
        """Host and port."""
        return self._url.label

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def answer(
        self,
        callback: Callback,
        on_operation: OperationListener,  # noqa: ARG002 - as every target is asked
    ) -> Reply:
        """Send the callback and read the reply; what it did to a cache cannot be told from here."""
        try:
            addresses = await self._addresses.usable()
            headers = self._headers(callback)
        except (NoAddress, InvalidSecret) as error:
            return Failed(f"Nothing was sent to {self.label}", str(error))
        failure = Failed(f"{self.label} cannot be reached")
        for address in addresses:
            try:
                async with self._turns:
                    return await self._send(address, callback, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = self._unreachable(error)
            except httpx.HTTPError as error:
                return Failed(f"{self.label} gave no reply", _why(error))
        return failure

    def _headers(self, callback: Callback) -> dict[str, str]:
        stamp, body = timestamp(self._now_ms()), callback.body()
        headers = {"Content-Type": CONTENT_TYPE, TIMESTAMP_HEADER: stamp}
        if self._signer is not None:
            headers = self._signer.headers(
                method="POST",
                path=self._url.path(callback.event),
                body=body,
                content_type=CONTENT_TYPE,
                timestamp=stamp,
            )
        return {**headers, "Host": self._url.host_header, "Accept-Encoding": "identity"}

    async def _send(self, address: str, callback: Callback, headers: dict[str, str]) -> Reply:
        async with self._client.stream(
            "POST",
            self._url.address_url(address, callback.event),
            content=callback.body(),
            headers=headers,
            extensions={"sni_hostname": self._url.host},
        ) as response:
            coding = response.headers.get("content-encoding", "identity")
            if coding.lower() != "identity":
                return Failed(f"{self.label} answered in {coding}", "No coding was asked for.")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MAX_REPLY_BYTES:
                    return Failed(
                        f"The reply of {self.label} is too long",
                        f"It was given up after {MAX_REPLY_BYTES:,} bytes.",
                    )
            return Answered(bytes(body), response.status_code)

    def _unreachable(self, error: httpx.HTTPError) -> Failed:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return Failed(
                    f"The certificate of {self.label} is not trusted", f"{cause.verify_message}."
                )
            if isinstance(cause, ssl.SSLError):
                return Failed(f"{self.label} does not speak TLS", cause.reason or "")
            if isinstance(cause, ConnectionRefusedError):
                return Failed(f"Nothing listens on {self.label}", "Is the function running?")
            cause = cause.__cause__ or cause.__context__
        return Failed(f"{self.label} cannot be reached", _why(error))


def function_target(
    url: str,
    *,
    path_style: str = "/{event}",
    signer: Signer | None = None,
    may_leave: bool = False,
    now_ms: Callable[[], int] = wall_clock_ms,
) -> HttpTarget:
    """Answer who calls the function at `url`.

    Raises:
        InvalidFunctionUrl: The URL or the path makes no sense.
    """
    parsed = parse_function_url(url, path_style)
    return HttpTarget(parsed, signer=signer, may_leave=may_leave, now_ms=now_ms)


def _why(error: httpx.HTTPError) -> str:
    match error:
        case httpx.RemoteProtocolError():
            return "It closed the connection without a whole reply, or does not speak HTTP."
        case httpx.TimeoutException():
            return "It took too long."
        case httpx.ReadError() | httpx.WriteError():
            return "The connection broke."
        case _:
            return str(error) or type(error).__name__
