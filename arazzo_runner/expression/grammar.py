"""The grammar of one runtime expression, read from a position in a text.

Arazzo 1.1.0, "Runtime Expressions": its ABNF, rule by rule, and a few forms beside it that
published documents use, each with a :class:`Notice`. Keywords are read in any case, as ABNF has
it (RFC 5234, section 2.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from arazzo_runner.expression.ast import (
    WHOLE,
    BodyRef,
    ComponentRef,
    Expression,
    HeaderRef,
    InputRef,
    MessageKind,
    MethodRef,
    OutputRef,
    Path,
    PathRef,
    QueryRef,
    SelfRef,
    SourceRef,
    StatusCodeRef,
    StepOutputRef,
    UrlRef,
    WorkflowRef,
)
from arazzo_runner.expression.scanner import ParseError, Scanner
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import pointer_text

_LETTERS: Final = lazy_pattern(r"[A-Za-z]+")
_STRICT: Final = lazy_pattern(r"[A-Za-z0-9_-]+")
_IDENTIFIER: Final = lazy_pattern(r"[A-Za-z0-9._-]+")
_TOKEN: Final = lazy_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
_CHARS: Final = lazy_pattern(r'(?:[^\x00-\x1f"\\{}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_POINTER: Final = lazy_pattern(r"(?:/(?:[^/{}~]|~[01])*)*")
_WALK: Final = lazy_pattern(
    r"""\.([\w$@:-]+)|\[([0-9]{1,9})\]|\['([^'\[\]]*)'\]|\["([^"\[\]]*)"\]"""
)

GrammarRule: TypeAlias = Callable[[Scanner, int], Expression]


def is_expression_start(text: str, at: int, end: int) -> bool:
    """Whether the text here is meant as an expression: a root, and then the end or a step on."""
    found = _BEGINNING.match(text, at, end)
    return found is not None and found.group(1).lower() in ROOTS


def read_expression(cursor: Scanner) -> Expression:
    """Read the longest expression here. Raises :class:`ParseError`."""
    start = cursor.at
    if cursor.next() != "$":
        raise ParseError("a runtime expression begins with `$`", start)
    cursor.at += 1
    word = cursor.take(_LETTERS)
    root = ROOTS.get(word.lower())
    if root is None:
        raise ParseError(_unknown_root(word), start)
    if root != word:
        cursor.note(f"the standard spelling of `${word}` is `${root}`", start, "$" + root)
    return _RULES[root](cursor, start)


@lru_cache(maxsize=1_024)
def _unknown_root(word: str) -> str:
    from arazzo_runner.text.diagnostic import did_you_mean

    roots = ["$" + name for name in ROOTS.values()]
    help_ = did_you_mean("$" + word, roots) or f"known are `{'`, `'.join(roots)}`"
    return f"`${word}` is not a runtime expression; {help_}"


def _dot(cursor: Scanner, start: int, example: str) -> None:
    if cursor.next() != ".":
        shown = cursor.since(start)
        raise ParseError(
            f"after `{shown}` comes a dot and a name, as in `{shown}.{example}`", cursor.at
        )
    cursor.at += 1


def _expected_reason(found: str, known: tuple[str, ...]) -> str:
    quoted = [f"`{one}`" for one in known]
    listed = " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
    if not found:
        return f"{listed} is expected here"
    hint = did_you_mean(found, known) if len(known) > 1 else None
    return f"{listed} is expected here, not `{found}`" + (f"; {hint}" if hint else "")


def _word(cursor: Scanner, words: Mapping[str, str]) -> str:
    """One of the known words, in any case; the others are named when it is none of them."""
    start = cursor.at
    found = cursor.take(_LETTERS)
    word = words.get(found.lower())
    if word is None:
        raise ParseError(_expected_reason(found, tuple(dict.fromkeys(words.values()))), start)
    if word != found:
        cursor.note(f"`{found}` is not standard; it is read as `{word}`", start, word)
    return word


