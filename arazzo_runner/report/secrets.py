"""Secrets leave this program as ``***``: the one sink before terminals, reports and exceptions.

A secret is found by its value wherever it stands, also percent-encoded, JSON-escaped, in XML, or
inside a Base64 text; and by the name of the header that carries it.

A result or event with its secrets masked: of many runs, each has its own, and a report has all.

One masker that knows the secrets of a thousand runs would take a thousand times as long.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.executor.events import Event
from arazzo_runner.executor.result import (
    ActionTaken,
    Attempt,
    ConsideredAction,
    CriterionResult,
    OperandValue,
    RunResult,
    StepError,
    StepResult,
    WorkflowResult,
)
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.expression.scope import Headers
from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.openapi.message import HttpRequest, HttpResponse, WireExchange
from arazzo_runner.openapi.response.contract import CheckResult

MASK = "***"

# A shorter secret ("1") stands everywhere by chance: it is masked only where it is a whole value.
SHORTEST_ANYWHERE = 4

HEADER_NAMES = frozenset(
    {
        "api-key",
        "apikey",
        "authentication",
        "authorization",
        "cookie",
        "ocp-apim-subscription-key",
        "private-token",
        "proxy-authorization",
        "set-cookie",
        "x-access-token",
        "x-amz-security-token",
        "x-api-key",
        "x-apikey",
        "x-auth-token",
        "x-authorization",
        "x-csrf-token",
        "x-functions-key",
        "x-goog-api-key",
        "x-rapidapi-key",
        "x-session-token",
        "x-shopify-access-token",
        "x-vault-token",
        "x-xsrf-token",
    }
)
"""Header fields that carry credentials, in lower case; masked whatever their values are."""

_HEADER_OPERAND = re.compile(r"\$(?:request|response)\.headers?\.([^\s#]+)")
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_JSON = {'"': r"\"", "\\": r"\\", "/": r"\/", "\b": r"\b", "\f": r"\f", "\n": r"\n",
         "\r": r"\r", "\t": r"\t"}  # fmt: skip
_BASE64_CHARACTER = "(?:[A-Za-z0-9+/_-]|%2[BFbf])"


class Masker:
    """Replaces secrets in text, values and header fields by ``***``.

    ``secrets`` are values, ``pairs`` are (user, password) whose ``user:password`` is a secret
    too; ``header_names`` are masked by name, in lower case. Instances are shared by all
    renderers of a run; :meth:`learn` adds what becomes known while it goes on.
    """

    __slots__ = ("_exact", "_header_names", "_longest", "_patterns")

    def __init__(
        self,
        secrets: Iterable[str] = (),
        pairs: Iterable[tuple[str, str]] = (),
        header_names: Iterable[str] = HEADER_NAMES,
    ) -> None:
        self._exact: frozenset[str] = frozenset()
        self._header_names = frozenset(name.lower() for name in header_names)
        self._patterns: tuple[re.Pattern[str], re.Pattern[str]] | None = None
        self._longest = 0
        self.learn(secrets, pairs)

    def learn(self, secrets: Iterable[str], pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Mask these as well: a token fetched during the run is known to nobody before it."""
        given = [*secrets]
        for user, password in pairs:
            given += password, f"{user}:{password}"
        # A blank value is no secret, and would mask every indentation.
        known = {*self._exact, *(one for one in given if one.strip())}
        if known == self._exact:
            return
        self._exact = frozenset(known)
        ordered = sorted(known, key=lambda one: (-len(one), one))
        forms = [form for one in ordered for form in _forms(one)]
        # Nearly all text holds no secret. Without the leading "any character" of the Base64 forms
        # most places are ruled out by their first character, in a twentieth of the time.
        traces = (one.removeprefix(_BASE64_CHARACTER) for one in forms)
        self._patterns = re.compile("|".join(traces)), re.compile("|".join(forms))
        self._longest = max(_longest_form(one) for one in ordered)

    @property
    def margin(self) -> int:
        """How far a secret can reach beyond a place where text is cut, in characters."""
        return self._longest

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        if self._patterns is None:
            return text
        if text in self._exact:
            return MASK
        trace, pattern = self._patterns
        return pattern.sub(MASK, text) if trace.search(text) else text

    def clip(self, text: str, limit: int) -> str:
        """The first ``limit`` characters, masked; a secret that reaches past the cut is masked too.

        The work is bounded by ``limit``, however long the text is.
        """
        if len(text) <= limit or self._patterns is None:
            return self.text(text[:limit])
        trace, pattern = self._patterns
        reach = limit + self._longest
        if not trace.search(text, 0, reach):
            return text[:limit]
        shown: list[str] = []
        at = 0
        for match in pattern.finditer(text, 0, reach):
            if match.start() >= limit:
                break
            shown += text[at : match.start()], MASK
            at = match.end()
        shown.append(text[at:limit])
        return "".join(shown)

    def value(self, value: Value) -> Value:
        """The value with its strings, keys, numbers and bytes masked, to any depth."""
        # `map` takes one stack frame a level, a comprehension two; JSON may be 512 levels deep.
        if self._patterns is None:
            return value
        match value:
            case str():
                return self.text(value)
            case list():
                return list(map(self.value, value))
            case dict():
                keys = map(self.text, value)
                return dict(zip(keys, map(self.value, value.values()), strict=True))
            case _:
                return self._scalar(value)

    def _scalar(self, value: Value) -> Value:
        match value:
            case FileBody():
                return self.text(value.label)
            case bytes():
                # Bytes that are no UTF-8 survive the way there and back.
                text = value.decode("utf-8", "surrogateescape")
                return self.text(text).encode("utf-8", "surrogateescape")
            case int() | float() if not isinstance(value, bool):
                return MASK if self._is_number(value) else value
            case _:
                return value

    def _is_number(self, value: float) -> bool:
        try:
            return str(value) in self._exact
        except ValueError:  # an integer of more digits than Python spells
            return False

    def headers(self, headers: Headers) -> Headers:
        """Header fields with secrets masked, and all values of those that carry credentials."""
        return tuple(
            (self.text(name), MASK if name.lower() in self._header_names else self.text(value))
            for name, value in headers
        )

    def operand(self, expression: str, value: Value) -> Value:
        """The value of an expression; ``$request.header.Authorization`` is masked by its name."""
        named = _HEADER_OPERAND.match(expression)
        if named and named[1].lower() in self._header_names:
            return MASK
        return self.value(value)


