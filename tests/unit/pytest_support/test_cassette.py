"""Recording the runs of tests, and running them again without a server."""

import json
from pathlib import Path

import pytest

from arazzo_runner.cli import main as command_line
from arazzo_runner.pytest_support.cassette import CassetteFolder
from unit.pytest_support.project import OPENAPI, PETS, Project

RECORD = ("--arazzo-mock", "--arazzo-record", "tapes")
MISS = "pets.arazzo.yaml::missPet"
REPLAY = ("--arazzo-replay", "tapes")
TEST = """
def test_twice(arazzo):
    first = arazzo.run("pets.arazzo.yaml", "addPet", inputs={"name": "Rex"})
    second = arazzo.run("pets.arazzo.yaml", "addPet", inputs={"name": "Rex", "id": 2})
    assert first.outputs == second.outputs

async def test_awaiting(arazzo):
    await arazzo.arun("pets.arazzo.yaml", "addPet")
"""


def run(project: Project, *arguments: str) -> pytest.RunResult:
    return project.run("-m", "smoke", *arguments)


def test_what_was_recorded_is_run_again(project: Project) -> None:
    project.write("test_pets.py", TEST)
    project.run_awaiting("auto", *RECORD, "--deselect", MISS).assert_outcomes(passed=3)
    folder = project.path / "tapes"
    files = sorted(str(one.relative_to(folder)) for one in folder.rglob("*.json"))
    assert files == [
        "pets.arazzo.yaml/addPet.json",
        "test_pets.py/test_awaiting.json",
        "test_pets.py/test_twice-2.json",
        "test_pets.py/test_twice.json",
    ]
    exchanges = json.loads((folder / files[0]).read_text())["exchanges"]
    assert [one["operation"]["path"] for one in exchanges] == ["/pets", "/pets/{id}"]
    assert exchanges[0]["operation"]["source"] == "api"
    project.run_awaiting("auto", *REPLAY, "--deselect", MISS).assert_outcomes(passed=3)


def test_a_workflow_with_the_name_of_a_device() -> None:
    folder = CassetteFolder("tests/flow.arazzo.yaml::con[a/b]", None, None)
    assert folder.file(Path("kept")) == Path("kept/tests/flow.arazzo.yaml/con[a_b].json")
    folder = CassetteFolder("flow.arazzo.yaml::NUL", None, None)
    assert folder.file(Path("kept")) == Path("kept/flow.arazzo.yaml/NUL_.json")


def test_what_differs_fails(project: Project) -> None:
    run(project, *RECORD).assert_outcomes(passed=1)
    project.write("pets.arazzo.yaml", PETS.replace("default: Rex", "default: Max"))
    result = run(project, *REPLAY)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*the request differs from the recorded one: body", "*Rex*", "*Max*"]
    )


def test_a_replay_may_be_the_rule(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\narazzo_replay = tapes\n")
    result = run(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the recording `*addPet.json` cannot be used: no such file*"])
    run(project, *RECORD).assert_outcomes(passed=1)
    run(project).assert_outcomes(passed=1)


def test_a_secret_need_not_be_known(project: Project) -> None:
    text = PETS.replace("default: Rex}", "format: password}")
    project.write(
        "pets.arazzo.yaml", text.replace("body#/name == $inputs.name", "body#/name == 'Rex'")
    )
    conftest = (
        "import pytest\n\n@pytest.fixture\ndef arazzo_inputs(): return {'name': 'hidden-1'}\n"
    )
    project.write("conftest.py", conftest)
    run(project, *RECORD).assert_outcomes(passed=1)
    recorded = (project.path / "tapes/pets.arazzo.yaml/addPet.json").read_text()
    assert "hidden-1" not in recorded
    run(project, *REPLAY).assert_outcomes(passed=1)
    project.write("conftest.py", "")
    run(project, *REPLAY).assert_outcomes(passed=1)


def test_one_of_both(project: Project) -> None:
    result = run(project, *RECORD, *REPLAY)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --arazzo-record and --arazzo-replay exclude each other"])


def test_a_recording_holds_what_references_led_to(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = "schema: {type: object, properties: {name: {type: string}}}"
    text = OPENAPI.replace(schema, 'schema: {$ref: "more/parts.yaml#/pet"}', 1)
    assert text != OPENAPI
    project.write("pets.openapi.yaml", text)
    project.write("more/parts.yaml", 'pet: {$ref: "pet.yaml"}\n')
    project.write("more/pet.yaml", "{type: object, properties: {name: {type: string}}}\n")
    inputs = "{name: {type: string, default: Rex}, id: {type: integer}}"
    text = PETS.replace(inputs, '{name: {$ref: "more/inputs.yaml#/name"}}')
    assert text != PETS
    project.write("pets.arazzo.yaml", text)
    project.write("more/inputs.yaml", "name: {type: string, default: Rex}\n")
    run(project, *RECORD).assert_outcomes(passed=1)
    recording = project.path / "tapes/pets.arazzo.yaml/addPet.json"
    places = json.loads(recording.read_text())["documents"]
    assert {one.rpartition("/")[2] for one in places} == {
        "pets.arazzo.yaml", "pets.openapi.yaml", "parts.yaml", "pet.yaml", "inputs.yaml",
    }  # fmt: skip
    for one in (*(project.path / "more").iterdir(), *project.path.glob("pets.*.yaml")):
        one.unlink()
    monkeypatch.chdir(recording.parent)
    assert command_line.main(["replay", "addPet.json"]) == 0
