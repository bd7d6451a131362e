import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from arazzo_runner.executor.world import SendCall
from arazzo_runner.openapi.description import read_description
from arazzo_runner.openapi.lookup import all_operations, find_by_pointer
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.openapi.response.contract import response_for
from arazzo_runner.text.source import SourceFile
from arazzo_runner.worlds.mock import MockWorld

ROOT = Path(__file__).parents[3]
FORM = "application/x-www-form-urlencoded"
NO_SUCCESS = "no success of"
"""In the note of a success that the description does not have."""
UNREADABLE = "the response schema of"
"""In the note of a response whose schema cannot be read."""


class Client:
    """A mock with a client for it: requests as a test writes them."""

    def __init__(self, text, seed=0):
        self.description = read_description(
            SourceFile("api.yml", text, "file:///api.yml"), yaml.safe_load(text)
        )
        self.world = MockWorld({"api": self.description}, seed)
        self.opinion = None
        self.judged = 0

    def template(self, method, path):
        pieces = path.partition("?")[0].split("/")
        same = [
            template
            for verb, template, _ in all_operations(self.description)
            if verb == method and len(template.split("/")) == len(pieces)
            and all(a == b or "{" in a for a, b in zip(template.split("/"), pieces, strict=True))
        ]  # fmt: skip
        return min(same, key=lambda template: template.count("{"))

    def send(self, method, path, body=b"", content_type=None, headers=(), template=None):
        fields = (*headers, *([("Content-Type", content_type)] if content_type else []))
        request = HttpRequest(method, "https://api.test/base" + path, fields, body)
        at = ("api", method, template or self.template(method, path))
        response = asyncio.run(self.world.send(SendCall("k", request, None, at)))
        if isinstance(response, HttpResponse):
            self.judge(method, at[2], response)
        return response

    def judge(self, method, template, response):
        """Hold an answer to its description by openapi-core, where that can judge it.

        It reads neither Swagger 2.0 nor references that do not resolve, and HEAD has no body.
        A status that is not documented has nothing to be held to: a refusal may have one, and a
        success where none is documented.
        """
        operation = find_by_pointer(self.description, ("paths", template, method.lower()))
        notes = "".join(response.notes)
        if method == "HEAD" or self.description.version < (3, 0) or UNREADABLE in notes:
            return
        if response_for(operation, response.status) is None:
            label = f"`{method} {template}` does not document {response.status}"
            assert response.status >= 400 or NO_SUCCESS in notes, label
            return
        url = self.description.raw.get("servers", [{"url": "/"}])[0]["url"]
        if self.opinion is None:
            # Some descriptions are broken on purpose, in parts that these answers do not need.
            config = Config(spec_validator_cls=None)
            self.opinion = OpenAPI.from_dict(self.description.raw, config=config)
        headers = dict(response.headers)
        kind = headers.get("Content-Type", "application/json")
        request = MockRequest(url if "://" in url else "https://api.test", method.lower(), template)
        answer = MockResponse(response.body, response.status, headers, kind)
        self.opinion.validate_response(request, answer)
        self.judged += 1

    def json(self, method, path, value=None, **more):
        body = b"" if value is None else json.dumps(value).encode()
        kind = None if value is None else "application/json"
        return self.read(self.send(method, path, body, kind, **more))

    def form(self, method, path, **fields):
        return self.read(self.send(method, path, urlencode(fields).encode(), FORM))

    def get(self, path, **more):
        return self.json("GET", path, **more)

    @staticmethod
    def read(response):
        return response.status, json.loads(response.body) if response.body else None


@pytest.fixture
def client():
    return Client


@pytest.fixture
def studio():
    return Client((ROOT / "openapi/studio-openapi-original.yml").read_text())
