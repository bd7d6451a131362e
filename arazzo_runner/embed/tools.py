"""Workflows as tools: for models that call functions, and for programs that offer them some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from arazzo_runner.catalog.hidden_inputs import without_inputs
from arazzo_runner.catalog.model import WorkflowInfo
from arazzo_runner.catalog.names import tool_names
from arazzo_runner.embed.documents import DocumentPath, load_path, rendered_errors
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.result import Result
from arazzo_runner.embed.runner import Runner, Workflows
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import select_workflows
from arazzo_runner.text.diagnostic import SafeRepr


class Tool(SafeRepr, frozen=True):
    """A workflow that a model can call as a function.

    ``schema`` is the JSON Schema (2020-12) of what it is called with: the inputs of the workflow,
    without those that are secret (``format: password``, ``writeOnly``) or were given to
    :func:`tools`. ``info`` is all that is known of the workflow.
    """

    name: str
    description: str
    schema: dict[str, Any]
    info: WorkflowInfo
    document: Description
    runner: Runner
    inputs: Mapping[str, Value]

    def __call__(self, inputs: Mapping[str, Value] | None = None, /, **named: Value) -> Value:
        """The outputs, secrets masked: what a model may see.

        Raises InputError for inputs that do not fit the schema, WorkflowFailed with the text that
        `arazzo run` shows.
        """
        result = self.run({**(inputs or {}), **named}).raise_for_status()
        return result.masker.value(result.outputs)

    def run(self, inputs: Mapping[str, Value] | None = None) -> Result:
        """Run the workflow; the result holds all values as they are. Raises InputError."""
        return self.runner.run(self.document, self.info.workflow_id, inputs=self._whole(inputs))

    async def arun(self, inputs: Mapping[str, Value] | None = None) -> Result:
        """Do what :meth:`run` does, within a running event loop."""
        whole = self._whole(inputs)
        return await self.runner.arun(self.document, self.info.workflow_id, inputs=whole)

    def _whole(self, inputs: Mapping[str, Value] | None) -> dict[str, Value]:
        """The inputs of a call, and those that were given before and count more."""
        return {**(inputs or {}), **self.inputs}

    def brief(self) -> str:
        """Its name alone."""
        return self.name


def tools(
    document: Description | DocumentPath,
    workflow: Workflows = None,
    *,
    inputs: Mapping[str, Value] | None = None,
    **options: Unpack[RunOptions],
) -> tuple[Tool, ...]:
    """The workflows of a document that can run as tools, in its order; or those that are named.

    ``inputs`` are given to all of them and are in no schema; each takes those that it declares.
    ``options`` are those of :func:`run`; with ``mock=True`` no input is generated, unless
    ``mock_inputs`` says so. Raises DocumentError, and UsageError for a workflow that
    is not there.
    """
    with rendered_errors():
        read = document if isinstance(document, Description) else load_path(document, {})
        names = [workflow] if isinstance(workflow, str) else list(workflow or ())
        known = read.workflows
        wanted = [key.workflow for key in select_workflows(read, names)] if names else list(known)
    if options.get("mock") is True:
        options.setdefault("mock_inputs", "off")
    runner = Runner(**options)
    found = [known[one] for one in wanted if names or not known[one].errors]
    called = tool_names([one.workflow_id for one in found])
    return tuple(
        _tool(name, one, read, runner, inputs or {})
        for name, one in zip(called, found, strict=True)
    )


def _tool(
    name: str, info: WorkflowInfo, read: Description, runner: Runner, inputs: Mapping[str, Value]
) -> Tool:
    declared = read.entry.inputs[info.workflow_id]
    own = declared.accepted_inputs(inputs)
    schema = without_inputs(info.inputs, {*own, *info.secret_inputs})
    words = [info.summary, info.description]
    text = "\n\n".join(dict.fromkeys(one for one in words if one)) or info.workflow_id
    return Tool(name, text, schema, info, read, runner, own)
