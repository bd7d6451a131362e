"""`arazzo -v --version`: where the package comes from, and who shares its folder."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

import arazzo_runner
from arazzo_runner.cli.main import main
from arazzo_runner.cli.options import installation
from arazzo_runner.version import VERSION


@pytest.mark.parametrize("args", [["-v", "--version"], ["--version", "--verbose"]])
def test_says_where_it_comes_from(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    first, package, python, system, libraries, extras = capsys.readouterr().out.splitlines()
    assert first == f"arazzo {VERSION}"
    assert package == f"package    {Path(arazzo_runner.__file__).parent}"
    assert python.endswith(f"{sys.version.split()[0]}, {sys.executable}")
    assert system.startswith("system     ")
    assert f"openapi-core {metadata.version('openapi-core')}" in libraries
    assert extras.startswith("extras     amqp, batch, ")


def test_the_version_alone_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"arazzo {VERSION}\n"


def distribution(folder: Path, name: str, file: str) -> None:
    """What pip leaves of a distribution with one file."""
    info = folder / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "RECORD").write_text(f"{file},,\n")
    # Newer readers of metadata leave files out that are not there.
    (folder / file).parent.mkdir(parents=True)
    (folder / file).touch()


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        ("arazzo-runner", "arazzo_runner/__init__.py", ["arazzo-runner 1.2"]),
        ("arazzo", "arazzo_runner/__init__.py", []),
        ("arazzo-runner-plugin", "arazzo_runner_plugin/__init__.py", []),
        ("other", "other/arazzo_runner/__init__.py", []),
    ],
)
def test_another_distribution_in_our_folder(
    name: str, file: str, expected: list[str], tmp_path: Path
) -> None:
    distribution(tmp_path, name, file)
    assert installation._owners(tmp_path) == expected


def test_what_shares_our_folder_is_a_warning() -> None:
    warning, way_out = installation._warnings(["arazzo-runner 1.2"])
    assert warning.startswith("warning: `arazzo-runner 1.2` has files in `arazzo_runner` too")
    assert way_out.startswith("help: pip uninstall arazzo-runner arazzo")


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one file, or from a folder, there is nothing that says what is needed."""
    monkeypatch.setattr(installation, "_DISTRIBUTION", "is-not-installed")
    assert list(installation._libraries()) == []
    monkeypatch.undo()
    lines = ["click>=8", 'nothing-such ; extra == "one"', "click ; extra == 'two'"]
    monkeypatch.setattr(metadata, "requires", lambda _: lines)
    assert list(installation._libraries()) == [f"click {metadata.version('click')}"]
    assert list(installation._extras()) == ["two"]


@pytest.mark.parametrize(
    ("system", "implementation", "expected"),
    [("linux", "cpython", False), ("win32", "cpython", True), ("linux", "pypy", True)],
)
def test_markers(
    system: str, implementation: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "uvloop; (platform_python_implementation == 'CPython' and sys_platform != \"win32\")"
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(sys.implementation, "name", implementation)
    assert installation._is_for_others(line) is expected
