"""Where a function is: its URL taken apart, and the addresses it may be reached at."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import time
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote, urlsplit

from sinch_cache_gui.voice.callbacks import Event

DEFAULT_FUNCTION_URL: Final = "http://localhost:3000"
"""Where `sinch functions dev` serves."""

PATH_STYLES: Final = ("/{event}", "/", "/webhook/voice")
"""How functions are called: each callback at its own path, or all at one."""

Ip: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEAR: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_REMEMBERED_S: Final = 10.0
_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")


class InvalidFunctionUrl(ValueError):
    """A text that is no URL of a function, or no path; the message is a sentence."""


class NoAddress(Exception):
    """The host has no address that may be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function's URL.

    Attributes:
        scheme: `http` or `https`.
        host: A name or an address.
        port: Its port.
        path_template: With `{event}` where the callback's name belongs, or without.
    """

    scheme: str
    host: str
    port: int
    path_template: str

    @property
    def label(self) -> str:
        """Host and port, for people."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def host_header(self) -> str:
        """What the request calls its host."""
        is_usual = self.port == _USUAL_PORTS[self.scheme]
        return _bracketed(self.host) if is_usual else self.label

    def path(self, event: Event) -> str:
        """Answer the path of a callback, percent-encoded as it is sent."""
        return quote(self.path_template.replace("{event}", event.value), safe="/%:@!$&'()*+,;=~")

    def address_url(self, address: str, event: Event) -> str:
        """Answer the URL of a callback at one address of the host."""
        return f"{self.scheme}://{_bracketed(address)}:{self.port}{self.path(event)}"


def parse_function_url(text: str, path_style: str = "/{event}") -> FunctionUrl:
    """Read the URL of a function.

    Args:
        text: `http://localhost:3000`; a path in it comes before the style's.
        path_style: One of `PATH_STYLES` or any path.

    Raises:
        InvalidFunctionUrl: Either makes no sense.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidFunctionUrl("The host or the port of this URL cannot be read.") from None
    if parts.scheme not in _USUAL_PORTS or not host:
        raise InvalidFunctionUrl(f"A function's URL is written as {DEFAULT_FUNCTION_URL}.")
    if parts.username is not None or parts.password is not None:
        raise InvalidFunctionUrl("A function's URL holds no user and no password.")
    if parts.query or parts.fragment:
        raise InvalidFunctionUrl("A function's URL has no ? and no #.")
    if not path_style.startswith("/") or set("?# \\") & set(path_style):
        raise InvalidFunctionUrl("A path begins with / and holds no space, ? or #.")
    for name in _PLACEHOLDER.findall(path_style):
        if name != "event":
            raise InvalidFunctionUrl("A path may hold {event} and no other placeholder.")
    port = _USUAL_PORTS[parts.scheme] if port is None else port
    template = parts.path.rstrip("/") + path_style
    return FunctionUrl(parts.scheme, host, port, template)


def is_near(address: str) -> bool:
    """Answer whether an address is this machine's or of a private network.

    Link-local addresses are neither: clouds serve their machines' secrets there.
    """
    ip: Ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in _NEAR)


class Addresses:
    """The addresses of one host that may be used, looked up now and then.

    Whoever connects uses these addresses and no name, so that what was checked is what is reached.
    """

    def __init__(self, url: FunctionUrl, *, may_leave: bool) -> None:
        self._url = url
        self._may_leave = may_leave
        self._known: tuple[str, ...] = ()
        self._known_until_s = 0.0

    async def usable(self) -> tuple[str, ...]:
        """Answer the addresses, the first choice first.

        Raises:
            NoAddress: The name is not known, or none of its addresses may be used.
        """
        if self._known and time.monotonic() < self._known_until_s:
            return self._known
        found = await self._look_up()
        usable = tuple(ip for ip in found if self._may_leave or is_near(ip))
        if not usable:
            raise NoAddress(
                f"{self._url.host} is {found[0]}, which is neither this machine nor a private "
                "network. Allow public addresses if callbacks may go there."
            )
        self._known, self._known_until_s = usable, time.monotonic() + _REMEMBERED_S
        return usable

    async def _look_up(self) -> tuple[str, ...]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self._url.host, self._url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoAddress(f"There is no host named {self._url.host}.") from None
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
