from textwrap import dedent

import pytest
from msgspec.structs import replace

from arazzo_runner.executor.result import Status
from arazzo_runner.expression.value import MISSING
from arazzo_runner.report.failure import explain_failure, explain_run, explain_workflow
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.text.source import Place, SourceFile

URL = "https://studio.twilio.com/v2/Flows/FW00000000000000000000000000000001/Executions"
REPEAT = (
    "repeat: curl --header 'Authorization: ***' "
    f"--data-raw 'To=%2B15558675310&From=%2B15017122661' {URL}"
)
SURROUNDINGS = f"""\
request: POST {URL}
response: 201 application/json
  {{
    "sid": "FNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "status": "active",
    "flow_sid": "FW00000000000000000000000000000001"
  }}
API description: `CreateExecution` documents only 201, and 201 was returned (openapi/studio.yaml:8:16)
{REPEAT}
"""


def explained(step, masker=None):
    return explain_failure(step, masker or Masker()) + "\n"


def verdict(build, **changes):
    """The explanation of an attempt without what surrounds it."""
    attempt = build.attempt(request=None, response=None, **{"criteria": (), **changes})
    return explained(build.step(status=Status.FAILED, attempts=[attempt]))


def test_a_criterion_that_does_not_hold(build):
    assert explained(build.failed_step()) == (
        dedent("""\
            error: create: $statusCode == 200, got 201
              --> workflows/studio.arazzo.yaml:12:24
               |
            12 | $statusCode == 200
               | ^^^^^^^^^^^ integer 201
               |
            """)
        + SURROUNDINGS
    )


def test_only_what_failed_is_explained_and_the_last_attempt_counts(build):
    attempts = [
        build.attempt(criteria=[build.unmet(404)]),
        build.attempt(criteria=[build.criterion(), build.unmet(200)], checks=(build.check(),)),
    ]
    text = explained(build.step(status=Status.FAILED, attempts=attempts))
    assert text.startswith("error: create (attempt 2): $statusCode == 200, got 201")
    assert text.count("error:") == 1


@pytest.mark.parametrize(
    ("condition", "operands", "frame"),
    [
        (
            "$response.body#/a == $inputs.b",
            [("$response.body#/a", "x", 0), ("$inputs.b", None, 21)],
            """\
            12 | $response.body#/a == $inputs.b
               | ^^^^^^^^^^^^^^^^^ string "x"
               |                      ^^^^^^^^^ null
            """,
        ),
        (
            "$response.body#/a",
            [("$response.body#/a", MISSING, 0)],
            """\
            12 | $response.body#/a
               | ^^^^^^^^^^^^^^^^^ missing
            """,
        ),
        (
            "true == false",
            [],
            """\
            12 | true == false
               | ^^^^^^^^^^^^^
            """,
        ),
        (
            "$statusCode == 200 &&\n$inputs.b",
            [("$statusCode", 200, 0), ("$inputs.b", False, 22)],
            """\
            12 | $statusCode == 200 &&
               | ^^^^^^^^^^^ integer 200
            12 | $inputs.b
               | ^^^^^^^^^ boolean false
            """,
        ),
        (
            "true &&\n\n$inputs.b",
            [("$inputs.b", None, 9)],
            """\
            12 | $inputs.b
               | ^^^^^^^^^ null
            """,
        ),
        (
            "'\x1b' == $inputs.b",
            [("$inputs.b", "\x1b", 7)],
            """\
            12 | '\\x1b' == $inputs.b
               |           ^^^^^^^^^ string "\\u001b"
            """,
        ),
    ],
)
def test_each_operand_has_its_caret_and_value(build, condition, operands, frame):
    judged = build.criterion(
        condition, False, tuple(build.operand(*one) for one in operands)
    )  # fmt: skip
    text = verdict(build, criteria=[judged])
    assert text.split("   |\n", 1)[1].rsplit("   |\n", 1)[0] == dedent(frame)


