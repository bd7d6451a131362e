"""The examples name actions and options that there are."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from arazzo_runner.cli.main import main

FOLDER = Path(__file__).parents[4] / "examples" / "batch"


def command_lines() -> list[list[str]]:
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    found = [one["command"] for one in compose["services"].values() if "command" in one]
    for manifest in yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()):
        found += containers(manifest["spec"]["template"]["spec"])
    return found


def containers(spec: dict[str, Any]) -> list[list[str]]:
    return [one["args"] for one in (*spec.get("initContainers", ()), *spec["containers"])]


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_commands_of_the_examples_are_there(words, capsys, monkeypatch) -> None:
    monkeypatch.delenv("ARAZZO_DATABASE", raising=False)
    assert main(["batch", *words]) == 2
    # Nothing is wrong with them but that there is no database here.
    assert capsys.readouterr().err.startswith("error[AZ906]: no database is named")


def test_all_of_a_deployment_is_there() -> None:
    assert sorted(line[0] for line in command_lines()) == ["init", "init", "start", "work", "work"]
