"""From a description to a result: select, plan, check the inputs, execute.

Here documents, plan, executor, world and observers are wired to each other; the command line, the
Python API and the pytest plugin stand on this.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError, InputError, UsageError
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind, entry_workflows, needs_other_workflows
from arazzo_runner.executor.events import Observer
from arazzo_runner.executor.plan import Clock, Plan, Settings, WorkflowKey
from arazzo_runner.executor.result import RunResult
from arazzo_runner.executor.run import RunContext, input_problems, run_keys, run_plan, split_inputs
from arazzo_runner.executor.run_state import Compute, compute_here
from arazzo_runner.executor.secret_flow import secret_flow
from arazzo_runner.executor.world import World, run_coroutine
from arazzo_runner.expression.value import Value
from arazzo_runner.lint.run import judged_plan
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.request.user_headers import parse_user_headers
from arazzo_runner.openapi.response.contract import Judge
from arazzo_runner.pipeline.authorization import RunCredentials
from arazzo_runner.pipeline.channels import ChannelRoutes, channel_routes
from arazzo_runner.pipeline.config import RunConfig
from arazzo_runner.pipeline.generation import Generation, with_generated
from arazzo_runner.pipeline.inputs import (
    flowing_inputs,
    input_error,
    input_secrets,
    missing_inputs,
)
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.secret_names import HEADER_NAMES, is_secret, user_header_values
from arazzo_runner.report.secret_observer import SecretObserver
from arazzo_runner.report.secrets import NO_MASK, Masker
from arazzo_runner.text.diagnostic import (
    Diagnostic,
    SafeRepr,
    as_warning,
    did_you_mean,
    error,
)

__all__ = [
    "SYSTEM_CLOCK",
    "PlanResult",
    "PreparedRun",
    "RunConfig",
    "execute_run",
    "other_judge",
    "plan_run",
    "prepare_run",
    "rfc3339",
    "secrets_observer",
    "select_workflows",
    "with_inputs",
]

if TYPE_CHECKING:
    from arazzo_runner.messaging.model import ChannelRoute


class PlanResult(Struct, frozen=True):
    """A plan and what was found with it.

    ``warnings`` are those of the description and of these workflows, in the order of the texts;
    ``missing_credentials`` are errors, once the plan is to be run. ``secrets`` are those of the
    user's header fields and of brokers. ``routes`` lead the steps on channels to their brokers.
    """

    plan: Plan
    warnings: tuple[Diagnostic, ...] = ()
    missing_credentials: tuple[Diagnostic, ...] = ()
    secrets: tuple[str, ...] = ()
    routes: tuple[ChannelRoute, ...] = ()


class PreparedRun(SafeRepr, frozen=True):
    """A plan ready to run with its inputs; ``secrets`` are the values to mask.

    ``flowing`` are inputs that go where credentials do. ``warnings`` are the findings that do not
    keep these workflows from running. ``routes`` lead the steps on channels to their brokers.
    """

    description: Description
    plan: Plan
    inputs: Mapping[str, Value]
    secrets: tuple[str, ...]
    flowing: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    routes: tuple[ChannelRoute, ...] = ()

    def brief(self) -> str:
        """The workflows alone."""
        return ", ".join(one.workflow for one in self.plan.selected)

    def masker(self) -> Masker:
        """Knows the secrets; what the run learns is told to it by :func:`learning_secrets`."""
        masker = Masker(self.secrets, header_names=HEADER_NAMES | self.plan.secret.headers)
        masker.observe(self.flowing)
        return masker


def select_workflows(description: Description, workflows: Sequence[str]) -> list[WorkflowKey]:
    """The named workflows of the entry document, or those that no other one uses.

    Raises UsageError for a name that is not there.
    """
    unit = description.entry
    known = [one.workflow_id for one in unit.document.workflows]
    for name in workflows:
        if name not in known:
            listed = f"its workflows: {', '.join(f'`{one}`' for one in known)}"
            hint = did_you_mean(name, known)
            help_line = (f"{hint} {listed}" if len(known) > 1 else hint) if hint else listed
            message = f"no workflow of `{unit.document.source.name}` is called `{name}`"
            raise UsageError(error("AZ901", message, None, "", help_line))
    uri = unit.document.base_uri
    names = workflows or entry_workflows(unit, description.units.values())
    return [WorkflowKey(uri, name) for name in names]


def plan_run(
    description: Description, selected: Sequence[WorkflowKey], options: RunConfig
) -> PlanResult:
    """Bind the selected workflows, and say what credentials they lack. Raises DocumentError."""
    credentials = RunCredentials(description, options)
    binding = BindContext(
        description.units,
        options.servers,
        options.server_variables,
        credentials.of_operation,
        None if options.needs_credentials else "http://localhost",
        options.settings.send_invalid,
        options.needs_credentials,
    )
    bound = bind(binding, selected)
    routes = ChannelRoutes()
    if bound.has_channels:
        routes = channel_routes(bound, options, credentials)
        bound = replace(bound, protocols={one.step: one.wire_protocol for one in routes.routes})
    wrong = description.errors_of(bound, [*binding.findings, *routes.findings])
    if not wrong and needs_other_workflows(bound):
        from arazzo_runner.executor.bind.order import never_run_findings

        wrong = list(never_run_findings(bound, selected))
    if wrong:
        raise DocumentError(*description.reported(wrong))
    if routes.refusal is not None:
        raise routes.refusal
    if options.settings.max_durations:
        from arazzo_runner.pipeline.step_names import check_durations

        check_durations(description, options.settings.max_durations)
    if options.mock is not None and options.mock.cases:
        _check_cases(bound, options.mock, description)
    bound = replace(bound, secret=secret_flow(bound, is_secret, options.secrets))
    silence = description.silence
    retries = options.settings.limits.max_retries
    bound, warnings = judged_plan(bound, retries, silence, description.causes, time.thread_time)
    beside = map(as_warning, description.errors_beside(bound))
    audible = silence.without((*binding.findings, *warnings, *beside))
    found = (*description.warnings, *audible)
    lacking = credentials.missing if options.needs_credentials else ()
    return PlanResult(
        bound,
        tuple(description.reported(found)),
        tuple(error("AZ905", one.message, None, "", one.hint) for one in lacking),
        (*_header_secrets(options, description, bound.secret.headers), *routes.secrets),
        routes.routes,
    )


def _check_cases(plan: Plan, settings: MockSettings, description: Description) -> None:
    from arazzo_runner.mock.steps.cases import case_findings, step_names

    others = step_names(unit.document for unit in description.units.values())
    if found := list(case_findings(plan, settings.cases, others)):
        raise UsageError(*found)


def _header_secrets(
    options: RunConfig, description: Description, carriers: frozenset[str]
) -> Iterator[str]:
    """What is secret of the user's header fields, also of sources that are not called."""
    names = carriers.union(HEADER_NAMES, (one.lower() for one in options.secrets))
    fields = parse_user_headers(options.headers, description.source_names)
    yield from user_header_values(tuple((one.name, one.value) for one in fields), names)


