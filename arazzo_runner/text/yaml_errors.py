"""Errors of malformed YAML, in words for people who have never read a YAML grammar.

The mistake is recognized by the text around the place where parsing stopped: one function a kind
of mistake, None where it was something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity, shorten
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.positions import place_between
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from yaml import YAMLError


class SyntaxFault(NamedTuple):
    """Where the parser stopped (``at``), what it was in since ``start``, and its own words."""

    text: str
    start: int
    at: int
    words: str

    @property
    def char(self) -> str:
        """The character there, empty at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def line_start(self) -> int:
        """The offset at which its line begins."""
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def before(self) -> str:
        """What stands on the line before the fault."""
        return self.text[self.line_start : self.at].rstrip()

    def rest(self, start: int) -> str:
        """What stands from an offset to the end of its line."""
        return self.text[start:].split("\n", 1)[0].rstrip()


class SyntaxMessage(NamedTuple):
    """What to say, from which offset on; ``other`` is a second offset with words about it."""

    message: str
    start: int
    way_out: str
    length: int = 1
    other: tuple[int, str] | None = None
    code: str = "AZ103"


_SURROGATE: Final = lazy_pattern(r"\\u[dD][89a-fA-F]")
_QUOTE_IT: Final = "put the string in quotes"


def _quote_advice(text: str) -> str:
    """The advice to quote a text, with the text as it should be when that is short."""
    if len(text) > 60 or "#" in text:
        return _QUOTE_IT
    return f"{_QUOTE_IT}: '{text.replace(chr(39), chr(39) * 2)}'"


def explain_tab(fault: SyntaxFault) -> SyntaxMessage | None:
    r"""``\tkey: value``"""
    indentation = fault.text[fault.line_start : fault.at + 1]
    if "\t" not in indentation or indentation.strip():
        return None
    start = fault.line_start + indentation.index("\t")
    return SyntaxMessage(
        "a tab in the indentation is not allowed", start, "indent with spaces only"
    )


def explain_first_character(fault: SyntaxFault) -> SyntaxMessage | None:
    """``key: @value``"""
    name = "a backtick" if fault.char == "`" else f"`{fault.char}`"
    message = f"an unquoted string cannot begin with {name}"
    rest = fault.rest(fault.at)
    return SyntaxMessage(message, fault.at, _quote_advice(rest), len(rest))


def explain_colon(fault: SyntaxFault) -> SyntaxMessage | None:
    """``key: some: text``, or a key where text goes on"""
    value = re.match(r"\s*(?:- +)*[^\s'\"][^:]*:\s+(?=\S)", fault.before)
    if value is None:
        return _explain_unspaced_colon(fault) or _explain_continued(fault)
    start = fault.line_start + value.end()
    rest = fault.rest(start)
    message = "an unquoted string contains a `:` that would make it a key"
    return SyntaxMessage(message, start, _quote_advice(rest), len(rest))


def _explain_unspaced_colon(fault: SyntaxFault) -> SyntaxMessage | None:
    above = fault.text[: max(fault.line_start - 1, 0)].rstrip()
    start = above.rfind("\n") + 1
    found = re.fullmatch(r"(\s*[^\s:#]+):([^\s:/][^:]*)", above[start:])
    if found is None:
        return None
    way_out = f"write `{found[1].strip()}: {found[2]}`"
    return SyntaxMessage("the space after the `:` is missing", start + found.end(1), way_out)


def _explain_continued(fault: SyntaxFault) -> SyntaxMessage:
    start = fault.line_start + len(fault.before) - len(fault.before.lstrip())
    message = "this line looks like a key, but its indentation makes it part of the text above it"
    way_out = "indent it like the keys beside it; if the line above is a key, end that with `:`"
    return SyntaxMessage(message, start, way_out, fault.at - start + 1)


def explain_after_value(fault: SyntaxFault) -> SyntaxMessage | None:
    """``key: 'some' text``, ``key: {$url}/path``, ``key: *a b``"""
    rest = len(fault.rest(fault.at))
    if fault.before.endswith(("'", '"')):
        way_out = "quote the whole string; between single quotes, a quote is written twice: ''"
        return SyntaxMessage("unexpected text after a closing quote", fault.at, way_out, rest)
    if fault.before and fault.char and fault.char in "}]":
        return SyntaxMessage(f"this `{fault.char}` has no opening bracket", fault.at, "remove it")
    if fault.before.endswith(("}", "]")):
        closing = fault.before[-1]
        way_out = "put the whole string in quotes, since it begins with a bracket"
        return SyntaxMessage(
            f"unexpected text after a closing `{closing}`", fault.at, way_out, rest
        )
    if fault.before.startswith("*", fault.before.rfind(" ") + 1):
        way_out = "if a string that begins with `*` is intended, put it in quotes"
        return SyntaxMessage("unexpected text after an alias", fault.at, way_out, rest)
    return None


