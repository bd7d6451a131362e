"""What a plain scalar means: the core schema of YAML 1.2.2 (section 10.3.2), kept to JSON data.

``yes``, ``on`` and dates are strings, ``010`` is ten. Numbers that JSON cannot hold are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias
from typing import Literal as Choice

from arazzo_runner.text.diagnostic import shorten
from arazzo_runner.text.number import JsonNumber
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:  # JSON is read by these rules too, without a parser of YAML
    from arazzo_runner.text.yaml_events import ScalarEvent

Scalar: TypeAlias = str | int | float | bool | None


MAX_DIGITS: Final = 4300
"""The longest integer, in characters; longer ones take quadratic time to convert."""


CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


FIRST: Final = frozenset(["", *"~nNtTfF-+.0123456789"])
"""What a plain scalar that is not a string begins with."""


TAG_PREFIX: Final = "tag:yaml.org,2002:"


_INTEGER: Final = lazy_pattern(r"[-+]?[0-9]+")


_FLOAT: Final = lazy_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


_JSON_NUMBER: Final = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


_OCTAL: Final = lazy_pattern(r"0o[0-7]+")


_HEXADECIMAL: Final = lazy_pattern(r"0x[0-9a-fA-F]+")


_NOT_FINITE: Final = lazy_pattern(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class ScalarError(Exception):
    """A scalar that cannot become JSON data; its place is the caller's knowledge."""

    def __init__(self, code: str, message: str, way_out: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.way_out = way_out


def scalar_value(event: ScalarEvent) -> Scalar:
    """The value of a scalar in YAML. Raises Refused for a tag or number that JSON has not."""
    if event.tag is not None:
        return tagged_value(event.tag, event.value)
    return resolve_plain(event.value) if event.implicit[0] else event.value


def resolve_plain(text: str) -> Scalar:
    """The value of a plain scalar. Raises Refused for a number that JSON cannot hold."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return parse_integer(text)
    if _FLOAT.fullmatch(text):
        return parse_decimal(text)
    return _other(text)


def _other(text: str) -> Scalar:
    if _NOT_FINITE.fullmatch(text):
        message = f"`{text}` is not a number that JSON data can hold"
        raise ScalarError("AZ113", message, f'write a finite number, or quote it: "{text}"')
    if _HEXADECIMAL.fullmatch(text):
        return _with_base(text, 16)
    if _OCTAL.fullmatch(text):
        return _with_base(text, 8)
    return text


def parse_integer(text: str) -> int:
    """A decimal integer, exact. Raises Refused beyond 4,300 digits."""
    if len(text) > MAX_DIGITS and len(text.lstrip("+-")) > MAX_DIGITS:
        raise _digits_error(len(text.lstrip("+-")))
    return int(text)


def _with_base(text: str, base: int) -> int:
    value = int(text[2:], base)
    # 3,000 digits of any base up to 16 are fewer than 4,300 decimal ones.
    if len(text) > 3000 and value >= 10**MAX_DIGITS:
        raise _digits_error(len(text) - 2)
    return value


def _digits_error(digits: int) -> ScalarError:
    message = f"an integer has {digits:,} digits, and the limit is {MAX_DIGITS:,}"
    return ScalarError("AZ109", message, "quote it, so that it is a string")


def parse_decimal(text: str) -> float:
    """A floating point number; as JSON spells it, where a float would lose that.

    Raises Refused when it is too large to be finite.
    """
    value = float(text)
    if value in (float("inf"), float("-inf")):
        message = (
            f"the number `{shorten(text)}` is too large: documents and inputs hold decimals up to"
            " 1.7976931348623157E308, as 64-bit floating point does"
        )
        way_out = (
            "write an integer in digits, which is kept exact, or quote it: it is a string then"
        )
        raise ScalarError("AZ113", message, way_out)
    is_spelled = repr(value) != text and _JSON_NUMBER.fullmatch(text)
    return JsonNumber(text) if is_spelled else value


def tagged_value(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag. Raises Refused when the tag does not fit.

    The tags of the JSON schema (YAML 1.2.2, section 10.2) are honoured; there are no others.
    """
    if tag in ("!", TAG_PREFIX + "str"):
        return text
    accepted = _ACCEPTED.get(tag)
    if accepted is None:
        raise _tag_error(tag, f"`{shorten(text)}`")
    value = resolve_plain(text)
    if tag == TAG_PREFIX + "float" and type(value) is int:
        return float(parse_decimal(text if _INTEGER.fullmatch(text) else str(value)))
    if type(value) not in accepted:
        raise _tag_value_error(tag, f"`{shorten(text)}`")
    return value


_ACCEPTED: Final[dict[str, tuple[type, ...]]] = {
    TAG_PREFIX + "int": (int,),
    TAG_PREFIX + "float": (float, JsonNumber),
    TAG_PREFIX + "bool": (bool,),
    TAG_PREFIX + "null": (type(None),),
}


_JSON_TAGS: Final = (*_ACCEPTED, TAG_PREFIX + "str", TAG_PREFIX + "map", TAG_PREFIX + "seq")


def check_collection_tag(tag: str | None, kind: Choice["map", "seq"]) -> None:
    """Raise Refused unless an object (``map``) or a list (``seq``) may bear this tag."""
    if tag is not None and tag not in ("!", TAG_PREFIX + kind):
        raise _tag_error(tag, "an object" if kind == "map" else "a list")


def check_key_tag(tag: str | None) -> None:
    """Raise Refused for a tag that is not in the JSON schema; keys are text in any case."""
    if tag is not None and tag not in ("!", *_JSON_TAGS):
        raise foreign_tag_error(tag)


def _tag_error(tag: str, what: str) -> ScalarError:
    return _tag_value_error(tag, what) if tag in _JSON_TAGS else foreign_tag_error(tag)


def _tag_value_error(tag: str, what: str) -> ScalarError:
    message = f"the tag `{shorten(tag_name(tag))}` does not fit {what}"
    return ScalarError("AZ105", message, "remove the tag, or write a value of its type")


def foreign_tag_error(tag: str) -> ScalarError:
    """The refusal of a tag that is not in the JSON schema."""
    known = ", ".join(f"`{tag_name(one)}`" for one in _JSON_TAGS)
    message = f"the tag `{shorten(tag_name(tag))}` is not allowed"
    return ScalarError("AZ105", message, f"remove it: the only tags are {known}")


def tag_name(tag: str) -> str:
    """A tag as people write it: ``!!int`` for ``tag:yaml.org,2002:int``."""
    if tag.startswith(TAG_PREFIX):
        return "!!" + tag.removeprefix(TAG_PREFIX)
    return tag if tag.startswith("!") else f"!<{tag}>"
