"""What a client asks of the mock for one request: ``Prefer`` (RFC 7240)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from arazzo_runner.http_semantics.headers import Headers, header_values
from arazzo_runner.mock.response import example_response
from arazzo_runner.mock.steps.cases import is_documented, is_status
from arazzo_runner.openapi.model import Operation
from arazzo_runner.text.pattern import lazy_pattern

MAX_WAIT: Final = 60
_PREFERENCE: Final = lazy_pattern(
    r"""\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?[^,"]*(?:,|$)""",
)


class Preferences(Struct, frozen=True):
    """``code`` is a status, ``example`` the name of a documented one, ``wait`` are seconds."""

    code: str = ""
    example: str = ""
    wait: int = 0

    def applied_text(self) -> str:
        """The value of ``Preference-Applied`` (RFC 7240, section 3); empty for nothing."""
        named = (("code", self.code), ("example", self.example), ("wait", self.wait or ""))
        return ", ".join(f"{name}={_token(str(value))}" for name, value in named if value)

    @property
    def case(self) -> str:
        """The case that the mock is to give, as :func:`chosen_response` knows them."""
        return "/".join(one for one in (self.code, self.example) if one)


NO_PREFERENCES: Final = Preferences()


def parse_preferences(headers: Headers) -> Preferences:
    """The preferences that the mock knows; of one that is named twice the first counts."""
    texts = header_values(headers, "prefer")
    if not texts:
        return NO_PREFERENCES
    found: dict[str, str] = {}
    for match in _PREFERENCE.finditer(", ".join(texts)):
        quoted = (match[2] or "").replace("\\", "")
        found.setdefault(match[1].lower(), quoted or match[3] or "")
    wait = found.get("wait", "")
    is_time = wait.isdecimal() and wait.isascii() and len(wait) <= len(str(MAX_WAIT))
    seconds = int(wait) if is_time and int(wait) <= MAX_WAIT else 0
    return Preferences(found.get("code", ""), found.get("example", ""), seconds)


def preferences_for(wanted: Preferences, operation: Operation) -> Preferences:
    """The preferences that an operation can follow; others are ignored (RFC 7240, section 2)."""
    code = wanted.code if _is_possible(wanted.code, operation) else ""
    example = wanted.example
    if example and example_response(operation, example, int(code) if code else None) is None:
        example = ""
    return Preferences(code, example, wanted.wait)


def _is_possible(code: str, operation: Operation) -> bool:
    """Whether a status can be given: one that is documented, and each that is an error."""
    if not (code.isascii() and is_status(code)):
        return False
    return is_documented(operation, code) or 400 <= int(code) <= 599


def _token(value: str) -> str:
    """A value as a token, or quoted where it is none."""
    is_token = bool(value) and all(
        one.isascii() and (one.isalnum() or one in _TCHAR) for one in value
    )
    return (
        value
        if is_token
        else '"' + "".join(f"\\{one}" if one in '"\\' else one for one in value) + '"'
    )


_TCHAR: Final = frozenset("!#$%&'*+-.^_`|~")
