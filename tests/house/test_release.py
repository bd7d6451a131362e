"""`scripts/release`: when it refuses, what it commits; what packages hold; the Homebrew formula.

Building takes a minute and a package index: that is for the scripts themselves.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from house.markdown import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
releaser, packager, formula = map(import_module, ("releaser", "packager", "formula"))
lowest = import_module("lowest_pins")
sys.path.remove(str(ROOT / "scripts"))

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- A thing.

## [0.1.0] - 2026-01-02

- The first.
"""


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template")
    (root / "arazzo_runner").mkdir()
    (root / releaser.VERSION_FILE).write_text('"""The version."""\n\nVERSION = "0.1.0"\n')
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "config", "user.name", "Ann")
    git(root, "config", "user.email", "ann@example.com")
    git(root, "config", "commit.gpgsign", "false")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A repository that can be released."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def refused(project: Path, version: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said of a release that is not made; nothing is changed."""
    before = releaser.git(project, "rev-parse", "HEAD")
    assert releaser.main([version, "--without-tests"], project) == 2
    assert releaser.git(project, "rev-parse", "HEAD") == before
    assert not (project / "dist").exists()
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("0.1.0", "`0.1.0` is not greater than 0.1.0, the current version"),
        ("0.0.10", "`0.0.10` is not greater than 0.1.0, the current version"),
        ("0.2", "`0.2` is no version, such as 1.2.3"),
        ("v0.2.0", "`v0.2.0` is no version, such as 1.2.3"),
        ("0.02.0", "`0.02.0` is no version, such as 1.2.3"),
    ],
)
def test_the_version(
    project: Path, version: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "CHANGELOG.md").read_text().replace("## [0.1.0] -", "## [0.0.9] -")
    (project / "CHANGELOG.md").write_text(text)
    git(project, "commit", "--quiet", "--all", "--message", "Another section")
    assert refused(project, version, capsys) == f"error: {message}\n"


def test_all_that_is_unclean_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(project, "switch", "--quiet", "--create", "idea")
    git(project, "tag", "v0.2.0")
    (project / "CHANGELOG.md").write_text(CHANGELOG.replace("- A thing.", "Soon."))
    (project / "new.txt").touch()
    assert refused(project, "0.2.0", capsys).splitlines() == [
        "error: the branch is `idea`, releases are made of `main`",
        "error: not committed: CHANGELOG.md, new.txt",
        "error: the tag `v0.2.0` is there already",
        "error: CHANGELOG.md: Unreleased has no changes",
    ]


def test_red_tests(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "test").write_text("#!/bin/sh\nexit 1\n")
    (project / "scripts" / "test").chmod(0o755)
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "Red")
    assert releaser.main(["0.2.0", "--prepare"], project) == 2
    assert "error: the tests failed" in capsys.readouterr().err
    assert releaser.current_version(project) == "0.1.0"


def test_what_is_committed(project: Path) -> None:
    words = ["0.2.0", "--prepare", "--without-tests", "--date", "2026-12-01"]
    assert releaser.main(words, project) == 0
    assert (project / releaser.VERSION_FILE).read_text() == (
        '"""The version."""\n\nVERSION = "0.2.0"\n'
    )
    assert (project / "CHANGELOG.md").read_text() == CHANGELOG.replace(
        "## [Unreleased]", "## [Unreleased]\n\n## [0.2.0] - 2026-12-01"
    )
    assert releaser.git(project, "log", "-1", "--format=%s") == "Release 0.2.0"
    assert releaser.git(project, "status", "--porcelain") == ""
    # The same command goes on from there, and another version does not.
    assert list(releaser.problems(project, "0.2.0")) == []
    assert len(list(releaser.problems(project, "0.3.0"))) == 1


def test_a_change_after_the_commit(project: Path) -> None:
    releaser.prepare(project, "0.2.0", "2026-12-01")
    text = (project / "CHANGELOG.md").read_text()
    (project / "CHANGELOG.md").write_text(text.replace("d]\n", "d]\n\n- Late.\n"))
    git(project, "commit", "--quiet", "--all", "--message", "Late")
    assert list(releaser.problems(project, "0.2.0")) == [
        "CHANGELOG.md: Unreleased has changes that are not in the section 0.2.0"
    ]


