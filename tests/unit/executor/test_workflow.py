"""Actions, retries, nested workflows, dependencies: what runs after what."""

import pytest

from arazzo_runner.executor.plan import Limits, Settings, StepKey
from arazzo_runner.executor.world import TransportFailure

ONE = """
- workflowId: w
  steps:
  - stepId: a
    operationId: listThings
    {more}
  - stepId: b
    operationId: listThings
    outputs: {x: $response.body#/x}
  outputs:
    last: $steps.b.outputs.x
"""


def with_step(more):
    return ONE.replace("{more}", more)


def test_steps_run_in_order(run):
    ran = run(with_step(""))
    assert ran.visited == ["a", "b"]
    assert ran.statuses == [("w", "passed")]
    assert ran.world.sent == ["GET https://api.example/v1/things"] * 2


def test_a_failing_step_ends_the_workflow(run, answer):
    ran = run(with_step(""), answer(500))
    assert ran.visited == ["a"]
    assert ran.statuses == [("w", "failed")]
    assert ran.first.outputs == {"last": None}
    criterion = ran.first.steps[0].attempts[0].criteria[0]
    assert (criterion.kind, criterion.operands[0].value) == ("implicit", 500)


def test_a_transport_failure_is_an_error_without_status(run):
    failure = TransportFailure("connect", "nobody there", "start it")
    onto = "onFailure: [{name: n, type: goto, stepId: b, criteria: [{condition: $statusCode == null}]}]"
    ran = run(with_step(onto), failure)
    assert [step.status.value for step in ran.first.steps] == ["error", "error"]
    assert ran.statuses == [("w", "error")]
    assert ran.first.steps[0].attempts[0].error.code == "connect"


def test_end_after_success_and_after_failure(run, answer):
    ended = with_step(
        "onSuccess: [{name: stop, type: end}]\n    onFailure: [{name: halt, type: end}]"
    )
    passed, failed = run(ended), run(ended, answer(404))
    assert (passed.statuses, passed.first.ended_by.name) == ([("w", "passed")], "stop")
    assert (failed.statuses, failed.first.ended_by.name) == ([("w", "failed")], "halt")


def test_goto_after_failure_lets_the_workflow_pass(run, answer):
    ran = run(with_step("onFailure: [{name: on, type: goto, stepId: b}]"), answer(404), answer(200))
    assert ran.visited == ["a", "b"]
    assert ran.statuses == [("w", "passed")]


def test_a_loop_is_bounded_by_max_steps(run):
    ran = run(with_step("onSuccess: [{name: again, type: goto, stepId: a}]"),
              settings=Settings(Limits(max_steps=7)))  # fmt: skip
    assert len(ran.first.steps) == 7
    assert ran.statuses == [("w", "error")]
    assert ran.first.error.code == "max-steps"
    assert "--max-steps" in ran.first.error.hint


def test_retry_waits_and_repeats_with_its_budget(run, answer):
    retried = with_step("onFailure: [{name: r, type: retry, retryAfter: 1.5, retryLimit: 3}]")
    ran = run(retried, answer(503), answer(503), answer(200))
    assert ran.world.waits == [1.5, 1.5]
    assert [attempt.succeeded for attempt in ran.first.steps[0].attempts] == [False, False, True]
    assert ran.statuses == [("w", "passed")]
    assert [call.key for call in ran.world.calls] == ["w/a#1@1", "w/a#1@2", "w/a#1@3", "w/b#1@1"]


def test_an_exhausted_retry_gives_way_to_the_next_action(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, retryLimit: 1}, {name: e, type: goto, stepId: b}]"),
              answer(503), answer(503), answer(200))  # fmt: skip
    assert [one.action.name for one in ran.first.steps[0].attempts] == ["r", "e"]
    assert ran.visited == ["a", "b"]


def test_without_retry_limit_a_single_retry_and_zero_means_none(run, answer):
    once = run(with_step("onFailure: [{name: r, type: retry}]"), answer(503))
    none = run(with_step("onFailure: [{name: r, type: retry, retryLimit: 0}]"), answer(503))
    assert (len(once.world.calls), len(none.world.calls)) == (2, 1)
    assert once.statuses == none.statuses == [("w", "failed")]


