"""The workflows run against the app in this process; no server is started."""

import pytest
from fastapi import FastAPI

from shop.app import KEY, app


@pytest.fixture
def arazzo_app() -> FastAPI:
    return app


@pytest.fixture
def arazzo_credentials() -> dict[str, dict[str, dict[str, str]]]:
    return {"shop": {"shopKey": {"key": KEY}}}