def test_of_a_long_line_what_is_round_each_operand_is_shown(build):
    condition = f"$inputs.a == '{'x' * 200}' && $inputs.b == '{'y' * 200}'"
    second = condition.index("$inputs.b")
    operands = (build.operand("$inputs.a", 1, 0), build.operand("$inputs.b", 2, second))
    text = verdict(build, criteria=[build.criterion(condition, False, operands)])
    first, under, *_, again, below = text.split("   |\n", 1)[1].rsplit("   |\n", 1)[0].splitlines()
    assert first == f"12 | $inputs.a == '{'x' * 106}…"
    assert under == "   | ^^^^^^^^^ integer 1"
    assert again == f"12 | …{'x' * 35}' && $inputs.b == '{'y' * 66}…"
    assert below == f"   | {' ' * 41}^^^^^^^^^ integer 2"


def test_carets_stand_below_operands_after_wide_characters(build):
    condition = "'日本語' == $inputs.a"
    judged = build.criterion(condition, False, (build.operand("$inputs.a", 1, 9),))
    under = f"   | {' ' * 12}^^^^^^^^^ integer 1\n"
    assert f"12 | {condition}\n{under}" in verdict(build, criteria=[judged])


@pytest.mark.parametrize("width", range(100, 121))
def test_a_long_condition_is_masked_before_it_is_cut(build, width):
    secret = "QZ2/XK;qj8+Mv5#WxGHy"
    condition = f"$inputs.a == '{'.' * (width - 14)}{secret}' && 1 == 1"
    operands = (build.operand("$inputs.a", 1, 0),)
    step = build.step(
        status=Status.FAILED,
        attempts=[
            build.attempt(
                request=None,
                response=None,
                criteria=[build.criterion(condition, False, operands)],
            )
        ],
    )
    text = explained(step, Masker([secret]))
    assert not any(secret[at : at + 2] in text for at in range(len(secret) - 1))


def test_of_a_long_query_only_the_beginning_is_shown(build):
    query = "x" * 500
    judged = replace(build.criterion(query, False), kind="regex")
    shown = verdict(build, criteria=[judged])
    assert f"12 | {'x' * 120}…\n   | {'^' * 120} no match\n" in shown


@pytest.mark.parametrize(
    ("kind", "words"),
    [("regex", "no match"), ("jsonpath", "selects nothing"), ("xpath", "is not true")],
)
def test_a_query_shows_its_context(build, kind, words):
    judged = build.criterion(
        "^FN", False, (build.operand("$response.body#/sid", "XX1"),), None, kind,
        "$response.body#/sid", "did you mean `FN`?", build.place(1, "condition"),
    )  # fmt: skip
    assert verdict(build, criteria=[judged]) == dedent(f"""\
        error: create: ^FN ({kind} on $response.body#/sid), got "XX1"
          --> workflows/studio.arazzo.yaml:13:55
           |
        13 | ^FN
           | ^^^ {words}
           |
        value: $response.body#/sid is string "XX1"
        help: did you mean `FN`?
        """)


def test_lines_of_a_block_scalar_have_their_numbers(build):
    text = "a:\n  - |\n    true\n    && $inputs.b\n" + "\n" * 8
    place = Place(SourceFile("x.yaml", text, "file:///x"), ("a", 0))
    judged = build.criterion(
        "true\n&& $inputs.b\n", False, (build.operand("$inputs.b", None, 8),), place=place
    )
    assert "--> x.yaml:4:8\n  |\n4 | && $inputs.b\n  |    ^^^^^^^^^ null\n  |\n" in verdict(
        build, criteria=[judged]
    )


def test_a_criterion_that_cannot_be_judged_says_why(build):
    judged = build.criterion("^(a+)+$", False, (), "it took over 1 s", "regex", "$inputs.x")
    assert verdict(build, criteria=[judged]) == dedent("""\
        error: create: ^(a+)+$ (regex on $inputs.x) cannot be evaluated: it took over 1 s
          --> workflows/studio.arazzo.yaml:12:24
           |
        12 | ^(a+)+$
           | ^^^^^^^
           |
        """)


@pytest.mark.parametrize(
    ("operands", "sentence"),
    [
        (
            [("$statusCode", 404)],
            "a 2xx status (no `successCriteria`), got 404",
        ),
        ([("charge", "failed")], "the called workflow `charge` ended with status `failed`"),
        ([], "`is well` failed"),
    ],
)
def test_an_implicit_criterion_needs_no_place(build, operands, sentence):
    values = tuple(build.operand(*one) for one in operands)
    judged = build.criterion("is well", False, values, kind="implicit", place=None)
    text = verdict(build, criteria=[judged])
    assert text == f"error: create: {sentence}\n"