def test_max_retries_ends_the_run(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, retryLimit: 99}]"), answer(503),
              settings=Settings(Limits(max_retries=2)))  # fmt: skip
    assert len(ran.world.calls) == 3
    assert ran.first.error.code == "max-retries"


def test_retry_after_overrules_and_is_cut(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, retryAfter: 1}]"),
              answer(503, Retry_After="600"), answer(200))  # fmt: skip
    assert ran.world.waits == [60.0]
    assert ran.first.steps[0].attempts[0].action.cut_from == 600.0


def test_all_waits_together_are_bounded(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, retryAfter: 50, retryLimit: 9}]"),
              answer(503), settings=Settings(Limits(all_waits=120)))  # fmt: skip
    assert ran.world.waits == [50.0, 50.0]
    assert ran.first.error.code == "max-waits"


def test_retry_runs_a_step_between_whose_failure_does_not_matter(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, stepId: b}]"),
              answer(503), answer(404), answer(200), answer(200))  # fmt: skip
    attempt = ran.first.steps[0].attempts[0]
    assert (attempt.interlude.step_id, attempt.interlude.status.value) == ("b", "failed")
    assert ran.visited == ["a", "b"]


CHILD = """
- workflowId: main
  inputs: {type: object, properties: {who: {type: string}}}
  steps:
  - stepId: call
    workflowId: child
    parameters: [{name: name, value: $inputs.who}]
    {more}
  outputs: {greeting: $steps.call.outputs.text, seen: $workflows.child.outputs.text}
- workflowId: child
  inputs: {type: object, required: [name], properties: {name: {type: string}, size: {type: integer, default: 3}}}
  steps:
  - stepId: get
    operationId: listThings
    parameters: [{name: q, in: query, value: '{$inputs.name}{$inputs.size}'}]
    outputs: {text: $response.body#/text}
  outputs: {text: $steps.get.outputs.text}
"""


def test_a_step_can_call_a_workflow(run, answer):
    ran = run(CHILD.replace("{more}", ""), answer(200, {"text": "hi"}), inputs={"who": "Zoe"})
    assert ran.world.sent == ["GET https://api.example/v1/things?q=Zoe3"]
    assert ran.statuses == [("main", "passed")]
    assert ran.first.outputs == {"greeting": "hi", "seen": "hi"}
    assert ran.first.steps[0].workflow.workflow_id == "child"


def test_the_callers_outputs_and_criteria_read_the_childs(run, answer):
    more = "successCriteria: [{condition: $outputs.text == 'HI'}]\n    outputs: {text: $workflows.child.outputs.text}"
    ran = run(CHILD.replace("{more}", more), answer(200, {"text": "hi"}), inputs={"who": "Zoe"})
    assert ran.first.outputs["greeting"] == "hi"


def test_a_failed_child_fails_the_step_and_its_action_applies(run, answer):
    plain = run(CHILD.replace("{more}", ""), answer(500), inputs={"who": "Zoe"})
    retried = run(CHILD.replace("{more}", "onFailure: [{name: r, type: retry}]"),
                  answer(500), answer(200, {"text": "hi"}), inputs={"who": "Zoe"})  # fmt: skip
    assert plain.statuses == [("main", "failed")]
    assert retried.statuses == [("main", "passed")]


def test_a_missing_input_of_a_child_is_the_steps_error(run):
    ran = run(CHILD.replace("{more}", ""))
    assert ran.world.calls == []
    assert ran.first.steps[0].attempts[0].error.code == "inputs-refused"
    assert "`name` is missing" in ran.first.steps[0].attempts[0].error.message


GOTO = """
- workflowId: first
  inputs: {type: object, properties: {n: {type: integer}}}
  steps:
  - stepId: a
    operationId: listThings
    onSuccess: [{name: on, type: goto, workflowId: second, {more}}]
  - stepId: never
    operationId: listThings
  outputs: {x: $inputs.n}
- workflowId: second
  inputs: {type: object, properties: {n: {type: integer, default: 7}}}
  steps: [{stepId: z, operationId: listThings, parameters: [{name: q, in: query, value: $inputs.n}]}]
  outputs: {x: $inputs.n}
"""


