"""Recordings of runs made, and a recording run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from msgspec.structs import replace

from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run_state import Compute, compute_here
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.model import RecordedOptions, Recording
from arazzo_runner.recording.replay import ReplayWorld
from arazzo_runner.recording.spool import RecordingWorld
from arazzo_runner.report.secrets import MASK


def recording_of(
    document: str,
    prepared: pipeline.PreparedRun,
    options: RecordedOptions,
    world: RecordingWorld,
    recorded_at: str = "",
) -> Recording:
    """What is kept of a run that went through ``world``; ``document`` is a path or URL."""
    return Recording(
        document,
        world.exchanges,
        all_inputs(prepared),
        options,
        digests(prepared.description),
        recorded_at,
        messages=world.messages,
        closed=world.closed,
    )


def all_inputs(prepared: pipeline.PreparedRun) -> dict[str, Value]:
    """The inputs as they were given, those for one workflow under its workflowId."""
    own = {key.workflow: dict(one) for key, one in prepared.plan.own_inputs.items()}
    return {**prepared.inputs, **own}


def digests(description: Description) -> dict[str, str]:
    """The SHA-256 of the document's text and of each source description's, in hexadecimal."""
    found = {"document": _digest(description.entry.document.source.text)}
    for unit in description.units.values():
        texts = {name: api.source.text for name, api in unit.apis.items()}
        texts |= {name: api.source.text for name, api in unit.async_apis.items()}
        documents = unit.documents.items()
        texts |= {name: description.units[uri].document.source.text for name, uri in documents}
        for name, text in texts.items():
            found.setdefault(f"sourceDescriptions.{name}", _digest(text))
    return found


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def changed_documents(recording: Recording, description: Description) -> list[str]:
    """The names of the documents that are not what they were when the run was recorded."""
    now = digests(description)
    return [name for name, digest in recording.digests.items() if now.get(name) != digest]


def prepare_replay(
    recording: Recording,
    description: Description,
    inputs: Mapping[str, Value] | None = None,
    options: pipeline.RunConfig | None = None,
) -> pipeline.PreparedRun:
    """Select, bind and check what a recording asked for; no credentials are needed.

    ``inputs`` win over the recorded ones, of which secrets are unknown and pass every schema.
    Raises UsageError, InputError and DocumentError.
    """
    options = replay_options(recording, options)
    selected = pipeline.select_workflows(description, recording.asked.workflows)
    planned = pipeline.plan_run(description, selected, options)
    given = {**recording.inputs, **(inputs or {})}
    masked = [name for name, value in given.items() if _is_masked(value)]
    return pipeline.with_inputs(description, planned, given, masked)


def replay_options(
    recording: Recording, options: pipeline.RunConfig | None = None
) -> pipeline.RunConfig:
    """Options with what the recording asked for: its servers, and no credentials."""
    return replace(
        options or pipeline.RunConfig(settings=recording.asked.settings),
        servers=recording.asked.servers,
        server_variables=recording.asked.server_variables,
        headers=recording.asked.headers,
        no_auth=recording.asked.no_auth,
        environment={},
        aliases={},
        needs_credentials=False,
        own_channels=True,
    )


def _is_masked(value: Value) -> bool:
    todo: Sequence[Value] = [value]
    while todo:
        if any(isinstance(one, str) and MASK in one for one in todo):
            return True
        members = (one.values() if isinstance(one, dict) else one for one in todo
                   if isinstance(one, dict | list))  # fmt: skip
        todo = [one for every in members for one in every]
    return False


def replay(
    recording: Recording,
    prepared: pipeline.PreparedRun,
    options: pipeline.RunConfig,
    observer: Observer = lambda _event: None,
    interrupted: Callable[[], bool] = lambda: False,
    compute: Compute = compute_here,
) -> RunResult:
    """Run against the recording; a step fails whose request differs from the recorded one.

    A recorded request that did not come fails the last workflow.
    """
    world = ReplayWorld(recording)
    told = world.judging_observer(observer)
    clock = replace(pipeline.SYSTEM_CLOCK, recorded=lambda: world.elapsed)
    return world.judge(
        pipeline.execute_run(prepared, world, options, told, interrupted, clock, compute)
    )
