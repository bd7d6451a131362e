"""Where the mock's responses are of another kind than recorded ones, as a script tells."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[3]
DEPOT = PROJECT / "tests" / "cases" / "mock" / "depot.arazzo.yaml"


def _script() -> ModuleType:
    path = PROJECT / "scripts" / "mock_recordings.py"
    spec = importlib.util.spec_from_file_location("mock_recordings", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mock_recordings"] = module
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


@pytest.fixture
def recording(tmp_path):
    """A recording of the mock itself, beside its documents; it is changed by its exchanges."""
    for name in ("depot.arazzo.yaml", "depot.openapi.yaml"):
        (tmp_path / name).write_text(DEPOT.with_name(name).read_text())
    path = tmp_path / "recording.json"
    command = [sys.executable, "-m", "arazzo_runner", "run", "depot.arazzo.yaml", "--mock"]
    command += ["--workflow", "cancelled", "--record", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 1

    def change(at, **response):
        data = json.loads(path.read_text())
        data["document"] = "depot.arazzo.yaml"
        if response:
            data["exchanges"][at]["response"].update(response)
        path.write_text(json.dumps(data))
        return path

    return change


def differences(path):
    found = SCRIPT.recorded_differences(path, SCRIPT.read_recording(path))
    return [(one.step, one.member, one.recorded, one.mocked) for one in found]


def test_what_the_mock_itself_returned_is_alike(recording, capsys):
    path = recording(0)
    assert differences(path) == []
    assert SCRIPT.print_recordings([str(path.parent)]) == 0
    assert "4 of 4 recorded steps alike: 100.0 %" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("at", "response", "expected"),
    [
        (0, {"body": {"json": {"orderNumber": 7}}}, []),
        (0, {"body": {"json": {"orderNumber": "7"}}}, [("/orderNumber", "string", "number")]),
        (0, {"body": {"json": {}}}, [("/orderNumber", "missing", "number")]),
        (0, {"body": {"json": {"orderNumber": None}}}, [("/orderNumber", "null", "number")]),
        (1, {"status": 200}, [("status", "200", "204")]),
        (2, {"status": 404, "body": {"text": "gone"}}, [
            ("status", "404", "200"),
            ("/state", "missing", "string"),
            ("/name", "missing", "string"),
        ]),
    ],
)  # fmt: skip
def test_what_differs_from_a_recorded_server(recording, at, response, expected):
    step = ("order", "cancel", "read")[at]
    found = differences(recording(at, **response))
    assert found == [(f"cancelled/{step}", *one) for one in expected]


def test_a_server_of_a_document_is_read_from_beside_it(tmp_path):
    document = tmp_path / "d.arazzo.yaml"
    document.write_text(
        "sourceDescriptions: [{name: a, url: 'https://a.example/api'}, {name: b, url: b.yaml}]"
    )
    assert SCRIPT.local_sources(document) == {}
    (tmp_path / "api.json").write_text("{}")
    assert SCRIPT.local_sources(document) == {"a": str(tmp_path / "api.json")}
    (tmp_path / "patched.json").write_text("{}")
    assert SCRIPT.local_sources(document) == {"a": str(tmp_path / "patched.json")}
    document.write_text("- no document")
    assert SCRIPT.local_sources(document) == {}
