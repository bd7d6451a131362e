"""Wheel and sdist of a commit, with the checks that they pass: what `scripts/package` calls.

Both are built twice, from two trees of the commit with other times and permissions of their files,
and with `SOURCE_DATE_EPOCH`, the time of the commit. `constraints.txt` pins what builds them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What stands at the top of a distribution, and what may stand nowhere in one.
SDIST = {
    *("arazzo_runner", "docs", ".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md"),
    *("SECURITY.md", "pyproject.toml"),
}
WHEEL = {"arazzo_runner", "arazzo-{version}.dist-info"}
UNWANTED = re.compile(r"(^|/)(__pycache__|tests?|\.[a-z_]+_cache|\.venv[^/]*|\.git)/|\.py[co]$|~$")
# Of each, because something is read from there when the program runs.
NEEDED = ("arazzo_runner/py.typed", "arazzo_runner/explain/AZ101.md", "arazzo_runner/__main__.py")

# What works in an environment that has the wheel alone, in an empty folder, and what is printed.
WORKS = (
    ("--version", r"arazzo \d+\.\d+\.\d+"),
    ("demo", "1 workflow passed"),
    ("demo --eject .", "studio.arazzo.yaml"),
    ("validate studio.arazzo.yaml", "1 document: 1 hint"),
    ("run studio.arazzo.yaml --mock --inputs inputs.yaml", "1 workflow passed"),
    (
        "run studio.arazzo.yaml --mock --inputs inputs.yaml --report html=r.html",
        "1 workflow passed",
    ),
    ("explain AZ101", "AZ101"),
)
# What one command alone needs is an extra of its name: without it that command says what to paste.
EXTRAS = (
    ("mock studio.openapi.yaml", "pip install 'arazzo[mock]'"),
    ("mcp studio.arazzo.yaml", "pip install 'arazzo[mcp]'"),
    ("lsp", "pip install 'arazzo[lsp]'"),
    ("load studio.arazzo.yaml", "pip install 'arazzo[load]'"),
    ("batch status --database postgresql://127.0.0.1/none", "pip install 'arazzo[batch]'"),
)


class PackageError(Exception):
    """What is wrong with the distributions."""


def trees(root: Path, folder: Path) -> list[Path]:
    """Two trees of the last commit, unlike in all that must not matter."""
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=root, check=True, capture_output=True
    ).stdout
    found = []
    for name, umask, moment in (("one", 0o022, 1_000_000_000), ("another", 0o077, 1_700_000_000)):
        tree = folder / name
        tree.mkdir()
        subprocess.run(
            ["tar", "--extract", "--no-same-permissions"],
            cwd=tree,
            input=archive,
            check=True,
            umask=umask,
        )
        for path in tree.rglob("*"):
            os.utime(path, (moment, moment))
        found.append(tree)
    return found


def build(tree: Path, kind: str, folder: Path, epoch: str) -> Path:
    """Build the distribution of a tree into a folder; `kind` is `wheel` or `sdist`."""
    subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", folder, tree],
        check=True,
        stdout=subprocess.DEVNULL,
        env=variables(epoch),
    )
    pattern = "*.whl" if kind == "wheel" else "*.tar.gz"
    return next(folder.glob(pattern))


def variables(epoch: str) -> dict[str, str]:
    """The environment of what builds: all files have this time, in seconds since 1970."""
    return dict(os.environ) | {"SOURCE_DATE_EPOCH": epoch}


def commit_time(root: Path) -> str:
    """The time of the last commit, in seconds since 1970: what all files of a distribution have."""
    command = ["git", "log", "-1", "--format=%ct"]
    return subprocess.run(
        command, cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()


def distributions(root: Path, folder: Path) -> tuple[Path, Path]:
    """Wheel and sdist, built twice; raises PackageError where the bytes differ."""
    epoch = commit_time(root)
    built: list[dict[str, Path]] = []
    for tree in trees(root, folder):
        made = folder / f"{tree.name}-built"
        made.mkdir()
        built.append({kind: build(tree, kind, made, epoch) for kind in ("wheel", "sdist")})
    one, another = built
    for kind, path in one.items():
        if path.read_bytes() != another[kind].read_bytes():
            raise PackageError(f"two builds of the {kind} differ: {path} and {another[kind]}")
    with tarfile.open(one["sdist"]) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    tree = next((folder / "unpacked").iterdir())
    again = build(tree, "wheel", folder / "unpacked", epoch)
    if again.read_bytes() != one["wheel"].read_bytes():
        raise PackageError(f"the sdist builds another wheel: {again} and {one['wheel']}")
    return one["wheel"], one["sdist"]


def contents(path: Path) -> list[str]:
    """The names of the files in a wheel, or in an sdist below its folder."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    with tarfile.open(path) as archive:
        return [name.partition("/")[2] for name in archive.getnames() if "/" in name]


