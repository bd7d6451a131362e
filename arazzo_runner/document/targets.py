"""What a step calls and what it waits for: ids, paths, and names qualified by their source.

Arazzo Specification 1.1.0, Step Object (``operationId``, ``operationPath``, ``channelPath``,
``workflowId``, ``dependsOn``) and "Source Description Expression Resolution".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote

from arazzo_runner.document.model import (
    ChannelByPath,
    OperationById,
    OperationByPath,
    StepName,
    StepTarget,
    WorkflowName,
)
from arazzo_runner.document.node import Node, join_names
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.suggested_fix import Edit, Fix, remove_member, replace_text

_PREFIX: Final = "$sourceDescriptions."
_OPERATION: Final = "{$sourceDescriptions.<name>.url}#/paths/~1pets~1{id}/get"
_METHODS: Final = frozenset(
    {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
)
_TARGETS: Final = ("operationId", "operationPath", "workflowId", "channelPath")
_OF_OTHERS: Final = (
    "`x-operation` is of another tool: describe the operation in an OpenAPI file of its own, and"
    " name it by `operationId`"
)
_CHANNEL: Final = "{$sourceDescriptions.<name>.url}#/channels/orders"
# What stands before the `#` of an operationPath, by the standard and as it is found.
_SOURCE: Final = lazy_pattern(r"(\{)?\$sourceDescriptions\.(.+?)(\.url)?(\})?")


def target(node: Node) -> StepTarget | None:
    """What the step calls; None after saying why that cannot be told."""
    given = [name for name in _TARGETS if node.has(name)]
    if len(given) != 1:
        _report_several_targets(node, given)
        return None
    name = given[0]
    if node.text(name) is None:
        return None
    held = node.at(name)
    match name:
        case "operationId":
            return operation_id(held)
        case "operationPath":
            return operation_path(held)
        case "workflowId":
            return workflow_name(held)
        case _:
            return channel_path(held)


def _report_several_targets(node: Node, given: list[str]) -> None:
    node.hole()
    if not given:
        node.error(
            "AZ111",
            f"a step needs one of {join_names(_TARGETS[:3])}",
            label="calls nothing",
            help=_OF_OTHERS if node.has("x-operation") else None,
        )
    for name in given[1:]:
        node.error(
            "AZ114",
            f"`{name}` and `{given[0]}` exclude each other",
            place=node.at(name).place.key(),
            label="a step has one of these",
        )


def parse_qualified(text: str, sources: Iterable[str]) -> tuple[str, str] | None:
    """The source and the id in ``$sourceDescriptions.<source>.<id>``; None for other text.

    The id may hold any characters. A declared source whose name holds dots is recognized.
    """
    rest = text.removeprefix(_PREFIX)
    if rest == text:
        return None
    declared = max((one for one in sources if rest.startswith(f"{one}.")), key=len, default="")
    name = declared or rest.partition(".")[0]
    return name, rest[len(name) + 1 :]


def _reference(node: Node, field: str) -> tuple[str | None, str] | None:
    """A name, alone (source None) or qualified by its source; None when it is malformed."""
    text = _without_braces(node)
    found = parse_qualified(text, node.reading.sources)
    if found is None:
        return None, text
    if not all(found):
        node.hole()
        node.error(
            "AZ117",
            f"`{text}` does not name the `{field}` of a source description",
            label=f"`$sourceDescriptions.<name>.<{field}>`",
        )
        return None
    return found


def _without_braces(node: Node) -> str:
    text: str = node.value
    if not (text.startswith("{" + _PREFIX) and text.endswith("}")):
        return text
    name = text[1:-1]
    message = f"`{text}` needs no braces"
    node.warn("AZ119", message, help=f"write `{name}`", fix=replace_text(node.place, name))
    return name


def operation_id(node: Node) -> OperationById | None:
    """An ``operationId``: plain, or qualified by its source."""
    found = _reference(node, "operationId")
    return OperationById(found[1], found[0], node.place) if found else None


def workflow_name(node: Node) -> WorkflowName | None:
    """A ``workflowId`` as a step, an action or a ``dependsOn`` gives it."""
    found = _reference(node, "workflowId")
    return WorkflowName(found[1], found[0], node.place) if found else None


def workflow_names(node: Node, name: str) -> tuple[WorkflowName, ...]:
    """The ``dependsOn`` of a workflow."""
    found = [workflow_name(item) for item in _strings(node, name)]
    return tuple(one for one in found if one is not None)


def step_names(node: Node, name: str) -> tuple[StepName, ...]:
    """The ``dependsOn`` of a step: at least one, each once."""
    if node.value.get(name) == []:
        node.at(name).error(
            "AZ113",
            f"`{name}` needs at least one step",
            label="is empty",
            help="remove it",
            fix=remove_member(node.at(name).place),
        )
    found = [_step_name(item) for item in _distinct(node, name)]
    return tuple(one for one in found if one is not None)


def _distinct(node: Node, name: str) -> Iterator[Node]:
    """The strings of a list; one that stands there again is reported and left out."""
    seen = set[str]()
    for item in _strings(node, name):
        if item.value not in seen:
            seen.add(item.value)
            yield item
            continue
        message = f"`{item.value}` is named twice in `{name}`"
        item.error("AZ115", message, label="again", help="remove it")


def _strings(node: Node, name: str) -> list[Node]:
    items = list(node.items(name))
    for item in items:
        if not isinstance(item.value, str):
            item.wrong_type("a string")
    return [item for item in items if isinstance(item.value, str)]


def _step_name(node: Node) -> StepName | None:
    text: str = node.value
    if text.startswith("$steps."):
        name = text.removeprefix("$steps.")
        message = f"`{text}` is an expression, and not the stepId"
        node.error("AZ117", message, help=f"write `{name}`", fix=replace_text(node.place, name))
        return StepName(name, None, node.place)
    if not text.startswith(("$workflows.", _PREFIX)):
        return StepName(text, None, node.place)
    owner, _, step_id = text.rpartition(".steps.")
    workflow = _owner(node, owner)
    if workflow is not None and workflow.workflow_id and step_id:
        return StepName(step_id, workflow, node.place)
    node.hole()
    node.error(
        "AZ117",
        f"`{text}` does not name a step of another workflow",
        label="`$workflows.<workflowId>.steps.<stepId>`",
    )
    return None


def _owner(node: Node, owner: str) -> WorkflowName | None:
    found = parse_qualified(owner, node.reading.sources)
    if found is not None:
        return WorkflowName(found[1], found[0], node.place)
    name = owner.removeprefix("$workflows.")
    return WorkflowName(name, None, node.place) if name != owner else None


# --- operationPath and channelPath ----------------------------------------------------------------


def operation_path(node: Node) -> OperationByPath | OperationById | None:
    """An ``operationPath``, in the standard form and in those that are found instead."""
    if "#" not in node.value:
        return _path_without_pointer(node)
    found = _path(node, "an operation", _OPERATION)
    return OperationByPath(*found, node.value, node.place) if found else None


def channel_path(node: Node) -> ChannelByPath | None:
    """A ``channelPath`` (1.1)."""
    found = _path(node, "a channel", _CHANNEL)
    return ChannelByPath(*found, node.value, node.place) if found else None


def _path_without_pointer(node: Node) -> OperationById | None:
    """An example of the specification names an operationId in an operationPath."""
    found = parse_qualified(node.value, node.reading.sources)
    if found is None or not all(found):
        _report_malformed_path(node, "an operation", _OPERATION)
        return None
    node.warn(
        "AZ119",
        f"`{node.value}` is an operationId, not a path",
        help=f"write `operationId: {node.value}`",
        fix=Fix((Edit(node.place.key(), "operationId"),), is_safe=True),
    )
    return OperationById(found[1], found[0], node.place)


def _path(node: Node, what: str, example: str) -> tuple[str, tuple[str, ...]] | None:
    """The source and the pointer; warns about a form outside the standard."""
    before, _, fragment = node.value.partition("#")
    match = _SOURCE.fullmatch(before)
    source: str = match[2] if match else _source_of_url(node, before)
    tokens = pointer_tokens(fragment)
    if not source or tokens is None:
        _report_malformed_path(node, what, example)
        return None
    standard = f"{{{_PREFIX}{source}.url}}"
    if before != standard:
        node.warn(
            "AZ119",
            f"`{before}` is not the standard way to refer to a source here",
            place=node.place.within(0, len(before)),
            help=f"write `{standard}#{fragment}`",
            fix=replace_text(node.place.within(0, len(before)), standard),
        )
    return source, tokens


def _report_malformed_path(node: Node, what: str, example: str) -> None:
    names = tuple(node.reading.sources)
    name = names[0] if len(names) == 1 else "<name>"
    pointer = _meant_pointer(node.value) if example == _OPERATION else None
    help_line = f"write it like `{example}`, each `/` of a name as `~1`"
    if pointer is not None:
        help_line = f"write `{{{_PREFIX}<name>.url}}{pointer}`"
    node.hole()
    node.error(
        "AZ117",
        f"`{node.value}` does not name {what} of a source description",
        label="needs a source and a JSON Pointer",
        help=help_line.replace("<name>", name),
    )


_METHOD: Final = r"get|put|post|delete|options|head|patch|trace|query"
_MEANT: Final = lazy_pattern(
    rf"(?:(?P<before>{_METHOD})\s+)?(?:{{?\$[^/#\s]*}}?)?#?(?:/paths)?"
    rf"(?P<path>(?:/|~1)(?:[^\s~]|~1)*?)(?:/(?P<after>{_METHOD}))?",
    re.IGNORECASE,
)


def _meant_pointer(text: str) -> str | None:
    """The JSON Pointer of what looks like the path of an operation: ``GET /pets``."""
    match = _MEANT.fullmatch(text)
    if match is None:
        return None
    path = "/" + match["path"].replace("~1", "/").lstrip("/")
    method = (match["before"] or match["after"] or "get").lower()
    return f"#/paths/{path.replace('/', '~1')}/{method}"


def _source_of_url(node: Node, text: str) -> str:
    sources = node.reading.sources
    return next((name for name, url in sources.items() if url == text), text)


def pointer_tokens(fragment: str) -> tuple[str, ...] | None:
    """The tokens of a JSON Pointer in a URI fragment (RFC 6901, section 6); None when malformed."""
    pointer = unquote(fragment)
    if not pointer.startswith("/") or re.search(r"~(?![01])", pointer):
        return None
    return tuple(one.replace("~1", "/").replace("~0", "~") for one in pointer[1:].split("/"))


def escaped_form(path: OperationByPath) -> str | None:
    """The pointer that was probably meant by one whose path was not escaped; None if it was.

    ``#/paths/pets/{id}/get`` is meant as ``#/paths/~1pets~1{id}/get``.
    """
    first, *between = path.pointer
    last = between.pop() if between else ""
    if first != "paths" or last not in _METHODS:
        return None
    if len(between) == 1 and between[0].startswith("/"):
        return None
    api_path = "/".join(one for one in between if one).removeprefix("/")
    return f"#/paths/~1{api_path.replace('~', '~0').replace('/', '~1')}/{last}"
