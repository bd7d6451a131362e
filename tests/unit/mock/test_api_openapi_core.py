"""Every answer of the mock to the Studio workflows' operations, held to the description by others."""

from pathlib import Path

import pytest
from openapi_core.exceptions import OpenAPIError

from arazzo_runner.mock.api import MockApi
from arazzo_runner.openapi.lookup import all_operations
from arazzo_runner.openapi.message import HttpResponse

ROOT = Path(__file__).parents[3]
VALUES = {"FlowSid": "FW", "ExecutionSid": "FN", "StepSid": "FT"}
BODIES = {"CreateExecution": b"To=%2B15551234567&From=%2B15550000000",
          "UpdateExecution": b"Status=ended"}  # fmt: skip
JSON = (("Content-Type", "application/json"),)
FORM = "application/x-www-form-urlencoded"


def concrete(path):
    for name, start in VALUES.items():
        path = path.replace(f"{{{name}}}", start + "1" * 32)
    own = "FT" if "/Steps/" in path else "FN"
    return path.replace("{Sid}", own + "2" * 32)


@pytest.mark.parametrize("name", ["studio-openapi-original.yml", "studio-v1-openapi.yml"])
def test_openapi_core_finds_nothing_wrong(client, name):
    """`client` asks openapi-core about every answer of every test here; so it does."""
    mock = client((ROOT / "openapi" / name).read_text())
    every = list(all_operations(mock.description))
    for method, template, operation_id in every:
        body = BODIES.get(operation_id, b"")
        mock.send(method, concrete(template), body, FORM if body else None, template=template)
    assert mock.judged == len(every)


NOTED = ("the mock returns 200, as the step expects",)
PLACE = "/v2/Flows/{FlowSid}/Executions/{Sid}"


def gives(monkeypatch, response):
    monkeypatch.setattr(MockApi, "answer", lambda *_: response)


@pytest.mark.parametrize("notes", [(), NOTED], ids=["plain", "noted"])
def test_openapi_core_would_notice(studio, monkeypatch, notes):
    gives(monkeypatch, HttpResponse(200, JSON, b"[]", notes=notes))
    with pytest.raises(OpenAPIError):
        studio.send("GET", concrete(PLACE))


@pytest.mark.parametrize("status", [202, 302])
def test_a_status_that_is_not_documented_is_no_answer(studio, monkeypatch, status):
    gives(monkeypatch, HttpResponse(status, JSON, b"{}", notes=NOTED))
    with pytest.raises(AssertionError, match=f"does not document {status}"):
        studio.send("GET", concrete(PLACE))


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
def test_each_version_is_judged(client, monkeypatch, version):
    mock = client(ONE.replace("VERSION", version))
    mock.get("/a")
    assert mock.judged == 1
    gives(monkeypatch, HttpResponse(200, JSON, b'"x"'))
    with pytest.raises(OpenAPIError):
        mock.get("/a")


ONE = """
openapi: VERSION
info: {title: t, version: "1"}
paths:
  /a:
    get:
      responses:
        "200": {description: "", content: {application/json: {schema: {type: integer}}}}
"""
