"""The findings of rules that other packages offer, for ``validate --rule NAME``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arazzo_runner.entry_points import PLUGIN_FAILURES, Plugin
from arazzo_runner.executor.plan import Unit
from arazzo_runner.explain.package_rules import load_rule, unusable_rule_error
from arazzo_runner.plugins import RuleFinding
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import Place


def rule_findings(units: Iterable[Unit], names: Iterable[str]) -> Iterator[Diagnostic]:
    """What the rules of these names find in the Arazzo documents of a description.

    Raises UsageError AZ906 for a rule that there is not, or that fails.
    """
    every = list(units)
    for name in names:
        rule = load_rule(name)
        for unit in every:
            yield from _findings(rule, unit)


def _findings(rule: Plugin, unit: Unit) -> Iterator[Diagnostic]:
    sources = {name: one.raw for name, one in unit.apis.items()}
    sources |= {name: one.raw for name, one in unit.async_apis.items()}
    severity = Severity(rule.value.severity)
    try:
        for one in rule.value.check(unit.document.raw, sources):
            _check_finding(one)
            place = Place(unit.document.source, tuple(one.pointer))
            yield Diagnostic(rule.value.code, severity, one.message, place, "", one.help)
    except PLUGIN_FAILURES as reason:
        raise unusable_rule_error(rule, reason) from reason


def _check_finding(found: object) -> None:
    if not isinstance(found, RuleFinding):
        raise TypeError(f"`check` has to give findings, not {type(found).__name__}")
    if not isinstance(found.message, str) or not isinstance(found.help, str | None):
        raise TypeError("the message of a finding has to be a text")
    if not all(isinstance(one, str | int) for one in found.pointer):
        raise TypeError("the pointer of a finding has to be of keys and indexes")
