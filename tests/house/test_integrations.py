"""What other programs take from the root of the project: a pre-commit hook and a GitHub Action."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from arazzo_runner.cli.validate.command import command
from house.markdown import ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
WORKFLOW = str(ROOT / "workflows" / "twilio-studio-trigger-execution-track-steps-workflow.yml")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_hook(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language", "files"} <= hook.keys()
    program, _, *flags = shlex.split(hook["entry"])
    assert program == "arazzo"
    assert CliRunner().invoke(command, [*flags, "--help"]).exit_code == 0
    assert re.search(hook["files"], "workflows/buy.arazzo.yaml")
    assert not re.search(hook["files"], "openapi.yaml")


def test_action_names_its_inputs() -> None:
    assert ACTION["runs"]["using"] == "composite"
    used = re.findall(
        r"\$\{\{ inputs\.(\w+) \}\}", (ROOT / "action.yml").read_text(encoding="utf-8")
    )
    assert sorted(used) == sorted(ACTION["inputs"])
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input in a script is a way in"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder of a job, with what the first step installs."""
    programs = tmp_path / "arazzo" / "bin"
    programs.mkdir(parents=True)
    (programs / "arazzo").symlink_to(Path(sys.executable).parent / "arazzo")
    return tmp_path


def validated(temporary: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The second step, as the runner of a job runs it."""
    step = ACTION["runs"]["steps"][1]
    given = {name: one["default"] for name, one in ACTION["inputs"].items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: given[found[1]], value)
        for name, value in step["env"].items()
    }
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTIONS": "true",
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env=base | variables,
        cwd=temporary,
        capture_output=True,
        check=False,
        text=True,
    )


def test_action_checks_what_it_is_given(temporary: Path) -> None:
    done = validated(temporary, paths=f"{WORKFLOW}\n", args="--ignore=AZ5\n\n--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 document: no findings")


def test_action_fails_with_annotations(temporary: Path) -> None:
    (temporary / "a b.arazzo.yaml").write_text("arazzo: 1.0.1\n")
    done = validated(temporary)
    assert done.returncode == 3
    assert "::error file=a b.arazzo.yaml,line=1," in done.stdout


def test_action_writes_a_file(temporary: Path) -> None:
    (temporary / "-x.arazzo.yaml").write_text("arazzo: 1.0.1\n")
    done = validated(temporary, paths="-x.arazzo.yaml", format="sarif", output="found.sarif")
    assert (done.returncode, done.stdout) == (3, "")
    assert (temporary / "found.sarif").exists()


def test_what_is_given_is_no_command(temporary: Path) -> None:
    done = validated(temporary, paths='$(touch evil)\n"; touch evil; "\n`touch evil`')
    assert done.returncode == 2
    assert not (temporary / "evil").exists()


def test_the_example_can_be_installed() -> None:
    """Its job runs `pip install .`, which refuses to guess which of several folders are packages."""
    folder = ROOT / "examples" / "ci"
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {one.parent.name for one in folder.glob("*/__init__.py")}
    assert set(project["tool"]["setuptools"]["packages"]) == packages
