"""Knowledge that stands in one module, and that the others have to ask for."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

from arazzo_runner.openapi.schema.walk import APPLICATORS

ROOT = Path(__file__).parents[2] / "arazzo_runner"
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in ROOT.rglob("*.py")
}

SCHEMES = "openapi/security/schemes.py"
MEDIA_TYPES = "http_semantics/media_type.py"


@cache
def nodes_of(text: str) -> list[ast.AST]:
    """All nodes of a module, which is parsed once for all that is looked for in it."""
    return list(ast.walk(ast.parse(text)))


def places_of(find: Callable[[str], Iterable[object]], *known: str) -> dict[str, list[object]]:
    """The modules beside the known ones in which something is found, with what it is."""
    found = {path: list(find(text)) for path, text in FILES.items() if path not in known}
    return {path: places for path, places in found.items() if places}


def strings(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def media_type_tests(text: str) -> Iterator[int]:
    """The lines of a module that compare or search a text with what names a kind of media type."""
    for node in nodes_of(text):
        searched = node.func.attr if isinstance(node, ast.Call) and is_method(node.func) else ""
        is_search = searched in {"endswith", "startswith", "removesuffix", "removeprefix"}
        is_kind = {"application/json", "text/json", "+json", "+xml", "json"}.intersection
        if isinstance(node, ast.MatchValue | ast.Set) and is_kind(strings(node)) - {"json"}:
            yield node.lineno
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            words = {word for side in sides for word in strings(side)}
            is_substring = isinstance(node.ops[0], ast.In) and "json" in set(strings(node.left))
            if is_kind(words) - {"json"} or is_substring:
                yield node.lineno
        elif is_search and is_kind(strings(node)):
            yield node.lineno


def is_method(func: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(func, ast.Attribute)


@pytest.mark.parametrize(
    "line",
    [
        'x = essence == "application/json"',
        'x = "json" in media_type',
        'x = name in ("text/json", "application/json")',
        'x = name.endswith(("+json", "+yaml"))',
        'x = name.startswith("application/json")',
        'x = name.removesuffix("+json") != name',
        'KINDS = {"application/json", "text/json"}',
        'match kind:\n    case "application/json": pass',
    ],
)
def test_a_second_place_for_media_types_is_found(line: str) -> None:
    assert set(media_type_tests(line)) == {line.count("\n") + 1}


HEADERS = "http_semantics/headers.py"
# Each field is judged there by itself: which are written, or counted, and not what one has.
EACH_FIELD = {"report/curl.py", "report/criterion_hints.py"}


def field_searches(text: str) -> Iterator[int]:
    """The lines where fields are gone through for one of a name: `name.lower() == "cookie"`."""
    for node in nodes_of(text):
        names = {name for target in pair_targets(node) for name in target}
        for one in ast.walk(node) if names else ():
            match one:
                case ast.Compare(ast.Call(ast.Attribute(ast.Name(name), attr)), [ops]):
                    is_equal = isinstance(ops, ast.Eq | ast.NotEq)
                    if name in names and attr in {"lower", "casefold"} and is_equal:
                        yield one.lineno


def pair_targets(node: ast.AST) -> Iterator[set[str]]:
    loops = node.generators if hasattr(node, "generators") else [node]
    for one in loops:
        target = getattr(one, "target", None)
        if isinstance(target, ast.Tuple) and len(target.elts) == 2:
            yield {part.id for part in target.elts if isinstance(part, ast.Name)}


@pytest.mark.parametrize(
    "line",
    [
        'x = [v for n, v in headers if n.lower() == "cookie"]',
        'x = next((v for n, v in headers if n.casefold() == name), "")',
        'for n, v in headers:\n    if n.lower() == "cookie": found = v',
    ],
)
def test_a_second_search_for_header_fields_is_found(line: str) -> None:
    assert set(field_searches(line)) == {line.count("\n") + 1}


@pytest.mark.parametrize(
    ("words", "home"),
    [
        (("cell_len", "east_asian_width", "wcwidth", "wcswidth"), "report/safe_text.py"),
        (("API key in the", "OpenID Connect", "mutual TLS, with"), SCHEMES),
    ],
)
def test_these_words_stand_in_one_module(words: tuple[str, ...], home: str) -> None:
    texts = [(path, text) for path, text in FILES.items() if any(one in text for one in words)]
    code = {path: code_without_docs(text) for path, text in texts}
    assert {path for path, text in code.items() if any(one in text for one in words)} == {home}


def code_without_docs(text: str) -> str:
    """A module without comments and docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        match node:
            case ast.Expr(ast.Constant(str())):
                node.value = ast.Constant(None)
    return ast.unparse(tree)


def scheme_names(text: str) -> list[int]:
    """The lines that name an HTTP scheme: `f"HTTP {one.scheme}"`."""
    return [one.lineno for one in nodes_of(text) if is_scheme_name(one)]


