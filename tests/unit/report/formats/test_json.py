import json
from pathlib import Path

import jsonschema
import pytest

import arazzo_runner.report.formats
from arazzo_runner.executor.result import RunResult, Status
from arazzo_runner.expression.value import MISSING
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.formats.json import report_data, report_pieces
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.report.traversal import OperationName
from arazzo_runner.text.diagnostic import error

CONDITION = "/workflows/0/steps/0/successCriteria/0/condition"
SCHEMA = json.loads(
    Path(arazzo_runner.report.formats.__path__[0], "report.schema.json").read_text(encoding="utf-8")
)


def report_bytes(run, masker):
    return b"".join(report_pieces(run, masker))


def rendered(run, masker=NO_MASK):
    """The report as a reader gets it, after the schema has been held against it."""
    document = json.loads(report_bytes(run, masker))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def first_attempt(build, attempt, masker=NO_MASK):
    run = build.report(build.run(build.workflow(build.step(attempts=[attempt]))))
    return rendered(run, masker)["workflows"][0]["steps"][0]["attempts"][0]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_report_of_a_run_that_passed(build):
    step = build.step(
        outputs={"sid": build.execution}, attempts=[build.attempt(checks=(build.check(),))]
    )
    workflow = build.workflow(step, inputs={"flowSid": build.flow}, outputs={"n": 1})
    document = rendered(build.report(build.run(workflow)), Masker(pairs=[("AC", "secret")]))
    assert document == {
        "schema_version": "1.0",
        "tool": {"name": "arazzo", "version": "0.1.0"},
        "document": "workflows/studio.arazzo.yaml",
        "status": "passed",
        "exit_code": 0,
        "started_at": "2025-01-02T03:04:05Z",
        "duration": 0.03,
        "sources": [
            {"name": "studioApi", "type": "openapi", "url": "studio.yaml", "version": "2.0.0",
             "sha256": "0" * 64}
        ],
        "summary": {
            "workflows": {"passed": 1, "failed": 0, "error": 0, "skipped": 0},
            "steps": {"passed": 1, "failed": 0, "error": 0, "skipped": 0},
            "requests": 1,
            "criteria": {"passed": 1, "failed": 0},
        },
        "workflows": [
            {
                "workflow_id": "trigger",
                "status": "passed",
                "inputs": {"flowSid": build.flow},
                "outputs": {"n": 1},
                "duration": 0.02,
                "ended_by": None,
                "steps": [
                    {
                        "step_id": "create",
                        "status": "passed",
                        "operation": {"source": "studioApi", "operation_id": "CreateExecution",
                                      "method": "POST", "path": "/Flows/{FlowSid}/Executions"},
                        "duration": 0.0034,
                        "outputs": {"sid": build.execution},
                        "workflow": None,
                        "attempts": [
                            {
                                "request": {
                                    "method": "POST",
                                    "url": f"{build.origin}/Flows/{build.flow}/Executions",
                                    "headers": [
                                        ["Authorization", "***"],
                                        ["Content-Type", "application/x-www-form-urlencoded"],
                                    ],
                                    "body": "To=%2B15558675310&From=%2B15017122661",
                                },
                                "response": {
                                    "status": 201,
                                    "headers": [["Content-Type", "application/json"]],
                                    "body": {"sid": build.execution, "status": "active",
                                             "flow_sid": build.flow},
                                    "duration": 0.0021,
                                },
                                "error": None,
                                "criteria": [
                                    {
                                        "kind": "simple",
                                        "condition": "$statusCode == 201",
                                        "context": None,
                                        "passed": True,
                                        "operands": [{"expression": "$statusCode", "value": 201}],
                                        "error": None,
                                        "location": {
                                            "file": "workflows/studio.arazzo.yaml",
                                            "line": 12,
                                            "column": 24,
                                            "pointer": CONDITION,
                                        },
                                    }
                                ],
                                "checks": [
                                    {"kind": "status", "severity": "warn", "passed": True,
                                     "message": "status 201 is documented", "pointer": None, "location": None}
                                ],
                                "action": None,
                            }
                        ],
                    }
                ],
            }
        ],
        "diagnostics": [],
        "coverage": {
            "operations": {"exercised": 1, "total": 1},
            "statuses": {"exercised": 1, "total": 1},
            "branches": {"taken": 0, "total": 0},
            "unexercised": [],
            "by_operation": [
                {"source": "studioApi", "operation_id": "CreateExecution", "method": "POST",
                 "path": "/Flows/{FlowSid}/Executions", "exercised": ["201"], "unexercised": [],
                 "undocumented": []}
            ],
            "by_workflow": [],
        },
    }  # fmt: skip


