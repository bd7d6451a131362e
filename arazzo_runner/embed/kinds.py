"""Of which kind each keyword argument is: said at once, and not by what it breaks later."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import iscoroutinefunction
from typing import Any, Final, TypeAlias

from arazzo_runner.executor.plan import Clock, Limits
from arazzo_runner.http.settings import HttpSettings
from arazzo_runner.options.table import OPTIONS, Table, keywords_of
from arazzo_runner.text.diagnostic import did_you_mean

OptionTypes: TypeAlias = tuple[type, ...]

_ANY: Final[OptionTypes] = (object,)
_KINDS: Final[dict[str, OptionTypes]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "Sequence[str]": (list, tuple, set, frozenset),
    "CheckSeverity | Mapping[CheckKind, CheckSeverity]": (str, Mapping),
    "HttpSettings": (HttpSettings,),
    "Limits": (Limits,),
    "Clock": (Clock,),
}
_FUNCTIONS: Final = ("Wrap", "Sleep", "BeforeRequest", "AfterResponse", "Observer")


def check_options(given: Mapping[str, Any], table: Table = OPTIONS) -> None:
    """Raise TypeError for a name that is no option, and for a value of another kind."""
    keywords = keywords_of("run", table)
    for name, value in given.items():
        if name not in keywords:
            hint = did_you_mean(name, keywords)
            raise TypeError(f"there is no option `{name}`" + (f"; {hint}" if hint else ""))
        _check_kind(name, value, keywords[name].annotation)
    _check_more(given)


def _check_kind(name: str, value: object, annotation: str) -> None:
    allowed = _kinds(annotation)
    if not isinstance(value, allowed):
        raise _type_error(name, value, " or ".join(kind.__name__ for kind in allowed))
    if annotation in _FUNCTIONS and not callable(value):
        raise _type_error(name, value, "a function")


def _kinds(annotation: str) -> OptionTypes:
    """The kinds of a type as it is spelled; of what is an object here, the route says more."""
    if annotation.startswith("Mapping["):
        return (Mapping,)
    return _KINDS.get(annotation, _ANY)


def _check_more(given: Mapping[str, Any]) -> None:
    if "cancel" in given and not callable(getattr(given["cancel"], "is_set", None)):
        raise _type_error("cancel", given["cancel"], "anything with `is_set`, as `threading.Event`")
    if iscoroutinefunction(given.get("on_event")):
        raise TypeError(
            "`on_event` is called, and not awaited; `stream` waits for whoever reads it"
        )
    if not given.get("timeout", 1) > 0:
        raise ValueError(f"`timeout` is {given['timeout']}, and not more than 0 seconds")


def _type_error(name: str, value: object, kinds: str) -> TypeError:
    return TypeError(f"`{name}` is of the type {type(value).__name__}, and not {kinds}")
