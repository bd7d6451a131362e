"""What is wrong with malformed YAML, in words for people who have never read a YAML grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from arazzo_runner.text import yaml_mistakes as mistakes
from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity
from arazzo_runner.text.locate import place_between
from arazzo_runner.text.source import SourceFile
from arazzo_runner.text.yaml_mistakes import SyntaxFault, SyntaxMessage

if TYPE_CHECKING:
    from yaml import YAMLError

SyntaxRule: TypeAlias = Callable[[SyntaxFault], SyntaxMessage | None]


def explain_yaml(source: SourceFile, reason: YAMLError) -> Diagnostic:
    """The finding about a syntax error, at the place where it can be mended."""
    fault = _fault(source.text, reason)
    sentence = next(
        (found for words, rule in _RULES if words.search(fault.words) and (found := rule(fault))),
        SyntaxMessage(f"the YAML is malformed: {fault.words}", fault.at, _CHECK_ABOVE),
    )
    place = place_between(source, sentence.start, sentence.start + sentence.length)
    more: tuple[Label, ...] = ()
    if sentence.other:
        at, words = sentence.other
        more = (Label(place_between(source, at, at + 1), words),)
    return Diagnostic(
        sentence.code, Severity.ERROR, sentence.message, place, help=sentence.way_out, more=more
    )


def _fault(text: str, reason: YAMLError) -> SyntaxFault:
    problem = getattr(reason, "problem", None)
    if problem is None:  # a ReaderError, whose position counts octets
        bad = _NOT_PRINTABLE.search(text)
        at = bad.start() if bad else 0
        return SyntaxFault(text, at, at, "unacceptable character")
    at = _index(text, reason, "problem_mark", 0)
    context = getattr(reason, "context", None)
    words = f"{context}: {problem}" if context else str(problem)
    return SyntaxFault(text, _index(text, reason, "context_mark", at), at, words)


def _index(text: str, reason: YAMLError, mark: str, otherwise: int) -> int:
    """A mark's offset; the end of a text is where its last character ends."""
    found = getattr(reason, mark, None)
    return otherwise if found is None else min(found.index, len(text.rstrip()))


_NOT_PRINTABLE: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_CHECK_ABOVE: Final = "check this line and the one above it: indentation, quotes, brackets"


def _rule(words: str, rule: SyntaxRule) -> tuple[re.Pattern[str], SyntaxRule]:
    return re.compile(words), rule


# The words are libyaml's; after the bar, those of PyYAML's own parser.
_RULES: Final = (
    _rule("unacceptable character", mistakes.explain_character),
    _rule("cannot start any token|tab character|indicators, but found '.t'", mistakes.explain_tab),
    _rule("cannot start any token", mistakes.explain_first_character),
    _rule("mapping values are not allowed", mistakes.explain_colon),
    _rule("expected key|expected <block end>", mistakes.explain_after_value),
    _rule(
        "block mapping: (?:did not find expected key|expected <block end>)",
        mistakes.explain_object_line,
    ),
    _rule(
        "expected '-' indicator|block collection: expected <block end>", mistakes.explain_list_line
    ),
    _rule("flow (?:mapping|sequence): .*expected ',' or", mistakes.explain_bracket),
    _rule("expected node content|expected the node content", mistakes.explain_missing_value),
    _rule("quoted scalar: found unexpected (?:end|document)", mistakes.explain_quote),
    _rule(
        "unknown escape character|hexdecimal number|hexadecimal|escape code",
        mistakes.explain_escape,
    ),
    _rule("scanning a block scalar", mistakes.explain_block_header),
    _rule("(?:entries|keys) are not allowed", mistakes.explain_inline),
    _rule("expected ':'", mistakes.explain_missing_colon),
    _rule("scanning an (?:alias|anchor)", mistakes.explain_anchor),
    _rule("(?:scanning|parsing) a tag|undefined tag handle", mistakes.explain_tag),
    _rule("directive|incompatible", mistakes.explain_directive),
    _rule("expected '?<document start>", mistakes.explain_stray_line),
)