def test_goto_a_workflow_is_one_way_and_takes_over(run, answer):
    ran = run(GOTO.replace(", {more}", ""), answer(200), answer(500), inputs={"n": 1})
    assert ran.statuses == [("first", "failed"), ("second", "failed")]
    assert ran.visited == ["a"]
    assert ran.first.ended_by.target == "second"
    assert ran.first.outputs == {"x": 1}
    assert ran.world.sent[-1].endswith("?q=1")


def test_action_parameters_become_the_inputs(run):
    ran = run(GOTO.replace("{more}", "parameters: [{name: n, value: 5}]"), inputs={"n": 1})
    assert ran.first.outputs == {"x": 5}


DEPENDS = """
- workflowId: second
  dependsOn: [first]
  steps: [{stepId: b, operationId: listThings, parameters: [{name: q, in: query, value: $workflows.first.outputs.x}]}]
- workflowId: first
  steps: [{stepId: a, operationId: listThings, outputs: {x: $response.body#/x}}]
  outputs: {x: $steps.a.outputs.x}
"""


def test_prerequisites_run_once_before(run, answer):
    ran = run(DEPENDS, answer(200, {"x": "y"}))
    assert ran.statuses == [("first", "passed"), ("second", "passed")]
    assert ran.world.sent[1].endswith("?q=y")
    assert len(ran.world.calls) == 2


def test_a_failed_prerequisite_fails_the_dependant(run, answer):
    ran = run(DEPENDS, answer(500))
    assert ran.statuses == [("first", "failed"), ("second", "failed")]
    assert "`first`" in ran.result.workflows[1].error.message


def test_fail_fast_leaves_out_the_rest(run, answer):
    two = "".join(
        f"- workflowId: w{n}\n  steps: [{{stepId: a, operationId: listThings}}]\n" for n in (1, 2)
    )
    ran = run(two, answer(500), settings=Settings(fail_fast=True))
    assert ran.statuses == [("w1", "failed"), ("w2", "skipped")]


def test_recursion_is_bounded(run):
    recursive = "- workflowId: w\n  steps: [{stepId: again, workflowId: w}]\n"
    ran = run(recursive)  # one that only calls itself is started
    assert ran.statuses == [("w", "error")]
    assert ran.first.error.code == "max-depth"


@pytest.mark.parametrize(("count", "code"), [(16, None), (17, "max-depth"), (3_000, "max-depth")])
def test_a_chain_of_prerequisites_is_bounded(run, count, code):
    """``count`` prerequisites, each of the one before."""
    chain = "".join(
        f"- {{workflowId: w{at}, dependsOn: [w{at + 1}],"
        " steps: [{stepId: a, operationId: listThings}]}\n"
        for at in range(count)
    )
    last = f"- {{workflowId: w{count}, steps: [{{stepId: a, operationId: listThings}}]}}\n"
    ran = run(chain + last, only="w0")
    error = ran.result.workflows[-1].error
    assert (error and error.code) == code
    assert len(ran.world.calls) == (0 if code else count + 1)


def test_workflows_may_go_to_each_other_as_long_as_the_limit_allows(run):
    ping_pong = """
- workflowId: ping
  steps: [{stepId: a, operationId: listThings, onSuccess: [{name: n, type: goto, workflowId: pong}]}]
- workflowId: pong
  steps: [{stepId: a, operationId: listThings, onSuccess: [{name: n, type: goto, workflowId: ping}]}]
"""
    ran = run(ping_pong, only="ping")
    assert len(ran.world.calls) == 1000
    assert ran.first.error is None
    assert ran.result.workflows[-1].error.code == "max-steps"
    assert {status for _, status in ran.statuses} == {"error"}


def test_an_interruption_ends_the_run_with_what_there_is(run):
    asked = iter([False, True, True, True])
    ran = run(with_step(""), interrupted=lambda: next(asked))
    assert ran.visited == ["a"]
    assert ran.first.error.code == "cancelled"


def test_until_a_step(run):
    ran = run(with_step(""), settings=Settings(until="a"))
    assert (ran.visited, ran.statuses) == (["a"], [("w", "passed")])


