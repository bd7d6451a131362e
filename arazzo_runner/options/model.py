"""A row of the table of options: flags, settings, keywords and pytest's options are made from it.

Nothing but `typing` is imported here: pytest reads the table at every start, hence no Struct.
"""

from __future__ import annotations

from typing import Literal as Choice
from typing import NamedTuple, TypeAlias

Kind: TypeAlias = Choice[
    "text",
    "switch",
    "optional-switch",  # None where it is not set
    "counter",  # how often it stands there: -vv
    "choice",
    "count",  # a whole number from `least` to `most`
    "processes",
    "duration",
    "age",  # a duration of up to ten years
    "rate",  # N/s
    "rates",  # [SOURCE=]N/s
    "size",
    "file",  # it has to exist
    "folder",
    "env-file",
    "profile",
    "source",  # NAME=PATH|URL
    "signer",  # [SOURCE.]SCHEME=NAME
    "server",  # [SOURCE=]URL
    "server-variable",
    "mock-case",  # [WORKFLOW/]STEP=STATUS|EXAMPLE
    "saved-output",  # [WORKFLOW/]STEP.OUTPUT=FILE
    "generated",  # NAME=KIND
    "call-key",  # `all` where the flag has no value
    "step-duration",  # [WORKFLOW/]STEP=T
    "credential-origin",
    "header",  # [SOURCE=]NAME=VALUE
    "origin",
    "codes",
    "color",
]
"""What a value is, and how the command line reads it."""

Function: TypeAlias = Choice["run", "load", "call"]

MOST = 1_000_000_000


class Keyword(NamedTuple):
    """A keyword argument in Python: its name, and its type as signatures spell it.

    ``function`` says where: ``run`` in `RunOptions`, ``load`` in `LoadOptions`, ``call`` beside
    these. ``by_name`` is the keyword that takes what stands behind ``NAME=``.
    """

    name: str
    annotation: str
    function: Function = "run"
    by_name: str = ""


class Option(NamedTuple):
    """One option. ``name`` is the long name of the flag and the key in `arazzo.toml`.

    ``commands`` have the flag, in ``section`` of their help; without any it is for Python alone.
    ``key`` is the name of the value in the program where that is not ``name``. ``default`` is as it
    is typed. ``choices`` are all values, or where there are others, the words they begin with.
    ``least`` is 0 where a number or a duration may be that. ``member`` is the member of a
    type that the option sets, such as ``Limits.max_steps``. ``pytest`` is the help of the twin in
    pytest, which there is when that is not empty.
    """

    name: str
    help: str
    commands: tuple[str, ...] = ("run",)
    section: str = ""
    kind: Kind = "text"
    short: str = ""
    key: str = ""
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    is_repeatable: bool = False
    default: str | int | None = None
    shows_default: bool = False
    least: int = 1
    most: int = MOST
    has_variable: bool = True
    keyword: Keyword | None = None
    member: str = ""
    pytest: str = ""

    @property
    def flag(self) -> str:
        """The flag as it is typed, ``--max-steps``."""
        return f"--{self.name}"

    @property
    def variable(self) -> str | None:
        """The twin in the environment, ``ARAZZO_MAX_STEPS``."""
        return f"ARAZZO_{_identifier(self.name).upper()}" if self.has_variable else None

    @property
    def parameter(self) -> str:
        """The name of the value in the program, ``max_steps``."""
        return self.key or _identifier(self.name)

    @property
    def is_switch(self) -> bool:
        """Whether the flag has no value."""
        return self.kind in ("switch", "optional-switch")

    @property
    def is_path(self) -> bool:
        """Whether a value leads to a file or folder."""
        return self.kind in ("file", "folder", "env-file")


def _identifier(name: str) -> str:
    return name.replace("-", "_")


class TypedDuration(float):
    """Seconds; ``text`` is what was typed, such as ``50ms``."""

    text: str

    def __new__(cls, seconds: float, text: str) -> TypedDuration:
        """Keep the text beside the number."""
        duration = super().__new__(cls, seconds)
        duration.text = text
        return duration

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        """What a copy is made of, in another process too."""
        return float(self), self.text


def typed_duration(seconds: float) -> str:
    """The duration as it was typed; seconds where it came from a program."""
    return seconds.text if isinstance(seconds, TypedDuration) else f"{seconds:g}s"