def faults(names: Iterable[str], expected: set[str]) -> list[str]:
    """What a distribution holds and should not, and what it lacks."""
    names = list(names)
    top = {name.partition("/")[0] for name in names}
    found = [f"{name} should not be in it" for name in sorted(top - expected)]
    found += [f"{name} is missing" for name in sorted(expected - top)]
    found += [f"{name} should not be in it" for name in names if UNWANTED.search(name)]
    return found + [f"{name} is missing" for name in NEEDED if name not in names]


def check_contents(wheel: Path, sdist: Path) -> None:
    """Raise PackageError where one of them holds too much or too little."""
    version = wheel.name.split("-")[1]
    found = faults(contents(wheel), {name.format(version=version) for name in WHEEL})
    found += faults(contents(sdist), SDIST)
    if found:
        raise PackageError("; ".join(found))


def environment(wheel: Path, folder: Path) -> Path:
    """The Python of an environment that holds the wheel with what it needs, and nothing else."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-qq", "-c", ROOT / "constraints.txt", wheel], check=True)
    subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
    return python


def check_commands(program: list[str], folder: Path, environ: Mapping[str, str]) -> None:
    """Run what works without any extra, in an empty folder; raises PackageError."""
    for words, expected in WORKS:
        done = outcome([*program, *words.split()], folder, environ)
        if done.returncode or not re.search(expected, done.stdout):
            raise PackageError(f"`arazzo {words}`: exit code {done.returncode}\n{done.stdout}")


def check_extras(program: list[str], folder: Path, environ: Mapping[str, str]) -> None:
    """Each command with an extra says which, and ends with exit code 2; raises PackageError."""
    for words, expected in EXTRAS:
        done = outcome([*program, *words.split()], folder, environ)
        if done.returncode != 2 or expected not in done.stdout:
            raise PackageError(f"`arazzo {words}`: exit code {done.returncode}\n{done.stdout}")


def outcome(
    words: list[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What a command printed, on both streams."""
    return subprocess.run(
        words,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
        text=True,
    )


def check_program(program: list[str]) -> None:
    """Raise PackageError where a command without extras does not work in an empty folder."""
    with tempfile.TemporaryDirectory() as empty:
        environ = {"PATH": "/usr/bin:/bin", "HOME": empty, "COLUMNS": "100"}
        check_commands(program, Path(empty), environ)
        check_extras(program, Path(empty), environ)


def build_wheel(target: Path, root: Path = ROOT) -> None:
    """Put the wheel of the last commit into a folder, unchecked."""
    with tempfile.TemporaryDirectory() as name:
        target.mkdir(parents=True, exist_ok=True)
        build(trees(root, Path(name))[0], "wheel", target.resolve(), commit_time(root))


def main(target: Path, root: Path = ROOT) -> None:
    """Build, check, and put both into the folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, sdist = distributions(root, folder)
        check_contents(wheel, sdist)
        python = environment(wheel, folder / "environment")
        check_program([str(python.with_name("arazzo"))])
        target.mkdir(parents=True, exist_ok=True)
        for path in (wheel, sdist):
            shutil.copy(path, target)
            size = path.stat().st_size / 1e6
            print(f"{target / path.name}: {size:.1f} MB, {len(contents(path))} files")


def carry_out(words: list[str]) -> None:
    """`TARGET` builds and checks, `wheel TARGET` builds alone, `try PROGRAM…` tries a program."""
    match words:
        case ["wheel", target]:
            build_wheel(Path(target))
        case ["try", *program]:
            check_program(program)
        case [target]:
            main(Path(target))
        case _:
            sys.exit(f"error: {carry_out.__doc__}")


if __name__ == "__main__":
    try:
        carry_out(sys.argv[1:])
    except PackageError as reason:
        sys.exit(f"error: {reason}")
