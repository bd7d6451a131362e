"""What is wrong with malformed YAML, in words for people who have never read a YAML grammar."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from arazzo_runner.text.diagnostic import Diagnostic, Label, Severity
from arazzo_runner.text.locate import place_between
from arazzo_runner.text.source import SourceFile

if TYPE_CHECKING:
    from yaml import YAMLError


class _Fault(NamedTuple):
    """Where the parser stopped (``at``), what it was in since ``start``, and its own words."""

    text: str
    start: int
    at: int
    words: str

    @property
    def char(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def before(self) -> str:
        """What stands on the line before the fault."""
        return self.text[self.line_start : self.at].rstrip()

    def rest(self, start: int) -> str:
        """What stands from an offset to the end of its line."""
        return self.text[start:].split("\n", 1)[0].rstrip()


class _Sentence(NamedTuple):
    message: str
    start: int
    way_out: str
    length: int = 1
    other: tuple[int, str] | None = None
    code: str = "AZ103"


Rule: TypeAlias = Callable[[_Fault], _Sentence | None]


def explain_yaml(source: SourceFile, reason: YAMLError) -> Diagnostic:
    """The finding about a syntax error, at the place where it can be mended."""
    fault = _fault(source.text, reason)
    sentence = next(
        (found for words, rule in _RULES if words.search(fault.words) and (found := rule(fault))),
        _Sentence(f"the YAML is malformed: {fault.words}", fault.at, _CHECK_ABOVE),
    )
    place = place_between(source, sentence.start, sentence.start + sentence.length)
    more: tuple[Label, ...] = ()
    if sentence.other:
        at, words = sentence.other
        more = (Label(place_between(source, at, at + 1), words),)
    return Diagnostic(
        sentence.code, Severity.ERROR, sentence.message, place, help=sentence.way_out, more=more
    )


def _fault(text: str, reason: YAMLError) -> _Fault:
    problem = getattr(reason, "problem", None)
    if problem is None:  # a ReaderError, whose position counts octets
        bad = _NOT_PRINTABLE.search(text)
        at = bad.start() if bad else 0
        return _Fault(text, at, at, "unacceptable character")
    at = _index(text, reason, "problem_mark", 0)
    context = getattr(reason, "context", None)
    words = f"{context}: {problem}" if context else str(problem)
    return _Fault(text, _index(text, reason, "context_mark", at), at, words)


def _index(text: str, reason: YAMLError, mark: str, otherwise: int) -> int:
    """A mark's offset; the end of a text is where its last character ends."""
    found = getattr(reason, mark, None)
    return otherwise if found is None else min(found.index, len(text.rstrip()))


_NOT_PRINTABLE: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SEPARATORS: Final = ("\x85", "\u2028", "\u2029")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_CHECK_ABOVE: Final = "check this line and the one above it: indentation, quotes, brackets"
_QUOTE_IT: Final = "put the text in quotes"


def _quoted(text: str) -> str:
    """The advice to quote a text, with the text as it should be when that is short."""
    if len(text) > 60 or "#" in text:
        return _QUOTE_IT
    return f"{_QUOTE_IT}: '{text.replace(chr(39), chr(39) * 2)}'"


# --- one function a kind of mistake; None: it was something else --------------------------------


def _tab(fault: _Fault) -> _Sentence | None:
    indentation = fault.text[fault.line_start : fault.at + 1]
    if "\t" not in indentation or indentation.strip():
        return None
    start = fault.line_start + indentation.index("\t")
    return _Sentence("a tab stands in the indentation", start, "indent with spaces alone")


def _beginning(fault: _Fault) -> _Sentence | None:
    name = "a backtick" if fault.char == "`" else f"`{fault.char}`"
    message = f"a text without quotes cannot begin with {name}"
    rest = fault.rest(fault.at)
    return _Sentence(message, fault.at, _quoted(rest), len(rest))


def _colon(fault: _Fault) -> _Sentence | None:
    value = re.match(r"\s*(?:- +)*[^\s'\"][^:]*:\s+(?=\S)", fault.before)
    if value is None:
        return _unspaced_colon(fault) or _continued(fault)
    start = fault.line_start + value.end()
    rest = fault.rest(start)
    message = "a text without quotes holds a `:` that would make it a key"
    return _Sentence(message, start, _quoted(rest), len(rest))