def test_a_response_that_breaks_the_description(build):
    checks = (
        build.check("`sid` is missing", False, "error", "schema", "/sid", build.operation().place),
        build.check("status 201", False, "error"),
    )
    assert verdict(build, checks=checks) == dedent("""\
        error: create: the response does not match the API description: `sid` is missing \
(at `/sid` in the body)
         --> openapi/studio.yaml:6:7
        error: create: the response does not match the API description: status 201
        """)


def test_what_else_the_description_says_is_a_warning(build):
    checks = (build.check("`url` is missing", False, "warn", "schema", "/0"), build.check())
    text = verdict(build, checks=checks, criteria=[build.unmet()])
    assert text.endswith("   |\nwarning: `url` is missing (at `/0` in the body)\n")
    assert text.count("warning") == 1


def test_an_error_has_its_place_and_the_way_out(build):
    error = build.error("nobody answered", hint="start the server", place=build.step_place())
    attempt = build.attempt(response=None, criteria=(), error=error)
    assert explained(build.step(status=Status.ERROR, attempts=[attempt])) == dedent(f"""\
        error: create: nobody answered
         --> workflows/studio.arazzo.yaml:9:9
        help: start the server
        request: POST {URL}
        {REPEAT}
        """)


@pytest.mark.parametrize(
    ("documented", "came", "said"),
    [
        (("201",), 201, "documents only 201, and 201 was returned (openapi/studio.yaml:8:16)"),
        (("201",), 500, "documents only 201, not 500 (openapi/studio.yaml:6:7)"),
        (("200", "404"), 500, "documents 200 and 404, not 500 (openapi/studio.yaml:6:7)"),
        (
            ("200", "4XX", "default"),
            404,
            "documents 200, 4XX and default, and 404 is covered by 4XX",
        ),
        (("200", "default"), 404, "documents 200 and default, and 404 is covered by default"),
        ((), 404, "documents no response"),
    ],
)
def test_what_the_description_says_of_the_status(build, documented, came, said):
    attempt = build.attempt(response=build.response(came), criteria=[build.unmet(202)])
    step = build.step(
        status=Status.FAILED, attempts=[attempt], operation=build.operation(documented, None)
    )
    line = f"API description: `POST /Flows/{{FlowSid}}/Executions` {said}"
    assert line in explained(step)


@pytest.mark.parametrize(
    ("documented", "expression", "is_shown"),
    [
        (("200",), "$response.body#/id", False),
        (("default",), "$response.body#/id", False),
        (("200",), "$statusCode", True),
        (("404",), "$response.body#/id", True),
    ],
)
def test_the_documented_statuses_are_shown_where_the_status_failed(
    build, documented, expression, is_shown
):
    judged = build.criterion(f"{expression} == 1", False, (build.operand(expression, 2),))
    attempt = build.attempt(response=build.response(200), criteria=[judged])
    operation = build.operation(documented, None)
    step = build.step(status=Status.FAILED, attempts=[attempt], operation=operation)
    assert ("API description: " in explained(step)) is is_shown


def test_secrets_are_masked_and_control_characters_escaped(build):
    secret, evil = "hunter22", "\x1b]0;x\x07"
    words = f"{secret}{evil}"
    name = SourceFile(f"{words}.yaml", "a: 1", "file:///x")
    place = Place(name, ("a",))
    criterion = build.criterion(
        f"$inputs.{words} == 1", False, (build.operand(f"$inputs.{words}", words),),
        words, hint=words, place=place,
    )  # fmt: skip
    query = replace(criterion, error=None, condition="x", kind="regex")
    attempt = build.attempt(
        request=build.request(url=f"http://h/{secret}", body=words.encode()),
        criteria=[criterion, query],
        checks=(build.check(words, False, "error", "schema", f"/{words}"),),
        error=build.error(words, hint=words, place=place),
    )
    operation = build.operation(("200", words), words)
    step = build.step(words, Status.FAILED, [attempt], operation=operation)
    shown = explained(step, Masker([secret]))
    assert secret not in shown
    assert not {"\x1b", "\x07"} & set(shown)
    assert secret in explained(step, NO_MASK)


