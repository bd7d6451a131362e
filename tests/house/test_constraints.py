"""constraints.txt pins all that pyproject.toml asks for; `scripts/lock` renews it."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
ASKED = [
    *PROJECT["project"]["dependencies"],
    *(line for group in ("test", "docs", "release") for line in GROUPS[group]),
]
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line) for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize("text", ASKED)
def test_is_pinned_within_what_is_asked(text: str) -> None:
    asked = Requirement(text)
    name = canonicalize_name(asked.name)
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == name]
    versions = [one.version for pin in pins for one in pin.specifier]
    assert versions
    assert [version for version in versions if version not in asked.specifier] == []


def test_pins_name_versions_alone() -> None:
    assert [
        str(pin) for pin in PINS if pin.url or [one.operator for one in pin.specifier] != ["=="]
    ] == []
