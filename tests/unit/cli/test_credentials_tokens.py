"""`--token-cache keyring` and `arazzo auth --logout`, over a keyring in memory."""

import json

import keyring
import pytest
from keyring.errors import KeyringLocked

from arazzo_runner.cli.commands import carry_out
from arazzo_runner.errors import UsageError
from unit.auth.keyrings import InMemory

FLOW = """\
arazzo: 1.0.1
info: {title: Orders, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.json, type: openapi}]
workflows:
- workflowId: order
  steps: [{stepId: get, operationId: getOrder, successCriteria: [{condition: $statusCode == 200}]}]
"""
CODE = {
    "authorizationUrl": "http://127.0.0.1:9/a",
    "tokenUrl": "http://127.0.0.1:9/t",
    "scopes": {},
}
API = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://127.0.0.1:9"}],
    "security": [{"login": ["read"]}],
    "paths": {
        "/o": {"get": {"operationId": "getOrder", "responses": {"200": {"description": ""}}}}
    },
    "components": {
        "securitySchemes": {"login": {"type": "oauth2", "flows": {"authorizationCode": CODE}}}
    },
}
TOKEN = "t0ken-of-another-run"


class Locked(InMemory):
    def get_password(self, service, username):
        raise KeyringLocked("it is locked")


@pytest.fixture
def ring(tmp_path, monkeypatch):
    (tmp_path / "flow.arazzo.yaml").write_text(FLOW)
    (tmp_path / "shop.json").write_text(json.dumps(API))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARAZZO_AUTH_SHOP_LOGIN_CLIENT_ID", "me")
    before, found = keyring.get_keyring(), InMemory()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def kept(ring):
    from arazzo_runner.auth.oauth2 import AccessToken
    from arazzo_runner.auth.token_store import KeyringTokenStore
    from arazzo_runner.openapi.security.token_need import TokenNeed

    need = TokenNeed(
        *("shop", "login", "authorizationCode", ("read",)),
        *(CODE["tokenUrl"], CODE["tokenUrl"]),
        authorization_url=CODE["authorizationUrl"],
    )
    KeyringTokenStore().save(need, "me", AccessToken(TOKEN))
    return ring


def test_a_run_without_a_terminal_uses_what_is_kept(kept, tmp_path, capsys):
    words = ["run", "flow.arazzo.yaml", "--token-cache", "keyring", "-vv", "--report", "har=r.har"]
    assert carry_out(words) == 4
    shown = "".join(capsys.readouterr())
    assert "Authorization: ***" in shown
    assert TOKEN not in shown + (tmp_path / "r.har").read_text("utf-8")


def test_without_the_flag_nothing_is_read(kept, capsys):
    assert carry_out(["run", "flow.arazzo.yaml"]) == 2
    assert "interactive login" in capsys.readouterr().err


def test_log_out(kept, capsys):
    assert carry_out(["auth", "flow.arazzo.yaml", "--logout"]) == 0
    assert capsys.readouterr().out == "1 token deleted from the keyring\n"
    assert kept.entries == {}


def test_a_locked_keyring_ends_a_run_before_it_begins(ring, capsys):
    keyring.set_keyring(Locked())
    assert carry_out(["run", "flow.arazzo.yaml", "--token-cache", "keyring"]) == 2
    assert "the keyring cannot be read: it is locked" in capsys.readouterr().err


def test_a_locked_keyring_ends_a_log_out(ring):
    keyring.set_keyring(Locked())
    with pytest.raises(UsageError, match="it is locked"):
        carry_out(["auth", "flow.arazzo.yaml", "--logout"])
