"""Tokens that the keyring has from another run show nowhere, whether they serve or are renewed."""

import json

import keyring
import pytest
from keyring.backend import KeyringBackend

from canaries.secrets import CANARIES, leaks
from canaries.server import Behaviour, echoing_server
from canaries.test_canaries import REPORTS, VERBOSITY, run, written

API = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
security: [{login: []}]
paths:
  /orders: {get: {operationId: order, responses: {"200": {description: ok}}}}
components: {securitySchemes: {login: {type: oauth2, flows: {authorizationCode: {authorizationUrl: /login, tokenUrl: /token, scopes: {}}}}}}
"""
FLOW = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: api.yaml, type: openapi}]
workflows:
  - workflowId: order
    steps:
      - {stepId: order, operationId: order, successCriteria: [{condition: $response.body#/verdict == 'fine'}]}
"""
OURS = {"given-refresh", "bearer", "fetched-refresh", "refreshed-token"}


class Keyring(KeyringBackend):
    """It has the same token for whatever is asked for."""

    priority = 1

    def __init__(self, ends):
        super().__init__()
        self.text = json.dumps(
            {
                "access_token": CANARIES["bearer"],
                "refresh_token": CANARIES["given-refresh"],
                "expires_at": ends,
            }
        )

    def get_password(self, service, username):
        return self.text

    def set_password(self, service, username, password):
        self.text = password


@pytest.mark.parametrize("verbosity", VERBOSITY)
@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("ends", [None, 1.0])
def test_a_kept_token(tmp_path, monkeypatch, status, ends, verbosity):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "flow.yaml").write_text(FLOW)
    monkeypatch.setenv("ARAZZO_AUTH_SHOP_LOGIN_CLIENT_ID", "shop-cli")
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring(ends))
    reports = [word for kind in REPORTS for word in ("--report", f"{kind}=out/{kind}")]
    behaviour = Behaviour(status=status)
    try:
        with echoing_server(behaviour) as address:
            code, streams = run([
                "--debug", "run", "flow.yaml", "--server", f"http://{address}", "--token-cache", "keyring",
                "--record", "out/recording.json", *VERBOSITY[verbosity], *reports,
            ])  # fmt: skip
    finally:
        keyring.set_keyring(before)
    assert code == 0, streams["stdout"][:3000] + streams["stderr"][:3000]
    arrived = {"bearer"} if ends is None else {"given-refresh", "refreshed-token"}
    assert leaks("\n".join(behaviour.seen)).keys() == arrived
    shown = "\n".join([*streams.values(), *dict(written(tmp_path)).values()])
    assert leaks(shown).keys() & OURS == set()
