"""A small valid document, changed at one place per test, and what is found in it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from arazzo_runner.document.components import resolve_components
from arazzo_runner.document.load import LoadResult, load_value
from arazzo_runner.document.model import ArazzoDocument, Step, Workflow
from arazzo_runner.document.rules.run import name_findings
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.text.source import SourceFile, pointer_text

GONE = "(gone)"
"""As a value: take the field away."""

VALID: dict[str, Any] = {
    "arazzo": "1.1.0",
    "info": {"title": "T", "version": "1"},
    "sourceDescriptions": [{"name": "api", "url": "./api.yaml", "type": "openapi"}],
    "workflows": [
        {
            "workflowId": "w",
            "inputs": {"type": "object", "properties": {"id": {"type": "string"}}},
            "steps": [
                {"stepId": "one", "operationId": "a", "outputs": {"x": "$response.body#/x"}},
                {"stepId": "two", "operationId": "b"},
            ],
        },
        {"workflowId": "v", "steps": [{"stepId": "only", "operationId": "c"}]},
    ],
    "components": {},
}
STEP = "/workflows/0/steps/1"


@dataclass(frozen=True)
class Judged:
    loaded: LoadResult
    resolved: ArazzoDocument | None
    entries: tuple[Diagnostic, ...]

    @property
    def lines(self) -> list[str]:
        return [line_of(one) for one in self.entries]

    def has(self, beginning: str) -> bool:
        """Whether a line begins so; the rest is worded in another room."""
        return any(line.startswith(beginning) for line in self.lines)

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.entries]

    @property
    def workflow(self) -> Workflow:
        assert self.resolved is not None
        return self.resolved.workflows[0]

    @property
    def step(self) -> Step:
        return self.workflow.steps[1]


def line_of(found: Diagnostic) -> str:
    """``error AZ112 /info/title: message``, with ``@key`` or ``[start:end]`` after the pointer."""
    where = ""
    if found.place is not None:
        part = found.place.part
        where = pointer_text(found.place.pointer) + ("@key" if found.place.target == "key" else "")
        where += f"[{part[0]}:{part[1]}]" if part else ""
    return f"{found.severity.value} {found.code} {where}: {found.message}"


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The valid document with values set at pointers; ``-`` appends, missing objects are made."""
    value = deepcopy(VALID)
    for pointer, new in changes.items():
        *way, last = pointer.split("/")[1:]
        target: Any = value
        for token in way:
            target = (
                target[int(token)] if isinstance(target, list) else target.setdefault(token, {})
            )
        if isinstance(target, list):
            target.append(new) if last == "-" else target.__setitem__(int(last), new)
        elif new == GONE:
            del target[last]
        else:
            target[last] = new
    return value


def judged(value: Any, uri: str = "file:///d/t.yaml") -> Judged:
    loaded = load_value(SourceFile("t.yaml", "", uri), value)
    if loaded.document is None:
        return Judged(loaded, None, loaded.diagnostics)
    resolved, found = resolve_components(loaded.document)
    return Judged(loaded, resolved, (*loaded.diagnostics, *found, *name_findings(resolved)))


@pytest.fixture
def judge() -> Callable[..., Judged]:
    """The valid document with changes, loaded, resolved and checked."""
    return lambda changes=None, **_: judged(changed(changes or {}))


@pytest.fixture
def judge_value() -> Callable[[Any], Judged]:
    """Any document, loaded, resolved and checked."""
    return judged


@pytest.fixture
def judge_step() -> Callable[..., Judged]:
    """The same, with fields of the second step set."""
    return lambda **fields: judged(changed({f"{STEP}/{name}": one for name, one in fields.items()}))