def _name(cursor: Scanner, pattern: re.Pattern[str], what: str) -> str:
    name = cursor.take(pattern)
    if not name:
        raise ParseError(f"{what} is missing here", cursor.at)
    return name


def _unescape_chars(chars: str) -> str:
    """A name without its JSON escapes (the ABNF takes CHAR from RFC 7159)."""
    if "\\" not in chars:
        return chars
    import json

    return str(json.loads(f'"{chars}"'))


# --- after the root -------------------------------------------------------------------------------


def _url(cursor: Scanner, start: int) -> Expression:
    return UrlRef(cursor.since(start), start)


def _method(cursor: Scanner, start: int) -> Expression:
    return MethodRef(cursor.since(start), start)


def _status_code(cursor: Scanner, start: int) -> Expression:
    return StatusCodeRef(cursor.since(start), start)


def _self(cursor: Scanner, start: int) -> Expression:
    return SelfRef(cursor.since(start), start)


def _request(cursor: Scanner, start: int) -> Expression:
    return _message(cursor, start, "request")


def _response(cursor: Scanner, start: int) -> Expression:
    return _message(cursor, start, "response")


def _received_message(cursor: Scanner, start: int) -> Expression:
    return _message(cursor, start, "message")


def _message(cursor: Scanner, start: int, message: MessageKind) -> Expression:
    _dot(cursor, start, "body")
    part = _word(cursor, _PARTS)
    if part in ("body", "payload"):
        path = _path(cursor)
        return BodyRef(cursor.since(start), start, message, path)
    _dot(cursor, start, "name")
    if part == "header":
        name = cursor.take_all(_TOKEN, "the name of a header")
        if not name:
            raise ParseError("the name of the header is missing here", cursor.at)
        return HeaderRef(cursor.since(start), start, message, name)
    # The ABNF lets these names be empty.
    name = _unescape_chars(cursor.take_all(_CHARS, "the name of a parameter"))
    make = QueryRef if part == "query" else PathRef
    return make(cursor.since(start), start, message, name)


def _inputs(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "name")
    name, walk, path = _named_reference(cursor, "the name of the input")
    return InputRef(cursor.since(start), start, name, path, walk)


def _outputs(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "name")
    name, walk, path = _named_reference(cursor, "the name of the output")
    return OutputRef(cursor.since(start), start, name, path, walk)


def _steps(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "stepId.outputs.name")
    step_id = _name(cursor, _STRICT, "the stepId")
    _dot(cursor, start, "outputs.name")
    _word(cursor, {"outputs": "outputs"})
    _dot(cursor, start, "name")
    name, walk, path = _named_reference(cursor, "the name of the output")
    return StepOutputRef(cursor.since(start), start, step_id, name, path, walk)


def _workflows(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "workflowId.outputs.name")
    workflow_id = _name(cursor, _STRICT, "the workflowId")
    _dot(cursor, start, "outputs.name")
    word = _word(cursor, {"inputs": "inputs", "outputs": "outputs", "steps": "steps"})
    _dot(cursor, start, "name")
    step_id = ""
    if word == "steps":
        step_id = _name(cursor, _STRICT, "the stepId")
        _dot(cursor, start, "outputs.name")
        word = _word(cursor, {"outputs": "outputs"})
        _dot(cursor, start, "name")
    name, walk, path = _named_reference(cursor, f"the name of one of its {word}")
    text = cursor.since(start)
    if word == "inputs":
        return WorkflowRef(text, start, workflow_id, "inputs", name, path, walk)
    return WorkflowRef(text, start, workflow_id, "outputs", name, path, walk, step_id)


def _source_descriptions(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "name.operationId")
    name = _name(cursor, _STRICT, "the name of the source description")
    _dot(cursor, start, "operationId")
    reference = _unescape_chars(cursor.take_all(_CHARS, "a reference into a source description"))
    if not reference:
        raise ParseError("an operationId, a workflowId or `url` is missing here", cursor.at)
    return SourceRef(cursor.since(start), start, name, reference)


