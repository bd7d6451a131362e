"""Where a ``$ref`` leads: within the description, to its other documents, by ``$id`` and anchor.

Nothing is resolved before it is asked for. OpenAPI Specification 3.1.1, sections "Reference
Object", "Relative References in API Description URIs"; JSON Schema 2020-12 core, section 8.2.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urljoin

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.pointer import array_index
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.text.diagnostic import Diagnostic, Label, did_you_mean, error
from arazzo_runner.text.source import Place, Pointer, SourceFile, pointer_text

MAX_HOPS: Final = 64


class Identifiers(Struct, frozen=True):
    """The schema resources of one document (``$id``) and the anchors in each of them."""

    resources: dict[str, Place] = field(default_factory=dict)
    anchors: dict[tuple[str, str], Place] = field(default_factory=dict)
    dynamic: dict[str, dict[str, Place]] = field(default_factory=dict)


def resolve_reference(
    description: ApiDescription, node: Value, place: Place
) -> tuple[Value, Place]:
    """Follow the ``$ref`` of a node that is not a schema, until there is none.

    Returns the node referred to and its place; a node without ``$ref`` is returned as it is.
    Raises DocumentError AZ214: nothing is there, a circle, or more than 64 hops.
    """
    start, first = place, reference_of(node) or ""
    seen = set[tuple[str, Pointer]]()
    while reference := reference_of(node):
        key = (place.source.uri, place.pointer)
        if key in seen:
            raise _dead_reference_error(start, first, "is circular")
        if len(seen) == MAX_HOPS:
            raise too_many_hops_error(first, start)
        seen.add(key)
        node, place = reference_target(description, reference, place)
    return node, place


def too_many_hops_error(reference: str, place: Place) -> DocumentError:
    """The error (AZ214) of a reference that leads to another one too often."""
    return _dead_reference_error(place, reference, f"has more than {MAX_HOPS} hops")


def reference_of(node: Value) -> str | None:
    """The ``$ref`` of a node, or None when it has none."""
    reference = node.get("$ref") if isinstance(node, dict) else None
    return reference if isinstance(reference, str) else None


def reference_target(
    description: ApiDescription, reference: str, place: Place
) -> tuple[Value, Place]:
    """What one reference at a place refers to: the node, which may hold a ``$ref``, and its place.

    Raises DocumentError AZ214 when nothing is there.
    """
    uri, _, fragment = reference.partition("#")
    resource = _resource(description, uri, reference, place)
    if not fragment or fragment.startswith("/"):
        return _at_pointer(description, resource, unquote(fragment), reference, place)
    return _at_anchor(description, resource, fragment, reference, place)


def base_of(description: ApiDescription, place: Place) -> tuple[str, Place]:
    """The base URI in force at a place, and the root of the resource that has it."""
    source, root = load_document(description, place.source)
    base = document_uri(description, source, root)
    start: Pointer = ()
    if not _has_ids(description, source):
        return base, Place(source)
    node: Value = root
    for depth, token in enumerate(place.pointer, start=1):
        node = node[token]
        if identifier := _id(node):
            base, start = _join(base, identifier), place.pointer[:depth]
    return base, Place(source, start)


def load_document(description: ApiDescription, source: SourceFile) -> tuple[SourceFile, Value]:
    """A source file of the description with its plain data."""
    return description.documents.get(source.uri, (source, description.raw))


def document_uri(description: ApiDescription, source: SourceFile, root: Value) -> str:
    """The base URI of a document: ``$self`` (3.2), else where it was read."""
    own = root.get("$self") if isinstance(root, dict) and description.version >= (3, 2) else None
    return join_uris(source.uri, own) if isinstance(own, str) else source.uri


def find_identifiers(description: ApiDescription, source: SourceFile) -> Identifiers:
    """The ``$id``s and anchors of one document, looked for once."""
    key = ("identifiers", source.uri)
    if key not in description.memo:
        description.memo[key] = _scan(description, source)
    found: Identifiers = description.memo[key]
    return found


def value_at(root: Value, pointer: Pointer) -> tuple[Value, Pointer]:
    """The value at a pointer of text tokens, and the pointer with its array indexes as numbers.

    Raises LookupError: its arguments are the tokens up to the one that is not there, and the
    value that does not hold it.
    """
    node: Value = root
    walked = list[str | int]()
    for token in pointer:
        step = _step(node, token)
        if step is None:
            raise LookupError((*walked, token), node)
        node = node[step]
        walked.append(step)
    return node, tuple(walked)


def tokens_of(pointer: str) -> tuple[str, ...]:
    """The unescaped tokens of a JSON Pointer (RFC 6901, section 4)."""
    return tuple(one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:])


def _step(node: Value, token: str | int) -> str | int | None:
    """The index or key that a token stands for in a value, None when it holds no such thing."""
    if isinstance(node, dict):
        return token if token in node else None
    index = array_index(str(token)) if isinstance(node, list) else None
    return index if index is not None and index < len(node) else None


def _resource(description: ApiDescription, uri: str, reference: str, place: Place) -> Place:
    """The root of the schema resource or document that a reference's URI names."""
    base, root = base_of(description, place)
    wanted = _join(base, uri) if uri else base
    if wanted == base:
        return root
    for source, value in (*description.documents.values(), (description.source, description.raw)):
        if wanted in (source.uri, document_uri(description, source, value)):
            return Place(source)
        known = find_identifiers(description, source).resources.get(wanted)
        if known:
            return known
    return _load(description, wanted, reference, place)


