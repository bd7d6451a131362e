"""Every answer of the mock to the Studio workflows' operations, held to the description by others."""

import json
from pathlib import Path

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from arazzo_runner.operation.find import all_operations

ROOT = Path(__file__).parents[3]
VALUES = {"FlowSid": "FW", "ExecutionSid": "FN", "StepSid": "FT"}
BODIES = {"CreateExecution": b"To=%2B15551234567&From=%2B15550000000",
          "UpdateExecution": b"Status=ended"}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


def concrete(path):
    for name, start in VALUES.items():
        path = path.replace(f"{{{name}}}", start + "1" * 32)
    own = "FT" if "/Steps/" in path else "FN"
    return path.replace("{Sid}", own + "2" * 32)


@pytest.mark.parametrize("name", ["studio-openapi-original.yml", "studio-v1-openapi.yml"])
def test_openapi_core_finds_nothing_wrong(client, name):
    text = (ROOT / "openapi" / name).read_text()
    judge = OpenAPI.from_dict(yaml.safe_load(text))
    for method, template, operation_id in all_operations(client(text).description):
        path, body = concrete(template), BODIES.get(operation_id, b"")
        kind = FORM if body else None
        response = client(text).send(method, path, body, kind, template=template)
        host = "https://studio.twilio.com"
        request = MockRequest(host, method.lower(), path, data=body or None,
                              content_type=kind or "application/json")  # fmt: skip
        headers = dict(response.headers)
        answer = MockResponse(response.body, response.status, headers,
                              headers.get("Content-Type", "application/json"))  # fmt: skip
        judge.validate_response(request, answer)
        if response.body:
            json.loads(response.body)
