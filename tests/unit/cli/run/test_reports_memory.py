"""What a run takes of many large responses, measured in processes of its own."""

import json
import sys
from pathlib import Path

import pytest

from faults.server import FaultServer, reply, request
from unit.cli.memory import peak_memory

SIZE = 1_000_000
ROUNDS = 80


def write(folder: Path) -> Path:
    """A step that goes to itself until ``--max-steps`` ends the run."""
    api = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "http://127.0.0.1:1"}],
        "paths": {"/a": {"get": {"operationId": "get", "responses": {"200": {"description": ""}}}}},
    }
    (folder / "api.json").write_text(json.dumps(api))
    again = {"name": "again", "type": "goto", "stepId": "s"}
    step = {"stepId": "s", "operationId": "get", "onSuccess": [again]}
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "a", "url": "api.json", "type": "openapi"}],
        "workflows": [{"workflowId": "w", "steps": [step]}],
    }
    (folder / "w.arazzo.json").write_text(json.dumps(document))
    return folder / "w.arazzo.json"


@pytest.mark.skipif(sys.platform == "win32", reason="counts memory as POSIX does")
def test_bodies_take_what_max_kept_allows(tmp_path: Path) -> None:
    body = b'"' + b"x" * SIZE + b'"'

    def behave(connection):
        while True:
            request(connection)
            connection.sendall(reply(body))

    document = write(tmp_path)

    def peak(kept: str) -> int:
        with FaultServer(behave) as server:
            url = f"http://127.0.0.1:{server.port}"
            limits = ("--max-steps", str(ROUNDS), "--max-kept", kept)
            report = f"--report=json={tmp_path / 'report.json'}"
            return peak_memory("run", str(document), "--server", url, report, *limits, code=4)

    assert peak("2MiB") < peak("1GiB") - ROUNDS * SIZE // 2