def _unspaced_colon(fault: _Fault) -> _Sentence | None:
    above = fault.text[: max(fault.line_start - 1, 0)].rstrip()
    start = above.rfind("\n") + 1
    found = re.fullmatch(r"(\s*[^\s:#]+):([^\s:/][^:]*)", above[start:])
    if found is None:
        return None
    way_out = f"write `{found[1].strip()}: {found[2]}`"
    return _Sentence("the space after the `:` is missing", start + found.end(1), way_out)


def _continued(fault: _Fault) -> _Sentence:
    start = fault.line_start + len(fault.before) - len(fault.before.lstrip())
    message = "this line looks like a key, but its indentation makes it part of the text above it"
    way_out = "indent it like the keys beside it; if the line above is a key, end that with `:`"
    return _Sentence(message, start, way_out, fault.at - start + 1)


def _after_value(fault: _Fault) -> _Sentence | None:
    rest = len(fault.rest(fault.at))
    if fault.before.endswith(("'", '"')):
        way_out = "quote the whole text; between single quotes, a quote is written twice: ''"
        return _Sentence("text follows a closing quote", fault.at, way_out, rest)
    if fault.before and fault.char and fault.char in "}]":
        return _Sentence(f"this `{fault.char}` closes nothing", fault.at, "remove it")
    if fault.before.endswith(("}", "]")):
        closing = fault.before[-1]
        way_out = "put the whole text in quotes, since it begins with a bracket"
        return _Sentence(f"text follows a closing `{closing}`", fault.at, way_out, rest)
    if re.search(r"\*\S+$", fault.before):
        way_out = "if a text that begins with `*` is meant, put it in quotes"
        return _Sentence("text follows an alias", fault.at, way_out, rest)
    return None


def _line_in_object(fault: _Fault) -> _Sentence:
    if fault.before:
        way_out = "check the quotes and brackets before it"
        return _Sentence("a key is expected here", fault.at, way_out, len(fault.rest(fault.at)))
    begun = (fault.start, "the object begins here")
    if fault.rest(fault.at).startswith(("- ", "-")):
        message = "an item of a list stands where a key is expected"
        return _Sentence(message, fault.at, "indent it below the key it belongs to", 1, begun)
    message = "the indentation of this line fits no line above it"
    way_out = "give it the indentation of the keys it belongs with"
    return _Sentence(message, fault.at, way_out, len(fault.rest(fault.at)), begun)


def _line_in_list(fault: _Fault) -> _Sentence:
    message = "this line stands in a list, but is not an item of it"
    way_out = "begin it with `- `, or give it the indentation of what it belongs to"
    begun = (fault.start, "the list begins here")
    return _Sentence(message, fault.at, way_out, len(fault.rest(fault.at)), begun)


def _bracket(fault: _Fault) -> _Sentence:
    opening = fault.text[fault.start]
    closing = "}" if opening == "{" else "]"
    if fault.at >= len(fault.text.rstrip()):
        way_out = f"close it with `{closing}`; if it begins a text, put the text in quotes"
        return _Sentence(f"this `{opening}` is never closed", fault.start, way_out)
    message = f"a comma or the closing `{closing}` is missing"
    way_out = f"if the `{opening}` begins a text, put the text in quotes"
    return _Sentence(message, fault.at, way_out, 1, (fault.start, f"`{opening}` opens here"))


def _no_value(fault: _Fault) -> _Sentence | None:
    if not fault.char or fault.char not in "]},":
        way_out = "write a value, or close the bracket that is open"
        return _Sentence("a value is missing here", fault.at, way_out)
    if "block node" in fault.words:
        return _beginning(fault)
    way_out = f"write a value, or leave out the comma or `{fault.char}`"
    return _Sentence(f"a value is missing before `{fault.char}`", fault.at, way_out)


def _quote(fault: _Fault) -> _Sentence:
    quote = fault.text[fault.start]
    way_out = f"close it with {quote}"
    return _Sentence("this quote is never closed", fault.start, way_out)


def _escape(fault: _Fault) -> _Sentence:
    start = max(fault.text.rfind("\\", 0, fault.at + 1), 0)
    found = re.compile(r"\\(?:[xuU][0-9a-fA-F]*|.?)").match(fault.text, start)
    spelled = found[0] if found else ""
    message = f"`{spelled}` is no escape that YAML has"
    way_out = r"write `\\` for a backslash, or put the text in single quotes, which have no escapes"
    if _SURROGATE.match(spelled):
        way_out = r"write the character itself, or `\U` with eight digits"
    return _Sentence(message, start, way_out, len(spelled))


