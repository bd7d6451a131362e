"""Rules that other packages offer: loading them, and what `arazzo explain` says of their codes."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from arazzo_runner.entry_points import (
    Plugin,
    load_plugin,
    plugin_error,
    plugin_instance,
    plugin_names,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.plugins import RULES
from arazzo_runner.text.diagnostic import Severity
from arazzo_runner.text.pattern import lazy_pattern

_WHAT: Final = "rule"
CODE: Final = lazy_pattern(r"[A-Z]{3,20}[0-9]{1,6}")
_TEXTS: Final = ("title", "explanation")


@cache
def load_rule(name: str) -> Plugin:
    """The rule of a name. Raises UsageError AZ906."""
    found = load_plugin(RULES, name, _WHAT)
    value = plugin_instance(found, _WHAT)
    code = getattr(value, "code", None)
    if not isinstance(code, str) or re.fullmatch(CODE.pattern, code) is None:
        raise unusable_rule_error(found, "`code` has to be like `ACME001`")
    if getattr(value, "severity", None) not in {one.value for one in Severity}:
        raise unusable_rule_error(found, "`severity` has to be `error`, `warning` or `hint`")
    for member in _TEXTS:
        if not isinstance(getattr(value, member, None), str):
            raise unusable_rule_error(found, f"`{member}` has to be a text")
    if not callable(getattr(value, "check", None)):
        raise unusable_rule_error(found, "it has no method `check`")
    return Plugin(name, value, found.package)


def unusable_rule_error(found: Plugin, reason: BaseException | str) -> UsageError:
    """The error (AZ906) about a rule that does not do what it should."""
    return UsageError(plugin_error(_WHAT, found.name, found.package, reason))


def find_rule(code: str) -> Plugin | None:
    """The rule that has a code, None where no package has it; one that is broken has none."""
    for name in plugin_names(RULES) if re.fullmatch(CODE.pattern, code) else ():
        try:
            found = load_rule(name)
        except UsageError:
            continue
        if found.value.code == code:
            return found
    return None
