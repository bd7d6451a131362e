"""What the scripts are told."""

import subprocess
import sys
from pathlib import Path

import pytest

from arazzo_runner.cli.completion.protocol import print_completion
from arazzo_runner.cli.main import main

BREAKS = " \t\n\"'@><=;|&(:"


def printed(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    assert main(["__complete", *args]) == 0
    return capsys.readouterr().out.splitlines()


def test_words_for_bash(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "bash", BREAKS, "arazzo val") == ["words", "validate "]
    assert printed(capsys, "bash", BREAKS, "arazzo run --mock-inputs=of") == ["words", "off "]
    assert printed(capsys, "bash", BREAKS, "arazzo run --check sc") == ["words", "schema="]
    assert printed(capsys, "bash", BREAKS, "arazzo run fl") == ["files"]


def test_words_with_descriptions(capsys: pytest.CaptureFixture[str]) -> None:
    title = "a duplicate key in an object"
    assert printed(capsys, "fish", "explain", "AZ104") == ["words\t", f"AZ104\t{title}"]
    assert printed(capsys, "zsh", "run", "--inputs=a") == ["files\t--inputs="]


def test_paths_behind_an_at_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("data/a b", "data/.hidden", "data/folder/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).parent.joinpath(Path(name).name).write_text("")
    monkeypatch.chdir(tmp_path)
    line = "arazzo run -i x=@"
    assert printed(capsys, "bash", BREAKS, line) == ["words", "@data/"]
    assert printed(capsys, "bash", BREAKS, f"{line}data/") == [
        "words", "@data/a\\ b ", "@data/folder/",
    ]  # fmt: skip
    assert printed(capsys, "bash", BREAKS, f"{line}data/.") == ["words", "@data/.hidden "]
    assert printed(capsys, "bash", BREAKS, f"{line}nowhere/") == ["words"]
    assert printed(capsys, "bash", " ", f"{line}da") == ["words", "x=@data/"]


def test_control_characters_are_not_handed_to_shells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.yaml"
    path.write_text('workflows: [{workflowId: "a\\e[2J"}, {workflowId: ab, summary: "x\\eb"}]')
    assert printed(capsys, "fish", "run", str(path), "--workflow", "a") == ["words\t", "ab\t"]
    line = f"arazzo run {path} --workflow a"
    assert printed(capsys, "bash", BREAKS, line) == ["words", "ab "]


@pytest.mark.parametrize("args", [[], ["bash"], ["zsh"], ["tcsh", "run", ""]])
def test_what_no_script_asks(args: list[str]) -> None:
    assert print_completion(args) == 2


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys; from arazzo_runner.cli.main import main\n"
        "main(['__complete', 'fish', 'run', '--']); main(['__complete', 'fish', 'explain', ''])\n"
        "sys.exit(bool({'click', 'msgspec', 'yaml', 'json'} & {*sys.modules}))\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
