"""`arazzo schema`: JSON Schemas that are ones."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from arazzo_runner.cli.main import main


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("document", "Arazzo document"),
        ("report", "Report of an Arazzo run"),
        ("events", "An event of an Arazzo run"),
        ("auth", "What `arazzo auth --json` prints"),
    ],
)
def test_prints_a_schema(name: str, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii(), "a stream of any encoding takes it as it is"
    schema = json.loads(printed)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == title


def test_unknown_name_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "openapi"]) == 2
    assert (
        "is not one of `document`, `report`, `events`, `auth`, `inputs`, `outputs`"
        in capsys.readouterr().err
    )


WORKFLOWS = Path(__file__).parents[3] / "workflows"
TRIGGER = str(WORKFLOWS / "twilio-studio-trigger-execution-track-steps-workflow.yml")


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("inputs", {"flowSid", "to", "from", "parameters"}),
        ("outputs", {"executionSid", "status", "steps"}),
    ],
)
def test_schemas_of_a_workflow(
    name: str, stated: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", name, TRIGGER]) == 0
    alone = capsys.readouterr().out
    assert main(["schema", name, TRIGGER, "--workflow", "trigger-execution-track-steps"]) == 0
    assert capsys.readouterr().out == alone
    schema = json.loads(alone)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"].keys() == stated


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["inputs"], "`inputs` needs a DOCUMENT: `arazzo schema inputs DOCUMENT`"),
        (["report", TRIGGER], "the schema of `report` is not about one document"),
        (["inputs", TRIGGER, "--workflow", "trigger"], "is called `trigger`"),
        (["outputs", "two.arazzo.yaml"], "name one with `--workflow`: `a`, `b`"),
    ],
)
def test_wrong_calls(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    api = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": {"/a": {"get": {}}}}
    step = {"stepId": "s", "operationPath": "{$sourceDescriptions.api.url}#/paths/~1a/get"}
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "Two", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [{"workflowId": one, "steps": [step]} for one in ("a", "b")],
    }
    Path("api.json").write_text(json.dumps(api), encoding="utf-8")
    Path("two.arazzo.yaml").write_text(json.dumps(document), encoding="utf-8")
    assert main(["schema", *words]) == 2
    assert message in capsys.readouterr().err
