"""Write docs/python-reference.md: all public names, from signatures and docstrings."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType, UnionType
from typing import Any, get_args, is_typeddict

from msgspec import NODEFAULT, Struct
from pages import PROJECT, note, table

import arazzo_runner

PAGE = PROJECT / "docs" / "python-reference.md"
TOP = f"""{note("the docstrings of arazzo_runner")}

# Python, name by name

All public names of `arazzo_runner`, with their types. [In Python](python-api.md) shows how they are
used. Values are frozen, but where a method says what it changes; times are in seconds.
"""
# By the module that a name comes from, or the folder of that.
HEADINGS = {
    "api": "Functions",
    "embed.tools": "Functions",
    "embed.documents": "Options and limits",
    "embed.options": "Options and limits",
    "executor.plan": "Options and limits",
    "pipeline.load": "Documents and findings",
    "http.settings": "Options and limits",
    "worlds.rate": "Options and limits",
    "embed": "Runs",
    "executor.result": "Results",
    "openapi.message": "Results",
    "openapi.response.contract": "Results",
    "executor.events": "Events",
    "text": "Documents and findings",
    "catalog": "Documents and findings",
    "executor.world": "Worlds",
    "worlds": "Worlds",
    "errors": "Errors",
}
ORDER = [*dict.fromkeys(HEADINGS.values())]


def python_page() -> str:
    """The text of the page."""
    names = {name: heading(name) for name in arazzo_runner.__all__}
    parts = [TOP.rstrip()]
    for title in ORDER:
        parts.append(f"## {title}")
        here = (one for one, where in names.items() if where == title)
        for name in sorted(here, key=str.swapcase):  # functions before what they give
            parts += [f"### `{name}`", *_entry(name, getattr(arazzo_runner, name))]
    return "\n\n".join(parts) + "\n"


def heading(name: str) -> str:
    """The heading that a public name stands under."""
    home = arazzo_runner._HOME[name]  # noqa: SLF001 - the one list of where they come from
    while home not in HEADINGS:
        home, dot, _ = home.rpartition(".")
        assert dot, f"scripts/python_pages.py has no heading for {name}"
    return HEADINGS[home]


def _entry(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, UnionType):
        members = ", ".join(f"`{one.__name__}`" for one in get_args(value))
        yield f"One of {members}."
    elif isinstance(value, FunctionType):
        mark = "async def " if inspect.iscoroutinefunction(value) else "def "
        yield _block(signature(name, value, mark))
        yield prose(value)
    else:
        yield _block(head(name, value))
        yield prose(value)
        if members := [_member(one, of) for one, of in sorted(_methods(value))]:
            yield table(["member", "what it is"], members).rstrip()


def _block(code: str) -> str:
    # `py`, since `python` is a program that is run.
    return f"```py\n{code}\n```"


def signature(name: str, function: Callable[..., Any], mark: str) -> str:
    """A function as it is written; one parameter a line where they are too many for one."""
    found = inspect.signature(function)
    parts = [one for one in _parameters(found) if one != "self"]
    returned = found.return_annotation
    end = "" if returned is inspect.Signature.empty else f" -> {returned}"
    line = f"{mark}{name}({', '.join(parts)}){end}"
    if len(line) <= 88:
        return line
    return f"{mark}{name}(\n" + "".join(f"    {one},\n" for one in parts) + f"){end}"


def _parameters(found: inspect.Signature) -> Iterator[str]:
    """The parameters as they are typed, with the marks between their kinds."""
    before = inspect.Parameter.POSITIONAL_OR_KEYWORD
    for one in found.parameters.values():
        if before is one.POSITIONAL_ONLY is not one.kind:
            yield "/"
        if one.kind is one.KEYWORD_ONLY and before not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            yield "*"
        before = one.kind
        # Annotations are texts, shown with quotes; some defaults have no form that could be typed.
        shown = re.sub(r"(?<=: )'(.*?)'(?= = |$)", r"\1", str(one))
        yield re.sub(r" = <.*>$", " = …", shown)


def head(name: str, cls: type) -> str:
    """A class with its fields, or with what it is made of."""
    fields = [f"    {one}" for one in _fields(cls)]
    if fields:
        return "\n".join([f"class {name}:", *fields])
    if issubclass(cls, BaseException):
        bases = ", ".join(one.__name__ for one in cls.__bases__)
        return f"class {name}({bases})"
    if "__init__" in vars(cls) and not getattr(cls, "_is_protocol", False):
        return signature(name, vars(cls)["__init__"], "class ").removesuffix(" -> None")
    return f"class {name}"


def _fields(cls: type) -> Iterator[str]:
    if issubclass(cls, enum.Enum):
        yield from (f"{one.name} = {one.value!r}" for one in cls)
    elif issubclass(cls, Struct) or is_typeddict(cls):
        types = {
            key: of for base in reversed(cls.__mro__) for key, of in _annotations(base).items()
        }
        for key, of in types.items():
            if not key.startswith("_"):
                yield f"{key}: {of}{_default(cls, key)}"


def _annotations(cls: type) -> dict[str, str]:
    found = vars(cls).get("__annotations__", {})
    return {key: getattr(of, "__forward_arg__", of) for key, of in found.items()}


def _default(cls: type, field: str) -> str:
    names, values = getattr(cls, "__struct_fields__", ()), getattr(cls, "__struct_defaults__", ())
    defaults = dict(zip(reversed(names), reversed(values), strict=False))
    if defaults.get(field, NODEFAULT) is NODEFAULT:
        return ""
    shown = repr(defaults[field])
    return " = …" if shown.startswith("<") or " at 0x" in shown else f" = {shown}"


def _methods(cls: type) -> Iterator[tuple[str, Any]]:
    """The methods and properties that are documented, those of bases of ours among them."""
    found = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("arazzo_runner"):
            found |= {name: one for name, one in vars(base).items() if not name.startswith("_")}
    for name, one in found.items():
        of = getattr(one, "__func__", one)
        # `brief` is what `repr` shows, which has no secrets.
        if isinstance(of, (FunctionType, property)) and of.__doc__ and name != "brief":
            yield name, of


def _member(name: str, of: Any) -> list[str]:
    if isinstance(of, property):
        returned = inspect.signature(of.fget).return_annotation
        shown = f"{name}: {returned}"
    else:
        mark = "async " if inspect.iscoroutinefunction(of) else ""
        shown = " ".join(signature(name, of, mark).split()).replace("( ", "(").replace(", )", ")")
    return [f"`{shown}`", " ".join(prose(of).split())]


def prose(value: Any) -> str:
    """A docstring as Markdown."""
    text = inspect.getdoc(value) or ""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"(?<=\S)\n(?=\S)", " ", text)


if __name__ == "__main__":
    PAGE.write_text(python_page(), encoding="utf-8")
