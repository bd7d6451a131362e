"""A parameter's value as it goes over the wire, by location, style and explode.

OpenAPI Specification 3.2.0, sections "Parameter Object", "Style Examples", "URL
Percent-Encoding"; appendix D for headers and cookies.
"""

from __future__ import annotations

from typing import Final, assert_never
from urllib.parse import unquote

from msgspec.structs import replace

from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.http_semantics.headers import is_visible_ascii
from arazzo_runner.http_semantics.media_type import FORM, is_json
from arazzo_runner.openapi.model import Parameter
from arazzo_runner.openapi.request.encoding import (
    EXPANSIONS,
    Encode,
    Expansion,
    RequestRefused,
    ascii_json,
    deep_object,
    expand_value,
    json_text,
    percent_encode,
    percent_encode_reserved,
    percent_encode_segment,
    value_text,
)
from arazzo_runner.openapi.request.form import encode_form
from arazzo_runner.text.pattern import lazy_pattern

# RFC 9110, section 5.5: no control character but the tab may stand in a field value.
_HALF: Final = lazy_pattern("[\ud800-\udfff]")
_CONTROL: Final = lazy_pattern(r"[\x00-\x08\x0a-\x1f\x7f]")
# RFC 6265, section 4.1.1: cookie-octet.
_COOKIE: Final = lazy_pattern(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
# RFC 9110, section 5.6.2.
_TOKEN: Final = lazy_pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_DELIMITED: Final = frozenset({"spaceDelimited", "pipeDelimited", "tabDelimited"})


def serialize_parameter(parameter: Parameter, value: MaybeValue) -> str | None:
    """The wire form of a parameter, None when nothing is to be sent for it.

    Path: the text for ``{name}``. Query, querystring and cookie: ``name=value`` pairs, joined.
    Header: the value. MISSING is left out, null too unless the parameter is JSON. Raises
    RequestRefused for a value that its location cannot carry.
    """
    if value is MISSING:
        return None
    try:
        return _serialize_in(parameter, value)
    except RequestRefused as reason:
        if reason.parameter is not None:
            raise
        message = f"{parameter.location} parameter `{parameter.name}`: {reason.message}"
        raise RequestRefused(message, parameter.name, reason.hint) from reason


def _serialize_in(parameter: Parameter, value: Value) -> str | None:
    match parameter.location:
        case "path":
            return _path(parameter, value)
        case "query":
            return _query(parameter, value)
        case "querystring":
            return _querystring(parameter, value)
        case "header":
            return _header(parameter, value)
        case "cookie":
            return _cookie(parameter, value)
        case _:
            assert_never(parameter.location)


def _path(parameter: Parameter, value: Value) -> str:
    encode = percent_encode_segment if parameter.allow_reserved else percent_encode
    if parameter.media_type is not None:
        text = percent_encode(_by_media_type(parameter, value) or "")
    else:
        how = _unnamed_expansion(parameter)
        text = expand_value(percent_encode(parameter.name), value, how, encode) or ""
    if text in ("", ".", ".."):
        raise _refused_error(parameter, _why_no_segment(text))
    return text


def _why_no_segment(text: str) -> str:
    if not text:
        return "is empty, which would call another path"
    return f"becomes `{text}`, which would call another path"


def _unnamed_expansion(parameter: Parameter) -> Expansion:
    """2.0 knows delimited arrays also in paths and headers, where there is no name."""
    how = EXPANSIONS[parameter.style, parameter.explode]
    if parameter.style not in _DELIMITED:
        return how
    return Expansion("", how.delimiter, how.delimiter, named=False)


def _query(parameter: Parameter, value: Value) -> str | None:
    name = percent_encode(parameter.name)
    if parameter.media_type is not None:
        text = _by_media_type(parameter, value)
        return None if text is None else f"{name}={percent_encode(text)}"
    encode = percent_encode_reserved if parameter.allow_reserved else percent_encode
    written = _serialize_style(parameter, name, value, encode)
    # `allowEmptyValue`: an empty text in place of a parameter that would be left out.
    return f"{name}=" if written is None and parameter.allow_empty_value else written


def _serialize_style(parameter: Parameter, name: str, value: Value, encode: Encode) -> str | None:
    if parameter.style == "deepObject" and isinstance(value, dict):
        return deep_object(name, value, encode)
    # What has no defined form in a style (an array as deepObject, a delimited style that
    # explodes) is written as `form`, exploded.
    explode = parameter.explode or parameter.style == "deepObject"
    return expand_value(name, value, EXPANSIONS[parameter.style, explode], encode)


def _querystring(parameter: Parameter, value: Value) -> str | None:
    if value is None:
        return None
    if parameter.media_type in (None, FORM):
        return percent_encode_reserved(encode_form(value, parameter.media))
    # Arazzo 1.1.0, Parameter Object: a string is the complete query string.
    text = value if isinstance(value, str) else _by_media_type(parameter, value)
    return percent_encode(text or "")


def _by_media_type(parameter: Parameter, value: Value) -> str | None:
    """The value of a parameter that has ``content``: JSON, or text as it stands."""
    if parameter.media_type and is_json(parameter.media_type):
        return ascii_json(value) if parameter.location == "header" else json_text(value)
    return None if value is None else value_text(value)


def check_name(parameter: Parameter) -> None:
    """Raise RequestRefused for the name of a header or cookie that none can have."""
    location = parameter.location
    if location in ("header", "cookie") and not _TOKEN.fullmatch(parameter.name):
        raise _refused_error(parameter, f"has a name that no {location} can have")


def _header(parameter: Parameter, value: Value) -> str | None:
    check_name(parameter)
    if parameter.media_type is not None:
        text = _by_media_type(parameter, value)
    else:
        how = _unnamed_expansion(parameter)
        if parameter.style in _DELIMITED:
            # Header values are not percent-encoded, so neither are the delimiters.
            how = replace(how, separator=unquote(how.separator), delimiter=unquote(how.delimiter))
        text = expand_value(parameter.name, value, how, str)
    return None if text is None else check_header(parameter, text.strip(" \t"))


def is_header_text(text: str) -> bool:
    """Whether a field can have this value: one without control characters and half surrogates."""
    return is_visible_ascii(text) or not (_HALF.search(text) or _CONTROL.search(text))


def check_header(parameter: Parameter, text: str) -> str:
    """A header value without control characters; raises RequestRefused when it has one."""
    if is_visible_ascii(text):
        return text
    if _HALF.search(text):
        raise _refused_error(parameter, "contains half a surrogate pair, which is no character")
    if found := _CONTROL.search(text):
        raise _refused_error(parameter, f"contains the control character `{ascii(found[0])[1:-1]}`")
    return text


def _cookie(parameter: Parameter, value: Value) -> str | None:
    check_name(parameter)
    if parameter.media_type is not None:
        text = _by_media_type(parameter, value)
        return None if text is None else f"{parameter.name}={_media_cookie(parameter, text)}"
    encode = _octets(parameter) if parameter.style == "cookie" else _form_octets(parameter)
    # Appendix D: also with `style: form`, cookies stand apart as the Cookie header has it.
    return expand_value(parameter.name, value, EXPANSIONS["cookie", parameter.explode], encode)


def _media_cookie(parameter: Parameter, text: str) -> str:
    # Appendix D: `text/plain` is for values that bring their own escapes.
    as_it_is = parameter.media_type == "text/plain"
    return _octets(parameter)(text) if as_it_is else _form_octets(parameter)(text)


def _octets(parameter: Parameter) -> Encode:
    def check(text: str) -> str:
        if not _COOKIE.fullmatch(text):
            raise _refused_error(
                parameter,
                "contains a character that no cookie can carry unescaped",
                "percent-encode the value, or describe the parameter with `style: form`",
            )
        return text

    return check


def _form_octets(parameter: Parameter) -> Encode:
    encode = percent_encode_reserved if parameter.allow_reserved else percent_encode

    def check(text: str) -> str:
        encoded = encode(check_header(parameter, text))
        return encoded if not parameter.allow_reserved else _octets(parameter)(encoded)

    return check


def _refused_error(parameter: Parameter, why: str, hint: str | None = None) -> RequestRefused:
    message = f"{parameter.location} parameter `{parameter.name}` {why}"
    return RequestRefused(message, parameter.name, hint)
