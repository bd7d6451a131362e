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


def test_openapi_core_would_notice(studio, monkeypatch):
    monkeypatch.setattr(MockApi, "answer", lambda *_: HttpResponse(200, JSON, b"[]"))
    with pytest.raises(OpenAPIError):
        studio.send("GET", concrete("/v2/Flows/{FlowSid}/Executions/{Sid}"))
