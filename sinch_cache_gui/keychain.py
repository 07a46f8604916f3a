"""Secrets: in the keychain of the system, or in memory where there is none.

No secret is ever in a setting, a log, a `repr`, an argument or a title.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE: Final = "sinch-cache-gui"
"""What the entries of this program are called in the keychain."""

LEAST_PRIORITY: Final = 1
"""Below it a backend of `keyring` keeps nothing, or keeps it readable for everybody."""

FindBackend: TypeAlias = "Callable[[], KeyringBackend]"
"""Answers the keychain of this system. Called in a worker thread."""


class SecretKind(StrEnum):
    """What a secret opens."""

    APPLICATION = "application"
    """A Voice application: its secret signs callbacks."""
    CONNECTION = "connection"
    """A cache: its password."""


@dataclass(frozen=True, slots=True)
class SecretName:
    """Under which name a secret is kept.

    Attributes:
        kind: What it opens.
        owner: Which one: an application key, the name of a connection. Not secret.
    """

    kind: SecretKind
    owner: str

    @property
    def entry(self) -> str:
        """The user name of its entry in the keychain."""
        return f"{self.kind} {self.owner}"


class KeychainTrouble(Enum):
    """Why the keychain cannot be used."""

    MISSING = "missing"
    """This system has none, or none that keeps a secret safe."""
    LOCKED = "locked"
    """It was not unlocked."""
    FAILED = "failed"
    """It answered with an error."""


def system_keychain() -> KeyringBackend:
    """Answer what `keyring` takes for this system's keychain.

    Imported only here: looking for it takes a while.
    """
    import keyring

    return keyring.get_keyring()


class Keychain:
    """Remembers secrets until the program ends, and longer where the system has a keychain.

    The system is asked in a worker thread, one question at a time: it may ask the user to unlock
    it. Whatever is wrong with it is never an exception here; the listener is told once.

    Args:
        find_backend: Answers the system's keychain.
    """

    def __init__(self, find_backend: FindBackend = system_keychain) -> None:
        self._find_backend = find_backend
        self._in_memory: dict[SecretName, str] = {}
        self._kept: set[SecretName] = set()
        self._one_at_a_time = asyncio.Lock()
        self._listener: Callable[[KeychainTrouble], None] | None = None
        self._was_told = False

    def listen(self, listener: Callable[[KeychainTrouble], None]) -> None:
        """Tell `listener` when the keychain cannot be used: the first time, and never again."""
        self._listener = listener

    async def read(self, name: SecretName) -> str | None:
        """Answer a secret, None where nobody remembers it."""
        if name in self._in_memory:
            return self._in_memory[name]
        found = await self._ask(lambda keychain: keychain.get_password(SERVICE, name.entry))
        if found is not None:
            self._in_memory[name] = found
            self._kept.add(name)
        return found

    def is_kept(self, name: SecretName) -> bool:
        """Whether a secret that was read or kept is in the system's keychain."""
        return name in self._kept

    def hold(self, name: SecretName, secret: str) -> None:
        """Remember a secret until the program ends."""
        self._in_memory[name] = secret

    async def keep(self, name: SecretName, secret: str) -> bool:
        """Remember a secret for good; answer whether the keychain has it now.

        Where it has not, the secret is remembered until the program ends.
        """
        self.hold(name, secret)

        def store(keychain: KeyringBackend) -> bool:
            keychain.set_password(SERVICE, name.entry, secret)
            return True

        if await self._ask(store) is not True:
            return False
        self._kept.add(name)
        return True

    async def forget(self, name: SecretName) -> None:
        """Remember a secret no longer, neither here nor in the keychain."""
        self._in_memory.pop(name, None)
        self._kept.discard(name)

        def remove(keychain: KeyringBackend) -> None:
            if keychain.get_password(SERVICE, name.entry) is not None:
                keychain.delete_password(SERVICE, name.entry)

        await self._ask(remove)

    async def _ask(self, question: Callable[[KeyringBackend], T]) -> T | None:
        async with self._one_at_a_time:
            answer = await asyncio.to_thread(_asked, self._find_backend, question)
        if isinstance(answer, KeychainTrouble):
            self._tell(answer)
            return None
        return answer

    def _tell(self, trouble: KeychainTrouble) -> None:
        if self._listener is not None and not self._was_told:
            self._was_told = True
            self._listener(trouble)


def _asked(
    find_backend: FindBackend, question: Callable[[KeyringBackend], T]
) -> T | KeychainTrouble:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    try:
        keychain = find_backend()
        if keychain.priority < LEAST_PRIORITY:
            return KeychainTrouble.MISSING
        return question(keychain)
    except NoKeyringError:
        return KeychainTrouble.MISSING
    except (KeyringLocked, InitError):
        return KeychainTrouble.LOCKED
    except Exception:  # noqa: BLE001 - a boundary: each backend raises what its library raises
        return KeychainTrouble.FAILED
