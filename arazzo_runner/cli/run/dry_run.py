"""``--dry-run``: the requests that can be built, as `curl` lines; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TextIO, assert_never

import click
from click.core import ParameterSource

from arazzo_runner.errors import UsageError
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.channels.message import BuiltMessage
from arazzo_runner.executor.dry_run import DryRunStep, dry_run_steps
from arazzo_runner.executor.plan import Settings, WorkflowPlan
from arazzo_runner.executor.world import Correlation
from arazzo_runner.openapi.security.token_need import DigestNeed, Need, SignNeed, TokenNeed
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.report.curl import curl_line
from arazzo_runner.report.safe_text import escape
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error

_OF_A_RUN: Final = {"as_json": "--json", "reports": "--report", "record": "--record"}


def refuse_reports(ctx: click.Context) -> None:
    """Say that there will be no report, to whoever typed the flag of one. Raises UsageError."""
    for name, flag in _OF_A_RUN.items():
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            message = f"`{flag}` needs a run, and `--dry-run` sends nothing"
            raise UsageError(error("AZ906", message, help="remove one of the two"))


def show_dry_run(
    prepared: pipeline.PreparedRun, masker: Masker, settings: Settings, out: TextIO
) -> int:
    """Print each step's request, or why it cannot be built yet. Returns the exit code."""
    for key in prepared.plan.selected:
        workflow = prepared.plan.workflows[key]
        out.write(f"{escape(workflow.workflow.workflow_id)} (dry run, nothing is sent)\n")
        addresses = dict(_webhook_addresses(prepared, workflow))
        needs = {one.step: one.need for one in prepared.routes}
        names = {one.step.step_id: one.key.text(prepared.plan.entry) for one in workflow.steps}
        for step in _dry_run(prepared, workflow, settings):
            _show(step, masker, out)
            need = needs.get(names.get(step.step_id, ""))
            if need is not None:
                text = f"a token for {need.label}, which a run fetches by the flow `{need.flow}`"
                out.write(f"    with {escape(text)}\n")
            if step.step_id in addresses:
                out.write(f"    at {escape(addresses[step.step_id])}\n")
    return 0 if prepared.plan.selected else 5


def _webhook_addresses(
    prepared: pipeline.PreparedRun, workflow: WorkflowPlan
) -> Iterator[tuple[str, str]]:
    """The public addresses of the channels at which steps wait for webhooks, by their ids."""
    listens = {one.step: one.endpoint.listen for one in prepared.routes}
    for step in workflow.steps:
        listen = listens.get(step.key.text(prepared.plan.entry))
        if listen is not None and isinstance(step.call, ChannelCall):
            yield step.step.step_id, listen.public_address(step.call.channel.address or "")


def _dry_run(
    prepared: pipeline.PreparedRun, workflow: WorkflowPlan, settings: Settings
) -> list[DryRunStep]:
    given = prepared.plan.inputs_of(workflow.key, prepared.inputs)
    inputs = workflow.inputs_schema.with_defaults(given)
    return dry_run_steps(
        workflow, inputs, settings.limits.query_seconds, settings.allow_origins
    )  # fmt: skip


def _show(step: DryRunStep, masker: Masker, out: TextIO) -> None:
    operation = step.operation
    target = f"  {operation.method.upper()} {operation.path}" if operation else ""
    if step.channel is not None:
        target = f"  {step.channel.action} `{step.channel.channel.name}`"
    out.write(f"\n  {escape(step.step_id)}{escape(target)}\n")
    if step.message is not None:
        out.writelines(f"    {one}\n" for one in message_lines(step.message, masker))
    elif step.awaited is not None:
        out.write(f"    {escape(masker.text(awaited_text(step.awaited, step.correlation)))}\n")
    elif step.request is None:
        out.write(f"    cannot be built yet: {escape(masker.text(step.reason or ''))}\n")
    else:
        out.write(f"    {curl_line(step.request, masker)}\n")
        out.writelines(f"    with {escape(need_text(need))}\n" for need in step.needs)


def message_lines(message: BuiltMessage, masker: Masker) -> Iterator[str]:
    """A message: its address, its headers, and its payload as text."""
    yield f"to {escape(masker.text(message.address))}"
    for name, value in masker.headers(message.headers):
        yield escape(f"{name}: {value}")
    if message.payload:
        payload = masker.value(message.payload).decode("utf-8", "replace")
        yield escape(masker.text(payload))


def awaited_text(address: str, correlation: Correlation | None) -> str:
    """Where a step waits for a message, and what that has to hold."""
    address = address or "the address that its request says"
    if correlation is None:
        return f"waits for a message from {address}"
    return f"waits for a message from {address} with `{correlation.value}` at {correlation.brief()}"


def need_text(need: Need) -> str:
    """What a run fetches or negotiates before the request can be sent."""
    match need:
        case TokenNeed():
            way = f"by the flow `{need.flow}`"
            return f"a token for {need.label} in `Authorization`, which a run fetches {way}"
        case DigestNeed():
            return f"the response to the server's challenge for `{need.scheme}` of `{need.source}`"
        case SignNeed():
            return f"a signature by `{need.signer}` for `{need.scheme}` of `{need.source}`"
        case _:
            assert_never(need)
