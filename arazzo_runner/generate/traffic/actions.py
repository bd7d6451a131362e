"""What a request does, by its method and path: the words for its operation, step and noun."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from arazzo_runner.generate.identifiers import (
    Words,
    camel_case,
    phrase,
    plural,
    singular,
    split_words,
    with_article,
)

_VERBS: Final = {
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
    "GET": "fetch",
    "HEAD": "check",
}


_PERSONS: Final[tuple[Words, ...]] = (("me",), ("self",), ("whoami",), ("current", "user"))
_REQUESTS: Final = ("search", "lookup", "query", "export", "download")


class CallAction(Struct, frozen=True):
    """What is done (``create``) to which noun (``order``); ``clause`` says it in words."""

    verb: Words
    noun: Words
    clause: str

    @property
    def name(self) -> str:
        """``createOrder``."""
        return camel_case((*self.verb, *self.noun))


def action_of(method: str, template: str, *, has_items: bool) -> CallAction:
    """The action of a request; ``has_items`` where the response is, or holds, a list."""
    segments = [one for one in template.split("/") if one]
    literals = [split_words(one) for one in segments if not one.startswith("{")]
    last = next((one for one in reversed(literals) if one), ("resource",))
    if segments and segments[-1].startswith("{"):
        return _of_item(method, singular(last))
    is_many = singular(last) != last
    if method == "GET" and last in _PERSONS:
        return CallAction(("fetch",), ("current", "user"), "read the current user")
    if method == "GET" and last[-1] in _REQUESTS:
        return _of_command(segments, literals, last)
    if method == "GET":
        if has_items or is_many:
            many = plural(singular(last))
            return CallAction(("list",), many, f"list {phrase(many)}")
        return CallAction(("fetch",), last, f"read the {phrase(last)}")
    if method == "POST" and is_many:
        noun = singular(last)
        return CallAction(("create",), noun, f"create {with_article(noun)}")
    if method == "POST":
        return _of_command(segments, literals, last)
    verb = _VERBS.get(method, method.lower())
    return CallAction((verb,), last, f"{_plain_verb(verb)} the {phrase(last)}")


def _of_item(method: str, noun: Words) -> CallAction:
    verb = _VERBS.get(method, "send")
    return CallAction((verb,), noun, f"{_plain_verb(verb)} {with_article(noun)}")


def _plain_verb(verb: str) -> str:
    return "read" if verb == "fetch" else verb


def _of_command(segments: list[str], literals: list[Words], last: Words) -> CallAction:
    """``POST /orders/{id}/cancel``, ``POST /login``."""
    is_of_item = len(segments) > 1 and segments[-2].startswith("{") and len(literals) > 1
    if not is_of_item:
        return CallAction((), last, f"send {with_article(last)} request")
    noun = singular(literals[-2])
    return CallAction(last, noun, f"send {with_article(last)} request for {with_article(noun)}")
