"""From text to the model: the Arazzo document with its workflows, components, and all findings.

Arazzo Specification 1.0.1 and 1.1.0, "Schema". What the prose allows is accepted, also where the
published JSON Schema is narrower.
"""

from __future__ import annotations

from typing import Final, TypeVar
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.document.actions import (
    failure_action,
    failure_actions,
    success_action,
    success_actions,
)
from arazzo_runner.document.extensions import finally_call
from arazzo_runner.document.file_type import NEWEST, foreign_document, version
from arazzo_runner.document.model import (
    ArazzoDocument,
    Components,
    Info,
    SourceDescription,
    SourceType,
    Workflow,
)
from arazzo_runner.document.node import Node, ObjectSpec, ReadContext, is_name
from arazzo_runner.document.parameters import parameter, parameters
from arazzo_runner.document.steps import outputs, steps
from arazzo_runner.document.targets import workflow_names
from arazzo_runner.document.uris import base_uri
from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.parse import DocumentLimits, parse
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import SourceFile

WORKFLOW: Final = ObjectSpec(
    "Workflow Object",
    ("workflowId", "steps"),
    (
        "summary", "description", "inputs", "dependsOn", "successActions", "failureActions",
        "outputs", "parameters",
    ),
)  # fmt: skip
COMPONENTS: Final = ObjectSpec(
    "Components Object", (), ("inputs", "parameters", "successActions", "failureActions")
)
_Object = TypeVar("_Object")


def workflows(root: Node) -> tuple[Workflow, ...]:
    """The workflows of the document; those without a workflowId are left out."""
    found = [workflow(item) for item in root.items("workflows")]
    return tuple(one for one in found if one is not None)


def workflow(node: Node) -> Workflow | None:
    """A Workflow Object, or None when it has no name."""
    if not node.is_object(WORKFLOW):
        return None
    if node.value.get("steps") == []:
        node.at("steps").warn("AZ113", "a workflow without steps does nothing", label="is empty")
    workflow_id = node.identifier("workflowId")
    read = Workflow(
        workflow_id=workflow_id or "",
        summary=node.text("summary"),
        description=node.text("description"),
        inputs=_schema(node.at("inputs")) if node.has("inputs") else None,
        depends_on=workflow_names(node, "dependsOn"),
        steps=steps(node, "steps"),
        success_actions=success_actions(node, "successActions"),
        failure_actions=failure_actions(node, "failureActions"),
        outputs=outputs(node),
        parameters=parameters(node, "parameters"),
        place=node.place,
        finally_call=finally_call(node),
    )
    return None if workflow_id is None else read


def _schema(node: Node) -> Value:
    """A JSON Schema 2020-12: an object or a boolean, kept as written."""
    if not isinstance(node.value, dict | bool):
        node.wrong_type("a JSON Schema (an object)")
        return None
    return node.value


def components(root: Node) -> Components:
    """The Components Object; those components that cannot be read are left out."""
    if not root.has("components") or not root.at("components").is_object(COMPONENTS):
        return Components()
    node = root.at("components")
    return Components(
        {name: _schema(one) for name, one in node.members("inputs")},
        _read({name: parameter(one) for name, one in node.members("parameters")}),
        _read({name: success_action(one) for name, one in node.members("successActions")}),
        _read({name: failure_action(one) for name, one in node.members("failureActions")}),
    )


def _read(found: dict[str, _Object | None]) -> dict[str, _Object]:
    return {name: one for name, one in found.items() if one is not None}


ROOT: Final = ObjectSpec(
    "Arazzo Specification Object",
    ("arazzo", "info", "sourceDescriptions", "workflows"),
    ("$self", "components"),
    frozenset({"$self"}),
    frozenset({"$schema"}),
)
INFO: Final = ObjectSpec("Info Object", ("title", "version"), ("summary", "description"))
SOURCE: Final = ObjectSpec("Source Description Object", ("name", "url"), ("type",))
# What stands in no URI: RFC 3986, section 2, and `%` without two digits.
_NO_URI: Final = lazy_pattern(r'[\x00-\x20\x7f<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})')
_TYPES: Final[dict[str, SourceType]] = {
    "openapi": "openapi",
    "asyncapi": "asyncapi",
    "arazzo": "arazzo",
}


class LoadResult(Struct, frozen=True):
    """A document as far as it could be read, and all findings about it.

    ``document`` is None when the text is no Arazzo document at all. Unless ``complete``, objects
    that could not be read are left out of it or have stand-ins; then there are errors that say so.
    """

    document: ArazzoDocument | None
    diagnostics: tuple[Diagnostic, ...]
    complete: bool = False


