"""Reports of kinds that other packages offer, made of the JSON report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from arazzo_runner.entry_points import (
    PLUGIN_FAILURES,
    Plugin,
    load_plugin,
    plugin_error,
    plugin_instance,
)
from arazzo_runner.errors import UsageError
from arazzo_runner.plugins import REPORTS
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker

_WHAT = "report"


@cache
def _load(kind: str) -> Plugin:
    found = load_plugin(REPORTS, kind, _WHAT)
    value = plugin_instance(found, _WHAT)
    if not isinstance(getattr(value, "file_name", None), str) or not value.file_name:
        raise _unusable_error(found, "`file_name` has to be a name")
    if not callable(getattr(value, "pieces", None)):
        raise _unusable_error(found, "it has no method `pieces`")
    return Plugin(kind, value, found.package)


def package_file_name(kind: str) -> str:
    """The path of such a report without one. Raises UsageError AZ906."""
    name: str = _load(kind).value.file_name
    return name


def package_renderer(kind: str) -> Callable[[RunReport, Masker], Iterator[bytes]]:
    """The function that renders such a report; it raises UsageError AZ906, as this does."""
    found = _load(kind)

    def render(run: RunReport, masker: Masker) -> Iterator[bytes]:
        from arazzo_runner.report.formats.json import report_pieces

        report = json.loads(b"".join(report_pieces(run, masker)))
        try:
            pieces: Iterable[object] = found.value.pieces(report)
            for one in pieces:
                if not isinstance(one, bytes):
                    raise TypeError(f"a piece has to be bytes, not {type(one).__name__}")
                yield one
        except PLUGIN_FAILURES as reason:
            raise _unusable_error(found, reason) from reason

    return render


def _unusable_error(found: Plugin, reason: BaseException | str) -> UsageError:
    return UsageError(plugin_error(_WHAT, found.name, found.package, reason))
