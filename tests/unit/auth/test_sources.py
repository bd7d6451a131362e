"""The system's keyring, over a keyring in memory."""

import sys

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from arazzo_runner.auth.sources import keyring_lookup
from arazzo_runner.errors import UsageError


class InMemory(KeyringBackend):
    priority = 1

    def get_password(self, service, username):
        return "k3y" if (service, username) == ("arazzo", "ARAZZO_AUTH_SHOP_KEY_KEY") else None

    def set_password(self, service, username, password):
        raise NotImplementedError

    def delete_password(self, service, username):
        raise NotImplementedError


class Locked(InMemory):
    def get_password(self, service, username):
        raise KeyringLocked("Failed to unlock\nthe collection!")


@pytest.fixture
def holding():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_variable_is_the_name_under_a_service(holding):
    holding(InMemory())
    assert keyring_lookup("arazzo")("ARAZZO_AUTH_SHOP_KEY_KEY") == "k3y"
    assert keyring_lookup("arazzo")("ARAZZO_AUTH_SHOP_KEY_OTHER") is None
    assert keyring_lookup("other")("ARAZZO_AUTH_SHOP_KEY_KEY") is None


def test_a_keyring_that_stays_locked(holding):
    holding(Locked())
    with pytest.raises(UsageError) as caught:
        keyring_lookup("arazzo")("X")
    (finding,) = caught.value.diagnostics
    assert finding.code == "AZ905"
    assert finding.message == "the keyring cannot be read: failed to unlock the collection!"
    assert "--keyring" in finding.help


class WithoutBus(InMemory):
    def get_password(self, service, username):
        raise OSError


def test_a_backend_that_is_not_there_or_broken_is_an_error_and_no_bug(holding, monkeypatch):
    holding(WithoutBus())
    with pytest.raises(UsageError, match=r"the keyring cannot be read: OSError"):
        keyring_lookup("arazzo")("X")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    with pytest.raises(UsageError, match=r"no module named 'nowhere' \(ModuleNotFoundError\)"):
        keyring_lookup("arazzo")("X")


def test_a_package_that_is_not_installed(monkeypatch):
    look_up = keyring_lookup("arazzo")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError) as caught:
        look_up("X")
    assert caught.value.diagnostics[0].help == "pip install 'arazzo[keyring]'"
