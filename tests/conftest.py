"""Options of the whole suite."""

import os

import pytest

# Nothing of a test is kept on the disk of who runs it; the cases have a home of their own.
os.environ["ARAZZO_NO_CACHE"] = "1"

pytest_plugins = ["pytester", "brokers.session"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the expected files of the cases that run; review them with `git diff`",
    )
