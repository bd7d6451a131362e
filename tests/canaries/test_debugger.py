"""What `--step` prints, with secrets in inputs, in commands that are typed, and in credentials."""

import io
import sys

import pytest

from canaries.secrets import CANARIES, leaks
from canaries.test_canaries import run

API = """
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
servers: [{url: "http://127.0.0.1:9"}]
security: [{key: []}]
paths:
  /login: {post: {operationId: login, requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {"200": {description: ok}}}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Shop}}}
"""
FLOW = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: api.yaml, type: openapi}]
workflows:
  - workflowId: visit
    inputs:
      type: object
      properties:
        pin: {type: string, format: password, maxLength: 40}
        deep: {type: object, properties: {pin: {type: string, format: password}}}
        named: {type: string, maxLength: 40}
    steps:
      - stepId: login
        operationId: login
        requestBody: {contentType: application/json, payload: {pin: $inputs.pin, deep: $inputs.deep, named: $inputs.named}}
"""
PRINTS = ("$inputs.pin", "$inputs.deep", "{$inputs.deep.pin}", "a {$request.header.X-Shop}", "$inputs.pin == 'x'",
          "$request.header.X-Shop", "$request.body", "$request.body#/deep == 1")  # fmt: skip
FILE_INPUT = CANARIES["file-input"]
SETS = (
    f"set pin={CANARIES['write-only-input']}",
    f"set pin={CANARIES['write-only-input'] * 3}",
    f'set deep={{"pin": "{CANARIES["nested-password-input"]}"}}',
    f'set deep={{"pin": "{FILE_INPUT}"',
    f"set named={CANARIES['command']}",
    f"set named={CANARIES['profile'] * 3}",
)


@pytest.mark.parametrize("edit", SETS)
def test_what_is_typed_and_printed(tmp_path, monkeypatch, edit):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.yaml").write_text(API)
    (tmp_path / "flow.yaml").write_text(FLOW)
    monkeypatch.setenv("ARAZZO_AUTH_SHOP_KEY_KEY", CANARIES["key-in-header"])
    typed = [edit, "l", *(f"p {one}" for one in PRINTS), "n", *(f"p {one}" for one in PRINTS), "c"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed) + "\n"))
    inputs = ["-i", f"pin={CANARIES['password-input']}", "-i", f"named={CANARIES['named-input']}"]
    code, streams = run(
        ["run", "flow.yaml", "--mock", "--step", "-vv", "--secret", "named", *inputs]
    )
    assert code == 0, streams["stderr"]
    assert "(arazzo) p $request.body" in streams["stdout"]
    assert {name: found for name, text in streams.items() if (found := leaks(text))} == {}
