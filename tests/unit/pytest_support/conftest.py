"""The project of project.py as a fixture."""

from importlib import import_module
from pkgutil import walk_packages

import pytest

from unit.pytest_support.project import OPENAPI, PETS, Project

# Pytester forgets what is imported first while pytest runs within a test; what is imported later
# would then know other classes than what is imported again. So everything is there before.
for room in (
    "embed",
    "http",
    "mock",
    "pytest_support",
    "recording",
    "report",
    "retrieve",
    "worlds",
):
    package = import_module(f"arazzo_runner.{room}")
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
import_module("yaml")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("CI", "BUILD_NUMBER"):  # pytest's summary is longer where one of them is set
        monkeypatch.delenv(name, raising=False)
    one = Project(pytester)
    one.write("pets.openapi.yaml", OPENAPI)
    one.write("pets.arazzo.yaml", PETS)
    return one
