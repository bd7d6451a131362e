"""The Homebrew formula of an sdist, with its resources: what `scripts/release` writes.

Each resource is a source archive with the version that `constraints.txt` pins; its address and its
SHA-256 come from the package index, as uv writes them into a lock file.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PYTHON = "3.13"
# What is not of Python and needed to build the resources from source.
NEEDED = ('depends_on "rust" => :build', 'depends_on "libyaml"', f'depends_on "python@{PYTHON}"')

HEAD = """\
class Arazzo < Formula
  include Language::Python::Virtualenv

  desc "Run, check and embed Arazzo workflows"
  homepage "{homepage}"
  url "{url}"
  sha256 "{sha256}"
  license "Apache-2.0"

"""
TAIL = """\
  def install
    virtualenv_install_with_resources
    generate_completions_from_executable(bin/"arazzo", "completion", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/arazzo --version")
    assert_match "1 workflow passed", shell_output("#{bin}/arazzo demo 2>&1")
  end
end
"""


class FormulaError(Exception):
    """Why there is no formula."""


def locked_packages(root: Path) -> list[dict[str, Any]]:
    """What an installation without extras needs, from a lock file made for this purpose."""
    with tempfile.TemporaryDirectory() as name:
        lock = Path(name) / "pylock.toml"
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "compile", "--quiet"),
                *("--format", "pylock.toml", "--python-version", PYTHON),
                *("--constraint", "constraints.txt", "--output-file", lock, "pyproject.toml"),
            ],
            cwd=root,
            check=True,
        )
        packages: list[dict[str, Any]] = tomllib.loads(lock.read_text("utf-8"))["packages"]
        return packages


def resources(packages: Sequence[Mapping[str, Any]]) -> str:
    """The source archives; raises FormulaError for what has none."""
    without = [str(one["name"]) for one in packages if "sdist" not in one]
    if without:
        raise FormulaError(f"no source archive: {', '.join(without)}")
    blocks = (
        f'  resource "{one["name"]}" do\n'
        f'    url "{one["sdist"]["url"]}"\n'
        f'    sha256 "{one["sdist"]["hashes"]["sha256"]}"\n'
        "  end\n"
        for one in sorted(packages, key=lambda one: str(one["name"]))
    )
    return "\n".join(blocks)


def render(homepage: str, url: str, sha256: str, packages: Sequence[Mapping[str, Any]]) -> str:
    """The formula."""
    needed = "".join(f"  {line}\n" for line in NEEDED)
    head = HEAD.format(homepage=homepage, url=url, sha256=sha256)
    return f"{head}{needed}\n{resources(packages)}\n{TAIL}"


def text(root: Path, sdist: Path, homepage: str, url: str) -> str:
    """The formula of an sdist that users download from a URL."""
    digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
    return render(homepage, url, digest, locked_packages(root))


def check(path: Path) -> None:
    """Raise FormulaError where Ruby cannot parse it; without Ruby nothing is checked."""
    ruby = shutil.which("ruby")
    if ruby is None:
        print("note: without ruby the formula is not checked", file=sys.stderr)
        return
    done = subprocess.run([ruby, "-c", path], capture_output=True, check=False, text=True)
    if done.returncode:
        raise FormulaError(done.stderr)


if __name__ == "__main__":
    archive = Path(sys.argv[1])
    print(text(Path(__file__).parents[1], archive, sys.argv[2], sys.argv[3]), end="")