def explain_object_line(fault: SyntaxFault) -> SyntaxMessage:
    """A line between two indentations, or an item among keys"""
    if fault.before:
        way_out = "check the quotes and brackets before it"
        return SyntaxMessage("a key is expected here", fault.at, way_out, len(fault.rest(fault.at)))
    begun = (fault.start, "the object begins here")
    if fault.rest(fault.at).startswith(("- ", "-")):
        message = "a list item is where a key is expected"
        return SyntaxMessage(message, fault.at, "indent it below the key it belongs to", 1, begun)
    message = "the indentation of this line matches no line above it"
    way_out = "give it the indentation of the keys it belongs with"
    return SyntaxMessage(message, fault.at, way_out, len(fault.rest(fault.at)), begun)


def explain_list_line(fault: SyntaxFault) -> SyntaxMessage:
    """``key: value`` below ``- item``"""
    message = "this line is in a list, but is not one of its items"
    way_out = "begin it with `- `, or give it the indentation of what it belongs to"
    begun = (fault.start, "the list begins here")
    return SyntaxMessage(message, fault.at, way_out, len(fault.rest(fault.at)), begun)


def explain_bracket(fault: SyntaxFault) -> SyntaxMessage:
    """``[a, b`` to the end of the text, or up to something else"""
    opening = fault.text[fault.start]
    closing = "}" if opening == "{" else "]"
    if fault.at >= len(fault.text.rstrip()):
        way_out = f"close it with `{closing}`; if it begins a string, put the string in quotes"
        return SyntaxMessage(f"this `{opening}` is not closed", fault.start, way_out)
    message = f"a comma or the closing `{closing}` is missing"
    way_out = f"if the `{opening}` begins a string, put the string in quotes"
    return SyntaxMessage(message, fault.at, way_out, 1, (fault.start, f"`{opening}` opens here"))


def explain_missing_value(fault: SyntaxFault) -> SyntaxMessage | None:
    """``[a,, b]``, ``key: ]``"""
    if not fault.char or fault.char not in "]},":
        way_out = "write a value, or close the bracket that is open"
        return SyntaxMessage("a value is missing here", fault.at, way_out)
    if "block node" in fault.words:
        return explain_first_character(fault)
    way_out = f"write a value, or leave out the comma or `{fault.char}`"
    return SyntaxMessage(f"a value is missing before `{fault.char}`", fault.at, way_out)


def explain_quote(fault: SyntaxFault) -> SyntaxMessage:
    """``key: 'text`` to the end of the text"""
    quote = fault.text[fault.start]
    way_out = f"close it with {quote}"
    return SyntaxMessage("this quote is not closed", fault.start, way_out)


def explain_escape(fault: SyntaxFault) -> SyntaxMessage:
    r"""``key: "\\d+"``"""
    start = max(fault.text.rfind("\\", 0, fault.at + 1), 0)
    found = re.compile(r"\\(?:[xuU][0-9a-fA-F]*|.?)").match(fault.text, start)
    spelled = found[0] if found else ""
    message = f"`{spelled}` is not a YAML escape"
    way_out = (
        r"write `\\` for a backslash, or put the string in single quotes, which have no escapes"
    )
    if _SURROGATE.match(spelled):
        way_out = r"write the character itself, or `\U` with eight digits"
    return SyntaxMessage(message, start, way_out, len(spelled))


def explain_block_header(fault: SyntaxFault) -> SyntaxMessage:
    """``key: | text``"""
    sign = fault.text[fault.start]
    message = f"unexpected text after `{sign}` on its line"
    way_out = f"begin it on the next line, indented; if `{sign}` is part of the text, quote it all"
    return SyntaxMessage(message, fault.at, way_out, len(fault.rest(fault.at)))


def explain_inline(fault: SyntaxFault) -> SyntaxMessage:
    """``key: - item``"""
    if fault.char == "-":
        way_out = "put each `- …` on a line of its own; if it is a string, quote it"
        return SyntaxMessage("a list cannot begin on the line of its key", fault.at, way_out)
    return SyntaxMessage("an unquoted string cannot begin with `? `", fault.at, _QUOTE_IT, 1)


