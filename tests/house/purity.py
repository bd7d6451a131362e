"""What the core may use: no network, file, process, thread, clock or chance (docs/architecture.md).

The lists say what is allowed, so that what nobody thought of is refused.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

CORE = (
    *("lint", "fix", "executor", "document", "openapi", "expression", "http_semantics", "options"),
    "text",
)

# Of these anything may be used, and of their submodules nothing that is not listed as well.
WHOLE = {
    *(
        "__future__",
        "base64",
        "bisect",
        "collections",
        "collections.abc",
        "contextlib",
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
    *("urllib.parse", "warnings", "xml.parsers.expat", "xml.sax.saxutils"),
}
# Libraries that only compute.
LIBRARIES = {
    *("elementpath", "iregexp_check", "jsonpath_rfc9535", "jsonpointer", "jsonschema"),
    *("jsonschema_rs", "msgspec", "referencing", "regex", "yaml"),
}
# Of these the named things alone: the rest of them reads files, clocks or the machine.
NAMED = {
    "codecs": {"BOM_UTF8", "BOM_UTF16_BE", "BOM_UTF16_LE", "lookup"},
    "contextvars": {"ContextVar"},
    "datetime": {"UTC", "date", "datetime", "time", "timedelta", "timezone"},
    "email.utils": {"parsedate_to_datetime"},
    "gc": {"disable", "enable", "isenabled"},  # to pause it is a matter of speed
    "sys": {"maxsize"},
    "xml.etree.ElementTree": {"Comment", "Element", "ParseError", "TreeBuilder", "XMLParser"},
    "xml.parsers": {"expat"},
}
BUILTINS = {
    *("__builtins__", "__import__", "breakpoint", "compile", "eval", "exec", "exit", "globals"),
    *("input", "locals", "open", "print", "quit", "vars"),
}
# Methods of dates that ask the clock. `now` of a clock that was handed in is what they are not.
CLOCK = {"now", "today", "utcnow"}


def impurities(source: str) -> list[str]:
    """What a module of the core may not have, as `LINE: what`."""
    nodes = list(ast.walk(ast.parse(source)))
    bound = {name: path for node in nodes for name, path in names_of(node)}
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    found = {
        (node.lineno, what)
        for node in nodes
        for what in (*imports_of(node), *uses_of(node, bound, is_inner=id(node) in inner))
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
            yield from (f"import {one.name}" for one in node.names if not is_module(one.name))
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


def is_allowed(module: str, name: str) -> bool:
    if module in NAMED:
        return name in NAMED[module]
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
            if asks_clock(node) or (not is_inner and is_beyond(path)):
                yield ast.unparse(node)


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


def asks_clock(node: ast.Attribute) -> bool:
    holder = ast.unparse(node.value).rpartition(".")[2]
    return node.attr in CLOCK and holder.strip("_") != "clock"


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
    try:
        return import_module(name) if is_module(name) else None
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
