"""Objects that other packages offer under entry points; looked for only when one is named.

Listing what is installed takes some twenty milliseconds, which a run without plugins does not pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from arazzo_runner.errors import UsageError
from arazzo_runner.text.diagnostic import did_you_mean, error

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PLUGIN_FAILURES: Final = (Exception, SystemExit)
"""What the code of a package may raise: one that ends the process would end it as if all passed."""


class Plugin(Struct, frozen=True):
    """What an entry point leads to, and the package that has it, such as ``acme-signer 1.0``."""

    name: str
    value: Any
    package: str


def load_plugin(group: str, name: str, what: str, known: tuple[str, ...] = ()) -> Plugin:
    """The object that is called ``name``; ``what`` it is in messages, ``known`` are others.

    Raises UsageError AZ906: none or several packages have it, or it cannot be imported.
    """
    offered = _offered(group)
    found = [one for one in offered if one.name == name]
    if not found:
        names = [*known, *sorted({one.name for one in offered})]
        listed = ", ".join(f"`{one}`" for one in names)
        hint = did_you_mean(name, names) or (f"there are {listed}" if listed else None)
        hint = hint or f"install a package with an entry point in `{group}`"
        raise UsageError(error("AZ906", f"there is no {what} `{name}`", help=hint))
    if len(found) > 1:
        packages = " and ".join(sorted(f"`{_package(one)}`" for one in found))
        message = f"the {what} `{name}` is in {packages}"
        raise UsageError(error("AZ906", message, help="remove all of these packages but one"))
    return Plugin(name, _load(found[0], what), _package(found[0]))


def plugin_instance(found: Plugin, what: str) -> Any:
    """What a plugin is, made where it is a class. Raises UsageError AZ906."""
    if not isinstance(found.value, type):
        return found.value
    try:
        return found.value()
    except PLUGIN_FAILURES as reason:
        raise UsageError(plugin_error(what, found.name, found.package, reason)) from reason


def plugin_names(group: str) -> list[str]:
    """The names that packages offer in a group."""
    return sorted({one.name for one in _offered(group)})


def _offered(group: str) -> list[EntryPoint]:
    from importlib.metadata import entry_points

    return [*entry_points(group=group)]


def _load(found: EntryPoint, what: str) -> Any:
    try:
        return found.load()
    # A package may fail in any way while it is imported.
    except PLUGIN_FAILURES as reason:
        raise UsageError(plugin_error(what, found.name, _package(found), reason)) from reason


def plugin_error(what: str, name: str, package: str, reason: BaseException | str) -> Any:
    """The finding AZ906 about a plugin that does not do what it should."""
    why = reason if isinstance(reason, str) else f"{type(reason).__name__}: {reason}"
    message = f"the {what} `{name}` of the package `{package}` cannot be used: {why}"
    return error("AZ906", message, help=f"report it to the authors of `{package}`, or remove it")


def _package(found: EntryPoint) -> str:
    dist = found.dist
    return f"{dist.name} {dist.version}" if dist is not None else found.value
