"""Of which kind each keyword argument is: said at once, and not by what it breaks later."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import iscoroutinefunction
from typing import Any, Final, TypeAlias

from arazzo_runner.executor.settings import Clock, Limits
from arazzo_runner.text.diagnostic import did_you_mean
from arazzo_runner.worlds.limits import HttpSettings

Kinds: TypeAlias = tuple[type, ...]

_TEXT: Final[Kinds] = (str,)
_MAPPING: Final[Kinds] = (Mapping,)
_SWITCH: Final[Kinds] = (bool,)
_ANY: Final[Kinds] = (object,)

_KINDS: Final[dict[str, Kinds]] = {
    "server": _TEXT,
    "servers": _MAPPING,
    "server_variables": _MAPPING,
    "credentials": _MAPPING,
    "environment": _MAPPING,
    "mock": _SWITCH,
    "seed": (int,),
    "client": _ANY,  # of these the route says more
    "transport": _ANY,
    "app": _ANY,
    "world": _ANY,
    "wrap": _ANY,
    "http": (HttpSettings,),
    "timeout": (int, float),
    "limits": (Limits,),
    "checks": (str, Mapping),
    "until": _TEXT,
    "fail_fast": _SWITCH,
    "secrets": (list, tuple, set, frozenset),
    "show_secrets": _SWITCH,
    "clock": (Clock,),
    "sleep": _ANY,
    "before_request": _ANY,
    "after_response": _ANY,
    "on_event": _ANY,
    "otel": _SWITCH,
    "cancel": _ANY,
}
_FUNCTIONS: Final = ("wrap", "sleep", "before_request", "after_response", "on_event")


def check_options(given: Mapping[str, Any]) -> None:
    """Raise TypeError for a name that is no option, and for a value of another kind."""
    for name, value in given.items():
        if name not in _KINDS:
            hint = did_you_mean(name, _KINDS)
            raise TypeError(f"there is no option `{name}`" + (f"; {hint}" if hint else ""))
        if not isinstance(value, _KINDS[name]):
            kinds = " or ".join(kind.__name__ for kind in _KINDS[name])
            raise _wrong(name, value, kinds)
        if name in _FUNCTIONS and not callable(value):
            raise _wrong(name, value, "a function")
    _check_more(given)


def _check_more(given: Mapping[str, Any]) -> None:
    if "cancel" in given and not callable(getattr(given["cancel"], "is_set", None)):
        raise _wrong("cancel", given["cancel"], "anything with `is_set`, as `threading.Event`")
    if iscoroutinefunction(given.get("on_event")):
        raise TypeError(
            "`on_event` is called, and not awaited; `stream` waits for whoever reads it"
        )
    if not given.get("timeout", 1) > 0:
        raise ValueError(f"`timeout` is {given['timeout']}, and not more than 0 seconds")


def _wrong(name: str, value: object, kinds: str) -> TypeError:
    return TypeError(f"`{name}` is of the type {type(value).__name__}, and not {kinds}")