@pytest.fixture
def without_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files with their names in them, in place of distributions."""

    def build(target: Path, root: Path) -> None:
        target.mkdir()
        for name in ("arazzo-0.2.0-py3-none-any.whl", "arazzo-0.2.0.tar.gz"):
            (target / name).write_bytes(name.encode())

    monkeypatch.setattr(packager, "main", build)
    monkeypatch.setattr(
        releaser, "write_inventory", lambda root, wheel, target: target.write_text("{}")
    )
    monkeypatch.setattr(formula, "locked_packages", lambda root: PACKAGES)


@pytest.mark.usefixtures("without_builds")
def test_what_is_to_be_pushed_after_a_dry_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["0.2.0", "--without-tests", "--target", str(project / "dist")]
    assert releaser.main([*words, "--rehearsal"], project) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("those of a temporary clone; nothing is to be pushed")


@pytest.mark.usefixtures("without_builds")
def test_a_release(project: Path) -> None:
    """Its files get checksums, and a tag comes last."""
    words = ["0.2.0", "--without-tests", "--target", str(project / "dist")]
    assert releaser.main([*words, "--repository", "https://example.com/arazzo"], project) == 0
    sums = (project / "dist" / "SHA256SUMS").read_text()
    sdist = "arazzo-0.2.0.tar.gz"
    assert f"{hashlib.sha256(sdist.encode()).hexdigest()}  {sdist}\n" in sums
    assert sums.count("\n") == 4
    assert releaser.git(project, "tag", "--list") == "v0.2.0"
    written = (project / "dist" / "arazzo.rb").read_text()
    assert f'url "https://example.com/arazzo/releases/download/v0.2.0/{sdist}"' in written


def test_the_changelog_can_be_released() -> None:
    """The heading that is split is there once."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert text.count(f"\n{releaser.UNRELEASED}\n") == 1
    assert releaser.current_version(ROOT)


def test_no_entry_of_the_changelog_is_there_twice() -> None:
    """Two branches that change one entry leave both where they are merged carelessly."""
    unreleased = releaser.section((ROOT / "CHANGELOG.md").read_text("utf-8"), releaser.UNRELEASED)
    begun = Counter(line[:60] for line in unreleased.splitlines() if line.startswith("- "))
    assert [one for one, times in begun.items() if times > 1] == []


def test_the_inventory_has_a_version() -> None:
    project = tomllib.loads(releaser.static_version(ROOT, "1.2.3"))["project"]
    assert (project["version"], "dynamic" in project) == ("1.2.3", False)


SOUND = [
    *packager.NEEDED,
    *(f"{name}/x" for name in ("docs",)),
    *(".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "SECURITY.md"),
    "pyproject.toml",
]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (SOUND, []),
        ([*SOUND, "arazzo_runner/contest/a.py"], []),
        ([*SOUND, "arazzo_runner/x.pyc"], ["arazzo_runner/x.pyc should not be in it"]),
        ([*SOUND, "arazzo_runner/tests/x.py"], ["arazzo_runner/tests/x.py should not be in it"]),
        ([*SOUND, "docs/__pycache__/x"], ["docs/__pycache__/x should not be in it"]),
        ([*SOUND, "tests/x.py"], ["tests should not be in it", "tests/x.py should not be in it"]),
        (SOUND[:-1], ["pyproject.toml is missing"]),
        (SOUND[1:], [f"{SOUND[0]} is missing"]),
    ],
)
def test_what_a_distribution_holds(names: list[str], expected: list[str]) -> None:
    assert packager.faults(names, packager.SDIST) == expected