def explain_missing_colon(fault: SyntaxFault) -> SyntaxMessage:
    """A line without a ``:`` where a key is expected"""
    start = fault.start
    rest = fault.rest(start)
    if fault.text[:start].rstrip(" ").endswith(("{", "[", ",", ":")):
        way_out = "write `key: value`, with a space after the colon"
        return SyntaxMessage(
            "this looks like a key, but its `: ` is missing", start, way_out, len(rest)
        )
    message = "this line is neither a key nor an item of a list"
    way_out = (
        "end a key with `: `, begin an item with `- `, and indent the further lines of a text "
        "below its key"
    )
    return SyntaxMessage(message, start, way_out, len(rest))


def explain_anchor(fault: SyntaxFault) -> SyntaxMessage:
    """``key: **text**``"""
    char = fault.text[fault.start]
    what = "an alias" if char == "*" else "an anchor"
    message = f"an unquoted string that begins with `{char}` is {what}, and this one has no name"
    rest = fault.rest(fault.start)
    return SyntaxMessage(message, fault.start, _quote_advice(rest), len(rest))


def explain_tag(fault: SyntaxFault) -> SyntaxMessage:
    """``key: !<text``, ``key: !other!tag``"""
    found = re.compile(r"\S+").match(fault.text, fault.start)
    spelled = found[0] if found else ""
    way_out = "remove it; if a string that begins with `!` is intended, put it in quotes"
    message = f"the tag `{shorten(spelled)}` is not allowed"
    return SyntaxMessage(message, fault.start, way_out, len(spelled), code="AZ105")


def explain_directive(fault: SyntaxFault) -> SyntaxMessage:
    """``%SOMETHING``, ``%YAML 2.0``"""
    line = fault.rest(fault.line_start)
    message = f"the directive `{shorten(line)}` is not understood"
    return SyntaxMessage(message, fault.line_start, "remove the line", len(line))


def explain_stray_line(fault: SyntaxFault) -> SyntaxMessage:
    """A line left of where the document begins"""
    message = "this line does not belong to what is above it"
    way_out = "check the indentation above: the keys of one object are in one column"
    return SyntaxMessage(message, fault.at, way_out, len(fault.rest(fault.at)))


def explain_character(fault: SyntaxFault) -> SyntaxMessage:
    """A control character"""
    code = ord(fault.char or "\0")
    message = f"the character U+{code:04X} is not allowed in YAML"
    if code == 0:
        return SyntaxMessage(message, fault.at, "save the file as UTF-8: this looks like UTF-16")
    spelled = f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return SyntaxMessage(
        message, fault.at, f"remove it, or write it in double quotes as `{spelled}`"
    )


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


_NOT_PRINTABLE: Final = lazy_pattern(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_CHECK_ABOVE: Final = "check this line and the one above it: indentation, quotes, brackets"


def _rule(words: str, rule: SyntaxRule) -> tuple[re.Pattern[str], SyntaxRule]:
    return re.compile(words), rule


# The words are libyaml's; after the bar, those of PyYAML's own parser.
_RULES: Final = (
    _rule("unacceptable character", explain_character),
    _rule("cannot start any token|tab character|indicators, but found '.t'", explain_tab),
    _rule("cannot start any token", explain_first_character),
    _rule("mapping values are not allowed", explain_colon),
    _rule("expected key|expected <block end>", explain_after_value),
    _rule(
        "block mapping: (?:did not find expected key|expected <block end>)",
        explain_object_line,
    ),
    _rule("expected '-' indicator|block collection: expected <block end>", explain_list_line),
    _rule("flow (?:mapping|sequence): .*expected ',' or", explain_bracket),
    _rule("expected node content|expected the node content", explain_missing_value),
    _rule("quoted scalar: found unexpected (?:end|document)", explain_quote),
    _rule(
        "unknown escape character|hexdecimal number|hexadecimal|escape code",
        explain_escape,
    ),
    _rule("scanning a block scalar", explain_block_header),
    _rule("(?:entries|keys) are not allowed", explain_inline),
    _rule("expected ':'", explain_missing_colon),
    _rule("scanning an (?:alias|anchor)", explain_anchor),
    _rule("(?:scanning|parsing) a tag|undefined tag handle", explain_tag),
    _rule("directive|incompatible", explain_directive),
    _rule("expected '?<document start>", explain_stray_line),
)