def _load(description: ApiDescription, uri: str, reference: str, place: Place) -> Place:
    if description.load is None:
        raise _dead_reference_error(place, reference, "is to another document, which was not read")
    try:
        source, root = description.load(uri, place.source.uri)
    except DocumentError as reason:
        found = (_reference_finding(one, reference, place) for one in reason.diagnostics)
        raise DocumentError(*found) from None
    description.documents[source.uri] = (source, root)
    # The document may have been found elsewhere than asked for: both names are its own.
    description.documents[uri] = (source, root)
    return Place(source)


def _reference_finding(finding: Diagnostic, reference: str, place: Place) -> Diagnostic:
    """Why a document could not be read, at the ``$ref`` that asks for it."""
    at = place.at("$ref")
    if finding.place is not None:
        return replace(finding, more=(*finding.more, Label(at, "referred to here")))
    message = f"the document that `{reference}` refers to cannot be read: {finding.message}"
    return replace(finding, message=message, place=at)


def _at_pointer(
    description: ApiDescription, resource: Place, fragment: str, reference: str, place: Place
) -> tuple[Value, Place]:
    source, root = load_document(description, resource.source)
    below = tokens_of(fragment)
    # A pointer is relative to its schema resource, yet many descriptions give their schemas an
    # `$id` and go on to write `#/components/...`: then the document is meant.
    missing: tuple[Pointer, Value] = ((), None)
    for start in dict.fromkeys((resource.pointer, ())):
        try:
            node, pointer = value_at(root, (*start, *below))
        except LookupError as reason:
            missing = reason.args
        else:
            return node, Place(source, pointer)
    walked, parent = missing
    hint = _missing_hint(description, source, walked, parent)
    raise _dead_reference_error(place, reference, "cannot be resolved", walked, hint)


def _missing_hint(
    description: ApiDescription, source: SourceFile, walked: Pointer, parent: Value
) -> str | None:
    """The help line that names what is like a missing thing; looked for once.

    Every look at a schema tells anew of its dead references, and the names are compared at length.
    """
    if not walked or not isinstance(parent, dict):
        return None
    key = ("missing", source.uri, walked)
    if key not in description.memo:
        description.memo[key] = did_you_mean(str(walked[-1]), list(parent))
    hint: str | None = description.memo[key]
    return hint


def _at_anchor(
    description: ApiDescription, resource: Place, anchor: str, reference: str, place: Place
) -> tuple[Value, Place]:
    known = find_identifiers(description, resource.source).anchors
    found = known.get((base_of(description, resource)[0], anchor))
    if found is None:
        raise _dead_reference_error(place, reference, "names an anchor that does not exist")
    _, root = load_document(description, found.source)
    return value_at(root, found.pointer)[0], found


def _dead_reference_error(
    place: Place, reference: str, what: str, walked: Pointer = (), hint: str | None = None
) -> DocumentError:
    message = f"the reference `{reference}` {what}"
    if not walked:
        way_out = "correct the reference, or add what it names to the API description"
        return DocumentError(error("AZ214", message, place.at("$ref"), "", way_out))
    label = f"nothing at `{pointer_text(walked)}`"
    way_out = hint or "correct the reference, or add what it names"
    return DocumentError(error("AZ214", message, place.at("$ref"), label, way_out))


def _id(node: Value) -> str | None:
    identifier = node.get("$id") if isinstance(node, dict) else None
    return identifier if isinstance(identifier, str) else None


def _join(base: str, reference: str) -> str:
    return join_uris(base, reference).partition("#")[0]


def join_uris(base: str, reference: str) -> str:
    """The URI that a reference means (RFC 3986, section 5); itself where it is none: `http://[`.

    ``urljoin`` does not know `urn:` and other opaque schemes: there only a whole URI is usable.
    """
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _has_ids(description: ApiDescription, source: SourceFile) -> bool:
    """Whether a document may have an ``$id``; its text is searched once, for it may be large."""
    if description.version < (3, 1):
        return False
    key = ("has ids", source.uri)
    if key not in description.memo:
        description.memo[key] = "$id" in source.text
    found: bool = description.memo[key]
    return found


def _scan(description: ApiDescription, source: SourceFile) -> Identifiers:
    found = Identifiers()
    text = source.text
    named = ("$id", "$anchor", "$dynamicAnchor")
    if description.version < (3, 1) or not any(one in text for one in named):
        return found
    _, root = load_document(description, source)
    todo: list[tuple[Value, Pointer, str]] = [(root, (), document_uri(description, source, root))]
    while todo:
        node, pointer, base = todo.pop()
        if isinstance(node, list):
            todo += [(one, (*pointer, index), base) for index, one in enumerate(node)]
        elif isinstance(node, dict):
            base = _note(found, node, Place(source, pointer), base)
            todo += [(one, (*pointer, key), base) for key, one in node.items()]
    return found


def _note(found: Identifiers, node: dict[str, Value], place: Place, base: str) -> str:
    """Note what a node says of itself; returns the base URI within it."""
    if identifier := _id(node):
        base = _join(base, identifier)
        found.resources.setdefault(base, place)
    for keyword in ("$anchor", "$dynamicAnchor"):
        anchor = node.get(keyword)
        if isinstance(anchor, str):
            found.anchors.setdefault((base, anchor), place)
    dynamic = node.get("$dynamicAnchor")
    if isinstance(dynamic, str):
        found.dynamic.setdefault(base, {}).setdefault(dynamic, place)
    return base
