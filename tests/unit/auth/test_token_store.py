"""Tokens between runs, in a keyring in memory."""

import json
import sys

import keyring
import pytest
from keyring.errors import KeyringLocked, PasswordSetError
from msgspec.structs import replace

from arazzo_runner.auth.oauth2 import AccessToken
from arazzo_runner.auth.token_store import SERVICE, KeyringTokenStore, entry_name
from arazzo_runner.auth.tokens import TokenCache
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.world import TransportFailure, run_coroutine
from arazzo_runner.openapi.security.credentials import Credentials
from unit.auth.keyrings import InMemory
from unit.auth.scripted import World, reply


class Broken(InMemory):
    """What another package does wrong, after the first question."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def get_password(self, service, username):
        self.asked += 1
        if self.asked > 1:
            raise OSError("no bus")

    def set_password(self, service, username, password):
        raise OSError("no bus")


class Locked(InMemory):
    def get_password(self, service, username):
        raise KeyringLocked("Failed to unlock\nthe collection!")


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    found = InMemory()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def code(need):
    return need("authorizationCode", "a", "b")


def tokens(world, now, client="me"):
    by = replace(world.surroundings(), store=KeyringTokenStore(lambda: now))
    return TokenCache(Credentials({("shop", "login"): {"client_id": client}}), by)


def value(cache, need):
    return run_coroutine(cache.value(need, None))


def test_a_token_serves_the_next_run_and_is_masked(ring, code):
    KeyringTokenStore(lambda: 0.0).save(code, "me", AccessToken("t1", "r1", 3600))
    world = World()
    assert value(tokens(world, 3000.0), code) == "t1"
    assert world.learned == ["t1", "r1"]
    assert world.endpoints.asked == []
    ((service, name),) = ring.entries
    assert (service, "t1" in name, "me" in name) == (SERVICE, False, False)


def test_a_token_that_is_over_is_renewed_and_kept(ring, code):
    KeyringTokenStore(lambda: 0.0).save(code, "me", AccessToken("t1", "r1", 60))
    world = World(reply(access_token="t2", expires_in=60))
    assert value(tokens(world, 100.0), code) == "t2"
    assert world.endpoints.asked[0][2]["refresh_token"] == "r1"
    (text,) = ring.entries.values()
    assert json.loads(text) == {"access_token": "t2", "refresh_token": "r1", "expires_at": 160.0}


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ("a",)},
        {"token_url": "https://other.example/token"},
        {"identity": "alice"},
        {"discovery_url": "https://id.example/d"},
        {"flow": "deviceAuthorization"},
        {"refresh_url": "https://evil.example/token"},
        {"authorization_url": "https://evil.example/login"},
        {"device_url": "https://evil.example/device"},
        {"from_url": True},
    ],
)
def test_another_need_has_another_token(code, change):
    assert entry_name(code, "me") != entry_name(replace(code, **change), "me")
    assert entry_name(code, "me") != entry_name(code, "you")
    assert entry_name(code, "me") == entry_name(replace(code, scopes=("b", "a")), "me")


def test_what_no_person_agreed_to_is_not_kept(ring, need):
    world = World(reply(access_token="t1"))
    by = replace(world.surroundings(), store=KeyringTokenStore())
    held = Credentials({("shop", "login"): {"client_id": "me", "client_secret": "s"}})
    assert value(TokenCache(held, by), need("clientCredentials")) == "t1"
    assert ring.entries == {}


def test_a_token_without_refresh_that_the_server_rejects_is_given_up(ring, code):
    KeyringTokenStore(lambda: 0.0).save(code, "me", AccessToken("t1", None, None))
    cache = tokens(World(), 10.0)
    assert value(cache, code) == "t1"
    assert cache.reject(code, "t1")
    assert ring.entries == {}
    failure = value(cache, code)
    assert isinstance(failure, TransportFailure)
    assert "interactive login" in failure.message


def test_a_refresh_token_that_another_process_has_used(ring, code):
    store = KeyringTokenStore(lambda: 0.0)
    store.save(code, "me", AccessToken("t1", "r1", 60))
    world = World(reply(400, error="invalid_grant"))
    answer = world.endpoints.ask

    async def ask(*given):
        store.save(code, "me", AccessToken("t2", "r2", 9999))
        return await answer(*given)

    world.endpoints.ask = ask
    assert value(tokens(world, 100.0), code) == "t2"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"access_token": 4}', '{"access_token": "t", "refresh_token": 4}',
     '{"access_token": "t", "refresh_token": null, "expires_at": 5}'],
)  # fmt: skip
def test_an_entry_that_cannot_serve(ring, code, text):
    ring.entries[SERVICE, entry_name(code, "me")] = text
    assert KeyringTokenStore(lambda: 10.0).load(code, "me") is None


def test_tokens_are_forgotten(ring, code):
    store = KeyringTokenStore()
    store.save(code, "me", AccessToken("t1"))
    assert [store.forget(code, "me"), store.forget(code, "me")] == [True, False]


def test_a_keyring_that_is_locked_or_missing(ring, monkeypatch):
    keyring.set_keyring(Locked())
    with pytest.raises(UsageError) as caught:
        KeyringTokenStore()
    (finding,) = caught.value.diagnostics
    assert finding.message == "the keyring cannot be read: failed to unlock the collection!"
    assert "--token-cache" in finding.help
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UsageError) as caught:
        KeyringTokenStore()
    assert caught.value.diagnostics[0].help == "pip install 'arazzo[keyring]'"


@pytest.mark.parametrize("error", [PasswordSetError("no"), OSError(1783, "the stub", "bad data")])
def test_a_keyring_that_is_locked_later(ring, code, monkeypatch, error):
    store = KeyringTokenStore()

    def locked(*_given):
        raise error

    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(ring, name, locked)
    store.save(code, "me", AccessToken("t1"))
    assert store.load(code, "me") is None
    assert store.forget(code, "me") is False


def test_a_backend_that_is_not_there_is_an_error_and_no_bug(ring, monkeypatch):
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    with pytest.raises(UsageError) as caught:
        KeyringTokenStore()
    (finding,) = caught.value.diagnostics
    assert finding.message == (
        "the keyring cannot be read: no module named 'nowhere' (ModuleNotFoundError)"
    )


def test_a_backend_that_breaks_later_costs_a_token_and_no_run(ring, code):
    keyring.set_keyring(Broken())
    store = KeyringTokenStore()
    assert store.load(code, "me") is None
    store.save(code, "me", AccessToken("t1", None, None))
    assert not store.forget(code, "me")