def test_builds_are_of_unlike_trees(project: Path, tmp_path: Path) -> None:
    """Times and permissions differ, so that a build that takes them is seen."""
    (tmp_path / "trees").mkdir()
    one, another = packager.trees(project, tmp_path / "trees")
    files = [tree / "CHANGELOG.md" for tree in (one, another)]
    assert files[0].read_bytes() == files[1].read_bytes()
    first, second = (file.stat() for file in files)
    assert first.st_mtime != second.st_mtime
    assert first.st_mode != second.st_mode


PACKAGES = [
    {"name": "b", "sdist": {"url": "https://example.com/b.tar.gz", "hashes": {"sha256": "22"}}},
    {"name": "a", "sdist": {"url": "https://example.com/a.tar.gz", "hashes": {"sha256": "11"}}},
]


def test_the_formula(tmp_path: Path) -> None:
    text = formula.render("https://example.com", "https://example.com/x.tar.gz", "00", PACKAGES)
    assert text.startswith("class Arazzo < Formula\n")
    assert text.index('resource "a" do') < text.index('resource "b" do') < text.index("def install")
    assert text.count("sha256") == 3
    path = tmp_path / "arazzo.rb"
    path.write_text(text)
    formula.check(path)
    if shutil.which("ruby"):
        path.write_text(text.replace("  test do\n", "  test do (\n"))
        with pytest.raises(formula.FormulaError):
            formula.check(path)


def test_a_resource_without_source() -> None:
    with pytest.raises(formula.FormulaError, match="no source archive: c"):
        formula.resources([*PACKAGES, {"name": "c"}])


STAGES = [
    line.split(maxsplit=1)
    for line in (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]


def instructions(word: str) -> list[str]:
    """The arguments of an instruction of the Containerfile, in the last stage."""
    last = max(at for at, (name, _) in enumerate(STAGES) if name == "FROM")
    return [text for name, text in STAGES[last:] if name == word]


def test_the_container_is_not_root() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert instructions("ENTRYPOINT") == ['["arazzo"]']
    assert instructions("COPY") == ["--from=build /opt/arazzo /opt/arazzo"]


def test_the_container_gets_what_it_copies() -> None:
    """What `.dockerignore` does not name is not there; what is not copied need not be sent."""
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line[1:] for line in kept if line.startswith("!")}
    assert "*" in kept
    copied = [text.split() for name, text in STAGES if name == "COPY" and "--from" not in text]
    assert {name for words in copied for name in words[:-1]} == sent
    assert all((ROOT / name).exists() for name in sent)


SCRIPTS = sorted(
    path
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!")
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_can_be_parsed(script: Path) -> None:
    shell = script.read_text("utf-8").splitlines()[0].rpartition("/")[2].split()[-1]
    assert shell in {"sh", "bash"}
    subprocess.run([shell, "-n", script], check=True)
    assert os.access(script, os.X_OK)


def test_each_script_is_named_for_people() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    internal = {"action"}  # of GitHub: docs/ci.md
    assert [one.name for one in SCRIPTS if f"scripts/{one.name}" not in text] == sorted(internal)


def test_the_lowest_pins() -> None:
    project = {
        "dependencies": ["A.b>=1", "c ; x"],
        "optional-dependencies": {"e": ["d[z]>=2,<3"]},
    }
    lines = ["# of uv", "a-b==1.0", "c==2 # via x", "other==1", "d[z]==2.0", "    # via d"]
    names = lowest.asked_names(project)
    assert list(lowest.direct_pins(lines, names)) == ["a-b==1.0", "c==2", "d==2.0"]


def test_forms_for_issues() -> None:
    """GitHub shows a form that it cannot read as nothing at all."""
    folder = ROOT / ".github" / "ISSUE_TEMPLATE"
    forms = [yaml.safe_load(one.read_text("utf-8")) for one in folder.glob("[!c]*.yml")]
    assert len(forms) == 2
    for form in forms:
        assert form["name"]
        assert form["description"]
        fields = [one for one in form["body"] if one["type"] != "markdown"]
        assert len({one["id"] for one in fields}) == len(fields)
        assert all(one["attributes"]["label"] for one in fields)
