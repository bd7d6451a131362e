"""What binding finds out, whatever was said of the document before."""

from random import Random

import pytest

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, run_order
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.text.positions import locate_place

OTHER = """
arazzo: 1.1.0
info: {title: Other, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows: [{workflowId: theirs, steps: [{stepId: a, operationId: listThings}]}]
"""
BROKEN = """
openapi: 3.1.0
info: {title: Broken, version: '1'}
servers: [{url: https://broken.example}]
paths:
  /broken: {get: {operationId: broken, parameters: [{$ref: '#/nowhere'}], responses: {}}}
  /unknown: {post: {responses: {}}}
  /nowhere: {get: {operationId: nowhere, servers: [{url: 'https://{host}/'}], responses: {}}}
"""
HEAD = """
arazzo: 1.1.0
info: {title: Test, version: '1'}
sourceDescriptions:
- {name: api, url: api.yaml, type: openapi}
- {name: other, url: other.yaml, type: arazzo}
- {name: broken, url: broken.yaml, type: openapi}
- {name: events, url: events.yaml, type: asyncapi}
workflows:
- workflowId: w
  inputs: {type: object, properties: {x: {type: string}}}
  steps:
  - {stepId: a, operationId: listThings}
  - STEP
"""
EVENTS = "asyncapi: 3.0.0\ninfo: {title: Events, version: '1'}\n"


@pytest.fixture
def findings(examine):
    """The findings of binding a workflow with this step, by code, with the line's text."""

    def findings(step, **files):
        text = HEAD.replace("STEP", step)
        units = examine(text, other=OTHER, broken=BROKEN, events=EVENTS, **files).units
        binding = BindContext(units)
        plan = bind(binding, [WorkflowKey(next(iter(units)), "w")])
        for one in binding.findings:
            assert locate_place(one.place).line > 0
        return plan, list(binding.findings)

    return findings


@pytest.mark.parametrize(
    ("step", "code", "message", "help_line"),
    [
        ("{stepId: b, operationId: nowhere}", "AZ217", "has no variable `host`", "--server-var"),
        ("{stepId: b, operationId: listThing}", "AZ204", "no operation is called `listThing`", "did you mean `listThings`?"),
        ("{stepId: b, operationId: zzz}", "AZ204", "no operation is called `zzz`", "its operations: `listThings`"),
        ("{stepId: b, operationId: $sourceDescriptions.broken.brokn}", "AZ204", "`brokn`", "did you mean `broken`?"),
        ("{stepId: b, operationId: $sourceDescriptions.apo.listThings}", "AZ203", "no source description is called `apo`", "did you mean `api`?"),
        ("{stepId: b, operationId: $sourceDescriptions.other.listThings}", "AZ202", "`other` is not an OpenAPI description", None),
        ("{stepId: b, operationId: $sourceDescriptions.events.listThings}", "AZ204", "no operation is called `listThings`", "has no operationIds"),
        ("{stepId: b, operationId: listThings, action: send}", None, "", None),
        ("{stepId: b, operationId: receiveThing, action: receive}", "AZ204", "no operation is called `receiveThing`", "did you mean `createThing`?"),
        ("{stepId: b, action: send, channelPath: '{$sourceDescriptions.events.url}#/channels/c'}", "AZ223", "does not point to a channel of `events`", "the description has no channels"),
        ("{stepId: b, operationPath: '{$sourceDescriptions.apo.url}#/paths/~1things/get'}", "AZ203", "`apo`", "did you mean `api`?"),
        ("{stepId: b, operationPath: '{$sourceDescriptions.api.url}#/paths/~1thing/get'}", "AZ206", "does not point to an operation", "`{$sourceDescriptions.api.url}#/paths/~1things/get`"),
        ("{stepId: b, operationPath: '{$sourceDescriptions.api.url}#/x'}", "AZ206", "does not point to an operation", None),
        ("{stepId: b, operationPath: '{$sourceDescriptions.api.url}#/paths//things/get'}", "AZ119", "are not escaped", "write `#/paths/~1things/get`"),
        ("{stepId: b, operationId: broken}", "AZ214", "nowhere", None),
        ("{stepId: b, operationId: getThing}", "AZ301", "does not set the path parameter `id`", "add it to `parameters`"),
        ("{stepId: b, operationId: getThing, parameters: [{name: id, in: path, value: 1}, {name: ID, in: path, value: 1}]}", "AZ302", "has no path parameter `ID`", "did you mean `id`?"),
        ("{stepId: b, operationId: listThings, parameters: [{name: zzz, in: path, value: 1}]}", "AZ302", "has no path parameter `zzz`", "its path parameters: none"),
        ("{stepId: b, operationId: createThing, requestBody: {contentType: text/csv, payload: 1}}", "AZ305", "`text/csv` is not offered", "offered: `application/json`"),
        ("{stepId: b, workflowId: v}", "AZ207", "no workflow is called `v`", "the workflows are `w`"),
        ("{stepId: b, workflowId: $sourceDescriptions.other.their}", "AZ207", "no workflow is called `their` in `other`", "did you mean `theirs`?"),
        ("{stepId: b, workflowId: $sourceDescriptions.api.x}", "AZ207", "`api` is an API description", None),
        ("{stepId: b, workflowId: $sourceDescriptions.othr.x}", "AZ203", "no source description is called `othr`", "did you mean `other`?"),
        ("{stepId: b, operationId: listThings, onSuccess: [{name: n, type: goto, stepId: c}]}", "AZ208", "no step of this workflow is called `c`", None),
        ("{stepId: b, operationId: listThings, onFailure: [{name: n, type: retry, workflowId: v}]}", "AZ207", "no workflow is called `v`", None),
        ("{stepId: b, operationId: listThings}", None, "", None),
    ],
)  # fmt: skip
def test_steps(findings, step, code, message, help_line):
    _, found = findings(step)
    assert [one.code for one in found] == [code] * (code is not None)
    for one in found:
        assert message in one.message
        assert help_line is None or help_line in str(one.help)


