"""The workflow of continuous integration: which systems and versions it runs, and by which commands."""

import re
import shlex
import tomllib
from typing import Any

import pytest
import yaml

from house.markdown import ROOT

TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMMANDS = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]


def versions() -> list[str]:
    """The versions of Python that the project says it is for."""
    names = PROJECT["project"]["classifiers"]
    found = re.findall(
        r"^Programming Language :: Python :: (3\.\d+)$", "\n".join(names), re.MULTILINE
    )
    assert PROJECT["project"]["requires-python"] == f">={found[0]}"
    return found


def test_it_runs_all_versions_on_all_systems() -> None:
    for name in ("everything", "systems"):
        assert JOBS[name]["strategy"]["matrix"]["python"] == versions()
    systems = [job.get("strategy", {}).get("matrix", {}).get("system", []) for job in JOBS.values()]
    used = {job["runs-on"] for job in JOBS.values()} | {one for some in systems for one in some}
    kinds = {one.partition("-")[0] for one in used if "$" not in one}
    assert kinds == {"ubuntu", "macos", "windows"}
    assert not [one for one in used if one.endswith("latest")]


def test_it_may_read_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not [name for name, job in JOBS.items() if "permissions" in job]
    assert "secrets." not in TEXT
    assert all(job["timeout-minutes"] <= 60 for job in JOBS.values())


def test_what_others_wrote_is_named_by_its_commit() -> None:
    uses = re.findall(r"uses: (.+)", TEXT)
    assert uses
    for one in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)
    checkouts = [
        step for job in JOBS.values() for step in job["steps"] if "checkout" in step.get("uses", "")
    ]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_exist(command: str) -> None:
    """They are no scripts: nothing of an event is put into them, and paths in them are there."""
    assert "${{" not in command
    program, *words = shlex.split(command)
    paths = [one for one in (program, *words) if "/" in one or one.endswith(".txt")]
    assert [one for one in paths if not (ROOT / one).exists()] == []
    if program == "python":
        assert words[:2] in (["-m", "pip"], ["-m", "pytest"], ["-m", "arazzo_runner"])
    if "--group" in words:
        assert words[words.index("--group") + 1] in PROJECT["dependency-groups"]


def test_scripts_of_a_shell_run_on_linux_alone() -> None:
    steps = JOBS["systems"]["steps"]
    assert not [one for one in steps if re.search(r"scripts/|\.ci/|\bsh\b", one.get("run", ""))]