def test_a_credential_in_a_header_is_masked_by_name(build):
    judged = build.criterion(
        "$response.header.Set-Cookie == 'x'", False,
        (build.operand("$response.header.Set-Cookie", "sid=1"),),
    )  # fmt: skip
    assert '^^^^ string "***"' in verdict(build, criteria=[judged])


def test_of_a_called_workflow_its_own_failure_is_told_first(build):
    child = build.workflow(build.failed_step(), workflow_id="charge", status=Status.FAILED)
    failed = (build.operand("charge", "failed"),)
    judged = build.criterion("charge passed", False, failed, kind="implicit", place=None)
    call = build.step(
        "call", Status.FAILED, [build.attempt(None, None, [judged])], operation=None, workflow=child
    )
    lines = explained(call).splitlines()
    assert lines[0] == "error: create: $statusCode == 200, got 201"
    assert lines[-1] == "error: call: the called workflow `charge` ended with status `failed`"


def test_a_workflow_is_explained_by_the_step_that_ended_it(build):
    steps = build.step("first"), build.failed_step()
    workflow = build.workflow(*steps, status=Status.FAILED)
    assert explain_workflow(workflow, Masker()) + "\n" == explained(build.failed_step())


def test_a_workflow_is_explained_by_its_own_error(build):
    limit = build.error("the run reached its limit of 1000 steps", "max-steps", "raise it")
    workflow = build.workflow(build.step(), status=Status.ERROR, error=limit)
    assert explain_workflow(workflow, Masker()) == dedent("""\
        error: workflow `trigger`: the run reached its limit of 1000 steps
        help: raise it""")


def test_an_error_that_stopped_every_workflow_is_told_once(build):
    limit = build.error("the run reached its limit of 1000 steps", "max-steps")
    child = build.workflow(status=Status.ERROR, error=limit, workflow_id="charge")
    call = build.step("call", Status.ERROR, [], workflow=child)
    parent = build.workflow(call, status=Status.ERROR, error=limit)
    assert explain_workflow(parent, Masker()) == (
        "error: workflow `charge`: the run reached its limit of 1000 steps"
    )


def test_a_run_is_explained_by_its_workflows_where_they_failed(build):
    failed = build.workflow(build.failed_step(), status=Status.FAILED)
    went_on = build.workflow(
        build.step(), status=Status.FAILED, ended_by=build.action("goto", target="trigger")
    )
    ended = replace(failed, ended_by=build.action("end"))
    one = explain_workflow(failed, Masker())
    run = build.run(went_on, failed, build.workflow(build.step()), ended)
    assert explain_run(run, Masker()) == f"{one}\n\n{one}"
    assert explain_run(build.run(build.workflow()), Masker()) == ""


def test_a_workflow_without_any_reason_says_its_status(build):
    text = explain_workflow(build.workflow(status=Status.FAILED), Masker())
    assert text == "error: workflow `trigger`: failed"


def test_a_workflow_that_went_on_points_to_the_other_one(build):
    goto = build.action("goto", target="second")
    workflow = build.workflow(build.step(), status=Status.FAILED, ended_by=goto)
    assert explain_workflow(workflow, Masker()) == (
        "error: workflow `trigger`: failed in `second`, where it continued"
    )


@pytest.mark.parametrize(
    ("content_type", "body", "said"),
    [
        ("application/problem+json", {"title": "Bad", "detail": "no hunter22\x1b"}, r"Bad: no ***\x1b"),
        ("application/problem+json; charset=utf-8", {"detail": "no"}, "no"),
        ("application/problem+json", {"title": "Bad", "detail": None}, "Bad"),
        ("application/problem+json", {"title": " ", "status": 400}, None),
        ("application/problem+json", ["Bad"], None),
        ("application/json", {"title": "Bad"}, None),
    ],
)  # fmt: skip
def test_what_the_server_says_of_its_refusal(build, content_type, body, said):
    response = build.response(400, body, content_type)
    attempt = build.attempt(response=response, criteria=[build.unmet()], body=body)
    text = explained(build.step(status=Status.FAILED, attempts=[attempt]), Masker(["hunter22"]))
    lines = [line for line in text.splitlines() if line.startswith("problem: ")]
    assert lines == ([f"problem: {said}"] if said else [])