def test_what_cannot_be_bound_is_left_out_and_said_once(findings):
    text = "{stepId: b, operationId: nope}\n  - {stepId: c, operationId: nope}\n  - {stepId: d, operationId: listThings}"
    plan, found = findings(text)
    assert [one.code for one in found] == ["AZ204", "AZ204"]
    (workflow,) = plan.workflows.values()
    assert [step.step.step_id for step in workflow.steps] == ["a", "d"]


def test_one_finding_is_kept_once(findings):
    component = "{stepId: b, operationId: listThings, onSuccess: [{reference: $components.successActions.c}]}"
    again = component.replace("stepId: b", "stepId: c")
    components = "components: {successActions: {c: {name: n, type: goto, stepId: none}}}"
    _, found = findings(f"{component}\n  - {again}\n{components}")
    assert [one.code for one in found] == ["AZ208"]


def test_a_parameter_without_its_place_is_left_to_the_document(findings):
    plan, found = findings(
        "{stepId: b, operationId: listThings, parameters: [{name: q, value: 1}]}"
    )
    (workflow,) = plan.workflows.values()
    assert (workflow.steps[1].call.arguments, found) == ((), [])


def test_a_description_without_servers_needs_one(examine):
    api = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {operationId: x, responses: {}}}}"
    text = HEAD.replace("listThings", "x").replace("STEP", "{stepId: b, operationId: x}")
    units = examine(text, api=api, other=OTHER, broken=BROKEN, events=EVENTS).units
    key = WorkflowKey(next(iter(units)), "w")
    with pytest.raises(UsageError, match=r"`api\.yaml`"):
        bind(BindContext(units), [key])
    lenient = BindContext(units, fallback_server="http://localhost")
    plan = bind(lenient, [key])
    assert list(lenient.findings) == []
    assert plan.workflows[key].steps[0].call.server == "http://localhost"


def test_a_description_without_operation_ids(findings):
    nameless = BROKEN.replace("operationId: broken, ", "").replace("operationId: nowhere, ", "")
    _, found = findings("{stepId: b, operationId: $sourceDescriptions.api.zzz}", api=nameless)
    assert str(found[-1].help).startswith("the description has no operationIds")