def test_until_is_a_step_of_the_document(run):
    other = """
arazzo: 1.1.0
info: {title: Other, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: before
  steps: [{stepId: a, operationId: listThings}, {stepId: last, operationId: listThings}]
"""
    text = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}, {name: other, url: other.yaml, type: arazzo}]
workflows:
- workflowId: w
  dependsOn: [$sourceDescriptions.other.before]
  steps: [{stepId: a, operationId: listThings}, {stepId: b, operationId: listThings}]
"""
    ran = run(text, only="w", other=other, settings=Settings(until="a"))
    assert len(ran.world.calls) == 3


def test_steps_are_sorted_where_depends_on_is_used(run):
    ran = run("""
- workflowId: w
  steps:
  - {stepId: c, operationId: listThings, dependsOn: [b]}
  - {stepId: a, operationId: listThings}
  - {stepId: b, operationId: listThings, parameters: [{name: q, in: query, value: $steps.a.outputs.x}]}
""")
    assert ran.visited == ["a", "b", "c"]


def test_no_request_has_more_time_than_the_run(run):
    timeouts = "\n".join(
        f"  - {{stepId: s{ms}, operationId: listThings, timeout: {ms}}}" for ms in (1000, 90_000)
    )
    plain = "\n  - {stepId: plain, operationId: listThings}"
    ran = run(
        f"- workflowId: w\n  steps:\n{timeouts}{plain}", settings=Settings(Limits(run_timeout=30))
    )
    short, long, unsaid = (call.timeout for call in ran.world.calls)
    assert short == 1.0
    assert 29 < unsaid < long < 30


def test_a_request_that_takes_the_rest_of_the_run_ends_it(run):
    """The clock of these tests goes on by a millisecond whenever it is looked at."""
    late = TransportFailure("timeout", "no answer within 0.001 s", "`--timeout`")
    ran = run(
        "- {workflowId: w, steps: [{stepId: a, operationId: listThings}]}",
        late,
        settings=Settings(Limits(run_timeout=0.005)),
    )
    assert ran.first.error.code == "run-timeout"
    (attempt,) = ran.first.steps[0].attempts
    assert attempt.error.message == "the run took longer than 0.005 s"
    assert "--run-timeout" in attempt.error.hint


def test_no_wait_is_longer_than_the_run(run, answer):
    action = "onFailure: [{name: again, type: retry, retryAfter: 50, retryLimit: 3}]"
    ran = run(with_step(action), answer(503), settings=Settings(Limits(run_timeout=30)))
    assert all(wait < 30 for wait in ran.world.waits)


def test_limits_have_their_defaults():
    assert (Limits().max_steps, Limits().max_depth, Limits().max_retries) == (1000, 16, 10)


def test_an_interruption_while_a_request_is_under_way_ends_the_run(run):
    onto = with_step("onFailure: [{name: n, type: goto, stepId: b}]")
    ran = run(onto, TransportFailure("cancelled", "interrupted"))
    assert (ran.visited, ran.statuses) == (["a"], [("w", "error")])
    assert ran.first.error.code == "cancelled"


def test_calls_have_keys_that_are_unique_in_a_run(run, answer):
    loop = with_step(
        "onFailure: [{name: r, type: retry, stepId: b}, {name: g, type: goto, stepId: a, criteria: [{condition: $statusCode == 404}]}]"
    )
    ran = run(loop, *(answer(status) for status in (404, 200, 404, 404, 200, 200)))
    keys = [call.key for call in ran.world.calls]
    assert keys == ["w/a#1@1", "w/b#1@1", "w/a#1@2", "w/a#2@1", "w/b#2@1", "w/a#2@2", "w/b#3@1"]


def test_a_retry_with_a_workflow_that_cannot_start_goes_on(run, answer):
    text = """
- workflowId: w
  steps: [{stepId: a, operationId: listThings, onFailure: [{name: r, type: retry, workflowId: v}]}]
- workflowId: v
  inputs: {type: object, required: [x], properties: {x: {type: string}}}
  steps: [{stepId: b, operationId: listThings}]