def load_document(source: SourceFile, limits: DocumentLimits) -> LoadResult:
    """Read an Arazzo document; its findings are values, nothing is raised."""
    try:
        parsed = parse(source, limits, Severity.ERROR)
    except DocumentError as failure:
        return LoadResult(None, failure.diagnostics)
    loaded = load_value(source, parsed.value)
    return replace(loaded, diagnostics=(*parsed.diagnostics, *loaded.diagnostics))


def load_value(source: SourceFile, value: Value) -> LoadResult:
    """Read an Arazzo document whose text is parsed already."""
    other = foreign_document(source, value)
    if other is not None:
        return LoadResult(None, (other,))
    reading = ReadContext(source, NEWEST, _source_urls(value), unreadable=_unreadable_names(value))
    written_in = version(Node(value, (), reading))
    if written_in is None:
        return LoadResult(None, tuple(reading.findings))
    reading = replace(reading, version=written_in)
    document = _document(Node(value, (), reading))
    return LoadResult(document, tuple(reading.findings), not reading.holes)


def _source_urls(value: dict[str, Value]) -> dict[str, str]:
    """The sources by name, as far as they can be told before anything is checked."""
    items = value.get("sourceDescriptions")
    return {
        item["name"]: str(item.get("url", ""))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    }


def _unreadable_names(value: dict[str, Value]) -> frozenset[str]:
    """The names of inputs and outputs that no expression can hold; nothing is checked yet."""
    workflows = value.get("workflows")
    holders = [one for one in _list(workflows) if isinstance(one, dict)]
    maps = [_map(_map(one.get("inputs")).get("properties")) for one in holders]
    steps = (step for one in holders for step in _list(one.get("steps")) if isinstance(step, dict))
    maps += (_map(one.get("outputs")) for one in (*holders, *steps))
    return frozenset(name for one in maps for name in one if not is_name(name))


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def _map(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def _document(root: Node) -> ArazzoDocument:
    root.is_object(ROOT)
    _check_editor_field(root)
    self_uri = _self_uri(root)
    return ArazzoDocument(
        version=root.reading.version,
        self_uri=self_uri,
        base_uri=base_uri(self_uri, root.reading.source.uri),
        info=_info(root),
        source_descriptions=_source_descriptions(root),
        workflows=workflows(_check_not_empty(root, "workflows")),
        components=components(root),
        raw=root.value,
        source=root.reading.source,
    )


def _check_editor_field(root: Node) -> None:
    """JSON has no comments, so editors are told the schema of a document in a field of it."""
    if "$schema" in root.value:
        root.at("$schema").hint(
            "AZ119",
            "`$schema` is for editors: the specification has no such field",
            place=root.at("$schema").place.key(),
        )


def _check_not_empty(root: Node, name: str) -> Node:
    if root.value.get(name) == []:
        root.at(name).hole()
        root.at(name).error("AZ113", f"`{name}` needs at least one item", label="is empty")
    return root


def _self_uri(root: Node) -> str | None:
    written = _reference(root, "$self")
    if written is None or "#" not in written:
        return written
    uri, _, _ = written.partition("#")
    node = root.at("$self")
    node.error(
        "AZ113",
        "`$self` must not have a fragment",
        place=node.place.within(len(uri), len(written)),
        help=f"write `{uri}`",
    )
    return uri


def _reference(node: Node, name: str) -> str | None:
    """The URI reference in a field (RFC 3986, section 4.1); a warning where it is none."""
    written = node.text(name)
    stray = _NO_URI.search(written or "")
    if written is None or stray is None:
        return written
    held = node.at(name)
    spelled = "/" if stray[0] == "\\" else quote(stray[0])
    held.warn(
        "AZ113",
        f"`{written}` is not a URI reference",
        place=held.place.within(stray.start(), stray.end()),
        label="not allowed in a URI",
        help=f"write it as `{spelled}`",
    )
    return written


def _info(root: Node) -> Info:
    if not root.has("info") or not root.at("info").is_object(INFO):
        return Info("", "", None, None, root.place)
    node = root.at("info")
    return Info(
        node.text("title") or "",
        node.text("version") or "",
        node.text("summary"),
        node.text("description"),
        node.place,
    )


def _source_descriptions(root: Node) -> tuple[SourceDescription, ...]:
    items = _check_not_empty(root, "sourceDescriptions").items("sourceDescriptions")
    found = [_source_description(item) for item in items]
    return tuple(one for one in found if one is not None)


def _source_description(node: Node) -> SourceDescription | None:
    """A Source Description Object; without a name it is None."""
    if not node.is_object(SOURCE):
        return None
    name = node.identifier("name")
    url = _reference(node, "url")
    kind = node.choice("type", tuple(_TYPES))
    if kind == "asyncapi":
        node.at("type").new_in_1_1("`type: asyncapi`")
    if name is None:
        return None
    return SourceDescription(name, url or "", _TYPES[kind] if kind else None, node.place)