def test_several_sources_with_an_operation_id(examine):
    text = HEAD.replace("STEP", "{stepId: b, operationId: broken}")
    twin = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: https://x.example}]\npaths: {/x: {get: {operationId: broken, responses: {}}, post: {operationId: listThings, responses: {}}}}"
    units = examine(
        text,
        api=twin,
        other=OTHER,
        broken=BROKEN.replace("parameters: [{$ref: '#/nowhere'}], ", ""),
        events=EVENTS,
    ).units
    binding = BindContext(units)
    bind(binding, [WorkflowKey(next(iter(units)), "w")])
    (found,) = binding.findings
    assert (found.code, found.help) == ("AZ205", "qualify it: `$sourceDescriptions.api.broken`")


NAMED_STEPS = """
arazzo: 1.1.0
info: {title: Flow, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- {workflowId: v, steps: [{stepId: mine, operationId: listThings}]}
- workflowId: x
  parameters: [{name: q, in: query, value: 1}, {reference: $components.parameters.none}]
  steps: [{stepId: theirs, operationId: listThings}]
- workflowId: w
  steps:
  - {stepId: a, operationId: listThings, dependsOn: [$workflows.x.steps.NAME]}
"""


@pytest.mark.parametrize(
    ("name", "codes", "depends_on"),
    [("theirs", [], ["theirs"]), ("mine", ["AZ208"], [])],
)
def test_steps_that_others_depend_on(examine, name, codes, depends_on):
    units = examine(NAMED_STEPS.replace("NAME", name)).units
    uri, binding = next(iter(units)), BindContext(units)
    plan = bind(binding, [WorkflowKey(uri, "w")])
    assert [one.code for one in binding.findings] == codes
    (step,) = plan.workflows[WorkflowKey(uri, "w")].steps
    assert [one.step for one in step.depends_on] == depends_on


def test_parameters_of_a_workflow_without_those_that_do_not_resolve(examine):
    units = examine(NAMED_STEPS).units
    key = WorkflowKey(next(iter(units)), "x")
    (step,) = bind(BindContext(units), [key]).workflows[key].steps
    assert [one.parameter.name for one in step.call.arguments] == ["q"]


def test_a_variable_that_the_operation_does_not_describe(examine):
    api = """
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: https://x.example}]
paths: {'/x/{id}': {get: {operationId: x, responses: {}}}}
"""
    step = "{stepId: b, operationId: x, parameters: [{name: id, in: path, value: 1}]}"
    text = HEAD.replace("  - {stepId: a, operationId: listThings}\n", "").replace("STEP", step)
    units = examine(text, api=api, other=OTHER, broken=BROKEN, events=EVENTS).units
    binding = BindContext(units)
    bind(binding, [WorkflowKey(next(iter(units)), "w")])
    (found,) = binding.findings
    assert (found.code, found.label) == ("AZ302", "sent as it is")


def test_a_payload_that_its_type_cannot_carry(findings):
    body = "requestBody: {contentType: text/plain, payload: {a: $inputs.x}}"
    _, found = findings(f"{{stepId: b, operationId: createThing, {body}}}")
    assert [(one.code, one.severity.value) for one in found] == [
        ("AZ305", "warning"),
        ("AZ305", "error"),
    ]


def order_by_definition(needs):
    """Again and again the first step that needs nothing of those left; without one, the first."""
    left, order = list(needs), []
    while left:
        free = (name for name in left if not any(one in left for one in needs[name] if one != name))
        left.remove(name := next(free, left[0]))
        order.append(name)
    return order


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_steps(examine, seed):
    random = Random(seed)
    names = [f"s{number}" for number in range(random.randint(1, 7))]
    needs = {name: random.sample([*names, "nowhere"], random.choice([0, 0, 1, 1, 2])) for name in names[::-1]}  # fmt: skip
    steps = [
        f"  - {{stepId: {name}, operationId: listThings, dependsOn: [{', '.join(some)}]}}\n"
        for name, some in needs.items()
    ]
    text = HEAD[: HEAD.index("  - {stepId: a")] + "".join(steps)
    (unit, *_) = examine(text, other=OTHER, broken=BROKEN, events=EVENTS).units.values()
    found = [one.step_id for one in run_order(unit.document.workflows[0])]
    has_needs = any(needs.values())
    assert found == (order_by_definition(needs) if has_needs else list(needs))
