"""From what redis-py, the network and the server say, to errors.py: once, at the edge."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    LoginRefused,
    Misdirected,
    NotPermitted,
    OutcomeUnknown,
    WrongType,
)

EDGE_ERRORS: Final = (exceptions.RedisError, OSError, TimeoutError, EOFError)
"""Everything that talking to a server may raise on purpose."""

_REFUSALS: Final[dict[str, tuple[type[CacheError], str]]] = {
    "WRONGTYPE": (WrongType, "This key holds something other than a string"),
    "MISCONF": (NotPermitted, "{where} cannot save to its disk and takes no writes"),
    "NOREPLICAS": (NotPermitted, "{where} misses its replicas and takes no writes"),
    "BUSY": (CacheUnreachable, "{where} is busy with a script"),
    "UNKILLABLE": (CacheUnreachable, "{where} is busy with a script"),
    "DENIED": (CacheUnreachable, "{where} takes no connections from this machine"),
    "BUSYKEY": (NotPermitted, "This key exists already"),
}
"""Replies redis-py has no class for, by their first word (source: Redis, "Redis serialization
protocol", simple errors)."""


_LOOKS: Final = {
    "PTTL": "when keys expire",
    "PEXPIRETIME": "when keys expire",
    "TYPE": "the types of keys",
}
"""Commands that every write begins with, and what they tell."""


class _Verify(IntEnum):
    """Why a certificate was refused (source: OpenSSL, x509_vfy.h)."""

    EXPIRED = 10
    SELF_SIGNED = 18
    SELF_SIGNED_IN_CHAIN = 19
    ISSUER_UNKNOWN = 20
    OTHER_NAME = 62
    OTHER_ADDRESS = 64


class UnnamedRefusal(NotPermitted):
    """A script was refused one of its commands, and the server does not say which."""


class KeyElsewhere(CacheError):
    """A node of a cluster did nothing, since another node holds the key.

    Attributes:
        is_for_good: Whether the whole slot lives elsewhere (MOVED); otherwise it is on its way
            (ASK, TRYAGAIN).
    """

    def __init__(self, title: str, detail: str, *, is_for_good: bool) -> None:
        super().__init__(title, detail)
        self.is_for_good = is_for_good


def is_reply(error: Exception) -> bool:
    """Answer whether the server itself answered with this error: so it did nothing."""
    return isinstance(
        error,
        exceptions.ResponseError
        | exceptions.BusyLoadingError
        | exceptions.AuthenticationError
        | exceptions.AuthorizationError,
    )


def is_command_refused(reply: object) -> bool:
    """Answer whether this user may not use a command at all, whatever the key."""
    is_refusal = isinstance(reply, exceptions.NoPermissionError)
    return is_refusal and "permissions to run" in str(reply)


def look_refused(command: str) -> NotPermitted:
    """Answer why a key is left alone by a user who may not use a command that looks at it."""
    asked = "its type" if command == "TYPE" else "its TTL, which is to be kept"
    return NotPermitted(
        f"This user may not know {_LOOKS[command]} ({command})",
        f"Every write or copy of a key begins by asking for {asked}. Nothing was written."
        f" {how_to_permit(command)}",
    )


def how_to_permit(command: str) -> str:
    """Answer what can be done about a command that this user may not use."""
    return f"Whoever runs the server can permit it: ACL SETUSER, +{command.lower()}."


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Let only errors of errors.py out of the block.

    Args:
        where: Host and port for people.
    """
    try:
        yield
    except EDGE_ERRORS as error:
        raise translate(error, where) from error


@contextmanager
def translated_write(where: str) -> Iterator[None]:
    """As `translated`, around a write that has been sent: no answer means nobody knows."""
    try:
        yield
    except EDGE_ERRORS as error:
        if is_reply(error):
            raise translate(error, where) from error
        raise OutcomeUnknown(
            f"{where} stopped answering in the middle of a write",
            "It may have happened or not. Read the key again before writing it again.",
        ) from error


def translate(error: Exception, where: str) -> CacheError:
    """Answer the error of errors.py that says the same."""
    match error:
        case exceptions.AuthenticationError():
            return _authentication(error, where)
        case exceptions.BusyLoadingError():
            return CacheUnreachable(f"{where} is still loading its data", "Try again in a moment.")
        case exceptions.NoPermissionError() | exceptions.AuthorizationError():
            return _permission(error, where)
        case exceptions.ReadOnlyError():
            return NotPermitted(
                f"{where} is a read-only replica", "Connect to its primary to write."
            )
        case exceptions.OutOfMemoryError():
            return NotPermitted(f"{where} is out of memory and takes no writes")
        case exceptions.AskError() | exceptions.TryAgainError():
            return KeyElsewhere(
                f"{where} is one node of a cluster, and this key lives on another",
                f"It says: {error}",
                is_for_good=isinstance(error, exceptions.MovedError),
            )
        case exceptions.ClusterCrossSlotError():
            return NotPermitted(
                "These keys live in different slots of the cluster",
                "It changes several keys in one step only if their names share a {tag}.",
            )
        case exceptions.ClusterDownError() | exceptions.MasterDownError():
            return CacheUnreachable(f"{where} is not serving at the moment", f"It says: {error}")
        case exceptions.ResponseError():
            return _refusal(error, where)
        case exceptions.InvalidResponse():
            return Misdirected(
                f"What answers at {where} is not Redis", "Check the port, and whether it uses TLS."
            )
        case TimeoutError() | exceptions.TimeoutError():
            return CacheUnreachable(
                f"{where} does not answer", "It took too long. Check the network and the port."
            )
    return _network(error, where)


def _permission(error: exceptions.RedisError, where: str) -> CacheError:
    if (command := _look_named(error)) is not None:
        return look_refused(command)
    return NotPermitted(f"{where} does not permit this", f"It says: {error}")


def _authentication(error: exceptions.AuthenticationError, where: str) -> CacheError:
    said = str(error)
    if "WRONGPASS" in said or "invalid username-password" in said or "invalid password" in said:
        return LoginRefused(
            f"{where} refused the user name or the password",
            "The name stands in the address, before an @; without one, it is the default user.",
        )
    if "without any password configured" in said or "no password is set" in said:
        return LoginRefused(
            f"{where} has no password, but was given one", "Leave the password empty."
        )
    return LoginRefused(
        f"{where} asks for a password",
        "Fill in the password. If it belongs to a user, the address is redis://user@host:port.",
    )


def _refusal(error: exceptions.ResponseError, where: str) -> CacheError:
    said = str(error)
    if said.startswith(("ERR ", "-ERR ")):
        said = said.partition(" ")[2]
    kind, title = _REFUSALS.get(said.partition(" ")[0], (CacheError, "{where} refused a command"))
    if said.startswith("ACL failure") and (command := _look_named(error)) is not None:
        return look_refused(command)
    if said.startswith(("The user executing the script can't", "ACL failure")):
        kind, title = UnnamedRefusal, "{where} does not permit this"
    elif said.startswith("unknown command"):
        kind, title = NotPermitted, "{where} does not offer this command"
        said = said.partition(", with args")[0]
    elif said.startswith(("DB index", "invalid DB index")):
        kind, title = Misdirected, "{where} has no database of that number"
    elif said.startswith(("Bad data format", "DUMP payload version")):
        title = "{where} cannot read this DUMP: it is damaged, or of a newer server"
    return kind(title.format(where=where), f"It says: {said}")


def _look_named(error: Exception) -> str | None:
    """Answer which command of looking at a key a refusal is about; None for any other."""
    named = re.search(r"permissions to run the '(\w+)", str(error))
    command = named[1].upper() if named else ""
    return command if command in _LOOKS else None


def _network(error: Exception, where: str) -> CacheError:
    cause = _root(error)
    match cause:
        case ssl.SSLCertVerificationError():
            return _certificate(cause, where)
        case ssl.SSLError():
            return CacheUnreachable(
                f"{where} could not agree on TLS", "It may not use TLS: then write redis://."
            )
        case socket.gaierror():
            return CacheUnreachable(
                f"{where} cannot be found",
                "This machine knows no such name. Check it, and whether it needs a VPN.",
            )
        case ConnectionRefusedError():
            return CacheUnreachable(f"{where} refused the connection", "Is the server running?")
        case FileNotFoundError():
            return CacheUnreachable(f"{where} does not exist", "Is the server running?")
        case PermissionError():
            return CacheUnreachable(f"{where} may not be opened", "Check the file's permissions.")
    said = str(cause)
    if "max number of clients" in said:
        return CacheUnreachable(f"{where} takes no more clients", "Its maxclients is reached.")
    if "Connect call failed" in said:  # asyncio joins the errors of several addresses
        return CacheUnreachable(f"{where} refused the connection", "Is the server running?")
    if "Connection closed by server" in said or isinstance(cause, ConnectionError | EOFError):
        return CacheUnreachable(
            f"{where} closed the connection", "If it uses TLS, write rediss:// instead."
        )
    return CacheUnreachable(f"{where} cannot be reached", said)


def _certificate(error: ssl.SSLCertVerificationError, where: str) -> CacheError:
    match error.verify_code:
        case _Verify.EXPIRED:
            return CacheUnreachable(
                f"The certificate of {where} has expired",
                "Whoever runs the server has to renew it. Is the clock of this machine right?",
            )
        case _Verify.OTHER_NAME | _Verify.OTHER_ADDRESS:
            return Misdirected(
                f"The certificate of {where} is for another name",
                "Write the address with the name that stands in the certificate.",
            )
        case _Verify.SELF_SIGNED | _Verify.SELF_SIGNED_IN_CHAIN | _Verify.ISSUER_UNKNOWN:
            why = "Nobody this machine trusts has signed it."
        case _:
            why = f"{error.verify_message[:1].upper()}{error.verify_message[1:]}."
    return Misdirected(
        f"The certificate of {where} is not trusted",
        f"{why} If you trust it, name its authority's file after the address:"
        " ?ssl_ca_certs=/path/to/ca.pem",
    )


def _root(error: Exception) -> BaseException:
    """What redis-py raised its own error in place of."""
    cause: BaseException = error
    while not isinstance(cause, OSError) and cause.__context__ is not None:
        cause = cause.__context__
    return cause
