"""`dry_run` and `mock_run`: a workflow of a text, or an offered one, tried without a network.

Credentials are never looked up: neither the environment nor a profile is read for these runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import Runner, read_inputs
from arazzo_runner.errors import DiagnosedError
from arazzo_runner.executor.dry_run import DryRunStep, dry_run_steps
from arazzo_runner.executor.plan import Limits
from arazzo_runner.executor.result import StepResult, WorkflowResult
from arazzo_runner.expression.value import Value
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import PreparedRun, RunConfig, prepare_run
from arazzo_runner.portal.model import ToolResult
from arazzo_runner.portal.sandbox import MAX_TEXT, Sandbox
from arazzo_runner.portal.validate import refusal
from arazzo_runner.portal.workflow_page import find_workflow
from arazzo_runner.report.body import to_json_data
from arazzo_runner.report.curl import curl_line
from arazzo_runner.report.safe_text import escape, escape_lines
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Diagnostic, shorten
from arazzo_runner.text.json_write import write_json

LIMITS: Final = Limits(
    max_steps=200, max_retries=5, all_waits=600.0, run_timeout=20.0, max_kept=16 * 2**20
)
"""The limits of a run with the mock, which waits for nothing."""

_MOST_TEXT: Final = 16_000
_MOST_OUTPUT: Final = 4_000
_MOST_STEPS: Final = 50


def dry_run(sandbox: Sandbox, arguments: Mapping[str, Any]) -> ToolResult:
    """The requests of a workflow as far as its inputs alone tell; nothing is sent."""
    options = RunConfig(environment={}, needs_credentials=False, mock=MockSettings())
    try:
        selected = _select(sandbox, arguments)
        if isinstance(selected, ToolResult):
            return selected
        description, workflows, inputs = selected
        prepared = prepare_run(description, inputs, workflows, options)
    except DiagnosedError as reason:
        return refusal(_masked(reason))
    return _requests(prepared)


def mock_run(sandbox: Sandbox, arguments: Mapping[str, Any]) -> ToolResult:
    """The verdict of a run against the mock, its steps and outputs; a failed run is a result."""
    runner = Runner(mock=True, environment={}, limits=LIMITS, seed=arguments.get("seed", 0))
    try:
        selected = _select(sandbox, arguments)
        if isinstance(selected, ToolResult):
            return selected
        description, workflows, inputs = selected
        result = runner.run(description, workflows, inputs=inputs)
    except DiagnosedError as reason:
        return refusal(_masked(reason))
    return _verdict(result)


_Selected: TypeAlias = tuple[Description, tuple[str, ...], Mapping[str, Value]]
"""A document, the workflows that are wanted (none: all that no other one uses), and inputs."""


def _select(sandbox: Sandbox, arguments: Mapping[str, Any]) -> _Selected | ToolResult:
    text, workflow_id = arguments.get("text"), arguments.get("workflow_id")
    try:
        inputs = read_inputs(arguments.get("inputs"))
    except TypeError as reason:
        return _usage_error(str(reason))
    if len(write_json(inputs)) > MAX_TEXT:
        return _usage_error(f"the inputs have more than {MAX_TEXT:,} characters")
    if text is not None:
        description = sandbox.document(text, arguments.get("files")).load()
        return description, () if workflow_id is None else (workflow_id,), inputs
    if workflow_id is None:
        return _usage_error("pass the `text` of a document, or the `workflow_id` of an offered one")
    found = find_workflow(sandbox.offered, workflow_id)
    return found if isinstance(found, ToolResult) else (found[0], (workflow_id,), inputs)


def _usage_error(text: str) -> ToolResult:
    return ToolResult(text, None, is_error=True)


def _masked(reason: DiagnosedError) -> list[Diagnostic]:
    """The findings of an error, without the secrets that they are about."""
    from msgspec.structs import replace

    masker = Masker(reason.secrets)
    return [
        replace(
            one,
            message=masker.text(one.message),
            help=masker.text(one.help) if one.help else None,
        )
        for one in reason.diagnostics
    ]


# --- dry run --------------------------------------------------------------------------------------


def _requests(prepared: PreparedRun) -> ToolResult:
    masker, plan = prepared.masker(), prepared.plan
    steps: list[dict[str, Value]] = []
    for key in plan.selected:
        workflow = plan.workflows[key]
        inputs = workflow.inputs_schema.with_defaults(plan.inputs_of(key, prepared.inputs))
        planned = dry_run_steps(workflow, inputs, LIMITS.query_seconds)
        steps += [_dry_step(key.workflow, one, masker) for one in planned[:_MOST_STEPS]]
    generated = sorted(plan.generated)
    data = {"steps": steps, "generated_inputs": generated, "sent": False}
    text = "\n".join(_dry_lines(steps, generated))
    return ToolResult(_cut_text(text), data)


def _dry_step(workflow: str, step: DryRunStep, masker: Masker) -> dict[str, Value]:
    operation = step.operation
    reason = masker.text(step.reason) if step.reason else None
    return {
        "workflow_id": workflow,
        "step_id": step.step_id,
        "operation": operation.title if operation else None,
        "request": curl_line(step.request, masker) if step.request else None,
        "reason": reason,
    }


def _dry_lines(steps: list[dict[str, Value]], generated: list[str]) -> Iterator[str]:
    yield "nothing is sent; credentials are omitted"
    if generated:
        yield escape(f"generated inputs: {', '.join(generated)}")
    for one in steps:
        yield escape(f"{one['workflow_id']}/{one['step_id']}: {one['operation'] or 'no request'}")
        built = one["request"] or f"cannot be built yet: {one['reason']}"
        yield f"  {escape_lines(str(built))}"


# --- mock -----------------------------------------------------------------------------------------


def _verdict(result: Result) -> ToolResult:
    masker = result.masker
    workflows = [_workflow(one, masker) for one in result.workflows]
    outputs = [write_json(one["outputs"]) for one in workflows]
    lines = [str(result)]
    for one, output in zip(workflows, outputs, strict=True):
        lines.append(escape(f"workflow {one['workflow_id']}: {one['status']}"))
        lines += [escape(f"- {step['step_id']}: {step['line']}") for step in one["steps"]]
        if one["generated_inputs"]:
            lines.append(escape(f"generated inputs: {', '.join(one['generated_inputs'])}"))
        lines.append(escape(f"outputs: {shorten(output, _MOST_OUTPUT)}"))
    data = {"status": result.status.value, "workflows": workflows}
    if sum(map(len, outputs)) > MAX_TEXT:
        data["workflows"] = [{**one, "outputs": {}, "omitted": "outputs"} for one in workflows]
    return ToolResult(_cut_text("\n".join(lines)), data)


def _workflow(result: WorkflowResult, masker: Masker) -> dict[str, Any]:
    return {
        "workflow_id": masker.text(result.workflow_id),
        "status": result.status.value,
        "steps": [_step(one, masker) for one in result.steps[:_MOST_STEPS]],
        "generated_inputs": sorted(result.generated),
        "outputs": to_json_data(masker.value(result.outputs)),
    }


def _step(step: StepResult, masker: Masker) -> dict[str, Any]:
    last = step.attempts[-1] if step.attempts else None
    request, response = (last.request, last.response) if last else (None, None)
    sent = f"{request.method} {masker.text(request.url)}" if request else "no request"
    returned = f" returned {response.status}" if response else ""
    return {
        "step_id": masker.text(step.step_id),
        "status": step.status.value,
        "attempts": len(step.attempts),
        "line": f"{step.status.value}, {shorten(sent, 200)}{returned}",
    }


def _cut_text(text: str) -> str:
    if len(text) <= _MOST_TEXT:
        return text
    return f"{text[:_MOST_TEXT]}\n… omitted: {len(text) - _MOST_TEXT:,} more characters"