"""
    ran = run(text, answer(500), answer(200), only="w")
    (first, last) = ran.first.steps[0].attempts
    assert first.interlude.error.code == "inputs-refused"
    assert (last.succeeded, len(ran.world.calls)) == (True, 2)


def test_a_retry_ends_with_the_run_that_its_interlude_ends(run, answer):
    ran = run(with_step("onFailure: [{name: r, type: retry, stepId: b, retryLimit: 5}]"), answer(500),
              settings=Settings(Limits(max_steps=1)))  # fmt: skip
    assert (len(ran.world.calls), ran.statuses) == (1, [("w", "error")])
    assert ran.first.error.code == "max-steps"


def test_an_input_that_cannot_be_evaluated_is_an_error_of_the_step(run):
    parameter = "parameters: [{name: name, value: 'x {$inputs.who}'}]"
    ran = run(
        CHILD.replace("parameters: [{name: name, value: $inputs.who}]", parameter).replace(
            "{more}", ""
        )
    )
    error = ran.first.steps[0].attempts[0].error
    assert (
        error.message
        == "input `name`: `$inputs.who` has no value, so the text around it cannot be built"
    )


def test_a_called_workflow_may_go_on_as_long_as_the_limit_allows(run):
    text = """
- workflowId: w
  steps: [{stepId: call, workflowId: ping}]
- workflowId: ping
  steps: [{stepId: a, operationId: listThings, onSuccess: [{name: n, type: goto, workflowId: pong}]}]
- workflowId: pong
  steps: [{stepId: a, operationId: listThings, onSuccess: [{name: n, type: goto, workflowId: ping}]}]
"""
    ran = run(text, only="w")
    called = ran.first.steps[0].workflow
    assert (len(called.gone_to), called.gone_to[-1].error.code) == (999, "max-steps")
    assert ran.statuses == [("w", "error")]


def test_what_a_run_began_with_a_limit_reached_is_left_out(run):
    two = "".join(f"- workflowId: w{n}\n  steps: [{{stepId: a, operationId: listThings}}]\n" for n in (1, 2))  # fmt: skip
    ran = run(two, settings=Settings(Limits(max_steps=0)))
    assert ran.statuses == [("w1", "error"), ("w2", "skipped")]


def test_selectors_have_the_time_of_queries(run, answer):
    hostile = "{x: {context: $response.body, selector: '$..*..*..*..*', type: jsonpath}}"
    ran = run(with_step(f"outputs: {hostile}"), answer(200, [[[[1] * 9] * 9] * 9] * 9),
              settings=Settings(Limits(query_seconds=0.0001)))  # fmt: skip
    assert "output `x`" in ran.first.steps[0].attempts[0].error.message


def test_workflows_of_the_document_come_before_those_of_others(run, answer):
    other = """