def test_the_fields_stand_in_the_order_of_the_contract(build):
    document = rendered(build.report())
    assert list(document) == SCHEMA["required"]
    (workflow,) = document["workflows"]
    (step,) = workflow["steps"]
    (attempt,) = step["attempts"]
    for spelled, name in [
        (workflow, "workflow"), (step, "step"), (attempt, "attempt"),
        (attempt["request"], "request"), (attempt["response"], "response"),
        (attempt["criteria"][0], "criterion"), (document["summary"], "summary"),
    ]:  # fmt: skip
        assert list(spelled) == SCHEMA["$defs"][name]["required"]


def test_retries_called_workflows_and_errors(build):
    child = build.workflow(build.step(), workflow_id="charge")
    again = build.attempt(
        criteria=[build.unmet()],
        action=build.action(wait=2.0, cut=90.0, target="charge"),
        interlude=child,
    )
    refresh = build.attempt(
        response=None, criteria=[], error=build.error(hint="start it"),
        action=build.action(target="other"), interlude=build.step("other"),
    )  # fmt: skip
    step = build.step(attempts=[again, refresh, build.attempt()])
    call = build.step("call", operation=None, source=None, workflow=child, attempts=[])
    limit = build.error("the run reached its limit of 1000 steps", "max-steps")
    workflow = build.workflow(
        step, call, status=Status.ERROR, error=limit, ended_by=build.action("end", "stop")
    )
    document = rendered(build.report(build.run(workflow), 4))
    (spelled,) = document["workflows"]
    assert document["status"] == "error"
    assert spelled["error"] == {
        "code": "max-steps", "message": "the run reached its limit of 1000 steps", "hint": None,
    }  # fmt: skip
    assert spelled["ended_by"] == {
        "name": "stop", "type": "end", "level": "step", "target": None,
    }  # fmt: skip
    first, second, last = spelled["steps"][0]["attempts"]
    assert first["action"] == {
        "name": "again", "type": "retry", "level": "step", "target": "charge", "wait": 2.0,
        "cut_from": 90.0,
    }  # fmt: skip
    assert first["interlude"]["workflow"]["workflow_id"] == "charge"
    assert second["interlude"]["step"]["step_id"] == "other"
    assert second["error"] == {
        "code": "connect", "message": "the connection was refused", "hint": "start it",
    }  # fmt: skip
    assert "interlude" not in last
    assert spelled["steps"][1]["workflow"]["steps"][0]["step_id"] == "create"
    assert spelled["steps"][1]["operation"] is None
    # Visits: create, other in between, the child's step twice, and the call itself.
    assert document["summary"]["steps"]["passed"] == 5
    assert document["summary"]["requests"] == 6
    assert document["summary"]["criteria"] == {"passed": 4, "failed": 0}


def test_nothing_ran(build):
    finding = error("AZ101", "`x` cannot be read", help="look for it")
    run = build.report(RunResult((), 0.0), 2, diagnostics=(finding,), sources=(), operations=())
    document = rendered(run)
    assert document["status"] == "error"
    assert document["workflows"] == []
    assert document["diagnostics"][0]["message"] == "`x` cannot be read"
    assert document["diagnostics"][0]["location"] is None


def test_a_finding_has_its_place(build):
    run = build.report(diagnostics=(error("AZ204", "no hunter22", build.condition),))
    (finding,) = rendered(run, Masker(["hunter22"]))["diagnostics"]
    assert finding["message"] == "no ***"
    assert (finding["location"]["line"], finding["location"]["end_column"]) == (12, 42)


def test_operations_without_a_response_are_unexercised(build):
    known = (
        OperationName("studioApi", "CreateExecution", "POST", "/Flows/{FlowSid}/Executions"),
        OperationName("studioApi", None, "GET", "/Flows"),
    )
    refused = build.attempt(response=None, error=build.error(), criteria=[])
    for attempt, exercised in [(build.attempt(), 1), (refused, 0)]:
        result = build.run(build.workflow(build.step(attempts=[attempt])))
        coverage = rendered(build.report(result, operations=known))["coverage"]
        assert coverage["operations"] == {"exercised": exercised, "total": 2}
        assert coverage["unexercised"][-1] == {
            "source": "studioApi", "operation_id": None, "method": "GET", "path": "/Flows",
        }  # fmt: skip


def test_an_implicit_criterion_has_no_location_and_an_unjudged_one_its_error(build):
    implicit = build.criterion(kind="implicit", place=None)
    failed = build.criterion(
        "^(a+)+$", False, (), "it took longer than 1 s", "regex", "$response.body#/sid"
    )
    first, second = first_attempt(build, build.attempt(criteria=[implicit, failed]))["criteria"]
    assert first["location"] is None
    assert (second["error"], second["context"], second["operands"]) == (
        "it took longer than 1 s", "$response.body#/sid", [],
    )  # fmt: skip


LARGE = 64 * 1024 + 1


