"""`arazzo schema`: JSON Schemas that are ones."""

import json

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
    assert "is not one of `document`, `report`, `events`, `auth`" in capsys.readouterr().err
