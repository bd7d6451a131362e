"""What is missing of the installation is a note, said once, without a place in our code."""

import os
import subprocess
import sys
import warnings

import pytest

from arazzo_runner.cli.diagnostics import installation_notes
from arazzo_runner.installation import InstallationWarning
from unit.cli.things import write_things

NOTE = (
    "note: jsonschema-rs is not installed: values are checked against schemas several hundred times"
    " slower, by jsonschema\n"
)
WORKFLOWS = """
- workflowId: once
  inputs: {type: object, properties: {number: {type: integer}}}
  steps:
  - stepId: list
    operationId: listThings
    successCriteria: [{condition: $statusCode == 200}]
    onSuccess: [{name: end, type: end}]
"""


@pytest.fixture
def folder(tmp_path):
    """Documents, beside a jsonschema-rs that cannot be imported."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "jsonschema_rs.py").write_text("raise ImportError('no wheel')\n")
    for number in range(4):
        write_things(tmp_path, WORKFLOWS, f"{number}.arazzo.yaml")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("run", "0.arazzo.yaml", "--mock", "-i", "number=3"),
        ("validate", "--jobs", "1", "."),
        ("validate", "--jobs", "2", "."),
    ],
)
def test_a_missing_library_is_one_note(folder, words) -> None:
    path = os.pathsep.join([str(folder / "path"), *filter(None, [os.environ.get("PYTHONPATH")])])
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": path}
    command = [sys.executable, "-m", "arazzo_runner", *words]
    ran = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert (ran.stderr, ran.returncode) == (NOTE, 0)


@pytest.mark.filterwarnings("always")
def test_other_warnings_stay_what_they_are(capsys, monkeypatch) -> None:
    usual = []
    monkeypatch.setattr(warnings, "showwarning", lambda *parts: usual.append(str(parts[0])))
    with installation_notes():
        warnings.warn("slow", InstallationWarning, stacklevel=1)
        warnings.warn("slow", InstallationWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    warnings.warn("slow", InstallationWarning, stacklevel=1)
    assert capsys.readouterr().err == "note: slow\n"
    assert usual == ["old", "slow"]
