"""Variables of a collection: `{{name}}` becomes a text that is found again in the request.

Such a text stands for the variable until its value is an input or the output of a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.calls import InputDefault
from arazzo_runner.report.secret_names import without_user
from arazzo_runner.text.pattern import lazy_pattern

_VARIABLE: Final = lazy_pattern(r"\{\{\s*([^{}\s][^{}]{0,199}?)\s*\}\}")
_STRING_OR_VARIABLE: Final = lazy_pattern(r'"(?:[^"\\]|\\.)*"|\{\{\s*[^{}\s][^{}]*\}\}')
_HOPS: Final = 5
_OTHER_SCHEME: Final = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:[^/0-9]")
_FIRST_NUMBER: Final = 970_000_001
_UNKNOWN: Final = "https://api.example.com"


class VariableTable:
    """Variables by name; ``values`` has those of the collection, and whether each is secret.

    ``bare`` are those that stand in JSON without quotes: numbers.
    """

    def __init__(
        self, values: Mapping[str, tuple[Any, bool]], bare: frozenset[str] = frozenset()
    ) -> None:
        self._values = dict(values)
        self._bare = bare
        self._names: dict[str, str] = {}

    def sentinel(self, name: str) -> str:
        """The text that stands for a variable."""
        if name not in self._names:
            number = len(self._names)
            is_bare = name in self._bare
            self._names[name] = str(_FIRST_NUMBER + number) if is_bare else f"pmvar{number:04d}x"
        return self._names[name]

    def is_in(self, text: str) -> bool:
        """Whether a text has what stands for a variable."""
        return any(one in text for one in self._names.values())

    def declare(self, name: str, value: str) -> None:
        """A variable of a path, with the value that the collection has for it."""
        self._values.setdefault(name, (value, False))

    def sentinels(self) -> dict[str, Value]:
        """The texts by the names of variables."""
        return {
            name.lstrip("$"): int(one) if name in self._bare else one
            for name, one in self._names.items()
        }

    def defaults(self) -> dict[str, InputDefault]:
        """What the inputs for variables are without another value."""
        found: dict[str, InputDefault] = {}
        for name in self._names:
            value, is_secret = self._values.get(name, (None, False))
            has_value = isinstance(value, str | int | float) and value != ""
            is_plain = has_value and "{{" not in str(value)
            default: Value = str(value) if is_plain else None
            if is_plain and name in self._bare:
                default = _number(str(value))
            found[name.lstrip("$")] = InputDefault(default, is_secret)
        return found

    def text(self, text: str) -> str:
        """A text with what stands for its variables."""
        return _VARIABLE.sub(lambda found: self.sentinel(found[1]), text)

    def pieces(self, text: str) -> Iterator[tuple[str, str]]:
        """Constants, each with the name of the variable behind it, empty at the end."""
        end = 0
        for found in _VARIABLE.finditer(text):
            yield text[end : found.start()], found[1]
            end = found.end()
        if end < len(text) or not text:
            yield text[end:], ""

    def split_server(self, url: str) -> tuple[str, str]:
        """The server of a URL, its variables replaced by their values, and the path below it."""
        head = _VARIABLE.match(url)
        if head is not None:
            base, path = self._replace_known(head[0]), url[head.end() :]
            if "://" not in base:
                base = f"https://{base}"
            if "{{" in base or base == "https://":
                base = _UNKNOWN
            if path and not path.startswith("/"):  # a port, or the rest of a host
                authority, slash, rest = path.partition("/")
                base, path = base + self._replace_known(authority), slash + rest
            return base.rstrip("/"), path or "/"
        if "://" not in url and _OTHER_SCHEME.match(url):
            return url, "/"
        url = without_user(url)
        scheme, mark, rest = url.partition("://")
        if not mark:
            scheme, rest = "https" if not url.startswith("localhost") else "http", url
        authority, slash, path = rest.partition("/")
        base = f"{scheme}://{self._replace_known(authority)}"
        return (_UNKNOWN if "{{" in base else base), slash + path or "/"

    def _replace_known(self, text: str) -> str:
        """A text with the values of its variables, as far as they are known."""
        for _ in range(_HOPS):
            text = _VARIABLE.sub(self._value, text)
        return text

    def _value(self, found: Any) -> str:
        value = self._values.get(found[1], (None, False))[0]
        return str(value) if isinstance(value, str | int) and value != "" else str(found[0])


def _number(text: str) -> Value:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return None


def bare_variables(requests: Iterable[Any]) -> frozenset[str]:
    """The variables that stand in JSON bodies without quotes."""
    names: set[str] = set()
    for node in requests:
        body = node.get("body") if isinstance(node, dict) else None
        raw = body.get("raw") if isinstance(body, dict) else None
        if isinstance(raw, str):
            found = (_VARIABLE.fullmatch(one[0]) for one in _STRING_OR_VARIABLE.finditer(raw))
            names |= {one[1] for one in found if one}
    return frozenset(names)
