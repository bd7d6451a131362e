"""What a start loads: modules cost most of a cold `arazzo`, and creep in one import at a time."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, required: [count]}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: once
  inputs: {type: object, properties: {name: {type: string}}}
  steps:
  - stepId: list
    operationId: listThings
    successCriteria: [{condition: $response.body#/count == 3}]
    outputs: {count: $response.body#/count}
  outputs: {count: $steps.list.outputs.count, name: $inputs.name}
"""
PROGRAM = """
import json, sys
before = set(sys.modules)
from arazzo_runner.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""
# For some commands or some of their findings alone, or of clients that we do without.
HEAVY = {
    "anyio",
    "arazzo_runner.fix.rounds",
    "arazzo_runner.mock.api",
    "arazzo_runner.report.curl",
    "arazzo_runner.report.diagnostics.diff",
    "arazzo_runner.openapi.schema.fallback",
    "arazzo_runner.recording.documents",
    "arazzo_runner.recording.spool",
    "arazzo_runner.report.formats.junit",
    "asyncio",
    "bz2",
    "hashlib",
    "html",
    "http.client",
    "httpx",
    "jsonpath_rfc9535",
    "jsonschema",
    "mcp",
    "mimetypes",
    "openapi_core",
    "pydantic",
    "regex",
    "rich",
    "shutil",
    "ssl",
    "tempfile",
    "tomllib",
    "urllib.request",
    "xml",
}


class Things(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"count": 3}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Things) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that a command line loads in a fresh process."""
    (folder / "api.yaml").write_text(API)
    (folder / "things.arazzo.yaml").write_text(DOCUMENT)
    command = [sys.executable, "-I", "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stdout
    return set(modules)


def own(modules: set[str]) -> int:
    return sum(name.partition(".")[0] == "arazzo_runner" for name in modules)


def test_version_loads_no_library(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "--version")
    assert not {"click", "msgspec", "typing", "yaml", "re"} & modules
    assert own(modules) <= 5


def test_validate(tmp_path: Path) -> None:
    modules = loaded(tmp_path, "validate", "things.arazzo.yaml")
    assert not (HEAVY | {"h11", "difflib"}) & modules
    assert own(modules) <= 220


def test_run(tmp_path: Path, url: str) -> None:
    modules = loaded(tmp_path, "run", "things.arazzo.yaml", "--server", url)
    assert not HEAVY & modules
    assert "h11" not in modules or find_spec("httptools") is None
    assert own(modules) <= 274


def test_agents_are_known_to_their_command_alone() -> None:
    package = Path(__file__).parents[2] / "arazzo_runner"
    importing = re.compile(
        r"^\s*(?:from|import) (?:arazzo_runner\.)?mcp(?:_types)?\b", re.MULTILINE
    )
    folders = {
        path.relative_to(package).parent.as_posix()
        for path in package.rglob("*.py")
        if importing.search(path.read_text("utf-8"))
    }
    assert folders == {"cli/mcp", "mcp"}


def test_json_is_read_without_a_parser_of_yaml(tmp_path: Path) -> None:
    (tmp_path / "plain.json").write_text(json.dumps({"arazzo": "1.0.1"}))
    command = [sys.executable, "-I", "-c", PROGRAM, "validate", "plain.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 3, done.stdout
    assert not {one for one in modules if one.partition(".")[0] == "yaml"}
