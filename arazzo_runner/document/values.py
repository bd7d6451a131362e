"""Values of a document that may hold expressions: strings, payload trees, Selector Objects.

Arazzo Specification 1.1.0, "Runtime Expressions", Selector Object and Expression Type Object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from arazzo_runner.document.node import Node, ObjectSpec, join_names
from arazzo_runner.expression.ast import (
    ArrayTemplate,
    BodyRef,
    DynamicValue,
    Expression,
    HeaderRef,
    InputRef,
    MalformedExpression,
    Notice,
    ObjectTemplate,
    Selector,
    SelectorType,
    SelfRef,
    Template,
)
from arazzo_runner.expression.ast import Literal as Constant
from arazzo_runner.expression.parse import (
    malformed_in,
    parse_expression,
    parse_string,
    parse_template,
)
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import shorten
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place
from arazzo_runner.text.suggested_fix import Fix, change_text, replace_text

# Expression Type Object: the languages, their versions, the default first.
VERSIONS: Final = {
    "jsonpath": ("rfc9535", "draft-goessner-dispatch-jsonpath-00"),
    "xpath": ("xpath-31", "xpath-30", "xpath-20", "xpath-10"),
    "jsonpointer": ("rfc6901",),
}
LANGUAGES: Final = tuple(VERSIONS)
SELECTOR: Final = ObjectSpec("Selector Object", ("context", "selector", "type"))
# The first `; ` outside backticks, but for what says how the text is read.
_WITH_WAY_OUT: Final = lazy_pattern(r"((?:[^`;]|`[^`]*`|;(?! ))*); (?!it is read )(.+)", re.DOTALL)
_NOT_IN_NAMES: Final = lazy_pattern(r"[^A-Za-z0-9._-]+")
_COMPARISON: Final = lazy_pattern(r"\s*(?:[=!<>]=|&&|\|\||[<>](?=\s))")
EXPRESSION_TYPE: Final = ObjectSpec("Expression Type Object", ("type", "version"))


def read_dynamic(node: Node) -> DynamicValue:
    """Any value, with the expressions in it parsed to any depth; keys are never expressions.

    A subtree without expressions becomes one constant that shares the document's data.
    """
    match node.value:
        case str():
            return read_text(node)
        case dict() if is_selector(node.value):
            return read_selector(node)
        case dict():
            members = tuple((key, _part(node, key)) for key in node.value)
            return (
                Constant(node.value)
                if _is_constant(one for _, one in members)
                else ObjectTemplate(members)
            )
        case list():
            items = tuple(_part(node, index) for index in range(len(node.value)))
            return Constant(node.value) if _is_constant(items) else ArrayTemplate(items)
        case _:
            return Constant(node.value)


def _part(node: Node, token: str | int) -> DynamicValue:
    value = node.value[token]
    if isinstance(value, dict | list) or (isinstance(value, str) and "$" in value):
        return read_dynamic(node.at(token))
    return Constant(value)


def _is_constant(values: Iterable[DynamicValue]) -> bool:
    return all(isinstance(one, Constant) for one in values)


def read_text(node: Node) -> DynamicValue:
    """A string: an expression, a template with ``{$...}`` in it, or itself."""
    parsed, notices = parse_string(node.value)
    report_parse(node, parsed, notices)
    return parsed


def read_template(node: Node, code: str = "AZ117") -> Template | Constant:
    """A string of another language, with ``{$...}`` in it that is substituted first."""
    parsed, notices = parse_template(node.value)
    report_parse(node, parsed, notices, code)
    return parsed


def read_expression(node: Node, name: str, code: str = "AZ117") -> Expression | None:
    """The expression in a field; None without one. A :class:`MalformedExpression` is reported."""
    if node.text(name) is None:
        return None
    held = node.at(name)
    parsed, notices = parse_expression(held.value)
    report_parse(held, parsed, notices, code)
    return parsed


def report_parse(
    node: Node, parsed: DynamicValue, notices: Sequence[Notice], code: str = "AZ117"
) -> None:
    """Report what parsing found out about the string at ``node``."""
    for bad in malformed_in(parsed):
        report_malformed(node, bad, code, "an expression")
    # What follows a name that no expression can hold is a part of that name.
    is_cut = node.reading.unreadable_in(node.value) is not None
    for notice in notices:
        if not _is_read(parsed, notice):
            report_nonstandard(node, notice, "AZ121")
        elif not is_cut:
            report_nonstandard(node, notice)
    if node.is_1_0 and not is_cut:
        for one in _expressions(parsed):
            report_new_form(node, one)


def report_malformed(node: Node, malformed: MalformedExpression, code: str, what: str) -> None:
    """Report text that does not parse, at the column where that became clear."""
    shown = shorten(" ".join(malformed.text.split()))
    end = len(node.value)
    start = min(malformed.at, end)
    why, way_out = _why(node, malformed)
    node.error(
        code,
        f"`{shown}` is not {what}: {why}",
        place=node.place.within(start, min(start + 1, end)),
        help=way_out,
        fix=_correction(node, malformed, what),
    )


def _why(node: Node, found: MalformedExpression) -> tuple[str, str | None]:
    """The reason, and the way out where there is one."""
    name = node.reading.unreadable_in(found.text)
    if name is not None:
        other = _NOT_IN_NAMES.sub("_", name).strip("_")
        way_out = f"rename `{name}`" + (f", to `{other}` for instance" if other else "")
        return "names in expressions hold letters, digits, `.`, `-` and `_` alone", way_out
    if found.way_out and _is_output(node):
        return found.reason, "an output is one expression, and no text round it"
    return (found.reason, found.way_out) if found.way_out else _part_sentence(found.reason)


def _part_sentence(sentence: str) -> tuple[str, str | None]:
    """A sentence about an expression, and the way out that it ends with."""
    parts = _WITH_WAY_OUT.fullmatch(sentence)
    return (parts[1], parts[2]) if parts else (sentence, None)


def _is_output(node: Node) -> bool:
    """Whether a string is an output of a step or workflow; a payload may have such names, too."""
    match node.pointer:
        case ("workflows", _, "outputs", _) | ("workflows", _, "steps", _, "outputs", _):
            return True
        case _:
            return False


def _correction(node: Node, found: MalformedExpression, what: str) -> Fix | None:
    from arazzo_runner.expression.autocorrect import correct_condition, correct_string

    if node.reading.unreadable_in(found.text) or (found.way_out and _is_output(node)):
        return None
    meant = (correct_condition if what == "a condition" else correct_string)(node.value)
    return None if meant is None else replace_text(node.place, meant)


def report_nonstandard(node: Node, notice: Notice, code: str = "AZ119") -> None:
    """Report a form outside the standard, with the one to write instead."""
    fact, way_out = _part_sentence(notice.message)
    node.warn(
        code,
        fact,
        place=node.place.within(notice.start, notice.end),
        help=way_out or f"write `{notice.standard}`",
        fix=_standard_form(node, notice, code),
    )


def _standard_form(node: Node, notice: Notice, code: str) -> Fix | None:
    place = node.place.within(notice.start, notice.end)
    if node.reading.unreadable_in(node.value):
        return None
    if code != "AZ121":
        return replace_text(place, notice.standard)
    # What has been text becomes a value; in a query, a part of another language would, and a
    # comparison is none with braces either.
    is_compared = _COMPARISON.match(node.value, notice.end) is not None
    if is_compared or node.pointer[-1:] == ("condition",):
        return None
    return change_text(place, notice.standard)


def _is_read(parsed: DynamicValue, notice: Notice) -> bool:
    """Whether a notice is about an expression that counts, not about one that stays text."""
    return any(
        one.start <= notice.start and notice.end <= one.start + len(one.text)
        for one in _expressions(parsed)
    )


def _expressions(parsed: DynamicValue) -> Iterable[Expression]:
    match parsed:
        case Expression():
            return (parsed,)
        case Template():
            return (part for part in parsed.parts if isinstance(part, Expression))
        case _:
            return ()


def report_new_form(node: Node, expression: Expression) -> None:
    """Warn about an expression that came with Arazzo 1.1 in a 1.0 document."""
    match expression:
        case SelfRef():
            what = "`$self`"
        case BodyRef(message="message") | HeaderRef(message="message"):
            what = "`$message`"
        case InputRef(path=path) if path.kind == "pointer" and path.tokens:
            what = "a JSON Pointer after an input"
        case _:
            return
    node.new_in_1_1(what)


# --- Selector Object ------------------------------------------------------------------------------


def is_selector(value: Value) -> bool:
    """Whether an object among other data is meant as a Selector Object.

    It has exactly the three fields, an expression as its context and a known language: anything
    else is data that happens to have such keys.
    """
    match value:
        case {"context": str(context), "selector": str(), "type": kind} if len(value) == 3:
            language = kind.get("type") if isinstance(kind, dict) else kind
            return context.startswith("$") and (language in LANGUAGES or kind == "regex")
        case _:
            return False


def read_selector(node: Node) -> DynamicValue:
    """A Selector Object; ``node`` is an object."""
    node.is_object(SELECTOR)
    node.new_in_1_1("a Selector Object")
    context = read_expression(node, "context")
    how = read_template(node.at("selector")) if node.text("selector") is not None else None
    type_ = read_selector_type(node, "type", (*LANGUAGES, "regex"))
    if context is None or how is None or type_ is None:
        return Constant(None)
    return Selector(context, how, type_)


def read_selector_type(
    node: Node, name: str, languages: Sequence[str] = LANGUAGES
) -> SelectorType | None:
    """The language in a field: its name, or an Expression Type Object with its version."""
    if not isinstance(node.value.get(name), dict):
        language = node.choice(name, languages)
        if language == "regex":
            return SelectorType("regex", "")
        return _type(language, VERSIONS[language][0]) if language else None
    kind = node.at(name)
    kind.is_object(EXPRESSION_TYPE)
    language = kind.choice("type", [one for one in languages if one in VERSIONS])
    version = kind.text("version")
    if language is None or version is None:
        return None
    if version not in VERSIONS[language]:
        _wrong_version(kind.at("version"), language)
        return None
    return _type(language, version)


def _wrong_version(node: Node, language: str) -> None:
    node.hole()
    node.error(
        "AZ113",
        f"`{language}` has no version `{node.value}`",
        label=f"one of {join_names(VERSIONS[language])}",
    )


def _type(language: str, version: str) -> SelectorType:
    match language:
        case "xpath":
            return SelectorType("xpath", version)
        case "jsonpath":
            return SelectorType("jsonpath", version)
        case _:
            return SelectorType("jsonpointer", version)


def expression_place(expression: Expression, place: Place) -> Place:
    """The part of the string at ``place`` that an expression is."""
    return place.within(expression.start, expression.start + len(expression.text))
