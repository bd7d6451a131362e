"""What messages say of flags, said of keyword arguments."""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from arazzo_runner.options.model import Keyword, Option
from arazzo_runner.options.table import OPTIONS, Table
from arazzo_runner.text.diagnostic import Diagnostic

_FLAG: Final = re.compile(r"`(?P<flag>--?[a-z][a-z0-9-]*)(?:[ =](?P<value>[^`]*))?`")

_HOLDERS: Final = {"Limits": "limits", "LoadLimits": "limits", "HttpSettings": "http"}
"""The keyword argument that takes a value of a type."""


def in_python(text: str, table: Table = OPTIONS) -> str:
    """The text with keyword arguments in place of the flags that stand for them."""
    return _FLAG.sub(lambda match: _in_python(match, table), text)


def _in_python(match: re.Match[str], table: Table) -> str:
    option = _option(match["flag"], table)
    if option is None:
        return match[0]
    if option.keyword is None:
        return f"`{_member(option)}`"
    return f"`{_keyword(option, option.keyword, match['value'])}`"


def _option(flag: str, table: Table) -> Option | None:
    """The option of a flag, if it has a keyword argument or sets a member of one."""
    options = (one for one in table if one.commands and (one.keyword or one.member))
    return next((one for one in options if flag in (one.flag, f"-{one.short}")), None)


def _member(option: Option) -> str:
    """A member of the type that a keyword argument takes: ``limits=Limits(max_steps=…)``."""
    holder, _, name = option.member.partition(".")
    value = "True" if option.is_switch else "…"
    member = f"{name}={value}" if name else value
    return f"{_HOLDERS[holder]}={holder}({member})"


def _keyword(option: Option, keyword: Keyword, value: str | None) -> str:
    if option.is_switch:
        return f"{keyword.name}=True"
    if value is None:
        return keyword.name
    name, equals, typed = value.partition("=")
    if not equals:
        return f"{keyword.name}={_quote(value)}"
    return f"{keyword.by_name or keyword.name}={{{_quote(name)}: {_quote(typed)}}}"


def _quote(text: str) -> str:
    return text if text in ("…", "...") else f'"{text}"'


def in_python_words(diagnostic: Diagnostic) -> Diagnostic:
    """A finding as a program is told it."""
    help_ = in_python(diagnostic.help) if diagnostic.help else None
    return replace(diagnostic, message=in_python(diagnostic.message), help=help_)


def explain_in_python(text: str) -> str:
    """What is said of a failure, with its ways out as a program is told them."""
    lines = text.splitlines()
    return "\n".join(in_python(one) if one.startswith("help: ") else one for one in lines)
