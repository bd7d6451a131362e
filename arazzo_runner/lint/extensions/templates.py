"""AZ123: templates and names of other tools, which are text here and are sent as they stand.

Arazzo Specification 1.1.0, "Runtime Expressions": what is no expression is a literal. Text with
braces may well be meant; what resembles an input, a step or a word of an environment is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import Struct

from arazzo_runner.document.model import Workflow
from arazzo_runner.executor.plan import Unit
from arazzo_runner.expression.ast import Expression, Literal, MalformedExpression
from arazzo_runner.expression.parse import parse_string
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import Diagnostic, shorten, warning
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place, Pointer
from arazzo_runner.text.suggested_fix import change_text

_TEMPLATE: Final = lazy_pattern(
    r"""\{\{\s*(?P<mustache>[^{}]+?)\s*\}\}
      | \$\{\s*(?P<shell>[^{}]+?)\s*\}
      | <%=?\s*(?P<angle>[^%<>]+?)\s*%>
      | (?<!\{)\{\$(?P<braced>[A-Za-z_][\w.-]*)(?:\([^(){}]*\))?\}
      | (?<![{$#%@])\{(?P<bare>(?:inputs|outputs|response|steps|workflows)\.[\w.\#/-]+)\}(?!\})""",
    re.VERBOSE,
)
_WHOLE: Final = lazy_pattern(
    r"\$(?P<name>[A-Za-z_][\w-]*(?:\.[\w.-]+)?)(?P<rest>\(.*\)|\#/\S*)?", re.DOTALL
)
_PREFIXED: Final = lazy_pattern(r"x-(?P<kind>file|env):\s*(?P<rest>\S.*)", re.DOTALL)

# What other runners begin names with that come from outside of the document.
_OUTSIDE: Final = frozenset(
    {
        "env", "environment", "faker", "secret", "secrets", "datetime", "file", "guid", "uuid",
        "randomuuid", "randomint", "timestamp", "isotimestamp", "processenv", "vars", "variables",
        "globals",
    }
)  # fmt: skip
# Words for what is set outside of a document, without case and separators.
_WORDS: Final = frozenset(
    {
        "accesstoken", "apikey", "apitoken", "authtoken", "baseurl", "bearertoken", "clientid",
        "clientsecret", "host", "hostname", "password", "secret", "token", "username",
    }
)  # fmt: skip
_SCREAMING: Final = lazy_pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PLAIN: Final = lazy_pattern(r"[A-Za-z_$][\w.$-]*")
_SKIPPED: Final = frozenset({"description", "summary", "inputs", "stepId", "workflowId", "name"})


class _Names(Struct, frozen=True):
    """What a workflow can read, each as it is read, by its name without case and separators."""

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    steps: Mapping[str, str]


class _Written(Struct, frozen=True):
    """A template as it stands in a text: all of it, the name in it, and where."""

    text: str
    name: str
    place: Place


def foreign_templates(unit: Unit, planned: Collection[Place] | None = None) -> Iterator[Diagnostic]:
    """AZ123 for each template of another tool whose name means something.

    With ``planned``, of workflows those at these places alone.
    """
    document = unit.document
    read = {one.place.pointer: one for one in document.workflows}
    root = Place(document.source)
    for name in ("workflows", "components"):
        written = document.raw.get(name)
        for token, value in _children(written):
            if _is_skipped(token):
                continue
            place = root.at(name, token)
            if planned is not None and name == "workflows" and place not in planned:
                continue
            workflow = read.get(place.pointer)
            names = _names(workflow, unit) if workflow else _Names({}, {}, {})
            for text, pointer in _texts(value, place.pointer):
                if _is_suspicious(text):
                    yield from _template_findings(text, Place(document.source, pointer), names)


def _children(node: Value) -> Iterable[tuple[str | int, Value]]:
    if isinstance(node, dict):
        return node.items()
    return enumerate(node) if isinstance(node, list) else ()


def _texts(node: Value, pointer: Pointer) -> list[tuple[str, Pointer]]:
    """The strings that a run may use; names and prose are none of them."""
    found: list[tuple[str, Pointer]] = []
    _add_texts(node, pointer, found)
    return found


def _add_texts(node: Value, pointer: Pointer, found: list[tuple[str, Pointer]]) -> None:
    is_data = "payload" in pointer or pointer[-1] == "outputs"
    for token, value in _children(node):
        # Most of a document are short texts that hold nothing: no pointer is made for them.
        if not _may_hold(value) or (not is_data and _is_skipped(token)):
            continue
        if isinstance(value, str):
            found.append((value, (*pointer, token)))
        else:
            _add_texts(value, (*pointer, token), found)


def _is_skipped(token: str | int) -> bool:
    return isinstance(token, str) and (token in _SKIPPED or token.startswith("x-"))


def _may_hold(node: Value) -> bool:
    """Whether a template may stand in a text, or in something below an object or a list."""
    if isinstance(node, str):
        return "$" in node or "{" in node or "<%" in node or node.startswith("x-")
    return bool(node) and isinstance(node, dict | list)


@lru_cache(maxsize=512)
def _is_suspicious(text: str) -> bool:
    """Whether a text may be what another tool reads: the same few texts stand in most steps."""
    if _WHOLE.fullmatch(text):
        return _is_plain(text)
    return bool(_PREFIXED.fullmatch(text) or _TEMPLATE.search(text))


def _names(workflow: Workflow, unit: Unit) -> _Names:
    inputs = unit.inputs[workflow.workflow_id].stated
    outputs = {
        _bare(name): f"$steps.{step.step_id}.outputs.{name}"
        for step in workflow.steps
        for name, _ in step.outputs
    }
    steps = {_bare(one.step_id): f"$steps.{one.step_id}.outputs" for one in workflow.steps}
    return _Names({_bare(one): f"$inputs.{one}" for one in inputs}, outputs, steps)


def _stripped(name: str) -> str:
    return name.removeprefix("$").partition(":-")[0].strip()


def _bare(name: str) -> str:
    return re.sub(r"[-_.]", "", name).casefold()


# --- what a text holds ----------------------------------------------------------------------------


def _template_findings(text: str, place: Place, names: _Names) -> Iterator[Diagnostic]:
    """The findings in a text that is suspicious."""
    if found := _PREFIXED.fullmatch(text):
        yield _of_prefix(text, found["kind"], place)
        return
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        if place.pointer[-1] != "condition":
            name = whole["name"] + (whole["rest"] if "#" in (whole["rest"] or "") else "")
            yield from _of_name(text, _Written(text, name, place), names)
        return
    for one in _TEMPLATE.finditer(text):
        name = one[one.lastgroup or 0]
        if one.lastgroup == "braced" and not _is_plain(one[0]):
            continue
        yield from _of_name(text, _Written(one[0], name, place.within(*one.span())), names)


def _is_expression(text: str) -> bool:
    parsed = parse_string(text)[0]
    return isinstance(parsed, Expression) and not isinstance(parsed, MalformedExpression)


def _is_plain(text: str) -> bool:
    """Whether a text is no expression, nor one that something has been said about (AZ121)."""
    parsed, notices = parse_string(text)
    return isinstance(parsed, Literal) and not notices


def _of_prefix(text: str, kind: str, place: Place) -> Diagnostic:
    message = f"`{shorten(text)}` is a form of another tool; here it is text"
    way = "@PATH" if kind == "file" else "VALUE"
    help_line = f"declare an input, write `$inputs.NAME`, and give it with `-i NAME={way}`"
    return warning("AZ123", message, place, "stays text", help_line)


def _of_name(text: str, written: _Written, names: _Names) -> Iterator[Diagnostic]:
    meant = _read_as(written.name, names)
    if meant is None and not _is_from_outside(written.name):
        return
    shown, place = shorten(written.text), written.place
    message = f"`{shown}` is a template of another tool; here it is text"
    if written.text == f"{{{written.name}}}":
        message = f"`{shown}` is no expression without its `$`; here it is text"
    if written.name.startswith("$inputs."):
        message = f"`{shown}` has braces of another tool; here the outer ones are sent"
    if meant is None:
        input_ = _input_for(written.name)
        expression = _arazzo_spelling(f"$inputs.{input_}", text, written)
        value = "@PATH" if written.name == "file" else "VALUE"
        help_line = (
            f"declare an input, write `{expression}`, and give it with `-i {input_}={value}`"
        )
        yield warning("AZ123", message, place, "stays text", help_line)
        return
    expression = _arazzo_spelling(meant, text, written)
    # A condition has no templates: what to write depends on what stands round it.
    is_certain = "condition" not in place.pointer and not meant.endswith(".outputs")
    fix = change_text(place, expression) if is_certain else None
    help_line = f"write `{expression}`"
    yield warning("AZ123", message, place, "stays text", help_line, fix)


def _arazzo_spelling(expression: str, text: str, written: _Written) -> str:
    """An expression as it stands for all of a text, or for a part of it."""
    return expression if written.text == text else f"{{{expression}}}"


def _input_for(name: str) -> str:
    """The name of an input in place of what an environment would give."""
    last = _stripped(name).rpartition(".")[2]
    is_known = _bare(last) in _WORDS or _SCREAMING.fullmatch(last) or ".token" in name
    return last if is_known else "NAME"


def _read_as(name: str, names: _Names) -> str | None:
    """The expression that a name resembles: that of an input, a step's output, or a step."""
    name = _stripped(name)
    first, _, rest = name.partition(".")
    kind = first.casefold().rstrip("s")
    if kind == "input" and rest:
        return names.inputs.get(_bare(rest), f"$inputs.{rest}")
    if kind in ("step", "response", "workflow", "output") and rest:
        meant = f"${first.casefold().rstrip('s')}{'s' if kind != 'response' else ''}.{rest}"
        return meant if _is_expression(meant) else None
    bare = _bare(name)
    found = names.inputs.get(bare) or names.outputs.get(bare)
    if found is None and rest and _bare(first) in names.steps:
        return f"{names.steps[_bare(first)]}.{rest.removeprefix('outputs.')}"
    return found


def _is_from_outside(name: str) -> bool:
    """Whether a name is one of an environment, or one that other tools fill in."""
    name = _stripped(name)
    if not _PLAIN.match(name):
        return False
    first = _bare(re.split(r"[.(\s]", name, maxsplit=1)[0])
    is_word = _bare(name) in _WORDS or _SCREAMING.fullmatch(name) is not None
    return first in _OUTSIDE or name.startswith("process.env.") or is_word