@pytest.mark.parametrize(
    ("content_type", "octets", "value", "body"),
    [
        ("application/json; charset=utf-8", b'{"a": 1}', {"a": 1}, {"a": 1}),
        ("application/problem+json", b"[null]", [None], [None]),
        ("application/json", b"null", None, None),
        ("application/json", b"{broken", MISSING, "{broken"),
        ("text/plain", "grün".encode(), "grün", "grün"),
        ("text/plain; charset=latin-1", "grün".encode("latin-1"), "grün", "grün"),
        ("text/plain; charset=no-such", b"x", "x", {"encoding": "base64", "data": "eA=="}),
        ("image/png", b"\x89PNG", b"\x89PNG", {"encoding": "base64", "data": "iVBORw=="}),
        ("", b"a\0b", b"a\0b", {"encoding": "base64", "data": "YQBi"}),
        ("", b"", MISSING, None),
        ("text/plain", b"x" * (LARGE - 1), "", "x" * (LARGE - 1)),
        ("text/plain", b"x" * LARGE, "",
         {"encoding": "text", "data": "x" * (LARGE - 1), "truncated": LARGE}),
        ("text/plain", b"x" * (LARGE - 2) + "ü".encode(), "",
         {"encoding": "text", "data": "x" * (LARGE - 2), "truncated": LARGE}),
        ("application/json", b" " * (LARGE - 2) + b"{}", {},
         {"encoding": "text", "data": " " * (LARGE - 2) + "{", "truncated": LARGE}),
        ("image/png", b"\xff" * LARGE, b"",
         {"encoding": "base64", "data": "/" * 87381 + "w==", "truncated": LARGE}),
    ],
)  # fmt: skip
def test_bodies_of_responses(build, content_type, octets, value, body):
    headers = (("Content-Type", content_type),) if content_type else ()
    response = HttpResponse(200, headers, octets)
    attempt = build.attempt(response=response, body=value)
    assert first_attempt(build, attempt)["response"]["body"] == body


@pytest.mark.parametrize(
    ("content_type", "octets", "body"),
    [
        ("application/json", b'{"a": [1.5]}', {"a": [1.5]}),
        ("application/json", b"{broken", "{broken"),
        ("application/x-www-form-urlencoded", b"a=1", "a=1"),
        ("application/octet-stream", b"\xff", {"encoding": "base64", "data": "/w=="}),
    ],
)
def test_bodies_of_requests(build, content_type, octets, body):
    request = HttpRequest("PUT", "http://h/", (("Content-Type", content_type),), octets)
    assert first_attempt(build, build.attempt(request=request))["request"]["body"] == body


def test_a_request_that_could_not_be_built(build):
    refused = build.error("the parameter `Sid` has no value", "request-refused", fault="request")
    spelled = first_attempt(build, build.attempt(None, None, [], error=refused))
    assert spelled["request"] is None
    assert spelled["response"] is None
    assert spelled["error"]["code"] == "request-refused"


def test_outputs_and_operands_hold_any_value(build):
    outputs = {"file": b"\x89PNG", "deep": [{"none": None, "gone": MISSING}]}
    step = build.step(outputs=outputs)
    document = rendered(build.report(build.run(build.workflow(step))))
    assert document["workflows"][0]["steps"][0]["outputs"] == {
        "file": {"encoding": "base64", "data": "iVBORw=="},
        "deep": [{"none": None, "gone": None}],
    }


def test_secrets_are_masked_everywhere(build):
    secret = "hunter22"
    words = f"a {secret} b"
    criterion = build.criterion(
        f"$inputs.x == '{secret}'",
        False,
        (build.operand("$inputs.x", secret),),
        words,
        "regex",
        words,
    )
    attempt = build.attempt(
        request=build.request(url=f"http://h/{secret}?k={secret}", body=f"p={secret}".encode()),
        response=build.response(500, {secret: [secret]}, headers=(("X-Echo", secret),)),
        criteria=[criterion],
        error=build.error(words, hint=words),
        checks=(build.check(words, False, pointer=f"/{secret}"),),
        action=build.action(name=words, target=secret),
    )
    step = build.step(secret, attempts=[attempt], outputs={"x": words})
    workflow = build.workflow(
        step, workflow_id=words, inputs={"pw": secret}, outputs={secret: secret},
        error=build.error(words), ended_by=build.action(name=words),
    )  # fmt: skip
    run = build.report(
        build.run(workflow), document=f"http://h/{secret}",
        diagnostics=(error("AZ101", words, help=words),),
    )  # fmt: skip
    assert secret in json.dumps(report_data(run, NO_MASK))
    assert secret not in json.dumps(rendered(run, Masker([secret])))


def test_the_text_is_ascii(build):
    run = build.report(build.run(build.workflow(build.step("größe\u202e\x9b"))))
    assert report_bytes(run, NO_MASK).isascii()
