"""Making the :class:`InputsSchema` of each workflow, with references into other files too.

Arazzo Specification 1.1.0, Workflow Object and Components Object, ``inputs`` (JSON Schema
2020-12). What keeps a schema from judging anything is a finding where its workflow is bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from arazzo_runner.document.model import ArazzoDocument, Workflow
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.inputs import compile_inputs
from arazzo_runner.executor.inputs_schema import InputsSchema, read_inputs_schema
from arazzo_runner.expression.value import Value, describe, to_text
from arazzo_runner.openapi.model import ApiDescription, LoadDocument, Schema
from arazzo_runner.openapi.references import reference_target, tokens_of, value_at
from arazzo_runner.openapi.schema.compile import bundle_verbatim
from arazzo_runner.openapi.schema.standalone import Bundle
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, shorten
from arazzo_runner.text.source import Place, Pointer

_COMPONENTS: Final = "#/components/inputs/"
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_MOST_FAULTS: Final = 10
# How long the pointer of a schema is: of `/workflows/0/inputs` and `/components/inputs/page`.
_DEPTH: Final = 3


def read_inputs_schemas(
    document: ArazzoDocument, load: LoadDocument | None
) -> dict[str, InputsSchema]:
    """The inputs of each workflow of a document, by its id.

    ``load`` reads the other documents that schemas refer to; None where there may be none.
    """
    # References mean the same in an Arazzo document as in an OpenAPI one that may have `$self`.
    holder = ApiDescription((3, 2), "", "", document.raw, document.source, {}, load)
    holder.documents[document.source.uri] = (document.source, document.raw)
    return {one.workflow_id: _read(one, document, holder) for one in document.workflows}


def _read(workflow: Workflow, document: ArazzoDocument, holder: ApiDescription) -> InputsSchema:
    place = workflow.place.at("inputs")
    if workflow.inputs is None:
        return read_inputs_schema(Bundle(None, place, {}))
    findings: list[Diagnostic] = []

    def follow(reference: str, place: Place) -> tuple[Value, Place]:
        try:
            return _target(reference, place, holder)
        except DocumentError as reason:
            unknown = _unknown_component(reference, place, document)
            findings.extend([unknown] if unknown else reason.diagnostics)
            return True, place.at("$ref")  # nothing is known of the value

    bundle = bundle_verbatim(Schema(workflow.inputs, place), holder, follow)
    return read_inputs_schema(bundle, findings)


def _target(reference: str, place: Place, holder: ApiDescription) -> tuple[Value, Place]:
    """What a reference leads to.

    A fragment alone is a pointer into the document, or an anchor in it; ``#`` and pointers that the
    document does not have, such as ``#/$defs/x``, are meant within the schema.
    """
    start = Place(place.source, place.pointer[:_DEPTH])
    is_within = reference.startswith("#") and place.source is holder.source
    if is_within and reference == "#":
        return value_at(holder.raw, start.pointer)[0], start
    try:
        return reference_target(holder, reference, place)
    except DocumentError:
        if not is_within or not reference.startswith("#/"):
            raise
        below = (*start.pointer, *tokens_of(reference[1:]))
        try:
            node, pointer = value_at(holder.raw, below)
        except LookupError:
            node, pointer = None, ()
        if not pointer:
            raise
        return node, Place(place.source, pointer)


def _unknown_component(reference: str, place: Place, document: ArazzoDocument) -> Diagnostic | None:
    if not reference.startswith(_COMPONENTS):
        return None
    name = tokens_of(reference.removeprefix("#"))[2]
    known = document.components.inputs
    if name in known:
        return None
    message = f"there is no `{shorten(name)}` in `components.inputs`"
    listed = ", ".join(f"`{one}`" for one in known) or "none"
    help_line = did_you_mean(name, known) or f"its schemas: {listed}"
    return error("AZ209", message, place.at("$ref"), "no such component", help_line)


def schema_findings(inputs: InputsSchema) -> Iterator[Diagnostic]:
    """What is wrong with a schema of inputs; it can be used where there is nothing.

    AZ209, AZ214 and AZ216 for references that cannot be resolved, AZ113 for everything else.
    """
    yield from inputs.findings
    if inputs.value is None:
        return
    try:
        compile_inputs(inputs.value)
    except ValueError as reason:
        yield from _malformed_schema(reason, inputs)


def _malformed_schema(reason: Any, inputs: InputsSchema) -> Iterator[Diagnostic]:
    """All that the meta-schema says against a schema; else what kept it from being compiled."""
    from arazzo_runner.openapi.schema.fallback import schema_faults

    try:
        faults = list(schema_faults(inputs.value))
    except RecursionError:
        faults = []
    # Of several at one place the first is the most relevant.
    first = {tuple(one.absolute_path): one for one in reversed(faults)}
    for path in sorted(first, key=lambda one: [str(token) for token in one])[:_MOST_FAULTS]:
        yield _schema_error(first[path], path, inputs)
    if not first:
        yield _schema_error(reason, tuple(getattr(reason, "instance_path", ())), inputs)


def _schema_error(reason: Any, path: Pointer, inputs: InputsSchema) -> Diagnostic:
    message, help_line = _sentence(path, reason)
    return error("AZ113", message, inputs.bundle.place_of(path), "not JSON Schema", help_line)


def _sentence(path: Pointer, reason: Any) -> tuple[str, str | None]:
    keyword, value = path[-1] if path else "", getattr(reason, "instance", None)
    written = f"`{shorten(value if isinstance(value, str) else to_text(value))}`"
    match keyword:
        case "required" if isinstance(value, bool):
            name = path[-2] if len(path) > 1 else "name"
            message = f"`required` is a list of names in JSON Schema, and is {written}"
            return message, f"beside the `properties`, write `required: [{name}]`"
        case "type":
            message = f"{written} is not a type of JSON Schema"
            known = ", ".join(f"`{one}`" for one in _TYPES)
            return message, did_you_mean(str(value), _TYPES) or f"its types are {known}"
        case "pattern":
            return f"the pattern {written} is not a regular expression", None
        case _ if getattr(reason, "validator", None) == "type":
            kinds = reason.validator_value
            expected = " or ".join(kinds) if isinstance(kinds, list) else kinds
            return f"the schema of the inputs: {describe(value)} is not of type {expected}", None
        case _:
            first, _, _ = getattr(reason, "message", str(reason)).partition("\n")
            return f"the schema of the inputs cannot be used: {shorten(first, 200)}", None
