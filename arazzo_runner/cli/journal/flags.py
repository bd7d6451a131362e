"""The flags of a run as its journal keeps them: what is asked of the run, and no credential."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from click.core import ParameterSource

from arazzo_runner.cli.options.flags import run_flags
from arazzo_runner.openapi.request.user_headers import parse_user_header
from arazzo_runner.options.output import FIXED, KEPT
from arazzo_runner.options.table import OPTIONS
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.secret_names import HEADER_NAMES
from arazzo_runner.report.secrets import Masker

_TYPED: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


class JournalFlags(msgspec.Struct, frozen=True):
    """``left_out`` are the names of secret inputs, ``secret_headers`` those of header fields.

    ``profile`` is that which credentials were taken from. ``row_secrets`` are secret inputs
    that are not the same in all rows, each with the numbers of the rows that have none; ``is_part``
    says that `--case` chose among the rows of the file.
    """

    flags: Mapping[str, Any]
    seed: int | None = None
    has_cases: bool = False
    left_out: tuple[str, ...] = ()
    secret_headers: tuple[str, ...] = ()
    profile: str = ""
    row_secrets: Mapping[str, Sequence[int]] = {}
    is_part: bool = False

    def to_bytes(self) -> bytes:
        """The flags as bytes."""
        return msgspec.msgpack.encode(self)


class SecretFlagError(Exception):
    """A flag has a secret, which nothing keeps; ``str()`` follows the name of what would."""


_FLAG_REASON: Final = "would hold a secret that stands in a flag, such as the password of a server"
FLAG_HINT: Final = "set it as a credential: `arazzo auth DOCUMENT` names the variables"


def _parameters(names: frozenset[str]) -> frozenset[str]:
    options = (one for one in OPTIONS if one.name in names and "run" in one.commands)
    return frozenset(one.parameter for one in options)


def journal_flags(
    given: Mapping[str, Any], description: Description, masker: Masker, **more: Any
) -> JournalFlags:
    """What is kept of the flags of a run. Raises SecretFlagError for a secret that would be."""
    flags = {name: given[name] for name in _parameters(FIXED | KEPT)}
    secret, public = _headers(given["headers"], description.apis(), masker)
    flags["headers"] = public
    flags["sources"] = {name: absolute_place(one) for name, one in given["sources"].items()}
    flags["source_dirs"] = tuple(map(absolute_place, given["source_dirs"]))
    if any(masker.text(one) != one for one in _texts(list(flags.values()))):
        raise SecretFlagError(_FLAG_REASON)
    profile = given["profile"].name if given["profile"].credentials else ""
    return JournalFlags(flags, secret_headers=secret, profile=profile, **more)


def _headers(
    headers: tuple[str, ...], sources: Collection[str], masker: Masker
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of those that hold a secret, and the others."""
    secret, public = [], []
    for text in headers:
        name = parse_user_header(text, sources).name
        if name.lower() in HEADER_NAMES or masker.text(text) != text:
            secret.append(name)
        else:
            public.append(text)
    return tuple(secret), tuple(public)


def _texts(value: Any) -> Iterator[str]:
    """What a user has typed of flags; names of flags, and numbers, may equal a secret by chance."""
    open_values = [value]
    while open_values:
        match open_values.pop():
            case str(text):
                yield text
            case Mapping() as members:
                open_values += [*members, *members.values()]
            case list() | tuple() | set() | frozenset() as items:
                open_values += items


def missing_headers(kept: JournalFlags, typed: Sequence[str]) -> list[str]:
    """The names of secret header fields that were not typed again."""
    lower = [text.lower() for text in typed]
    return [
        name
        for name in kept.secret_headers
        if not any(f"{name}=".lower() in text or f"{name}:".lower() in text for text in lower)
    ]


def read_flags(spelled: bytes) -> JournalFlags:
    """The flags that a journal has. Raises ValueError."""
    return msgspec.msgpack.decode(spelled, type=JournalFlags)


def is_of_program(spelled: bytes) -> bool:
    """Whether a program began the run that a journal has these options of."""
    try:
        options = msgspec.msgpack.decode(spelled)
    except ValueError:
        return False
    return isinstance(options, dict) and options.get("of") == "program"


def resumed_flags(kept: JournalFlags, given: Mapping[str, Any]) -> dict[str, Any]:
    """The flags of a run that goes on: what the journal has, and what was typed now."""
    context = click.get_current_context()
    found = run_flags(given)
    for name, value in kept.flags.items():
        is_typed = context.get_parameter_source(name) in _TYPED
        if name == "headers":
            found[name] = (*_flag_value(value), *given.get(name, ()))
        elif not is_typed or name not in given:
            found[name] = _flag_value(value)
    if kept.seed is not None:
        found["seed"] = kept.seed
    if kept.has_cases:
        found["cases"] = given["journal"]
    return found


def _flag_value(value: Any) -> Any:
    """The value as flags have it: several values are a tuple."""
    return tuple(value) if isinstance(value, list) else value


def absolute_place(place: str) -> str:
    """A path that is right from every folder; a URL as it is."""
    return place if "://" in place else str(Path(place).resolve())