arazzo: 1.1.0
info: {title: Other, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: mine
  steps: [{stepId: a, operationId: listThings, outputs: {x: $response.body#/x}}]
  outputs: {x: $steps.a.outputs.x}
"""
    text = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}, {name: other, url: other.yaml, type: arazzo}]
workflows:
- workflowId: w
  steps:
  - {stepId: a, workflowId: $sourceDescriptions.other.mine, outputs: {x: $workflows.mine.outputs.x}}
  - {stepId: b, operationId: listThings, parameters: [{name: q, in: query, value: $workflows.mine.outputs.x}]}
  - {stepId: c, workflowId: mine}
  - {stepId: d, operationId: listThings, parameters: [{name: q, in: query, value: $workflows.mine.outputs.x}]}
- workflowId: mine
  steps: [{stepId: a, operationId: listThings, outputs: {x: $response.body#/x}}]
  outputs: {x: $steps.a.outputs.x}
"""
    replies = [answer(200, {"x": "theirs"}), answer(), answer(200, {"x": "ours"}), answer()]
    ran = run(text, *replies, only="w", other=other)
    assert [call.request.url.partition("?")[2] for call in ran.world.calls] == [
        "",
        "q=theirs",
        "",
        "q=ours",
    ]


BODY = """
- workflowId: w
  inputs: {type: object, properties: {x: {}}}
  steps: [{stepId: a, operationId: createThing, requestBody: {payload: PAYLOAD, replacements: [REPLACEMENTS]}}]
"""


def body(payload, replacements=""):
    return BODY.replace("PAYLOAD", payload).replace("REPLACEMENTS", replacements)


def test_a_text_in_quotes_is_sent_as_a_json_string(run):
    assert run(body("'\"some text\"'")).world.calls[0].request.body == b'"some text"'


def test_a_replacement_may_make_the_payload(run):
    ran = run(body("$inputs.x", "{target: '', value: {a: 1}}"))
    assert ran.world.calls[0].request.body == b'{"a":1}'


def test_a_body_without_a_payload_is_none(run):
    text = BODY.replace(
        "payload: PAYLOAD, replacements: [REPLACEMENTS]", "contentType: application/json"
    )
    assert run(text).world.calls[0].request.body == b""


def test_replacements_in_a_form_in_text(run):
    text = body("'a=b&c={$inputs.x}'", "{target: /a, value: '&'}")
    text = text.replace("{payload", "{contentType: application/x-www-form-urlencoded, payload")
    ran = run(text, inputs={"x": "d&e"}, api=FORMS)
    assert ran.world.calls[0].request.body == b"a=%26&c=d%26e"


def test_a_target_may_hold_expressions(run):
    good, bad = (
        run(body("{a: 1}", "{target: '{$inputs.x}', value: 2}"), inputs={"x": x})
        for x in ("/a", "a")
    )
    assert good.world.calls[0].request.body == b'{"a":2}'
    assert "is not a JSON Pointer" in bad.first.steps[0].attempts[0].error.message


def test_a_replacement_in_what_is_no_xml(run):
    target = "{target: /a, targetSelectorType: xpath, value: 2}"
    ran = run(body("{a: 1}", target))
    assert "XPath needs a payload that is XML text" in ran.first.steps[0].attempts[0].error.message


def test_a_wait_may_take_what_is_left_of_the_run(run, answer):
    text = with_step("onFailure: [{name: r, type: retry, retryAfter: 5, stepId: b}]")
    ran = run(text, answer(500), settings=Settings(Limits(run_timeout=0.01)))
    assert (len(ran.world.calls), ran.first.error.code) == (1, "run-timeout")
    assert 0 < ran.world.waits[0] < 0.01


def test_a_form_as_plain_text(run):
    form = "a=1&b=x%20y"
    ran = run(body(form).replace("{payload:", "{contentType: application/x-www-form-urlencoded, payload:"),
              api=FORMS)  # fmt: skip
    assert ran.world.calls[0].request.body == b"a=1&b=x+y"


FORMS = """
openapi: 3.1.0
info: {title: Forms, version: '1'}
servers: [{url: https://forms.example}]
paths:
  /things:
    post:
      operationId: createThing
      requestBody: {content: {application/x-www-form-urlencoded: {}, application/json: {}}}
      responses: {'200': {description: ok}}
"""


def test_a_value_in_json_text_is_never_json_text(run):
    ran = run(body("'{$inputs.x}'"), inputs={"x": "[" * 100_000})
    assert ran.world.calls[0].request.body == b'"' + b"[" * 100_000 + b'"'


def test_a_payload_that_outgrows_its_bounds(run):
    ran = run(
        body("[$inputs.x, $inputs.x]", "{target: /0, value: $inputs.x}"), inputs={"x": nested(600)}
    )
    assert "the payload cannot be sent" in ran.first.steps[0].attempts[0].error.message


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


CALLED = """
- workflowId: w
  steps:
  - {stepId: a, workflowId: v, timeout: 30, onFailure: [{name: n, type: goto, stepId: b}]}
  - {stepId: never, operationId: createThing}
  - {stepId: b, operationId: listThings}
- workflowId: v
  steps:
  - stepId: c
    operationId: listThings
    onFailure: [{name: r, type: retry, retryAfter: 0.02, retryLimit: 5}, {name: n, type: goto, stepId: d}]
  - {stepId: d, operationId: createThing}
"""


def test_the_time_of_a_calling_step_bounds_requests_and_waits(run, answer):
    ran = run(CALLED, answer(503), answer(503), answer(200))
    assert (ran.statuses, ran.visited) == ([("w", "passed")], ["a", "b"])
    (attempt,) = ran.first.steps[0].attempts
    assert (attempt.error.code, attempt.response) == ("timeout", None)
    assert attempt.error.message == (
        "the `timeout` of the step `a`, which calls `v`, was over after 30 ms"
    )
    assert (attempt.workflow.status.value, attempt.workflow.error) == ("error", attempt.error)
    first, second = ran.world.waits
    assert (first, 0 < second < 0.02) == (0.02, True)
    assert [call.timeout > 1 for call in ran.world.calls] == [False, False, True]


def test_the_time_of_a_calling_step_counts_to_the_end_of_the_workflow(run):
    """The clock of these tests goes on by a millisecond whenever it is looked at."""
    results = [run(CALLED.replace("timeout: 30", f"timeout: {ms}")) for ms in range(1, 25)]
    called = [ran.first.steps[0] for ran in results]
    ended_late = [
        one.workflow.steps
        for one in called
        if one.status.value == "error"
        and [step.passed for step in one.workflow.steps] == [True] * 2
    ]
    assert ended_late
    assert called[-1].passed


def test_the_time_of_the_run_is_not_lifted_with_that_of_a_step(run, answer):
    text = CALLED.replace("timeout: 30", "timeout: 90000")
    ran = run(text, answer(503), settings=Settings(Limits(run_timeout=0.03)))
    assert (ran.statuses, ran.first.error.code) == ([("w", "error")], "run-timeout")
    assert ran.visited == ["a"]


def test_the_outermost_limit_that_is_over_ends_what_is_within(run, answer):
    text = (
        CALLED
        + """
- workflowId: u
  steps:
  - {stepId: o, workflowId: w, timeout: 8, onFailure: [{name: n, type: goto, stepId: p}]}
  - {stepId: p, operationId: listThings}
"""
    )
    ran = run(text, answer(503), answer(200), only="u")
    outer = ran.first.steps[0]
    assert outer.attempts[0].error.message.startswith("the `timeout` of the step `o`")
    assert (ran.visited, ran.statuses) == (["o", "p"], [("u", "passed")])


def test_keys_tell_documents_apart():
    entry = "file:///a/main.yaml"
    keys = [
        StepKey(*parts).text(entry)
        for parts in (
            (entry, "w", "s"),
            ("file:///a/b/main.yaml", "w", "s"),
            ("https://a.example/main.yaml", "w", "s"),
            (entry, "w/x", "s"),
            (entry, "w", "x/s"),
            (entry, "w#1", "100%@"),
        )
    ]
    assert keys == [
        "w/s",
        "b/main.yaml#w/s",
        "https://a.example/main.yaml#w/s",
        "w%2Fx/s",
        "w/x%2Fs",
        "w%231/100%25%40",
    ]


def test_waits_have_keys_of_their_own(run, answer):
    text = """
- workflowId: w
  steps:
  - {stepId: a, operationId: listThings, onFailure: [{name: r, type: retry, retryLimit: 2}]}
  - {stepId: v, workflowId: v}
- workflowId: v
  steps: [{stepId: a, operationId: listThings, onFailure: [{name: r, type: retry}]}]
"""
    ran = run(text, *(answer(status) for status in (500, 500, 200, 500, 200)))
    assert ran.world.wait_keys == ["w/a#1@1/wait", "w/a#1@2/wait", "v/a#1@1/wait"]


def test_an_interruption_during_a_wait_sends_nothing_more(run, answer):
    looks = iter([False, True])
    text = with_step("onFailure: [{name: r, type: retry, retryAfter: 5, retryLimit: 3}]")
    ran = run(text, answer(503), interrupted=lambda: next(looks))
    assert (len(ran.world.calls), ran.first.error.code) == (1, "cancelled")
    (attempt,) = ran.first.steps[0].attempts
    assert (attempt.response.status, attempt.action.type) == (503, "retry")
    assert [type(one).__name__ for one in ran.events].count("RequestSent") == 1


FINALLY = """
- workflowId: w
  x-finally: {workflowId: clean, parameters: [{name: id, value: $steps.a.outputs.id}]}
  steps:
  - {stepId: a, operationId: listThings, outputs: {id: $response.body#/id}}
  - {stepId: b, operationId: listThings}
- workflowId: clean
  inputs: {type: object, required: [id], properties: {id: {type: string}}}
  steps:
  - stepId: c
    operationId: getThing
    parameters: [{name: id, in: path, value: $inputs.id}]
    onFailure: [{name: again, type: retry, retryAfter: 3, retryLimit: 9}]
"""


def test_what_x_finally_names_runs_after_an_interruption(run, answer):
    looks = iter([False, True])
    ran = run(FINALLY, answer(200, {"id": "7"}), interrupted=lambda: next(looks, True))
    assert (ran.statuses, ran.first.error.code) == ([("w", "error")], "cancelled")
    assert ran.first.finally_run.passed
    assert [call.is_final for call in ran.world.calls] == [False, True]
    assert ran.world.calls[-1].timeout <= 4


def test_what_x_finally_names_has_an_end(run, answer):
    looks = iter([False, True])
    ran = run(FINALLY, answer(200, {"id": "7"}), answer(503), interrupted=lambda: next(looks, True))
    assert ran.first.finally_run.error.message == (
        "what `x-finally` runs took longer than the 4 s that it has left"
    )
    assert ran.first.error.code == "cancelled"


def test_inputs_that_what_x_finally_names_does_not_take(run, answer):
    ran = run(FINALLY, answer(200, {"id": 7}))
    assert (ran.statuses, ran.first.error.code) == ([("w", "failed")], "finally")
    assert ran.first.finally_run.error.code == "inputs-refused"


def test_x_finally_is_bounded_in_depth(run):
    text = """
- workflowId: w
  x-finally: {workflowId: v}
  steps: [{stepId: a, operationId: listThings}]
- workflowId: v
  x-finally: {workflowId: w}
  steps: [{stepId: b, operationId: listThings}]
"""
    ran = run(text, only="w")
    assert len(ran.world.calls) == 17
    assert ran.first.status.value == "error"


def test_what_x_finally_names_cannot_make_a_failure_another_one(run, answer):
    ran = run(FINALLY, answer(200, {"id": "7"}), answer(500), TransportFailure("connect", "gone"))
    assert ran.first.finally_run.status.value == "error"
    assert (ran.statuses, ran.first.error) == ([("w", "failed")], None)


def test_of_workflows_that_go_on_the_last_is_cleaned_up_first(run):
    text = """
- workflowId: w
  x-finally: {workflowId: clean, parameters: [{name: id, value: first}]}
  steps: [{stepId: a, operationId: listThings, onSuccess: [{name: on, type: goto, workflowId: v}]}]
- workflowId: v
  x-finally: {workflowId: clean, parameters: [{name: id, value: second}]}
  steps: [{stepId: b, operationId: listThings}]
- workflowId: clean
  inputs: {type: object, properties: {id: {type: string}}}
  steps: [{stepId: c, operationId: getThing, parameters: [{name: id, in: path, value: $inputs.id}]}]
"""
    ran = run(text, only="w")
    paths = [call.request.url.rpartition("/")[2] for call in ran.world.calls]
    assert paths == ["things", "things", "second", "first"]


def test_the_outputs_of_the_steps_of_another_workflow(run, answer):
    ran = run(
        """
- workflowId: first
  steps: [{stepId: ask, operationId: listThings, outputs: {a: $response.body#/a}}]
- workflowId: second
  dependsOn: [first]
  steps:
  - {stepId: call, workflowId: first, successCriteria: [{condition: $workflows.first.steps.ask.outputs.a == 2}]}
  - {stepId: use, operationId: listThings, parameters: [{name: q, in: query, value: $workflows.first.steps.ask.outputs.a}]}
""",
        answer(200, {"a": 1}),
        answer(200, {"a": 2}),
        answer(200, {"a": 3}),
    )
    assert ran.world.sent[-1].endswith("/things?q=2")
    assert [one[1] for one in ran.statuses] == ["passed", "passed"]
