"""What the documentation shows is true: its commands, programs, documents, links and names.

A block that cannot be run stands behind `<!-- not run: why -->`. In the output of a command a line
`...` stands for any lines, and measured times are not compared; a command that is shown without
output must succeed. The python blocks of a page are one program.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

import arazzo_runner
from arazzo_runner.cli.options.command_list import COMMANDS
from arazzo_runner.pytest_support.flags import twins
from case_runner.expected import MEASURED
from house.markdown import PAGES, ROOT, Block, anchors, blocks, flags, headings, links

MARK = "--8<-- exit code"
# What is run of a console block; the rest (cloning, installing) is for the reader.
OURS = re.compile(r"(\w+=\S* )*(arazzo|export|echo|cat|ls|pytest)\b")
# Of the group itself, of click, and of pytest with our option.
OTHER_FLAGS = {"--debug", "--help", "--version", "--update"}
OTHER_FLAGS |= {
    "--prepare",
    "--build-arg",
    "--network",
    "--user",
}  # scripts/release, of container builders
OTHER_FLAGS |= {"--limit", "--list", "--most", "--seed", "--tests"}  # scripts/mutate
OTHER_FLAGS |= {
    "--at",
    "--guided",
    "--seconds",
    "--steps",
    "--faults",
}  # scripts/fuzz, scripts/soak
API_PAGE = ROOT / "docs" / "python-api.md"
PROGRAMS = {str(block.page.relative_to(ROOT)): block.page for block in blocks("python")}
PARSERS: dict[str, Callable[[str], Any]] = {
    "yaml": yaml.safe_load,
    "json": json.loads,
    "toml": tomllib.loads,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with what a reader has at hand after cloning."""
    for name in ("workflows", "openapi", "asyncapi", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def execute(words: list[str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program beside the project's own commands; both its streams are in `stdout`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "HOME": str(folder), "PYTHONUNBUFFERED": "1", "COLUMNS": "100"}
    return subprocess.run(
        words,
        cwd=folder,
        env=variables,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
        text=True,
    )


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block that are run, with the output that is shown."""
    text = block.text.replace("\\\n", "")
    parts = [part.partition("\n") for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
    return [(command, shown) for command, _, shown in parts if OURS.match(command)]


def results(lines: list[str], folder: Path) -> list[tuple[str, str]]:
    """Output and exit code of each command, all run in one shell."""
    end = f"status=$?; printf '\\n{MARK} %s\\n' $status; (exit $status)"
    script = "\n".join(f"{line}\n{end}" for line in lines)
    output = execute(["sh", "-s"], folder, stdin=f"{{ {script}\n}} </dev/null\n").stdout
    return re.findall(rf"(.*?)\n{MARK} (\d+)\n", output, re.DOTALL)


def steady(text: str) -> list[str]:
    return [line.rstrip() for line in MEASURED.sub("<time>", text).strip().splitlines()]


def matches(shown: list[str], actual: list[str]) -> bool:
    lines = [r"(?:.*\n)*?" if line == "..." else f"{re.escape(line)}\n" for line in shown]
    return re.fullmatch("".join(lines), "".join(f"{line}\n" for line in actual)) is not None


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_commands_do_what_is_shown(block: Block, project: Path) -> None:
    for one in blocks("toml"):
        if one.page == block.page and one.text.startswith("# arazzo.toml\n"):
            (project / "arazzo.toml").write_text(one.text, encoding="utf-8")
    wanted = commands(block)
    found = results([command for command, _ in wanted], project)
    assert len(found) == len(wanted)
    for (command, shown), (actual, status) in zip(wanted, found, strict=True):
        if shown.strip():
            assert matches(steady(shown), steady(actual)), f"$ {command}\n{actual}"
        else:
            assert status == "0", f"$ {command}\n{actual}"


@pytest.mark.parametrize("page", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_programs_run(page: Path, project: Path) -> None:
    program = "\n".join(block.text for block in blocks("python") if block.page == page)
    done = execute([sys.executable, "-W", "error", "-c", program], project)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("block", [one for kind in PARSERS for one in blocks(kind)], ids=str)
def test_documents_are_valid(block: Block, project: Path) -> None:
    content = PARSERS[block.kind](block.text)
    if isinstance(content, dict) and "arazzo" in content:
        (project / "shown.arazzo.yaml").write_text(block.text, encoding="utf-8")
        done = execute(["arazzo", "validate", "shown.arazzo.yaml"], project)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        file, _, fragment = target.partition("#")
        place = page.parent / file if file else page
        assert place.exists(), target
        assert not fragment or fragment in anchors(place), target


def test_named_flags_exist() -> None:
    commands = [import_module(module).command for module, _ in COMMANDS.values()]
    known = {flag for command in commands for one in command.params for flag in one.opts}
    known |= {f"--arazzo-{name}" for name in ("record", "replay", *(one.name for one in twins()))}
    named = {str(page.relative_to(ROOT)): flags(page) - known - OTHER_FLAGS for page in PAGES}
    assert {page: unknown for page, unknown in named.items() if unknown} == {}


def test_documents_all_public_names() -> None:
    titles = headings(API_PAGE) if API_PAGE.exists() else []
    documented = [name for title in titles for name in re.findall(r"`(\w+)", title)]
    assert sorted(documented) == sorted(getattr(arazzo_runner, "__all__", []))