def prepare_run(
    description: Description,
    inputs: Mapping[str, Value],
    workflows: Sequence[str] = (),
    options: RunConfig | None = None,
) -> PreparedRun:
    """Select, bind and check the inputs; nothing is sent.

    Raises UsageError, InputError and DocumentError.
    """
    chosen = options or RunConfig()
    planned = plan_run(description, select_workflows(description, workflows), chosen)
    return with_inputs(description, planned, inputs, mock=chosen.mock, generation=chosen.generation)


def with_inputs(
    description: Description,
    planned: PlanResult,
    inputs: Mapping[str, Value],
    unknown: Collection[str] = (),
    mock: MockSettings | None = None,
    generation: Generation | None = None,
) -> PreparedRun:
    """Check the inputs of a plan, which may run many times. Raises UsageError and InputError.

    The values of inputs named in ``unknown`` stand for others, and are not judged. With ``mock``
    those that are needed and were not given are generated, by ``generation`` others before.
    """
    bound, lacking = planned.plan, planned.missing_credentials
    inputs, own = split_inputs(bound, inputs)
    bound = replace(bound, own_inputs=own) if own else bound
    if generation is not None:
        bound, inputs = with_generated(bound, inputs, generation)
    if mock is not None and mock.makes_inputs:
        from arazzo_runner.mock.steps.flow import value_flow
        from arazzo_runner.mock.steps.inputs import generated_inputs

        made = generated_inputs(value_flow(bound), run_keys(bound), inputs, mock.seed)
        if made:
            generated = {**bound.generated, **made}
            bound, inputs = replace(bound, generated=generated), {**inputs, **made}
    problems = input_problems(bound, inputs) if bound.selected else []
    problems = [(key, one) for key, one in problems if one.name not in unknown]
    prepared = PreparedRun(
        description,
        bound,
        inputs,
        (*input_secrets(bound, inputs), *planned.secrets),
        tuple(flowing_inputs(bound, inputs)),
        planned.warnings,
        planned.routes,
    )
    # What is wrong with a password must not show it.
    masker = prepared.masker() if problems else NO_MASK
    refused = [input_error(bound, key, one, masker) for key, one in problems]
    if refused or lacking:
        reason = UsageError(*lacking)
        if refused:
            reason = InputError(*refused, *lacking)
            reason.missing = missing_inputs(bound, problems)
        reason.secrets = (*prepared.secrets, *prepared.flowing)
        raise reason
    return prepared


def secrets_observer(prepared: PreparedRun, masker: Masker) -> Observer:
    """An observer that tells a masker what becomes known as secret; it has to be the first."""
    return SecretObserver(prepared.plan, masker)


def execute_run(
    prepared: PreparedRun,
    world: World,
    options: RunConfig,
    observer: Observer = lambda _event: None,
    interrupted: Callable[[], bool] = lambda: False,
    clock: Clock | None = None,
    compute: Compute = compute_here,
) -> RunResult:
    """Run to the end without an event loop; neither ``world`` nor ``compute`` may suspend."""
    settings, judge = options.settings, other_judge(options.settings)
    context = RunContext(
        world,
        clock or SYSTEM_CLOCK,
        settings,
        observer,
        interrupted,
        judge,
        compute,
        options.debugger,
    )
    return run_coroutine(run_plan(prepared.plan, prepared.inputs, context))


def other_judge(settings: Settings) -> Judge | None:
    """The judge that a run asks beside its own checks."""
    if settings.check_with is None:
        return None
    from arazzo_runner.oracle.openapi_core import openapi_core_opinions

    return openapi_core_opinions


SYSTEM_CLOCK = Clock(time.perf_counter, time.time, thread=time.thread_time)


def rfc3339(moment: float) -> str:
    """An instant (seconds since 1970) as RFC 3339 in UTC."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
