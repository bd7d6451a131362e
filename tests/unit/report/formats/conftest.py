"""Workflows to be drawn, without a document."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from arazzo_runner.document.model import (
    EndAction,
    FinallyCall,
    GotoAction,
    RetryAction,
    StepName,
    WorkflowName,
)


class Model:
    """Makes the parts of workflows that charts are drawn of."""

    def __init__(self, build):
        self.build = build
        self.place = build.step_place()

    def name(self, workflow_id, source=None):
        return WorkflowName(workflow_id, source, self.place)

    def end(self, name="over", criteria=()):
        return EndAction(name, criteria, self.place)

    def goto(self, target, name="jump", criteria=()):
        return GotoAction(name, criteria, target, (), self.place)

    def retry(self, name="again", target=None, limit=3, criteria=()):
        return RetryAction(name, criteria, 0.5, limit, target, (), self.place)

    def step(self, step_id, calls=None, after=(), **changes):
        names = tuple(StepName(one, None, self.place) for one in after)
        return replace(self.build.step_model(step_id, calls), depends_on=names, **changes)

    def workflow(self, *steps, name="trigger", finally_=None, **changes):
        last = FinallyCall(self.name(finally_), (), self.place) if finally_ else None
        model = self.build.workflow_model(name)
        return replace(model, steps=steps, finally_call=last, **changes)

    def plan(self, workflow):
        steps = [SimpleNamespace(step=one) for one in workflow.steps]
        return SimpleNamespace(workflow=workflow, steps=steps)


@pytest.fixture
def model(build):
    return Model(build)
