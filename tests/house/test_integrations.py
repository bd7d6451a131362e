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


def carried_out(
    step: dict[str, Any], temporary: Path, inputs: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """A step, as the runner of a job runs it, with the variables that it sets."""
    values = {name: one["default"] for name, one in ACTION["inputs"].items()} | inputs
    variables = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: values[found[1]], value)
        for name, value in step["env"].items()
    }
    base = {
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
        "RUNNER_TEMP": str(temporary),
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary.md"),
        "GITHUB_WORKSPACE": str(temporary),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env=base | variables,
        cwd=temporary,
        capture_output=True,
        check=False,
        text=True,
    )


def action(temporary: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The second step."""
    return carried_out(ACTION["runs"]["steps"][1], temporary, inputs)


def test_action_checks_what_it_is_given(temporary: Path) -> None:
    done = action(temporary, paths=f"{WORKFLOW}\r\n  \r\n", args="--ignore=AZ5\n\n--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 document: no findings")


def test_action_fails_with_annotations(temporary: Path) -> None:
    (temporary / "a b.arazzo.yaml").write_text("arazzo: 1.0.1\n")
    done = action(temporary)
    assert done.returncode == 3
    assert "::error file=a b.arazzo.yaml,line=1," in done.stdout


def test_action_writes_a_file(temporary: Path) -> None:
    (temporary / "-x.arazzo.yaml").write_text("arazzo: 1.0.1\n")
    done = action(temporary, paths="-x.arazzo.yaml", format="sarif", output="found.sarif")
    assert (done.returncode, done.stdout) == (3, "")
    assert (temporary / "found.sarif").exists()


INPUTS = "flowSid=FW00000000000000000000000000000000\nto=+15558675310\nfrom=+15017122661"


def test_action_runs_workflows(temporary: Path) -> None:
    (temporary / "arazzo.toml").write_text("[profiles.ci]\nmock = true\n")
    given = {"command": "run", "paths": WORKFLOW, "profile": "ci"}
    reports = "github\njunit=out/a b.xml"
    done = action(temporary, **given, inputs=INPUTS, reports=reports)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 workflow passed" in done.stdout + done.stderr
    assert (temporary / "out" / "a b.xml").exists()
    assert "trigger" in (temporary / "summary.md").read_text().lower()


def test_action_fails_with_a_failed_workflow(temporary: Path) -> None:
    """A server that cannot be reached: the job is red, and the summary says why."""
    given = {"command": "run", "paths": WORKFLOW, "server": "http://127.0.0.1:9"}
    done = action(temporary, **given, inputs=INPUTS, args="--no-auth=all\n--no-cache")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "::error " in done.stdout
    assert "127.0.0.1:9" in (temporary / "summary.md").read_text()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"command": "demo; touch evil"}, "command: validate or run"),
        ({"command": "run", "mock": "$(touch evil)"}, "mock: true or false"),
        ({"command": "run", "format": "json"}, "format: is for the command validate alone"),
        ({"profile": "ci"}, "profile: is for the command run alone"),
        ({"mock": "true"}, "mock: is for the command run alone"),
        ({"reports": "junit=a.xml"}, "reports: is for the command run alone"),
    ],
)
def test_action_refuses(inputs: dict[str, str], message: str, temporary: Path) -> None:
    done = action(temporary, **inputs)
    assert (done.returncode, done.stdout) == (2, f"::error::{message}\n")
    assert not (temporary / "evil").exists()


EVIL = '$(touch evil)\n"; touch evil; "\n`touch evil`'


@pytest.mark.parametrize("name", ["paths", "profile", "server", "inputs", "reports", "output"])
def test_what_is_given_is_no_command(name: str, temporary: Path) -> None:
    command = "validate" if name in {"paths", "output"} else "run"
    done = action(temporary, **{"paths": WORKFLOW, "command": command, name: EVIL})
    assert name == "output" or done.returncode == 2, done.stdout
    assert not (temporary / "evil").exists()


@pytest.mark.parametrize("extras", ["x] --index-url", "http2;touch evil", "$(touch evil)"])
def test_extras_are_names(extras: str, temporary: Path) -> None:
    done = carried_out(ACTION["runs"]["steps"][0], temporary, {"extras": extras})
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("::error::extras: ")
    assert not (temporary / "evil").exists()


def test_a_value_is_no_flag(temporary: Path) -> None:
    """Flags come from `args` alone."""
    values = {"profile": "--show-secrets", "server": "--mock", "reports": "--json"}
    for name, value in values.items():
        done = action(temporary, command="run", paths=WORKFLOW, **{name: value})
        assert done.returncode == 2, done.stdout
        assert value in done.stderr


def test_the_example_can_be_installed() -> None:
    """Its job runs `pip install .`, which refuses to guess which of several folders are packages."""
    folder = ROOT / "examples" / "ci"
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {one.parent.name for one in folder.glob("*/__init__.py")}
    assert set(project["tool"]["setuptools"]["packages"]) == packages
