"""Cookies as HAR 1.2 has them: names and attributes, with values that are masked by the header."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from arazzo_runner.expression.scope import Headers
from arazzo_runner.report.mask import MASK, Masker

HarCookie = dict[str, str | bool]


def sent_cookies(headers: Headers, masker: Masker) -> list[HarCookie]:
    """The cookies of a request (RFC 6265, section 4.2.1)."""
    fields = [pair for value in _values(headers, "cookie") for pair in value.split(";")]
    hidden = _is_hidden("Cookie", masker)
    return [_parse_pair(one, masker, hidden=hidden) for one in fields if one.strip()]


def set_cookies(headers: Headers, masker: Masker) -> list[HarCookie]:
    """The cookies that a response sets (RFC 6265, section 4.1.1)."""
    hidden = _is_hidden("Set-Cookie", masker)
    return [
        _parse_set_cookie(value, masker, hidden=hidden) for value in _values(headers, "set-cookie")
    ]


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _is_hidden(name: str, masker: Masker) -> bool:
    """Whether all values of this header are masked, whatever they are."""
    return masker.headers(((name, ""),))[0][1] == MASK


def _parse_pair(text: str, masker: Masker, *, hidden: bool) -> HarCookie:
    name, _, value = text.partition("=")
    shown = MASK if hidden else masker.text(value.strip())
    return {"name": masker.text(name.strip()), "value": shown}


def _parse_set_cookie(text: str, masker: Masker, *, hidden: bool) -> HarCookie:
    pair, *rest = text.split(";")
    cookie = _parse_pair(pair, masker, hidden=hidden)
    attributes = {name.strip().lower(): value.strip() for name, _, value in _split(rest)}
    for name in ("path", "domain"):
        if attributes.get(name):
            cookie[name] = masker.text(attributes[name])
    if (moment := _moment(attributes.get("expires", ""))) is not None:
        cookie["expires"] = moment
    cookie["httpOnly"] = "httponly" in attributes
    cookie["secure"] = "secure" in attributes
    return cookie


def _split(attributes: list[str]) -> list[tuple[str, str, str]]:
    return [one.partition("=") for one in attributes]


def _moment(date: str) -> str | None:
    try:
        moment = parsedate_to_datetime(date.replace("-", " "))
        return moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None
