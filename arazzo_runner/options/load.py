"""Options of `arazzo load`."""

from __future__ import annotations

from typing import Final

from arazzo_runner.options.model import Option

_LOAD = ("load",)
_SECTION: Final = "Load"

LOAD: Final = (
    Option(
        "users",
        "Virtual users at once.",
        _LOAD,
        _SECTION,
        kind="count",
        metavar="N",
        default=1,
        shows_default=True,
        most=1_000_000,
    ),
    Option(
        "spawn-rate",
        "Users that begin in a second, such as `10/s`; without it all, up to `100/s`.",
        _LOAD,
        _SECTION,
        kind="rate",
        metavar="N/s",
    ),
    Option(
        "run-time",
        "End after this time, such as `5m`; without it when a signal comes.",
        _LOAD,
        _SECTION,
        kind="duration",
        metavar="T",
    ),
    Option(
        "headless", "Begin at once, without the page of Locust.", _LOAD, _SECTION, kind="switch"
    ),
    Option(
        "fail-if",
        "Fail where a figure is above a bound, such as `p95(STEP) > 300ms` or"
        " `failed(WORKFLOW) > 1%`; repeatable.",
        _LOAD,
        _SECTION,
        metavar="EXPRESSION",
        is_repeatable=True,
    ),
    Option("html", "Write Locust's report to this file.", _LOAD, _SECTION, metavar="FILE"),
    Option(
        "csv",
        "Write Locust's figures to files that begin with this.",
        _LOAD,
        _SECTION,
        metavar="PREFIX",
    ),
    Option(
        "page-at",
        "Where the page is served.",
        _LOAD,
        _SECTION,
        metavar="HOST:PORT",
        default="127.0.0.1:8089",
        shows_default=True,
    ),
    Option(
        "master",
        "Send nothing, and share the load among workers.",
        _LOAD,
        _SECTION,
        kind="switch",
    ),
    Option("worker", "Send what a master says, with its users.", _LOAD, _SECTION, kind="switch"),
    Option(
        "master-at",
        "Where a master listens, and workers look for it.",
        _LOAD,
        _SECTION,
        metavar="HOST:PORT",
        default="127.0.0.1:5557",
        shows_default=True,
    ),
    Option(
        "expect-workers",
        "With --master and --headless: begin when so many workers are there.",
        _LOAD,
        _SECTION,
        kind="count",
        metavar="N",
        default=1,
        shows_default=True,
    ),
)
