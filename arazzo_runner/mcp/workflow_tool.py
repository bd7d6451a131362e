"""Workflows as tools of the protocol: their names, what a model sees of them, what a call means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from arazzo_runner.catalog.hidden_inputs import without_inputs
from arazzo_runner.catalog.model import WorkflowInfo
from arazzo_runner.catalog.names import tool_names
from arazzo_runner.embed.runner import read_inputs
from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.mcp.answer import CallRefused
from arazzo_runner.mcp.document import OfferedDocument
from arazzo_runner.mcp.outputs import result_schema
from arazzo_runner.openapi.schema.walk import properties_of
from arazzo_runner.text.diagnostic import SafeRepr

CONFIRM: Final = {
    "type": "boolean",
    "description": "This workflow deletes: true says that the user wants it to run.",
}
"""What is asked of a workflow that deletes where nobody can be asked."""


class WorkflowTool(SafeRepr, frozen=True):
    """A workflow under the name that clients call it by."""

    name: str
    info: WorkflowInfo
    document: OfferedDocument

    def brief(self) -> str:
        """Its name alone."""
        return self.name

    @property
    def title(self) -> str:
        """A line for people."""
        return self.info.summary or self.info.workflow_id

    @property
    def description(self) -> str:
        """What the document says of it."""
        words = [self.info.summary, self.info.description]
        texts = dict.fromkeys(one.strip() for one in words if one and one.strip())
        return "\n\n".join(texts) or self.info.workflow_id

    @property
    def confirm_name(self) -> str:
        """The argument that confirms a workflow that deletes: one that is no input of it."""
        names = ("confirm", "confirm_run", *(f"confirm_run_{n}" for n in range(2, 1_000)))
        return next(one for one in names if one not in self.document.schema(self.info).stated)

    def hidden_inputs(self) -> frozenset[str]:
        """The inputs that a client does not set: secret ones, and those that are set for it."""
        return self.document.secret_inputs(self.info) | self.set_inputs.keys()

    @property
    def set_inputs(self) -> Mapping[str, Value]:
        """The inputs that whoever runs the server has set."""
        return self.document.inputs.get(self.info.workflow_id, {})

    def input_schema(self, *, asks: bool) -> dict[str, Any]:
        """The schema of the arguments; without ``asks`` with one that confirms a deletion."""
        schema = without_inputs(self.info.inputs, self.hidden_inputs())
        schema = _without_required(schema, self._generated())
        if asks or not self.info.deletes:
            return schema
        name = self.confirm_name
        properties = {**properties_of(schema), name: CONFIRM}
        required = [*schema.get("required", ()), name]
        return {**schema, "properties": properties, "required": required}

    def output_schema(self) -> dict[str, Any]:
        """The schema of structured content."""
        return result_schema(self.info.outputs)

    def _generated(self) -> frozenset[str]:
        declared = self.document.schema(self.info)
        return self.document.generated | declared.generated.keys()

    def inputs(self, arguments: Mapping[str, Value]) -> dict[str, Value]:
        """The inputs of a run: those of a call, and those that are set for it, which count more.

        Raises CallRefused for a call that sets what it must not, and for a secret that is not set.
        """
        secret = self.document.secret_inputs(self.info)
        for name in arguments:
            if name in secret | self.document.secrets:
                raise CallRefused(self._secret_text(name, "is never an argument"))
        try:
            own = {**read_inputs(arguments), **self.set_inputs}
        except TypeError as reason:  # NaN and infinite numbers, which Python reads as JSON
            raise CallRefused(str(reason)) from None
        for name in sorted(secret - own.keys()):
            value = self.document.look_up(self.info.workflow_id, name)
            if value is not MISSING:
                own[name] = value
            elif name in self._required():
                raise CallRefused(self._secret_text(name, "has no value"))
        return own

    def _required(self) -> set[str]:
        declared = self.document.schema(self.info)
        names = {one for one in declared.required() if not declared.has_default(one)}
        return names - self._generated()

    def _secret_text(self, name: str, why: str) -> str:
        variable = self.document.variable(self.info.workflow_id, name)
        return (
            f"the input `{name}` of the workflow `{self.info.workflow_id}` is secret and {why}\n"
            f"help: whoever runs this server sets it, in the environment variable `{variable}`,"
            " in a profile of arazzo.toml, or in the keyring"
        )


def _without_required(schema: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The schema that does not require some inputs at its root."""
    required = schema.get("required")
    if not names or not isinstance(required, list):
        return schema
    return {**schema, "required": [one for one in required if one not in names]}


def workflow_tools(
    documents: Iterable[tuple[OfferedDocument, Sequence[WorkflowInfo]]], taken: Iterable[str]
) -> list[WorkflowTool]:
    """A tool for each workflow, each under a name that neither another one nor ``taken`` has."""
    found: list[WorkflowTool] = []
    names = [*taken]
    for document, workflows in documents:
        called = tool_names([one.workflow_id for one in workflows], document.stem, names)
        names += called
        pairs = zip(called, workflows, strict=True)
        found += (WorkflowTool(name, info, document) for name, info in pairs)
    return found