class _Unmasked(Masker):
    """Knows no secret; one is shared by all who want none hidden, so it never learns any."""

    __slots__ = ()

    def learn(self, secrets: Iterable[str], pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Forget them at once."""


NO_MASK = _Unmasked(header_names=())
"""Shows everything: ``--show-secrets``."""


def _forms(secret: str) -> Iterable[str]:
    """Patterns for the ways in which a secret may be written."""
    plain = "".join(map(_character, secret))
    if len(secret) < SHORTEST_ANYWHERE:
        return [rf"""(?<=["=]){plain}(?=["&\s]|\Z)"""]
    return [plain, *_base64_forms(secret.encode("utf-8", "surrogatepass"))]


def _character(character: str) -> str:
    """A pattern for a character as it is, percent-encoded, and escaped for JSON or XML."""
    if character.isascii() and character.isalnum():
        return character
    forms = _spellings(character)
    return "(?:" + "|".join(map(_either_case, forms)) + ")"


def _spellings(character: str) -> list[str]:
    octets = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass").hex()
    forms = [
        character,
        "".join(f"%{octet:02x}" for octet in octets),
        "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4)),
    ]
    if character == " ":
        forms.append("+")
    forms += (table[character] for table in (_JSON, _XML) if character in table)
    return forms


def _either_case(form: str) -> str:
    """A pattern for a spelling; hexadecimal digits of escapes come in both cases."""
    escaped = re.escape(form)
    return f"(?i:{escaped})" if form[0] in "%\\" and len(form) > 1 else escaped


def _longest_form(secret: str) -> int:
    plain = sum(max(map(len, _spellings(character))) for character in secret)
    # Base64 takes 4 characters for 3 octets, some of them percent-encoded.
    return max(plain, 3 * (4 * len(secret.encode("utf-8", "surrogatepass")) // 3 + 8))


def _base64_forms(octets: bytes) -> list[str]:
    """Patterns for the secret inside a Base64 text, beginning at each of the three alignments.

    The outermost characters also hold bits of the secret's neighbours, so they may be any.
    """
    patterns = []
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + octets).decode()
        mixed_end = (offset + len(octets)) % 3 != 0
        inner = encoded.rstrip("=")[offset + 1 if offset else 0 : -1 if mixed_end else None]
        patterns.append(
            (_BASE64_CHARACTER if offset else "")
            + "".join(map(_base64_character, inner))
            + (f"{_BASE64_CHARACTER}(?:=|%3[Dd]){{0,2}}" if mixed_end else "")
        )
    return patterns


def _base64_character(character: str) -> str:
    # RFC 4648, section 5: the URL-safe alphabet has - and _ in place of + and /.
    match character:
        case "+":
            return r"(?:[+-]|%2[Bb])"
        case "/":
            return r"(?:/|_|\\/|%2[Ff])"
        case _:
            return character


T = TypeVar("T")

# What holds something from outside; documents and places are left as they are.
_MASKED_TYPES: Final = frozenset(
    {ActionTaken, Attempt, CheckResult, ConsideredAction, CriterionResult, WireExchange,
    HttpRequest,
     HttpResponse, OperandValue, RunResult, StepError, StepResult, TransportFailure,
     WorkflowResult, *get_args(Event)}
)  # fmt: skip
_DATA: Final = frozenset({"body", "inputs", "outputs", "sent_body", "value"})
_WORDS: Final = frozenset({"code", "fault", "kind", "level", "method", "severity", "type"})
"""Fields of words that are ours, also where a secret is such a word."""


def mask_value(told: T, masker: Masker) -> T:
    """The same with every secret masked."""
    return told if masker is NO_MASK else _mask_value(told, masker)


def _mask_value(told: Any, masker: Masker) -> Any:
    match told:
        case Enum():
            return told
        case str():
            return masker.text(told)
        case tuple():
            items = tuple(_mask_value(one, masker) for one in told)
            return told if all(map(_is_type, items, told)) else items
        case Struct() if type(told) in _MASKED_TYPES:
            return _struct(told, masker)
        case _:
            return told


def _struct(told: Struct, masker: Masker) -> Struct:
    changed: dict[str, Any] = {}
    for name in told.__struct_fields__:
        before = getattr(told, name)
        after = _field(name, before, masker)
        if after is not before:
            changed[name] = after
    return replace(told, **changed) if changed else told


def _field(name: str, value: Any, masker: Masker) -> Any:
    if name in _WORDS:
        return value
    return masker.value(value) if name in _DATA else _mask_value(value, masker)


def _is_type(one: object, other: object) -> bool:
    return one is other