def is_scheme_name(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr([ast.Constant("HTTP "), ast.FormattedValue(ast.Attribute(attr=name))]):
            return name == "scheme"
        case _:
            return False


CARETS = "report/diagnostics/carets.py"


def caret_rows(text: str) -> list[int]:
    """The lines of a module where carets are repeated: `"^" * width`, `"".ljust(width, "^")`."""
    return [one.lineno for one in nodes_of(text) if has_carets(one)]


def has_carets(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Mult()):
            return "^" in {*strings(node.left), *strings(node.right)}
        case ast.Call(ast.Attribute(attr="ljust" | "rjust" | "center" | "join"), args):
            return any({"^"} == {*strings(one)} for one in args)
        case ast.Call(ast.Name("repeat"), [ast.Constant("^"), *_]):
            return True
        case _:
            return False


@pytest.mark.parametrize(
    "line",
    [
        'x = "^" * width',
        'x = width * "^"',
        'x = "".ljust(width, "^")',
        'x = "".join("^" for _ in part)',
        'x = "".join(repeat("^", width))',
    ],
)
def test_a_second_place_for_carets_is_found(line: str) -> None:
    assert set(caret_rows(line)) == {1}


WALK = "openapi/schema/walk.py"
# What judges beside our own reading of schemas may not share it.
APART = {path for path in FILES if path.startswith("oracle/")}
# The keywords themselves, for jsonschema.
APART |= {"openapi/schema/keywords.py"}
# Words of other things too: these are known by what is done with them.
WORDS = {"$defs", "contains", "definitions", "else", "if", "items", "not", "properties", "then"}
WORDS |= {"oneOf"}
# A key of the same name that is none of a schema, and a schema that may not be asked for there.
NO_SCHEMAS = {
    # The room below OpenAPI: it looks at the text of `inputs` for names that no expression can
    # hold, before anything of the document is known to be what it should.
    ("document/load.py", "properties"),
    # The group of a pattern.
    ("expression/common_mistakes.py", "items"),
    # The messages of an operation in AsyncAPI 2.x.
    ("asyncapi/channels.py", "oneOf"),
}


def keyword_lists(text: str) -> list[int]:
    """The lines of a module that know which keywords hold schemas.

    A keyword that a schema is built with (``{"allOf": …}``) and a path (``("items", at)``) are no
    knowledge of that kind; a keyword that is looked for is, and so are two of them in one list.
    """
    nodes = nodes_of(text)
    built = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
    plain = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in built]
    lists = [node for node in nodes if isinstance(node, ast.Tuple | ast.List | ast.Set)]
    found = {one.lineno for one in plain if one.value in [*(APPLICATORS.keys() - WORDS)]}
    found |= {one.lineno for one in lists if is_keyword_list(one)}
    return sorted(found)


def keywords_read(text: str) -> Iterator[tuple[int, str]]:
    """The keywords that a module looks for in a mapping, or tells a key by, with their lines."""
    for node in nodes_of(text):
        for key in keys_read(node):
            if isinstance(key, ast.Constant) and key.value in [*APPLICATORS]:
                yield key.lineno, str(key.value)


def keys_read(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(ast.Attribute(attr="get" | "pop" | "setdefault"), [key, *_]):
            return [key]
        case ast.Call(ast.Name("itemgetter"), keys):
            return keys
        case ast.Subscript(slice=key, ctx=ast.Load() | ast.Del()):
            return [key]
        case ast.Compare(left, _, others):
            return [left, *others]
        case ast.MatchMapping(keys):
            return keys
        case _:
            return []


def is_keyword_list(node: ast.Tuple | ast.List | ast.Set) -> bool:
    words = {one.value for one in node.elts if isinstance(one, ast.Constant)}
    is_path = any(not isinstance(one, ast.Constant | ast.Starred) for one in node.elts)
    return not is_path and len(APPLICATORS.keys() & words) > 1


def test_what_one_module_knows_the_others_ask_for() -> None:
    """All rules in one test, so that each module is parsed once."""
    assert places_of(media_type_tests, MEDIA_TYPES) == {}, f"ask {MEDIA_TYPES}"
    assert places_of(field_searches, HEADERS, *EACH_FIELD) == {}, f"ask {HEADERS}"
    assert places_of(scheme_names).keys() == {SCHEMES}, f"ask {SCHEMES}"
    assert places_of(caret_rows).keys() == {CARETS}, f"ask {CARETS}"
    assert places_of(keyword_lists, WALK, *APART) == {}, f"ask {WALK}"
    read = {
        (path, str(key))
        for path in set(FILES) - {WALK} - APART
        for _, key in keywords_read(FILES[path])
    }
    assert read == NO_SCHEMAS, f"ask {WALK}"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ('x = ("if", "then", "else")', [1]),
        ('x = {"items", "properties"}', [1]),
        ('x = node.get("allOf")', [1]),
        ('x = "prefixItems" in node', [1]),
        ('x = {"allOf": [a, b]}', []),
        ('x = ("properties", name, "items")', []),
    ],
)
def test_a_second_place_for_keywords_is_found(line: str, lines: list[int]) -> None:
    assert keyword_lists(line) == lines


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ('x = node.get("properties", {})', ["properties"]),
        ('x = node["items"]', ["items"]),
        ('x = flat.schema["properties"][name]', ["properties"]),
        ('x = node.pop("$defs")', ["$defs"]),
        ('x = node.setdefault("not", {})', ["not"]),
        ('del node["items"]', ["items"]),
        ('x = "if" in node', ["if"]),
        ('x = key == "properties"', ["properties"]),
        ('x = itemgetter("items")', ["items"]),
        ('match x:\n    case {"items": one}: pass', ["items"]),
        ('x = {"items": one}', []),
        ('x["items"] = one', []),
        ('x = place.at("properties", name)', []),
        ('x = ("properties", name)', []),
    ],
)
def test_a_keyword_that_is_read_is_found(line: str, keys: list[str]) -> None:
    assert [key for _, key in keywords_read(line)] == keys