def _block_header(fault: _Fault) -> _Sentence:
    sign = fault.text[fault.start]
    message = f"text follows `{sign}` on its line"
    way_out = f"begin it on the next line, indented; if `{sign}` is part of the text, quote it all"
    return _Sentence(message, fault.at, way_out, len(fault.rest(fault.at)))


def _inline(fault: _Fault) -> _Sentence:
    if fault.char == "-":
        way_out = "put each `- …` on a line of its own; if a text is meant, quote it"
        return _Sentence("a list cannot begin on the line of its key", fault.at, way_out)
    return _Sentence("a text without quotes cannot begin with `? `", fault.at, _QUOTE_IT, 1)


def _no_colon(fault: _Fault) -> _Sentence:
    start = fault.start
    if fault.text[start - 1 : start] in _SEPARATORS:
        return _separator(start - 1, fault.text[start - 1])
    message = "this line is neither a key nor an item of a list"
    way_out = (
        "end a key with `: `, begin an item with `- `, and indent the further lines of a text "
        "below its key"
    )
    return _Sentence(message, start, way_out, len(fault.rest(start)))


def _separator(at: int, char: str) -> _Sentence:
    message = f"the character U+{ord(char):04X} counts as a line break here"
    way_out = f"remove it, or write it in double quotes as `\\u{ord(char):04x}`"
    return _Sentence(message, at, way_out)


def _nameless(fault: _Fault) -> _Sentence:
    char = fault.text[fault.start]
    what = "an alias" if char == "*" else "an anchor"
    message = f"a text without quotes that begins with `{char}` is {what}, and this one has no name"
    rest = fault.rest(fault.start)
    return _Sentence(message, fault.start, _quoted(rest), len(rest))


def _tag(fault: _Fault) -> _Sentence:
    found = re.compile(r"\S+").match(fault.text, fault.start)
    spelled = found[0] if found else ""
    way_out = "leave it out; if a text that begins with `!` is meant, put it in quotes"
    message = f"the tag `{spelled}` is not allowed"
    return _Sentence(message, fault.start, way_out, len(spelled), code="AZ105")


def _directive(fault: _Fault) -> _Sentence:
    line = fault.rest(fault.line_start)
    message = f"the directive `{line}` is not understood"
    return _Sentence(message, fault.line_start, "leave the line out", len(line))


def _stray(fault: _Fault) -> _Sentence:
    message = "this line does not belong to what stands above it"
    way_out = "check the indentation above: the keys of one object stand in one column"
    return _Sentence(message, fault.at, way_out, len(fault.rest(fault.at)))


def _character(fault: _Fault) -> _Sentence:
    code = ord(fault.char or "\0")
    message = f"the character U+{code:04X} is not allowed in YAML"
    if code == 0:
        return _Sentence(message, fault.at, "save the file as UTF-8: this looks like UTF-16")
    spelled = f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return _Sentence(message, fault.at, f"remove it, or write it in double quotes as `{spelled}`")


def _rule(words: str, rule: Rule) -> tuple[re.Pattern[str], Rule]:
    return re.compile(words), rule


# The words are libyaml's; after the bar, those of PyYAML's own parser.
_RULES: Final = (
    _rule("unacceptable character", _character),
    _rule("cannot start any token|tab character|indicators, but found '.t'", _tab),
    _rule("cannot start any token", _beginning),
    _rule("mapping values are not allowed", _colon),
    _rule("expected key|expected <block end>", _after_value),
    _rule("block mapping: (?:did not find expected key|expected <block end>)", _line_in_object),
    _rule("expected '-' indicator|block collection: expected <block end>", _line_in_list),
    _rule("flow (?:mapping|sequence): .*expected ',' or", _bracket),
    _rule("expected node content|expected the node content", _no_value),
    _rule("quoted scalar: found unexpected (?:end|document)", _quote),
    _rule("unknown escape character|hexdecimal number|hexadecimal|escape code", _escape),
    _rule("block scalar: (?:did not find expected comment|expected)", _block_header),
    _rule("(?:entries|keys) are not allowed", _inline),
    _rule("expected ':'", _no_colon),
    _rule("scanning an (?:alias|anchor)", _nameless),
    _rule("scanning a tag|undefined tag handle", _tag),
    _rule("directive|incompatible", _directive),
    _rule("expected '?<document start>", _stray),
)
