"""What a case is: a folder with a `case.yaml`. CONTRIBUTING.md documents the keys."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent / "cases"
ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the scripted server answers to one request, and what it expects of that request.

    `raw` is written to the socket as it stands (Latin-1, one byte a character), then the
    connection is closed; `file` is a body from the case's folder; `delay` is in seconds.
    """

    expect: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    file: str | None = None
    raw: str | None = None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, the world it runs in, and its exit code; `replies` None: no server at all.

    `broker` is what a broker in the process does (`broker.py`); None: there is none.

    `copy` are files that are put into `$TMP` before, for commands that change files.
    """

    folder: Path
    run: tuple[str, ...]
    exit: int
    stdin: str = ""
    env: dict[str, str] = field(default_factory=dict)
    replies: tuple[Reply, ...] | None = None
    broker: dict[str, Any] | None = None
    copy: tuple[str, ...] = ()

    def expected(self, name: str) -> Path:
        """The expected file of this name, there or not."""
        return self.folder / name


def find(root: Path = ROOT) -> list[str]:
    """The names of all cases: their folders, relative to `root`."""
    return sorted(path.parent.relative_to(root).as_posix() for path in root.rglob("case.yaml"))


def load(folder: Path) -> Case:
    """Read `case.yaml`; an unknown key is a TypeError."""
    content = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    words = content.pop("run")
    words = shlex.split(words) if isinstance(words, str) else [str(word) for word in words]
    replies = content.pop("replies", None)
    return Case(
        folder=folder,
        run=tuple(words[1:] if words[0] == "arazzo" else words),
        replies=None
        if replies is None
        else tuple(one for reply in replies for one in _times(reply)),
        env={name: str(value) for name, value in content.pop("env", {}).items()},
        **content,
    )


def _times(reply: dict[str, Any]) -> list[Reply]:
    return [Reply(**{key: reply[key] for key in reply if key != "times"})] * reply.get("times", 1)
