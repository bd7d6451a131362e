"""What the core may use: no network, file, process, thread, clock or chance (docs/architecture.md).

The lists say what is allowed, so that what nobody thought of is refused.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

CORE = (
    *("lint", "fix", "executor", "asyncapi", "document", "openapi", "expression"),
    *("http_semantics", "options", "text"),
)

# Of these anything may be used, and of their submodules nothing that is not listed as well.
WHOLE = {
    *(
        "__future__",
        "array",
        "bisect",
        "collections",
        "collections.abc",
        "dataclasses",
    ),
    *(
        "decimal",
        "difflib",
        "enum",
        "fnmatch",
        "functools",
        "hashlib",
        "heapq",
        "html",
        "itertools",
        "json",
    ),
    *(
        "json.encoder",
        "math",
        "operator",
        "re",
        "string",
        "struct",
        "textwrap",
        "typing",
        "unicodedata",
    ),
    *("urllib.parse", "xml.parsers.expat"),
}
# Libraries that only compute.
LIBRARIES = {
    *("elementpath", "iregexp_check", "jsonpath_rfc9535", "jsonpointer", "jsonschema"),
    *("jsonschema_rs", "msgspec", "referencing", "regex", "yaml"),
}
# Of these the named things alone: the rest of them reads files, clocks or the machine.
NAMED = {
    "base64": {"b64decode", "b64encode"},
    "contextlib": {"contextmanager", "suppress"},
    "codecs": {"BOM_UTF8", "BOM_UTF16_BE", "BOM_UTF16_LE", "lookup"},
    "contextvars": {"ContextVar"},
    "datetime": {"UTC", "date", "datetime", "time", "timedelta", "timezone"},
    "email.utils": {"parsedate_to_datetime"},
    "gc": {"disable", "enable", "isenabled"},  # to pause it is a matter of speed
    "sys": {"maxsize"},
    "warnings": {"warn"},  # the channel for facts about the installation
    "xml.etree.ElementTree": {"Comment", "Element", "ParseError", "TreeBuilder", "XMLParser"},
    "xml.parsers": {"expat"},
    "xml.sax.saxutils": {"escape", "quoteattr"},
}
# Of libraries: what reads files and URLs by itself.
READERS = {"jsonschema.RefResolver", "jsonschema.cli", "jsonschema.validators.RefResolver"}
# Modules in C under another name than the one that they are imported by.
HOMES = {"builtins", "pyexpat"}
BUILTINS = {
    *("__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "copyright"),
    *("credits", "eval", "exec", "exit", "globals", "input", "license", "locals", "open"),
    *("hash", "print", "quit", "vars"),  # the hash of a string is another in each process
}
_NOTHING = object()
# From these every module of Python can be reached.
INNER = {
    *("__builtins__", "__closure__", "__code__", "__getattribute__", "__globals__", "__loader__"),
    *("__mro__", "__base__", "__bases__", "__spec__", "__subclasses__", "f_globals", "gi_frame"),
}
# Methods of dates that ask the clock. `now` of a clock that was handed in is what they are not.
CLOCK = {"now", "today", "utcnow"}
CLOCKS = {"datetime.date", "datetime.datetime"}
# Functions that take the name of an attribute, which may lead on: `codecs.open`.
BY_NAME = {"getattr", "operator.attrgetter", "operator.methodcaller"}


def impurities(source: str) -> list[str]:
    """What a module of the core may not have, as `LINE: what`."""
    nodes = list(ast.walk(ast.parse(source)))
    bound = {name: path for node in nodes for name, path in names_of(node)}
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    found = {
        (node.lineno, what)
        for node in nodes
        for what in (
            *imports_of(node),
            *uses_of(node, bound, is_inner=id(node) in inner),
            *values_of(node, bound),
        )
        if isinstance(node, ast.stmt | ast.expr)
    }
    return [f"{line}: {what}" for line, what in sorted(found)]


def names_of(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that an import gives, each with the dotted path that it stands for."""
    match node:
        case ast.Import():
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        case ast.ImportFrom():
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def imports_of(node: ast.AST) -> Iterator[str]:
    """The imports that are not allowed; those of the project are judged by import-linter."""
    match node:
        case ast.Import():
            yield from (f"import {one.name}" for one in node.names if not is_importable(one.name))
        case ast.ImportFrom(module=str() as module) if not is_project(module):
            for alias in node.names:
                if not is_allowed(module, alias.name):
                    yield f"from {module} import {alias.name}"


def is_project(module: str) -> bool:
    return module.partition(".")[0] == "arazzo_runner"


def is_library(module: str) -> bool:
    return module.partition(".")[0] in LIBRARIES or is_project(module)


def is_module(module: str) -> bool:
    return module in WHOLE or module in NAMED or is_library(module)


def is_importable(module: str) -> bool:
    return is_module(module) and not is_foreign(module)


def is_allowed(module: str, name: str) -> bool:
    if module in NAMED:
        return name in NAMED[module]
    if is_foreign(f"{module}.{name}"):
        return False
    if own_path(f"{module}.{name}") != f"{module}.{name}" and is_beyond(f"{module}.{name}"):
        return False
    return (module in WHOLE and name != "*") or is_library(module) or is_module(f"{module}.{name}")


