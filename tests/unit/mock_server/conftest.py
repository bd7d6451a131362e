"""A mock server in process, and a client for it."""

import asyncio

import httpx
import pytest
import yaml

from arazzo_runner.mock_server.app import AppSettings, MockApp
from arazzo_runner.mock_server.runtime import ServerRuntime
from arazzo_runner.mock_server.service import MockService
from arazzo_runner.openapi.description import read_description
from arazzo_runner.text.source import SourceFile

PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
servers: [{url: https://pets.example.com/api/v2}]
paths:
  /pets:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 50}}
      responses:
        "200":
          description: A list
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/NewPet"}}}
      responses:
        "201":
          description: Created
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}
        "422":
          description: Invalid
          content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getPet
      responses:
        "200":
          description: A pet
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {tom: {value: {id: "1", name: Tom}}, rex: {value: {id: "2", name: Rex}}}
        "404":
          description: Unknown
          content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
    delete:
      responses: {"204": {description: Gone}}
  /pets/mine:
    get: {responses: {"200": {description: Mine, content: {text/plain: {schema: {type: string, const: mine}}}}}}
components:
  schemas:
    NewPet:
      type: object
      required: [name]
      properties: {name: {type: string}, secret: {type: string, format: password}}
    Pet:
      type: object
      required: [id, name]
      properties: {id: {type: string}, name: {type: string}}
    Error:
      type: object
      required: [message]
      properties: {message: {type: string}}
"""


def description_of(text, name="api.yaml"):
    return read_description(SourceFile(name, text, f"file:///{name}"), yaml.safe_load(text))


class InProcess:
    """A server in process; ``client`` is the address of who asks."""

    def __init__(self, seed=0, settings=None, client=("127.0.0.1", 5000), **texts):
        descriptions = {name: description_of(text, f"{name}.yaml") for name, text in texts.items()}
        self.service = MockService(descriptions, seed)
        self.runtime = ServerRuntime(self.service, seed)
        self.entries = []
        self.app = MockApp(self.runtime, settings or AppSettings(), self.entries.append)
        self.client = client

    def __call__(self, method, url, **given):
        async def send():
            transport = httpx.ASGITransport(self.app, client=self.client)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:4010"
            ) as client:
                return await client.request(method, url, **given)

        return asyncio.run(send())

    def get(self, url, **given):
        return self("GET", url, **given)


@pytest.fixture
def pets():
    return InProcess(pets=PETS)


@pytest.fixture
def serve():
    return InProcess


@pytest.fixture
def pets_text():
    return PETS


@pytest.fixture
def read():
    return description_of
