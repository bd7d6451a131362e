"""What a finding is known by in another version of its document."""

import pytest

from arazzo_runner.report.diagnostics.identity import IdentityReader
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.source import Place, SourceFile

TEXT = """
workflows:
- workflowId: order
  dependsOn: [a, "b"]
  steps:
  - stepId: pay
    parameters:
    - {name: limit, in: query, value: 3}
    - {name: limit, value: 3}
    - {reference: $components.parameters.x}
    - {}
    successCriteria:
    - {context: $response.body, condition: 'a/b', type: jsonpath}
"""
SOURCE = SourceFile("a.yaml", TEXT, "file:///a.yaml")
STEP = ("workflows", 0, "steps", 0)


def finding(place: Place | None, message: str = "wrong", subject: str = "") -> Diagnostic:
    return Diagnostic("AZ1", Severity.ERROR, message, place, subject=subject)


def subject_of(place: Place | None, message: str = "wrong", subject: str = "") -> str:
    return IdentityReader().subject(finding(place, message, subject))


@pytest.mark.parametrize(
    ("pointer", "stable"),
    [
        ((), ""),
        (STEP, "/workflows/order/steps/pay"),
        ((*STEP, "parameters", 0, "value"), "/workflows/order/steps/pay/parameters/query:limit/value"),
        ((*STEP, "parameters", 1), "/workflows/order/steps/pay/parameters/limit"),
        ((*STEP, "parameters", 2), "/workflows/order/steps/pay/parameters/$components.parameters.x"),
        ((*STEP, "parameters", 3), "/workflows/order/steps/pay/parameters/3"),
        ((*STEP, "parameters", 9, "value"), "/workflows/order/steps/pay/parameters/9/value"),
        ((*STEP, "successCriteria", 0), "/workflows/order/steps/pay/successCriteria/a~1b"),
        (("workflows", 0, "dependsOn", 1), "/workflows/order/dependsOn/b"),
    ],
)  # fmt: skip
def test_places_go_by_names(pointer: tuple[str | int, ...], stable: str) -> None:
    assert IdentityReader().stable_place(finding(Place(SOURCE, pointer))) == stable


def test_what_has_no_place() -> None:
    assert IdentityReader().stable_place(finding(None)) == ""
    assert subject_of(None) == subject_of(Place(SOURCE))


def test_the_subject_is_what_the_finding_says_or_the_scalar_at_its_place() -> None:
    condition = Place(SOURCE, (*STEP, "successCriteria", 0, "condition"))
    assert subject_of(condition) == subject_of(condition, "worded anew")
    assert subject_of(condition) != subject_of(condition.within(0, 1))
    assert subject_of(condition, subject="q") == subject_of(Place(SOURCE, STEP), subject="q")
    # Members, keys and what is not there are known by their place.
    nothing = subject_of(None)
    for place in (Place(SOURCE, STEP), condition.key(), Place(SOURCE, (*STEP, "outputs"))):
        assert subject_of(place) == nothing
