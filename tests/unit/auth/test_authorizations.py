"""Which authorizations of a plan need something first."""

import pytest

from arazzo_runner.auth.authorizations import authorizations
from arazzo_runner.executor.plan import OperationCall, WorkflowCall, WorkflowKey
from arazzo_runner.openapi.security.schemes import Authorization


class Holder:
    """Anything with these members."""

    def __init__(self, **members):
        self.__dict__.update(members)


def plan_of(*calls):
    steps = [Holder(call=call) for call in calls]
    return Holder(workflows={"w": Holder(steps=steps)})


@pytest.mark.parametrize("has_needs", [True, False])
def test_those_with_needs_alone(need, has_needs):
    own = Authorization(needs=(need(),) if has_needs else (), headers=(("X-Key", "k"),))
    call = OperationCall("shop", None, "https://shop.example", (), None, own)
    other = WorkflowCall(WorkflowKey("file:///w", "v"), ())
    assert authorizations(plan_of(other, call)) == ([own] if has_needs else [])
