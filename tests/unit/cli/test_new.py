"""`arazzo new` of an API with very many resources."""

import json
from pathlib import Path

import pytest

from arazzo_runner.cli.main import main

ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
OK = {"200": {"description": "", "content": {"application/json": {"schema": ITEM}}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def test_more_steps_than_a_run_makes_are_run_with_a_flag(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {}
    for number in range(300):
        paths[f"/r{number}"] = {"post": {"responses": OK}}
        paths[f"/r{number}/{{id}}"] = {"get": {"parameters": [ID], "responses": OK}}
    info = {"title": "Many", "version": "1"}
    source, output = tmp_path / "many.json", tmp_path / "many.arazzo.yaml"
    source.write_text(json.dumps({"openapi": "3.1.0", "info": info, "paths": paths}))
    assert main(["new", str(source), "-o", str(output)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("300 workflows in ")
    assert shown.endswith(" --mock --max-steps 2000\n")
    first = output.read_text().partition("\n")[0]
    assert first == (
        "# Try it without a server: arazzo run many.arazzo.yaml --mock --max-steps 2000"
    )
