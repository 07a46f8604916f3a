"""Secrets are remembered: by the system's keychain, or until the program ends."""

from __future__ import annotations

import threading

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeychain
from keyring.backends.null import Keyring as KeepsNothing

from sinch_cache_gui.keychain import Keychain, KeychainTrouble, SecretKind, SecretName
from tests.drawer import Drawer

APPLICATION = SecretName(SecretKind.APPLICATION, "669E367E-6BBA-48AB-AF15-266871C28135")
CONNECTION = SecretName(SecretKind.CONNECTION, "production")
SECRET = "BeIukql3pTKJ8RGL5zo0DA=="  # the published example


class Stuck(Drawer):
    """A keychain that cannot be opened."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


async def test_a_kept_secret_is_there_at_the_next_start(drawer: Drawer) -> None:
    assert await Keychain(lambda: drawer).keep(APPLICATION, SECRET)

    again = Keychain(lambda: drawer)
    assert await again.read(APPLICATION) == SECRET
    assert again.is_kept(APPLICATION)
    assert drawer.entries == {("sinch-cache-gui", f"application {APPLICATION.owner}"): SECRET}


async def test_a_secret_that_is_only_held_is_gone_at_the_next_start(drawer: Drawer) -> None:
    keychain = Keychain(lambda: drawer)
    keychain.hold(APPLICATION, SECRET)

    assert await keychain.read(APPLICATION) == SECRET
    assert not keychain.is_kept(APPLICATION)
    assert await Keychain(lambda: drawer).read(APPLICATION) is None


async def test_a_forgotten_secret_is_nowhere(drawer: Drawer) -> None:
    keychain = Keychain(lambda: drawer)
    await keychain.keep(APPLICATION, SECRET)
    await keychain.keep(CONNECTION, "another")

    await keychain.forget(APPLICATION)
    await keychain.forget(APPLICATION)

    assert await keychain.read(APPLICATION) is None
    assert list(drawer.entries.values()) == ["another"]


async def test_applications_and_connections_of_one_name_do_not_mix(drawer: Drawer) -> None:
    keychain = Keychain(lambda: drawer)
    await keychain.keep(SecretName(SecretKind.APPLICATION, "one"), "first")
    await keychain.keep(SecretName(SecretKind.CONNECTION, "one"), "second")

    again = Keychain(lambda: drawer)
    assert await again.read(SecretName(SecretKind.APPLICATION, "one")) == "first"
    assert await again.read(SecretName(SecretKind.CONNECTION, "one")) == "second"


async def test_the_keychain_is_asked_beside_the_loop(drawer: Drawer) -> None:
    """It may wait for the user to unlock it."""
    keychain = Keychain(lambda: drawer)
    await keychain.keep(APPLICATION, SECRET)
    await keychain.read(CONNECTION)

    assert drawer.threads
    assert threading.get_ident() not in drawer.threads


@pytest.mark.parametrize(
    ("backend", "trouble"),
    [
        (NoKeychain(), KeychainTrouble.MISSING),
        (KeepsNothing(), KeychainTrouble.MISSING),
        (Stuck(keyring.errors.KeyringLocked("locked")), KeychainTrouble.LOCKED),
        (Stuck(keyring.errors.InitError("no")), KeychainTrouble.LOCKED),
        (Stuck(keyring.errors.PasswordSetError("full")), KeychainTrouble.FAILED),
        (Stuck(OSError("the bus is gone")), KeychainTrouble.FAILED),
    ],
    ids=["none", "keeps nothing", "locked", "not opened", "full", "broken"],
)
async def test_without_a_keychain_secrets_are_held_and_that_is_said_once(
    backend: KeyringBackend, trouble: KeychainTrouble
) -> None:
    told: list[KeychainTrouble] = []
    keychain = Keychain(lambda: backend)
    keychain.listen(told.append)

    assert await keychain.read(CONNECTION) is None
    assert not await keychain.keep(APPLICATION, SECRET)
    assert not keychain.is_kept(APPLICATION)
    assert await keychain.read(APPLICATION) == SECRET
    await keychain.forget(APPLICATION)
    assert await keychain.read(APPLICATION) is None
    assert told == [trouble]


async def test_no_system_keychain_is_no_error() -> None:
    def find() -> KeyringBackend:
        raise keyring.errors.NoKeyringError

    told: list[KeychainTrouble] = []
    keychain = Keychain(find)
    keychain.listen(told.append)
    assert not await keychain.keep(APPLICATION, SECRET)
    assert told == [KeychainTrouble.MISSING]


async def test_nothing_prints_a_secret(drawer: Drawer, caplog: pytest.LogCaptureFixture) -> None:
    keychain = Keychain(lambda: drawer)
    with caplog.at_level("DEBUG"):
        await keychain.keep(APPLICATION, SECRET)
        await Keychain(lambda: Stuck(OSError(SECRET))).keep(APPLICATION, SECRET)

    assert SECRET not in f"{keychain!r} {APPLICATION!r} {caplog.text}"
