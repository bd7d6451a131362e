"""What a client reads of a run: its outputs, or why it failed, as the command line shows it."""

from __future__ import annotations

from arazzo_runner.embed.result import Result
from arazzo_runner.executor.secret_inputs import secret_values
from arazzo_runner.mcp.answer import ToolAnswer
from arazzo_runner.mcp.outputs import structured_outputs
from arazzo_runner.mcp.workflow_run import WorkflowRun


def result_answer(run: WorkflowRun, result: Result) -> ToolAnswer:
    """The answer of a run that has ended, secrets masked.

    An output that the API description calls a password (`format: password`) is one of them, here
    and in the report: a model has no use for a token.
    """
    schema = run.tool.info.outputs
    result.masker.learn(secret_values(schema, dict(result.outputs)))
    report = f"report: {run.uri}"
    if not result.passed:
        return ToolAnswer((result.command_line_text(), report), is_error=True)
    outputs = result.masker.value(result.outputs)
    shown = structured_outputs(outputs, schema)
    verdict = result.command_line_text()
    return ToolAnswer(
        (shown.text, "\n".join([verdict, *shown.notes, report])), {"outputs": shown.outputs}
    )


def running_answer(run: WorkflowRun) -> ToolAnswer:
    """The answer of a call that does not wait any longer for its run."""
    steps = f"; the steps so far: {', '.join(run.steps[-20:])}" if run.steps else ""
    text = (
        f"the workflow `{run.tool.info.workflow_id}` is still running{steps}\n"
        f'help: call `get_run` with the run_id "{run.id}" for its result'
    )
    return ToolAnswer((text,), {"run_id": run.id, "state": "running"})
