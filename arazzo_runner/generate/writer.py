"""A draft as the text of an Arazzo document: 1.0.1, which all tools read, or 1.1.0 where needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from arazzo_runner.expression.value import MISSING, Value
from arazzo_runner.generate.draft import (
    Draft,
    DraftCleanup,
    DraftGoto,
    DraftInput,
    DraftParameter,
    DraftRetry,
    DraftSelector,
    DraftStep,
    DraftWorkflow,
    OutputSource,
)
from arazzo_runner.generate.yaml_text import Commented, write_yaml

VERSION: Final = "1.0.1"
SELECTOR_VERSION: Final = "1.1.0"
"""The first one that has Selector Objects."""
_SELECTOR_COMMENT: Final = (
    "The part of the text that is in brackets: an extension of `arazzo`.",
    "arazzo: ignore[AZ507]",
)
_URL_COMMENT: Final = (
    "To this URL in place of the operation's own: an extension of `arazzo`.",
    "arazzo: ignore[AZ507]",
)


def write_draft(draft: Draft) -> str:
    """The document; fields stand in the order in which people read them."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in draft.comment)
    return comment + write_yaml(document_value(draft))


def document_value(draft: Draft) -> dict[str, object]:
    """The document as plain data, with comments."""
    info = {
        "title": draft.title,
        "summary": draft.summary,
        "description": draft.description,
        "version": draft.version,
    }
    return {
        "arazzo": SELECTOR_VERSION if has_selectors(draft.workflows) else VERSION,
        "info": _without_empty(info),
        "sourceDescriptions": [
            {"name": one.name, "url": one.url, "type": one.type} for one in draft.sources
        ],
        "workflows": [_workflow(one) for one in draft.workflows],
    }


def has_selectors(workflows: Iterable[DraftWorkflow]) -> bool:
    """Whether an output of a step is a part of a text."""
    sources = (one for each in workflows for step in each.steps for _, one in step.outputs)
    return any(isinstance(one, DraftSelector) for one in sources)


def _without_empty(node: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in node.items() if value not in ("", (), [], {}, None)}


def _workflow(workflow: DraftWorkflow) -> object:
    written = _without_empty(
        {
            "workflowId": workflow.workflow_id,
            "summary": workflow.summary,
            "description": workflow.description,
            "inputs": _inputs(workflow.inputs),
            "steps": [_step(one) for one in workflow.steps],
            "outputs": dict(workflow.outputs),
            "x-finally": _cleanup(workflow.cleanup),
        }
    )
    return Commented(written, workflow.comment) if workflow.comment else written


def _inputs(inputs: tuple[DraftInput, ...]) -> dict[str, object]:
    if not inputs:
        return {}
    required = [one.name for one in inputs if one.required]
    return {
        "type": "object",
        **({"required": required} if required else {}),
        "properties": {one.name: dict(one.schema) for one in inputs},
    }


def _cleanup(cleanup: DraftCleanup | None) -> dict[str, object]:
    if cleanup is None:
        return {}
    parameters = [{"name": name, "value": value} for name, value in cleanup.parameters]
    return _without_empty({"workflowId": cleanup.workflow_id, "parameters": parameters})


def _step(step: DraftStep) -> object:
    written = _without_empty(
        {
            "stepId": step.step_id,
            "description": step.description,
            "operationId": step.operation_id,
            "operationPath": step.operation_path,
            "x-url": Commented(step.url, _URL_COMMENT) if step.url else "",
            "parameters": [_parameter(one) for one in step.parameters],
            "requestBody": _request_body(step),
            "successCriteria": [{"condition": one} for one in step.criteria],
            "onSuccess": [_goto(one) for one in step.jumps],
            "onFailure": [_retry(one) for one in step.retries],
            "outputs": {name: _output(one) for name, one in step.outputs},
        }
    )
    return Commented(written, tuple(step.comment.splitlines())) if step.comment else written


def _output(source: OutputSource) -> object:
    if isinstance(source, str):
        return source
    kind = Commented("regex", _SELECTOR_COMMENT)
    return {"context": source.context, "selector": source.selector, "type": kind}


def _parameter(parameter: DraftParameter) -> dict[str, Value]:
    return {"name": parameter.name, "in": parameter.location, "value": parameter.value}


def _request_body(step: DraftStep) -> dict[str, Value]:
    if step.payload is MISSING:
        return {}
    return {"contentType": step.content_type, "payload": step.payload}


def _goto(goto: DraftGoto) -> dict[str, object]:
    return {
        "name": goto.name,
        "type": "goto",
        "stepId": goto.step_id,
        "criteria": [{"condition": one} for one in goto.criteria],
    }


def _retry(retry: DraftRetry) -> dict[str, object]:
    return {
        "name": retry.name,
        "type": "retry",
        "retryAfter": retry.seconds,
        "retryLimit": retry.limit,
        "criteria": [{"condition": one} for one in retry.criteria],
    }
