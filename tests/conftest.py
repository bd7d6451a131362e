"""Options of the whole suite."""

import os
import signal
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

# Nothing of a test is kept on the disk of who runs it; the cases have a home of their own.
os.environ["ARAZZO_NO_CACHE"] = "1"

# A script ignores it for what it puts in the background, and what a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["pytester", "brokers.session"]

_TESTS = Path(__file__).parent
_OUTSIDE_CORE = [
    _TESTS / name
    for name in (
        "brokers",
        "browser",
        "fuzz",
        "house",
        "wire",
        "unit/batch",
        "unit/cli/batch",
        "unit/cli/load",
        "unit/generate",
        "unit/load_test",
        "unit/lsp",
        "unit/mcp",
        "unit/mock_server",
        "unit/oracle",
        "unit/telemetry",
    )
]
"""Tests that show nothing of the core that others do not: measuring its coverage there costs a third
of their time.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the expected files of the cases that run; review them with `git diff`",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.hasplugin("_cov"):
        _import_core()
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in _OUTSIDE_CORE):
            item.add_marker("no_cover")


def _import_core() -> None:
    """Import what is measured: a module that a test outside of it imports first would miss lines."""
    root = _TESTS.parent
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    for pattern in settings["tool"]["coverage"]["report"]["include"]:
        for path in root.glob(pattern.replace("/*", "/**/*.py")):
            names = path.relative_to(root).with_suffix("").parts
            import_module(".".join(name for name in names if name != "__init__"))


def pytest_xdist_auto_num_workers() -> int:
    """More workers than cores: tests of brokers, databases and load wait for most of their time."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return cores + (cores + 1) // 2
