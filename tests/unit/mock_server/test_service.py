"""What one request may take of the server's time."""

import json

import pytest

from arazzo_runner.mock_server import service

PATTERNS = r"""
openapi: 3.1.0
info: {title: Names, version: "1"}
paths:
  /names:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: array, items: {anyOf: [{pattern: '^(?=(a+)+)(a|aa|a)+\1b$'}, {type: string}]}}
      responses: {"204": {description: Kept}}
"""


@pytest.mark.parametrize(("seconds", "status"), [(0.0, 500), (600.0, 204)])
def test_a_request_that_takes_too_long(serve, monkeypatch, seconds, status):
    monkeypatch.setattr(service, "MAX_SECONDS", seconds)
    response = serve(names=PATTERNS)(
        "POST", "/names", content=json.dumps(["a"]), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == status
    assert status == 204 or "it takes longer than 0 s" in response.json()["detail"]
