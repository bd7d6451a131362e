"""API descriptions that packages ship, fetched when they are measured and kept outside the project.

The registry is the one that `npm` is configured for. What cannot be had is left out, and said.
"""

import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Published:
    """A description within a package; `copy` is the end of the name that a converted one gets."""

    package: str
    member: str
    copy: str | None = None


DESCRIPTIONS = (
    Published("@directus/specs@15.2.0", "package/dist/openapi.json"),
    Published("@blockfrost/openapi@0.1.93", "package/openapi.yaml"),
    Published("@octokit/openapi@23.0.2", "package/generated/api.github.com.json"),
    Published("@octokit/openapi@23.0.2", "package/generated/api.github.com.json", ".yaml"),
)


def folder() -> Path:
    """Where packages are kept: with the caches of the user."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "arazzo-bench"


def fetched() -> Iterator[tuple[str, Path]]:
    """The name and the file of each description that can be had."""
    for one in DESCRIPTIONS:
        try:
            path = _file(one)
        except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError) as reason:
            print(f"\n  left out: {one.package} cannot be fetched ({_words(reason)})")
            continue
        yield f"{one.package} {path.suffix[1:]}", path


def _file(one: Published) -> Path:
    target = folder() / one.package.replace("/", "-").lstrip("@")
    path = target / Path(one.member).name
    if not path.exists():
        target.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_member(_archive(one.package, target), one.member))
    return _converted(path, one.copy) if one.copy else path


def _archive(package: str, target: Path) -> Path:
    found = sorted(target.glob("*.tgz"))
    if not found:
        command = ["npm", "pack", package, "--silent", "--pack-destination", str(target)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        found = sorted(target.glob("*.tgz"))
    if not found:
        raise FileNotFoundError(f"npm left no archive of {package}")
    return found[0]


def _member(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as opened:
        content = opened.extractfile(name)
        if content is None:
            raise KeyError(name)
        return content.read()


def _converted(path: Path, end: str) -> Path:
    """The same description in YAML."""
    copy = path.with_suffix(end)
    if not copy.exists():
        content: Any = json.loads(path.read_bytes())
        text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        copy.write_text(text, encoding="utf-8")
    return copy


def _words(reason: Exception) -> str:
    if isinstance(reason, subprocess.CalledProcessError):
        lines = reason.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"npm ended with {reason.returncode}"
    return str(reason)
