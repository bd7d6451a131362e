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
    ],
)
def test_prints_a_schema(name: str, title: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == title


def test_unknown_name_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "openapi"]) == 2
    assert "is not one of `document`, `report`, `events`" in capsys.readouterr().err
