"""Many queries, which all have one time together: what is not checked is reported (AZ109)."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import yaml

from arazzo_runner.document.load import load_document
from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.expression.query import regex
from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.lint.partial_evaluation import EVERY_STATUS, criterion_parts
from arazzo_runner.lint.queries import query_findings, selector_findings, within_query_time
from arazzo_runner.pipeline import run
from arazzo_runner.pipeline.load import LoadLimits, load_from
from arazzo_runner.pipeline.run import RunConfig, plan_run
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile
from unit.lint.conftest import access_to

API = """
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
servers: [{url: http://127.0.0.1:1}]
paths: {/a: {get: {operationId: a, responses: {"200": {description: ok}}}}}
"""


def document(criteria: list[dict[str, Any]], **step: object) -> str:
    return yaml.safe_dump(
        {
            "arazzo": "1.1.0",
            "info": {"title": "T", "version": "1"},
            "sourceDescriptions": [{"name": "api", "url": "api.yaml", "type": "openapi"}],
            "workflows": [
                {
                    "workflowId": "w",
                    "steps": [
                        {"stepId": "s", "operationId": "a", "successCriteria": criteria, **step}
                    ],
                }
            ],
        }
    )


def criterion(pattern: str, kind: str = "regex") -> dict[str, Any]:
    return {"context": "$response.body", "type": kind, "condition": pattern}


def clock(seconds: float) -> Iterator[float]:
    """A clock that passes so many seconds each time that it is looked at."""
    return count(0.0, seconds)


def load(text: str) -> ArazzoDocument:
    read = load_document(SourceFile("w.yaml", text, "file:///w.yaml"), DocumentLimits()).document
    assert read is not None
    return read


def found(text: str, seconds: float) -> list[str]:
    documents = [load(text)]
    ticks = clock(seconds)
    findings = within_query_time(
        lambda: next(ticks),
        lambda: [*query_findings(documents), *selector_findings(documents)],
    )
    return [
        f"{one.severity.value} {one.code} {one.place.pointer[-2]} {one.message}"
        for one in findings
        if one.place
    ]


OMITTED = "to check the queries of the document (regular expressions, JSONPaths, XPaths) takes longer than 10 s; not checked: "


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, ["error AZ118 1 the regular expression is invalid: missing ) at position 1", "error AZ118 2 the JSONPath is invalid: unbalanced brackets, line 1, column 2"]),
        (5, ["error AZ118 1 the regular expression is invalid: missing ) at position 1", f"error AZ109 2 {OMITTED}one of them, from here on"]),
        (10, [f"error AZ109 1 {OMITTED}2 of them, from here on"]),
    ],
)  # fmt: skip
def test_what_is_not_checked_is_reported(seconds, said):
    text = document([criterion("a"), criterion("("), criterion("$[", "jsonpath")])
    assert found(text, seconds) == said


def test_selectors_have_the_same_time():
    selectors = {
        f"o{at}": {"context": "$response.body", "selector": text, "type": kind}
        for at, (text, kind) in enumerate([("a", "regex"), ("$[", "jsonpath"), ("(", "regex")])
    }
    assert found(document([], outputs=selectors), 10) == [
        f"error AZ109 o1 {OMITTED}2 of them, from here on"
    ]


def test_a_run_is_warned(monkeypatch):
    text = document([criterion("a"), criterion("("), criterion("b")])
    access = access_to({"doc.yaml": text, "api.yaml": API})
    description = load_from(access, "doc.yaml", {}, LoadLimits())
    selected = [WorkflowKey(description.entry.document.base_uri, "w")]
    ticks = clock(10)
    monkeypatch.setattr(run.time, "thread_time", lambda: next(ticks))
    warnings = plan_run(description, selected, RunConfig()).warnings
    assert [(one.severity.value, one.code, one.message) for one in warnings] == [
        ("warning", "AZ109", f"{OMITTED}2 of them, from here on")
    ]


def test_a_pattern_that_takes_long_for_one_status_is_not_matched_with_the_others(monkeypatch):
    subjects: list[str] = []

    def search(pattern: str, subject: str, seconds: float) -> bool:
        subjects.append(subject)
        raise QueryError("it takes longer")

    monkeypatch.setattr(regex, "regex_search", search)
    text = document([{**criterion("never seen before"), "context": "$statusCode"}])
    step = load(text).workflows[0].steps[0]
    parts = criterion_parts(step.success_criteria[0])
    assert subjects == ["100"]
    assert parts.asks_status
    assert parts.verdicts.of(None) is False
    assert {parts.verdicts.of(one) for one in EVERY_STATUS} == {None}
