"""Where the mock's responses are of another kind than those that a recorded server returned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from msgspec import Struct

import arazzo_runner as arazzo
from arazzo_runner.executor.result import StepResult, WorkflowResult
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mock.steps.flow import Tokens, body_reads
from arazzo_runner.mock.steps.reads import member_tokens, value_at
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import RunConfig, plan_run, select_workflows
from arazzo_runner.recording.file import read_recording
from arazzo_runner.recording.model import Recording
from arazzo_runner.report.secrets import MASK
from arazzo_runner.text.source import pointer_text

COPIES = ("patched", "api", "spec")
"""Names of files beside a document that hold the description of a server, the likeliest first."""


class RecordedDifference(Struct, frozen=True):
    """What of a step differs: `status`, or the pointer of a member that the step reads."""

    step: str
    member: str
    recorded: str
    mocked: str


def local_sources(document: str | Path) -> dict[str, str]:
    """The files beside a document to read instead of sources that a server's address names."""
    folder = Path(document).parent
    copies = [path for name in COPIES for path in sorted(folder.glob(f"{name}.*"))]
    if not copies:
        return {}
    try:
        described = yaml.safe_load(Path(document).read_text(encoding="utf-8"))
        sources = [(one["name"], str(one["url"])) for one in described["sourceDescriptions"]]
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError):
        return {}
    return {name: str(copies[0]) for name, url in sources if "://" in url}


def print_recordings(
    folders: Sequence[str], *, is_lenient: bool = False, send_invalid: Sequence[str] = ()
) -> int:
    """Print the differences of all recordings in folders, and how many steps are alike."""
    total = 0
    alike = 0
    for path in sorted(path for one in folders for path in Path(one).rglob("recording.json")):
        recording = read_recording(path)
        found = list(
            recorded_differences(path, recording, is_lenient=is_lenient, send_invalid=send_invalid)
        )
        steps = set(_recorded_steps(recording))
        differing = {one.step for one in found}
        total += len(steps)
        alike += len(steps - differing)
        print(f"{path.parent.name}: {len(steps - differing)} of {len(steps)} steps alike")
        for one in found:
            print(f"    {one.step} {one.member}: recorded {one.recorded}, mock {one.mocked}")
    print(f"{alike} of {total} recorded steps alike: {100 * alike / max(1, total):.1f} %")
    return 0


def recorded_differences(
    path: Path,
    recording: Recording,
    *,
    is_lenient: bool = False,
    send_invalid: Sequence[str] = (),
) -> Iterator[RecordedDifference]:
    """Run the workflows of a recording against the mock, and compare each step's last response."""
    document = path.parent / str(recording.document)
    description = arazzo.load(document, allow_read=True, sources=local_sources(document))
    recorded = _recorded_steps(recording)
    names = list(dict.fromkeys(step.partition("/")[0] for step in recorded))
    reads = _reads(description, names)
    mocked: dict[str, HttpResponse] = {}
    for name in names:
        mocked |= _mocked_steps(
            description, name, recording, is_lenient=is_lenient, send_invalid=send_invalid
        )
    for step, response in recorded.items():
        yield from _step_differences(step, response, mocked.get(step), reads.get(step, []))


def _recorded_steps(recording: Recording) -> dict[str, HttpResponse]:
    """The last response of each step, by `workflow/step`."""
    return {
        one.key.partition("#")[0]: one.outcome
        for one in recording.exchanges
        if isinstance(one.outcome, HttpResponse)
    }


def _mocked_steps(
    description: Description,
    name: str,
    recording: Recording,
    *,
    is_lenient: bool,
    send_invalid: Sequence[str],
) -> dict[str, HttpResponse]:
    """The mock's last response to each step; inputs that the recording masks are generated."""
    inputs = {key: one for key, one in recording.inputs.items() if MASK not in str(one)}
    declared = {one for one in _declared_inputs(description, name) if one in inputs}
    known = {key: inputs[key] for key in declared}
    result = arazzo.run(
        description,
        name,
        inputs=known,
        mock=True,
        mock_lenient=is_lenient,
        send_invalid=send_invalid,
    )
    return {name: response for one in result.workflows for name, response in _responses(one)}


def _declared_inputs(description: Description, name: str) -> Sequence[str]:
    document = description.entry.document
    workflow = next(one for one in document.workflows if one.workflow_id == name)
    schema: Value = getattr(workflow.inputs, "schema", workflow.inputs)
    return list(schema.get("properties", {})) if isinstance(schema, dict) else []


def _responses(workflow: WorkflowResult) -> Iterator[tuple[str, HttpResponse]]:
    for step in workflow.steps:
        yield from _step_responses(workflow.workflow_id, step)


def _step_responses(workflow: str, step: StepResult) -> Iterator[tuple[str, HttpResponse]]:
    for attempt in step.attempts:
        if attempt.workflow is not None:
            yield from _responses(attempt.workflow)
        if attempt.response is not None:
            yield f"{workflow}/{step.step_id}", attempt.response


def _reads(description: Description, names: Sequence[str]) -> dict[str, list[Tokens]]:
    """The parts of its response that each step reads."""
    selected = select_workflows(description, tuple(names))
    plan = plan_run(description, selected, RunConfig(needs_credentials=False)).plan
    return {
        f"{one.workflow.workflow_id}/{planned.step.step_id}": list(
            dict.fromkeys(body_reads(planned))
        )
        for one in plan.workflows.values()
        for planned in one.steps
    }


def _step_differences(
    step: str, recorded: HttpResponse, mocked: HttpResponse | None, reads: Sequence[Tokens]
) -> Iterator[RecordedDifference]:
    if mocked is None:
        yield RecordedDifference(step, "request", str(recorded.status), "not sent")
        return
    if mocked.status != recorded.status:
        yield RecordedDifference(step, "status", str(recorded.status), str(mocked.status))
    wanted, held = _body(recorded), _body(mocked)
    for tokens in map(member_tokens, reads):
        kinds = kind_of(value_at(wanted, tokens)), kind_of(value_at(held, tokens))
        if kinds[0] != kinds[1]:
            yield RecordedDifference(step, pointer_text(tokens) or "body", *kinds)


def _body(response: HttpResponse) -> Value:
    try:
        value: Value = json.loads(response.body)
    except ValueError:
        return response.body.decode("utf-8", "replace") or None
    return value


def kind_of(value: MaybeValue) -> str:
    """The JSON type of a value; `missing` for none."""
    if value is MISSING:
        return "missing"
    for kind, name in KINDS:
        if isinstance(value, kind):
            return name
    return "null"


KINDS = (
    (bool, "boolean"),
    (int | float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)
