"""Secrets leave this program as ``***``: the one sink before terminals, reports and exceptions.

A secret is found by its value wherever it stands, raw or in Base64, percent-encoding, JSON or HTML,
and in two layers of these; and by the name of the header field or query parameter that carries it.
Nothing is made of a secret before there is a text to mask: a run that shows nothing costs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from arazzo_runner.expression.value import FileBody, Value
from arazzo_runner.http_semantics.headers import Headers
from arazzo_runner.report.decodings import decodings, has_escapes, without_part
from arazzo_runner.report.needles import Needles, needles
from arazzo_runner.report.secret_names import HEADER_NAMES, SHORTEST_ANYWHERE, url_secrets
from arazzo_runner.text.pattern import lazy_pattern

__all__ = ["HEADER_NAMES", "MASK", "NO_MASK", "URL_MASK", "Masker"]

MASK: Final = "***"

# Two, and one more since a text may itself be the JSON or HTML that they are in; not for a long
# text, of which many escapes of many kinds would take long.
_LAYERS: Final = 3
_LAYERS_OF_LONG: Final = 2
_LONG: Final = 16_384
# A short text that went over the wire is also part of longer words ("test" in "latest").
_SHORTEST_IN_WORDS: Final = 8
_CUT: Final = "…"
# With its escapes, a secret's beginning of so many characters is hardly that of anything else.
_ENOUGH: Final = 256

_HEADER_OPERAND: Final = lazy_pattern(r"\$(?:request|response)\.headers?\.([^\s#]+)")


class Masker:
    """Replaces secrets in text, values and header fields by ``***``.

    ``secrets`` are values, ``pairs`` are (user, password) whose ``user:password`` is a secret
    too; ``header_names`` are masked by name, in lower case. Instances are shared by all
    renderers of a run; :meth:`learn` adds what becomes known while it goes on.
    """

    __slots__ = (
        "__weakref__",
        "_exact",
        "_header_names",
        "_last_line",
        "_longest",
        "_needles",
        "_new",
        "_pending",
        "_short",
        "_words",
    )

    def __init__(
        self,
        secrets: Iterable[str] = (),
        pairs: Iterable[tuple[str, str]] = (),
        header_names: Iterable[str] = HEADER_NAMES,
    ) -> None:
        self._exact: set[str] = set()
        self._words: set[str] = set()
        self._new: list[str] = []
        self._pending: Callable[[], None] | None = None
        self._needles = Needles()
        self._short: re.Pattern[str] | None = None
        self._longest = 0
        self._last_line: tuple[str, list[tuple[int, int]]] | None = None
        self._header_names = frozenset(name.lower() for name in header_names)
        self.learn(secrets, pairs)

    def learn(self, secrets: Iterable[str], pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Mask these as well: a token fetched during the run is known to nobody before it."""
        every = [*secrets]
        for user, password in pairs:
            every += password, f"{user}:{password}"
        for one in every:
            if one in self._words:  # what was observed before is now known to be a secret
                self._last_line = None
                self._words.discard(one)
                self._new.append(one)
            self._learn(one)

    def observe(self, values: Iterable[str]) -> None:
        """Mask what went over the wire where secrets do; a short one only as a word of its own."""
        for one in values:
            if len(one) < SHORTEST_ANYWHERE or one in self._exact:
                continue
            if len(one) < _SHORTEST_IN_WORDS:
                self._words.add(one)
            self._learn(one)

    def before_masking(self, learn: Callable[[], None]) -> None:
        """Call this once, before the next text is masked, in place of the one before.

        What it learns takes time to find, and is of no use where nothing is shown.
        """
        self._pending = learn

    def _all_secrets(self) -> set[str]:
        """All secrets, with those that were not looked for as long as there was no text."""
        if self._pending is not None:
            learn, self._pending = self._pending, None
            learn()
        return self._exact

    @property
    def header_names(self) -> frozenset[str]:
        """The header fields that are masked by name, in lower case."""
        return self._header_names

    def _learn(self, secret: str) -> None:
        # A blank value is no secret, and would mask every indentation.
        if secret not in self._exact and secret.strip():
            self._exact.add(secret)
            self._new.append(secret)
            self._last_line = None
            # An escape takes up to ten characters for one, in two layers.
            self._longest = max(self._longest, 16 * len(secret) + 32)

    def _current_needles(self) -> Needles:
        """What to search for; of a secret that is new it is made now."""
        if self._new:
            new, self._new = self._new, []
            for one in new:
                if len(one) >= SHORTEST_ANYWHERE:
                    self._needles.add(needles(one, word=one in self._words))
            self._short = _short_pattern(self._exact)
        return self._needles

    @property
    def margin(self) -> int:
        """How many characters beyond a cut are needed to know a secret that reaches past it."""
        self._all_secrets()
        return min(self._longest, _ENOUGH)

    def text(self, text: str) -> str:
        """The text with every secret masked, the beginning of one that was cut off too."""
        if text in self._all_secrets():
            return MASK
        spans = self.spans(text)
        return _masked(text, spans) if spans else text

    def spans(self, text: str, *, at_cut: bool = False) -> list[tuple[int, int]]:
        """Where secrets stand in a text, in order; those that overlap are one.

        ``at_cut`` tells that it was cut, so that it may end within one.
        """
        every = self._spans(text)
        if at_cut and self._exact:
            every += self._beginning(text, len(text))
        if not every:
            return every
        found: list[tuple[int, int]] = []
        for start, end in sorted(every):
            if found and start < found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
        return found

    def line_spans(self, line: str) -> list[tuple[int, int]]:
        """The spans of a line that is asked about again and again: that of a minified document.

        The whole line is searched, so that no secret is missed at the edge of what is shown.
        """
        self._all_secrets()
        last = self._last_line
        if last is None or last[0] != line:
            self._last_line = last = line, self.spans(line)
        return last[1]

    def clip(self, text: str, limit: int) -> str:
        """The first ``limit`` characters, masked; a secret that reaches past the cut is masked too.

        The work is bounded by ``limit``, however long the text is.
        """
        if len(text) <= limit:
            return self.text(text)
        window = text[: limit + self.margin]
        shown = [one for one in self.spans(window, at_cut=True) if one[0] < limit]
        return _masked(window[: max([limit, *(end for _, end in shown)])], shown)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand in a text."""
        found = list(url_secrets(text)) if "://" in text or "=" in text else []
        if self._all_secrets():
            found += self._secret_spans(text, _layers(text))
            if _CUT in text:
                for cut in re.finditer(_CUT, text):
                    found += self._beginning(text, cut.start())
        return found

    def _secret_spans(
        self, text: str, layers: int, seen: set[str] | None = None
    ) -> list[tuple[int, int]]:
        """Where secrets stand; ``seen`` are texts that other ways of decoding have led to."""
        found = self._current_needles().spans(text)
        if self._short is not None:
            found += [match.span() for match in self._short.finditer(text)]
        if not layers or not has_escapes(text):
            return found
        seen = set() if seen is None else seen
        for one in decodings(text):
            if one.text not in seen:
                seen.add(one.text)
                inside = self._secret_spans(one.text, layers - 1, seen)
                found += [one.source(start, end) for start, end in inside]
        return found

    def _beginning(self, text: str, end: int) -> Iterator[tuple[int, int]]:
        """Where a secret begins of which the rest was cut off at ``end``."""
        from_ = max(0, end - self._longest)
        at = self._start_of_beginning(text[from_:end], _LAYERS_OF_LONG)
        if at is not None:
            yield from_ + at, end

    def _start_of_beginning(self, text: str, layers: int) -> int | None:
        starts = [self._current_needles().start_of_beginning(text)]
        whole = without_part(text)
        if whole != text:
            starts.append(self._current_needles().start_of_beginning(whole))
        if layers:
            for one in decodings(whole):
                at = self._start_of_beginning(one.text, layers - 1)
                starts.append(None if at is None else one.source(at, at + 1)[0])
        return min((at for at in starts if at is not None), default=None)

    def value(self, value: Value) -> Value:
        """The value with its strings, keys, numbers and bytes masked, to any depth."""
        if not self._may_hold(value):
            return value
        # Keys are the same in each item of a list, and many values are.
        return self._value(value, lru_cache(maxsize=1024)(self.text))

    def _may_hold(self, value: Value) -> bool:
        """Whether there may be a secret in it: looking through all its text at once is quick."""
        if not isinstance(value, dict | list):
            return True
        if any(len(one) < SHORTEST_ANYWHERE for one in self._all_secrets()):
            return True
        try:
            text = json.dumps(value, ensure_ascii=False, default=_searchable_text)
        except (ValueError, TypeError, RecursionError):
            return True
        if any(True for _ in url_secrets(text)):
            return True
        if not self._exact:
            return False
        # Being JSON is one layer more.
        return _CUT in text or bool(self._secret_spans(text, _layers(text) + 1))

    def _value(self, whole: Value, text: Callable[[str], str]) -> Value:
        # `map` takes one stack frame a level, a comprehension two; JSON may be 512 levels deep.
        def mask(value: Value) -> Value:
            match value:
                case str():
                    return text(value)
                case list():
                    return list(map(mask, value))
                case dict():
                    return dict(zip(map(text, value), map(mask, value.values()), strict=True))
                case _:
                    return self._scalar(value)

        return mask(whole)

    def _scalar(self, value: Value) -> Value:
        match value:
            case FileBody():
                return self.text(value.label)
            case bytes():
                # Bytes that are no UTF-8 survive the way there and back.
                text = value.decode("utf-8", "surrogateescape")
                masked = self.text(text)
                return value if masked == text else masked.encode("utf-8", "surrogateescape")
            case int() | float() if not isinstance(value, bool):
                return MASK if self._is_number(value) else value
            case _:
                return value

    def _is_number(self, value: float) -> bool:
        try:
            return str(value) in self._all_secrets()
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

    def _learn(self, secret: str) -> None:
        """Forget it at once."""

    def before_masking(self, learn: Callable[[], None]) -> None:
        """Never look for any."""

    def _spans(self, text: str) -> list[tuple[int, int]]:  # noqa: ARG002 - it hides nothing
        return []

    def value(self, value: Value) -> Value:
        """The value as it is."""
        return value


NO_MASK = _Unmasked(header_names=())
"""Shows everything: ``--show-secrets``."""


URL_MASK = Masker(header_names=())
"""Knows no secret but those that URLs hold; of nothing that is learned must it be told."""


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with ``***`` in place of each span."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += text[at:start], MASK
        at = end
    return "".join([*pieces, text[at:]])


def _layers(text: str) -> int:
    return _LAYERS if len(text) <= _LONG else _LAYERS_OF_LONG


def _short_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """A secret of few characters stands everywhere by chance: only a whole value is masked."""
    short = sorted((one for one in secrets if len(one) < SHORTEST_ANYWHERE), key=len, reverse=True)
    if not short:
        return None
    return re.compile(rf"""(?<=["=])(?:{"|".join(map(re.escape, short))})(?=["&\s]|\Z)""")


def _searchable_text(value: Any) -> str:
    """What JSON has no form for, as it is searched for secrets."""
    if isinstance(value, FileBody):
        return value.label
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else ""
