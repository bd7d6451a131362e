"""What a request is signed with shows nowhere, also where a signer says it in its error."""

import sys

import pytest

from arazzo_runner.auth import sign
from canaries.secrets import CANARIES, leaks
from canaries.server import Behaviour, echoing_server
from canaries.test_canaries import REPORTS, VERBOSITY, run, written

API = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
security: [{login: []}]
paths:
  /orders: {post: {operationId: order, requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {"200": {description: ok}}}}
components: {securitySchemes: {login: {type: http, scheme: aws4}}}
"""
FLOW = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: api.yaml, type: openapi}]
workflows:
  - workflowId: order
    steps:
      - {stepId: order, operationId: order, requestBody: {contentType: application/json, payload: {n: 1}}, successCriteria: [{condition: $response.body#/verdict == 'fine'}]}
"""
LEAKY = """
class Signer:
    needs, may, secrets = ("access_key_id", "secret_access_key"), ("session_token", "region", "service"), ("secret_access_key", "session_token")
    headers = ("X-Shop",)
    def sign(self, request, credential):
        RAISE
"""
SIGNERS = {
    "aws": ("aws-sigv4", ""),
    "aws without region": ("aws-sigv4", ""),
    "error": (
        "leaky",
        LEAKY.replace("RAISE", "raise ValueError(str(credential) + repr(credential))"),
    ),
    "field": (
        "leaky",
        LEAKY.replace("RAISE", "return {'X-Shop': credential['secret_access_key']}"),
    ),
    "other field": ("leaky", LEAKY.replace("RAISE", "return {credential['session_token']: 'a'}")),
    "exit": ("leaky", LEAKY.replace("RAISE", "raise SystemExit(credential['secret_access_key'])")),
}


def install(folder, text):
    (folder / "leaky.py").write_text(text)
    info = folder / "leaky-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[arazzo.signers]\nleaky = leaky:Signer\n")


@pytest.mark.parametrize("verbosity", VERBOSITY)
@pytest.mark.parametrize("signer", SIGNERS)
def test_a_signer(tmp_path, monkeypatch, signer, verbosity):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    name, text = SIGNERS[signer]
    install(tmp_path, text)
    (tmp_path / "out").mkdir()
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "flow.yaml").write_text(FLOW)
    values = {"ACCESS_KEY_ID": "AKID", "SECRET_ACCESS_KEY": CANARIES["basic"],
              "SESSION_TOKEN": CANARIES["bearer"], "REGION": "" if "without" in signer else "eu-west-1", "SERVICE": "es"}  # fmt: skip
    for part, value in values.items():
        monkeypatch.setenv(f"ARAZZO_AUTH_SHOP_LOGIN_{part}", value)
    reports = [word for kind in REPORTS for word in ("--report", f"{kind}=out/{kind}")]
    sign.load_signer.cache_clear()
    with echoing_server(Behaviour()) as address:
        code, streams = run([
            "--debug", "run", "flow.yaml", "--server", f"http://{address}", "--signer", f"login={name}",
            "--record", "out/recording.json", "--journal", "out/run.journal", *VERBOSITY[verbosity], *reports,
        ])  # fmt: skip
    sign.load_signer.cache_clear()
    sys.modules.pop("leaky", None)
    is_sent = signer in ("field", "aws")
    assert code == (0 if is_sent else 2), streams["stdout"][:3000] + streams["stderr"][:3000]
    sinks = {**streams, **dict(written(tmp_path))}
    # What a server sends back of a request is in a journal: only encryption hides it there.
    shown = [text for one, text in sinks.items() if not (is_sent and "journal" in one)]
    assert leaks("\n".join(shown)).keys() & {"basic", "bearer"} == set()
