"""A release: what `scripts/release` calls. Where something is unclean it refuses."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import formula
import packager

BRANCH = "main"
VERSION_FILE = "arazzo_runner/version.py"
CHANGELOG = "CHANGELOG.md"
UNRELEASED = "## [Unreleased]"
_VERSION = re.compile(r"^VERSION = \"(.+)\"$", re.MULTILINE)


class ReleaseError(Exception):
    """Why there is no release: a reason in each line."""


def git(root: Path, *words: str) -> str:
    """What git prints, without the blanks around it; raises CalledProcessError."""
    return subprocess.run(
        ["git", *words], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def current_version(root: Path) -> str:
    """The version that the package says."""
    found = _VERSION.search((root / VERSION_FILE).read_text("utf-8"))
    if not found:
        raise ReleaseError(f"{VERSION_FILE} has no version")
    return found[1]


def section(text: str, heading: str) -> str:
    """What stands below a heading of the changelog, up to the next of its kind."""
    _, found, rest = text.partition(f"\n{heading}")
    return re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0] if found else ""


def has_entries(text: str) -> bool:
    """Whether a section lists a change."""
    return re.search(r"^- \S", text, re.MULTILINE) is not None


def is_prepared(root: Path, version: str) -> bool:
    """Whether version and changelog are those of the release already."""
    text = (root / CHANGELOG).read_text("utf-8")
    return current_version(root) == version and f"\n## [{version}] - " in text


def problems(root: Path, version: str) -> Iterator[str]:
    """All that is in the way of the release."""
    branch = git(root, "rev-parse", "--abbrev-ref", "HEAD")
    if branch != BRANCH:
        yield f"the branch is `{branch}`, releases are made of `{BRANCH}`"
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        yield f"not committed: {', '.join(line[2:].strip() for line in changed[:5])}"
    if git(root, "tag", "--list", f"v{version}"):
        yield f"the tag `v{version}` is there already"
    yield from _problems_of_text(root, version)


def _problems_of_text(root: Path, version: str) -> Iterator[str]:
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version):
        yield f"`{version}` is no version, such as 1.2.3"
        return
    text = (root / CHANGELOG).read_text("utf-8")
    unreleased = has_entries(section(text, UNRELEASED))
    if is_prepared(root, version):
        if unreleased:
            yield f"{CHANGELOG}: Unreleased has changes that are not in the section {version}"
        return
    if _numbers(version) <= _numbers(current_version(root)):
        yield f"`{version}` is not greater than {current_version(root)}, the current version"
    if f"\n## [{version}]" in text:
        yield f"{CHANGELOG} has a section {version}, {VERSION_FILE} another version"
    if not unreleased:
        yield f"{CHANGELOG}: Unreleased has no changes"


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def check(root: Path, version: str) -> None:
    """Raise ReleaseError with all that is in the way."""
    found = list(problems(root, version))
    if found:
        raise ReleaseError("\n".join(found))


def run_tests(root: Path) -> None:
    """Run everything that CI runs; raises ReleaseError where it fails."""
    if subprocess.run([root / "scripts" / "test"], cwd=root, check=False).returncode:
        raise ReleaseError("the tests failed; `--without-tests` only where they passed elsewhere")


def prepare(root: Path, version: str, date: str) -> None:
    """Write the version, and the section of the changelog with its date, and commit both."""
    path = root / VERSION_FILE
    path.write_text(_VERSION.sub(f'VERSION = "{version}"', path.read_text("utf-8")), "utf-8")
    path = root / CHANGELOG
    text = path.read_text("utf-8")
    heading = f"{UNRELEASED}\n\n## [{version}] - {date}"
    path.write_text(text.replace(UNRELEASED, heading, 1), "utf-8")
    git(root, "add", VERSION_FILE, CHANGELOG)
    git(root, "commit", "--quiet", "--message", f"Release {version}")


def write_inventory(root: Path, wheel: Path, target: Path) -> None:
    """Write what is in an installation, as CycloneDX 1.6 in JSON, without pip."""
    with tempfile.TemporaryDirectory() as name:
        python = packager.environment(wheel, Path(name) / "environment")
        pip = [python, "-m", "pip", "--disable-pip-version-check"]
        # From where it was installed is a path of this machine.
        for path in Path(name).glob("environment/**/direct_url.json"):
            path.unlink()
        subprocess.run([*pip, "uninstall", "--yes", "-qq", "setuptools", "pip"], check=True)
        program = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
        described = Path(name) / "pyproject.toml"
        described.write_text(static_version(root, wheel.name.split("-")[1]), "utf-8")
        options = ["--sv", "1.6", "--of", "JSON", "--pyproject", described]
        subprocess.run(
            [*program, *options, "--output-file", target, python],
            check=True,
            env=packager.variables(packager.commit_time(root)),
        )


def static_version(root: Path, version: str) -> str:
    """The description of the project with its version, which the build else reads from a module."""
    text = (root / "pyproject.toml").read_text("utf-8")
    return text.replace('dynamic = ["version"]', f'version = "{version}"', 1)


def write_checksums(paths: Sequence[Path], target: Path) -> None:
    """Write the SHA-256 of files, as `sha256sum --check` reads it."""
    lines = (f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in paths)
    target.write_text("".join(lines), "utf-8")


def write_files(root: Path, version: str, target: Path, repository: str | None) -> list[Path]:
    """Build, check and describe what is uploaded. Returns its paths."""
    packager.main(target, root)
    wheel = target / f"arazzo-{version}-py3-none-any.whl"
    sdist = target / f"arazzo-{version}.tar.gz"
    inventory = target / f"arazzo-{version}.cdx.json"
    write_inventory(root, wheel, inventory)
    files = [wheel, sdist, inventory]
    if repository:
        files.append(target / "arazzo.rb")
        address = f"{repository.rstrip('/')}/releases/download/v{version}/{sdist.name}"
        files[-1].write_text(formula.text(root, sdist, repository, address), "utf-8")
        formula.check(files[-1])
    write_checksums(files, target / "SHA256SUMS")
    return [*files, target / "SHA256SUMS"]


def release(root: Path, options: argparse.Namespace) -> None:
    """Make the release, as far as is asked for; raises ReleaseError."""
    version = options.version
    check(root, version)
    if not options.without_tests:
        run_tests(root)
    if not is_prepared(root, version):
        prepare(root, version, options.date)
    if options.prepare:
        print(f"committed: Release {version}; `scripts/release {version}` goes on from here")
        return
    files = write_files(root, version, options.target, options.repository)
    git(root, "tag", "--annotate", f"v{version}", "--message", f"arazzo {version}")
    print("\n".join(map(str, files)))
    if options.rehearsal:
        print("dry run: commit and tag were those of a temporary clone; nothing is to be pushed")
        return
    print(f"tagged: v{version}; now `git push origin {BRANCH} v{version}`, and upload these files")


def rehearse(root: Path, options: argparse.Namespace, words: Sequence[str]) -> int:
    """Make the release in a temporary clone; its files are left, its commit and tag are not."""
    check(root, options.version)
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name) / "clone"
        git(root, "clone", "--quiet", "--branch", BRANCH, str(root), str(clone))
        for key in ("user.name", "user.email"):
            git(clone, "config", key, git(root, "config", key))
        others = [one for one in words if one != "--dry-run"]
        program = [sys.executable, clone / "scripts" / "releaser.py"]
        return subprocess.run(
            [*program, *others, "--rehearsal", "--target", options.target.resolve()],
            cwd=clone,
            check=False,
        ).returncode


def arguments(words: Sequence[str], root: Path) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/release")
    parser.add_argument("version")
    parser.add_argument("--prepare", action="store_true", help="the commit alone")
    parser.add_argument("--dry-run", action="store_true", help="all of it in a temporary clone")
    parser.add_argument("--rehearsal", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--without-tests", action="store_true", help="they passed on this commit")
    parser.add_argument("--repository", help="the address that users download from")
    parser.add_argument("--date", default=dt.datetime.now(dt.UTC).date().isoformat())
    parser.add_argument("--target", type=Path, default=root / "dist")
    return parser.parse_args(words)


def main(words: Sequence[str], root: Path = packager.ROOT) -> int:
    """The exit code: 2 where something is in the way, with all of it on standard error."""
    options = arguments(words, root)
    try:
        if options.dry_run:
            return rehearse(root, options, words)
        release(root, options)
    except (ReleaseError, packager.PackageError, formula.FormulaError) as reason:
        print(*(f"error: {line}" for line in str(reason).splitlines()), sep="\n", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
