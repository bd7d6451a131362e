"""What validating many documents takes, measured in processes of their own."""

import json
import sys
from pathlib import Path

import pytest

from unit.cli.memory import peak_memory

LARGE = {f"p{number}": {"type": "string", "title": str(number)} for number in range(5000)}
STEP = {
    "stepId": "s",
    "operationId": "get",
    "successCriteria": [{"condition": "$statusCode == 200"}],
}


def write(folder: Path, count: int) -> Path:
    """So many documents, each with a large API description of its own."""
    folder.mkdir()
    response = {
        "description": "",
        "content": {"application/json": {"schema": {"properties": LARGE}}},
    }
    operation = {"operationId": "get", "responses": {"200": response}}
    api = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://a.example"}],
        "paths": {"/a": {"get": operation}},
    }
    for number in range(count):
        (folder / f"api{number}.json").write_text(json.dumps(api))
        document = {
            "arazzo": "1.0.1",
            "info": {"title": "t", "version": "1"},
            "sourceDescriptions": [{"name": "a", "url": f"api{number}.json", "type": "openapi"}],
            "workflows": [{"workflowId": "w", "steps": [STEP]}],
        }
        (folder / f"{number}.arazzo.json").write_text(json.dumps(document))
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="counts memory as POSIX does")
def test_memory_does_not_grow_with_the_number_of_documents(tmp_path: Path) -> None:
    few = peak_memory("validate", str(write(tmp_path / "few", 10)))
    many = peak_memory("validate", str(write(tmp_path / "many", 40)))
    # Each further one would take 4 MiB.
    assert many < few + 40 * 2**20