def uses_of(node: ast.AST, bound: dict[str, str], *, is_inner: bool) -> Iterator[str]:
    """What an expression uses that is not allowed; ``is_inner`` is a part of a longer path."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in BUILTINS and name not in bound:
            yield name
        case ast.Attribute():
            path = path_of(node, bound)
            is_way_out = node.attr in INNER or bool(path and node.attr == "__dict__")
            is_whole = not is_inner and (is_beyond(path) or is_foreign(path) or is_bare(path))
            if is_way_out or is_whole or asks_clock(node, path):
                yield ast.unparse(node)
        case ast.Name(id=name, ctx=ast.Load()) if not is_inner and is_bare(bound.get(name, "")):
            yield name


def values_of(node: ast.AST, bound: dict[str, str]) -> Iterator[str]:
    """What is handed on that asks a clock: a class of dates, an attribute by its name."""
    match node:
        case ast.Call(func=func, args=args):
            if path_of(func, bound) in BY_NAME or ast.unparse(func) in BY_NAME:
                yield from (ast.unparse(node) for one in args if is_impure_name(one))
            if ast.unparse(func) not in {"isinstance", "cast"}:
                yield from (ast.unparse(one) for one in args if path_of(one, bound) in CLOCKS)
        case ast.Assign() | ast.AnnAssign() | ast.NamedExpr() | ast.Return():
            if node.value is not None and path_of(node.value, bound) in CLOCKS:
                yield ast.unparse(node)


def is_impure_name(node: ast.expr) -> bool:
    name = node.value if isinstance(node, ast.Constant) else None
    parts = set(name.split(".")) if isinstance(name, str) else set()
    return not parts.isdisjoint(CLOCK | INNER | BUILTINS)


def path_of(node: ast.expr, bound: dict[str, str]) -> str:
    """The dotted path that an expression means; empty for one that starts with no import."""
    match node:
        case ast.Name(id=name):
            return bound.get(name, "")
        case ast.Attribute(value=value, attr=attribute):
            before = path_of(value, bound)
            return f"{before}.{attribute}" if before else ""
        case _:
            return ""


def asks_clock(node: ast.Attribute, path: str) -> bool:
    holder = ast.unparse(node.value).rpartition(".")[2]
    is_own = not path or is_project(path)
    return node.attr in CLOCK and not (is_own and holder.strip("_") == "clock")


def is_bare(path: str) -> bool:
    """Whether a path ends at a module: as a value, it could be asked for all that it has."""
    return bool(path) and not is_project(path) and isinstance(object_at(path), ModuleType)


def is_foreign(path: str) -> bool:
    """Whether a path leads to what its module has from one that is not allowed: `urlopen`."""
    if not path or is_project(path):
        return False
    if any(f"{path}.".startswith(f"{one}.") for one in READERS) or is_private(path):
        return True
    held = object_at(path)
    home = getattr(held, "__module__", None)
    if held is _NOTHING or not isinstance(home, str):
        return held is _NOTHING
    # What is written in C has its home in `_json` for `json`.
    return not any(is_within(one) for one in (home, home.removeprefix("_")))


def is_within(module: str) -> bool:
    """Whether a module is a listed one, or inside one of which anything may be used."""
    listed = any(f"{module}.".startswith(f"{one}.") for one in WHOLE)
    return listed or module in NAMED or module in HOMES or is_library(module)


def is_private(path: str) -> bool:
    parts = path.split(".")[1:]
    is_inside = any(one.startswith("_") and not one.startswith("__") for one in parts)
    return is_library(path) and (is_inside or "__main__" in parts)


@cache
def object_at(path: str) -> object:
    """What a dotted path from an allowed module leads to; `_NOTHING` where it leads nowhere."""
    held: object = _NOTHING
    names = path.split(".")
    for at, name in enumerate(names, 1):
        step = getattr(held, name, _NOTHING)
        module = _module(".".join(names[:at])) if step is _NOTHING else None
        held = module or step  # `urllib` is none that is listed; `urllib.parse` is
    return held


@cache
def own_path(path: str) -> str:
    """A path by the name that each module on it has itself: `os` for `contextlib.os`."""
    own, held = "", None
    for name in path.split("."):
        step = f"{own}.{name}" if own else name
        held = getattr(held, name, None) if held else None
        held = _module(step) if held is None else held
        own = held.__name__ if isinstance(held, ModuleType) else step
    return own


def _module(name: str) -> ModuleType | None:
    if not is_module(name) or is_private(name):
        return None
    try:
        return import_module(name)
    except ImportError:
        return None


def is_beyond(path: str) -> bool:
    """Whether a path that starts with an import leads to what its module is not listed with."""
    path = own_path(path) if path and not is_project(path) else ""
    if not path or is_library(path):
        return False
    listed = [one for one in (*WHOLE, *NAMED) if f"{path}.".startswith(f"{one}.")]
    if not listed:
        return True
    module = max(listed, key=len)
    name = path.removeprefix(module).lstrip(".").partition(".")[0]
    return module in NAMED and name not in NAMED[module]
