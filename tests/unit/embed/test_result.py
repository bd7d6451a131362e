"""What a result gives, and that nothing secret is in any text of it."""

import json
from html.parser import HTMLParser

import pytest

import arazzo_runner as arazzo
from unit.embed.shop import wsgi

PIN = "s3cret-pin"
INPUTS = {"name": "<b>cup</b>", "pin": PIN}


def leaking(environ, start_response):
    start_response("500 Oops", [("Content-Type", "application/json")])
    return [json.dumps({"id": PIN, "name": "<script>alert(1)</script>"}).encode()]


@pytest.fixture
def failed(description) -> arazzo.Result:
    return arazzo.run(description, inputs=INPUTS, app=leaking)


async def gone(scope, receive, send):
    await send({"type": "http.response.start", "status": 410, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("app", [leaking, gone])
def test_the_command_to_repeat_names_no_server_for_an_app_in_process(app, description) -> None:
    """Whoever pastes it must not reach the server of the API description."""
    lines = str(arazzo.run(description, inputs=INPUTS, app=app)).splitlines()
    line = next(one for one in lines if one.startswith("repeat"))
    assert line.startswith("repeat (set SERVER first): curl ")
    assert '"$SERVER"/' in line


def test_the_verdict(description, failed) -> None:
    passed = arazzo.run(description, inputs=INPUTS, app=wsgi)
    assert (passed.passed, passed.status, passed.exit_code) == (True, "passed", 0)
    assert passed.raise_for_status() is passed
    assert repr(passed) == "<Result passed (make: passed)>"
    assert str(passed).startswith("✓ 1 workflow passed, 2 steps, 2 requests")
    assert (failed.passed, failed.status, failed.exit_code) == (False, "failed", 1)
    with pytest.raises(arazzo.WorkflowFailed) as error:
        failed.raise_for_status()
    assert error.value.result is failed
    assert "error: create: $" in str(error.value)


def test_the_text_of_the_command_line_names_flags(description) -> None:
    limited = arazzo.run(description, inputs=INPUTS, app=wsgi, limits=arazzo.Limits(max_steps=1))
    assert "`--max-steps`" in limited.command_line_text()
    assert "`limits=Limits(max_steps=…)`" in str(limited)
    passed = arazzo.run(description, inputs=INPUTS, app=wsgi)
    assert passed.command_line_text().startswith("✓ 1 workflow passed")


def test_parts_are_typed_and_say_what_they_are(failed) -> None:
    (workflow,) = failed.workflows
    step = failed.steps["create"]
    assert (workflow.passed, step.passed) == (False, False)
    assert repr(workflow) == "WorkflowResult(make, failed)"
    assert repr(step) == "StepResult(create, failed)"
    assert (
        repr(step.attempts)
        == f"(Attempt(failed, 500, {len(step.attempts[0].response.body)} bytes),)"
    )
    assert repr(step.attempts[0].criteria[0]) == "CriterionResult('$statusCode == 201', failed)"
    assert step.attempts[0].body["id"] == PIN


def test_a_step_that_did_not_run(failed) -> None:
    with pytest.raises(KeyError, match="no step `creat` has run; did you mean `create`"):
        failed.steps["creat"]
    with pytest.raises(KeyError, match="no step `xyz` has run; the steps that ran: `create`"):
        failed.steps["xyz"]


def test_nothing_secret_is_in_a_text(failed) -> None:
    texts = [
        str(failed), repr(failed), failed._repr_html_(), failed.to_json(), repr(failed.report()),
        repr(failed.workflows), repr(failed.steps), repr(failed.steps["create"].attempts),
        repr(failed.steps["create"].attempts[0].request), repr(failed.steps["create"].attempts[0].response),
    ]  # fmt: skip
    assert [text for text in texts if PIN in text] == []


def test_inputs_that_are_named_are_masked_and_all_are_shown_on_demand(description) -> None:
    given = {"inputs": INPUTS, "app": wsgi}
    assert "<b>cup" in arazzo.run(description, **given).to_json()
    assert "<b>cup" not in arazzo.run(description, secrets=["name"], **given).to_json()
    assert PIN in arazzo.run(description, show_secrets=True, **given).to_json()


def test_the_report(failed) -> None:
    report = failed.report()
    assert json.loads(failed.to_json()) == report
    assert (report["status"], report["exit_code"]) == ("failed", 1)
    assert report["document"].endswith("shop.arazzo.yaml")
    assert report["coverage"]["operations"] == {"exercised": 1, "total": 2}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("app", [wsgi, leaking])
def test_a_table_for_notebooks(app, description) -> None:
    html = arazzo.run(description, inputs=INPUTS, app=app)._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert tags.seen <= {
        "div",
        "strong",
        "table",
        "caption",
        "span",
        "tr",
        "th",
        "td",
        "code",
        "ul",
        "li",
        "pre",
        "br",
    }
    assert "POST /things" in html


CALLING = """
arazzo: 1.0.1
info: {title: Shop, version: 1.0.0}
sourceDescriptions: [{name: shop, url: shop.openapi.json, type: openapi}]
workflows:
  - workflowId: look
    steps: [{stepId: get, operationId: getThing, parameters: [{name: id, in: path, value: 7}]}]
  - workflowId: call
    steps: [{stepId: inner, workflowId: look}]
"""


def test_a_table_of_called_workflows_and_of_no_answer(shop) -> None:
    description = arazzo.load_text(CALLING, base=shop.parent)
    for app in (wsgi, broken):
        assert ">workflow look<" in arazzo.run(description, "call", app=app)._repr_html_()
    assert ">protocol<" in arazzo.run(description, "look", app=broken)._repr_html_()


def broken(environ, start_response):
    raise OSError


def test_nothing_ran(shop) -> None:
    result = arazzo.Result(*_of_nothing(arazzo.load(shop)))
    assert (result.outputs, result.status, result.exit_code) == ({}, "error", 5)
    with pytest.raises(arazzo.WorkflowFailed, match="no workflow was run"):
        result.raise_for_status()
    assert "no workflow was run" in result._repr_html_()


def _of_nothing(description):
    from arazzo_runner.executor.result import RunResult
    from arazzo_runner.report.exit_code import ExitCode
    from arazzo_runner.report.secrets import Masker

    return RunResult((), 0.0), ExitCode.NOTHING, description, 0.0, Masker(), ()
