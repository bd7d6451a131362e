"""The project of project.py as a fixture."""

import pytest

# Pytester forgets what is imported while pytest runs within a test. The C parser of YAML, imported
# again, would give events of classes that nobody knows any more.
import yaml  # noqa: F401

from unit.pytest_plugin.project import OPENAPI, PETS, Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("COLUMNS", "120")
    one = Project(pytester)
    one.write("pets.openapi.yaml", OPENAPI)
    one.write("pets.arazzo.yaml", PETS)
    return one
