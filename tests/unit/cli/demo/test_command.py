"""`arazzo demo`: its files are those of the project, and the commands that it shows work."""

import shlex
from pathlib import Path

import pytest

import arazzo_runner
from arazzo_runner.cli.main import main

PACKAGE = Path(arazzo_runner.__file__).parent
DEMO = PACKAGE / "cli" / "demo"
ROOT = PACKAGE.parent
WORKFLOW = ROOT / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml"
DESCRIPTION = ROOT / "openapi" / "studio-openapi-original.yml"


def shown_commands(text: str) -> list[list[str]]:
    lines = [line.strip().removeprefix("$ ") for line in text.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("arazzo ")]
    return [one[1:] for one in words]


def test_description_is_that_of_the_project() -> None:
    assert (DEMO / "studio.openapi.yaml").read_bytes() == DESCRIPTION.read_bytes()


def test_workflow_is_that_of_the_project() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    moved = text.replace("../openapi/studio-openapi-original.yml", "./studio.openapi.yaml")
    assert moved != text
    assert (DEMO / "studio.arazzo.yaml").read_text(encoding="utf-8") == moved


def test_command_before_the_run_is_what_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "-v"]) == 0
    command, run = capsys.readouterr().out.split("\n", 1)
    assert main(shown_commands(command)[0]) == 0
    repeated = [line.split("→")[0] for line in capsys.readouterr().out.splitlines() if "✓" in line]
    assert repeated[:-1] == [line.split("→")[0] for line in run.splitlines() if "✓" in line][:-1]


@pytest.mark.parametrize("folder", ["demo", "a folder/with a 'quote", "-x"])
def test_ejected_commands_work(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", f"--eject={folder}"]) == 0
    commands = shown_commands(capsys.readouterr().out)
    assert [main(command) for command in commands] == [0, 1, 0, 0, 0, 0]
    assert '"unknown" is shorter than 34 characters' in capsys.readouterr().out


def test_ejected_files_are_those_of_the_run(tmp_path: Path) -> None:
    assert main(["demo", "--eject", str(tmp_path)]) == 0
    written = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert written == {one.name: one.read_bytes() for one in DEMO.glob("*.yaml")}


def test_nothing_is_written_where_one_file_exists(tmp_path: Path) -> None:
    (tmp_path / "inputs.yaml").symlink_to(tmp_path / "nowhere")
    assert main(["demo", "--eject", str(tmp_path)]) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["inputs.yaml"]


def test_configuration_of_runs_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arazzo.toml").write_text('[run]\nreport = ["html"]\ndry-run = true\n')
    assert main(["demo", "-q"]) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["arazzo.toml"]