def _components(cursor: Scanner, start: int) -> Expression:
    _dot(cursor, start, "parameters.name")
    word = _word(cursor, _COMPONENTS)
    _dot(cursor, start, "name")
    name = _name(cursor, _IDENTIFIER, "the name of the component")
    text = cursor.since(start)
    match word:
        case "parameters":
            return ComponentRef(text, start, "parameters", name)
        case "successActions":
            return ComponentRef(text, start, "successActions", name)
        case _:
            return ComponentRef(text, start, "failureActions", name)


# --- from a value on ------------------------------------------------------------------------------


def _named_reference(cursor: Scanner, what: str) -> tuple[str, tuple[str, ...], Path]:
    name = _name(cursor, _IDENTIFIER, what)
    return name, tuple(name.split(".")[1:]), _path(cursor)


def _path(cursor: Scanner) -> Path:
    start = cursor.at
    match cursor.next():
        case "#":
            cursor.at += 1
            return _pointer(cursor)
        case "/":
            path = _pointer(cursor)
            pointer = cursor.since(start)
            cursor.note(f"a `#` is missing before `{pointer}`", start, "#" + pointer)
            return path
        case "." | "[":
            return _walk(cursor)
        case _:
            return WHOLE


def _pointer(cursor: Scanner) -> Path:
    if cursor.at < cursor.free_end() and cursor.next() != "/":
        raise ParseError("a JSON Pointer begins with `/`, as in `#/name`", cursor.at)
    text = cursor.take_all(_POINTER, "a JSON Pointer (`~` is written `~0`, `/` in a name `~1`)")
    tokens = (token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])
    return Path("pointer", tuple(tokens))


def _walk(cursor: Scanner) -> Path:
    start = cursor.at
    tokens: list[str | int] = []
    while cursor.next() in (".", "["):
        tokens.append(_walk_step(cursor))
    cursor.note_walk(start, "#" + pointer_text(tuple(tokens)))
    if cursor.next() == "#":
        standard = "#" + pointer_text(tuple(tokens))
        raise ParseError(
            f"a pointer cannot follow `{cursor.since(start)}`; write `{standard}/…`", cursor.at
        )
    return Path("walk", tuple(tokens))


def _walk_step(cursor: Scanner) -> str | int:
    found = _WALK.match(cursor.text, cursor.at, cursor.end)
    if found is None:
        raise ParseError(_bad_step(cursor), cursor.at)
    cursor.at = found.end()
    name, index, single, double = found.groups()
    if index is not None:
        return int(index)
    return str(next(one for one in (name, single, double) if one is not None))


def _bad_step(cursor: Scanner) -> str:
    if cursor.text.startswith(("[*]", "[?", "..", ".*"), cursor.at):
        return "an expression yields one value; to select several, use a Selector Object (jsonpath)"
    if cursor.next() == "[":
        return "an index is a number from 0 on, as in `[0]`"
    return "a name is missing after the dot"


ROOTS: Final[Mapping[str, str]] = {
    name.lower(): name
    for name in (
        "url",
        "method",
        "statusCode",
        "self",
        "request",
        "response",
        "message",
        "inputs",
        "outputs",
        "steps",
        "workflows",
        "sourceDescriptions",
        "components",
    )
}
"""The words after ``$``, by their lower case."""

_BEGINNING: Final = lazy_pattern(r"\$([A-Za-z]+)(?=[.#/\[]|\Z)")
_PARTS: Final[Mapping[str, str]] = {
    "header": "header",
    "headers": "header",
    "query": "query",
    "path": "path",
    "body": "body",
    "payload": "payload",
}
_COMPONENTS: Final[Mapping[str, str]] = {
    name.lower(): name for name in ("parameters", "successActions", "failureActions")
}
_RULES: Final[Mapping[str, GrammarRule]] = {
    "url": _url,
    "method": _method,
    "statusCode": _status_code,
    "self": _self,
    "request": _request,
    "response": _response,
    "message": _received_message,
    "inputs": _inputs,
    "outputs": _outputs,
    "steps": _steps,
    "workflows": _workflows,
    "sourceDescriptions": _source_descriptions,
    "components": _components,
}
