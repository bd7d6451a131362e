"""XML from JSON data by the ``xml`` hints of its schema.

OpenAPI Specification 3.2.0, section "XML Object" (`attribute` and `wrapped` of 3.0 and 3.1 are
the `nodeType`s `attribute` and `element` of 3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription, Schema
from arazzo_runner.openapi.references import reference_of
from arazzo_runner.openapi.request.encoding import RequestRefused, value_text
from arazzo_runner.openapi.request.form import items_of
from arazzo_runner.openapi.schema.walk import Relation, all_of_parts, item_schemas, subschemas
from arazzo_runner.text.pattern import lazy_pattern
from arazzo_runner.text.source import Place

# XML 1.0, sections 2.3 and 2.2; a name that a payload brings must not be more than a name.
_NAME: Final = lazy_pattern(r"[^\W\d][\w.\-]*")
_FORBIDDEN: Final = lazy_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XmlHint(Struct, frozen=True):
    """What the XML Object of a schema says; ``kind`` is its ``nodeType``.

    ``parts`` are the schema and all that it surely also is, ``place`` is where it stands.
    """

    parts: list[tuple[dict[str, Value], Place]]
    place: Place
    kind: str
    name: str | None
    prefix: str | None
    namespace: str | None


def xml_text(payload: Value, schema: Schema, description: ApiDescription) -> str:
    """Write a payload as XML; null is left out.

    The root is named by its schema or by the component it refers to. Raises RequestRefused when
    nothing names the root, or a name or character cannot stand in XML.
    """
    hint = _hint(schema, description)
    component = (reference_of(schema.value) or "").rpartition("/")[2]
    name = hint.name or component
    if not name:
        raise RequestRefused(
            "the XML body has no name for its root element",
            hint="give the schema an `xml.name`, or the payload as text",
        )
    return "".join(_elements(name, payload, hint, description))


def _hint(schema: Schema, description: ApiDescription) -> XmlHint:
    parts = all_of_parts(description, schema.value, schema.place)
    xml = next((one for node, _ in parts if isinstance(one := node.get("xml"), dict)), {})
    return XmlHint(
        parts,
        schema.place,
        _kind(xml, parts),
        *(xml.get(key) for key in ("name", "prefix", "namespace")),
    )


def _kind(xml: dict[str, Value], parts: list[tuple[dict[str, Value], Place]]) -> str:
    if isinstance(xml.get("nodeType"), str):
        return str(xml["nodeType"])
    if xml.get("attribute") is True:
        return "attribute"
    is_array = any(True for node, _ in parts for _ in subschemas(node, Relation.ITEM))
    return "none" if is_array and xml.get("wrapped") is not True else "element"


def _elements(name: str, value: Value, hint: XmlHint, description: ApiDescription) -> Iterator[str]:
    """The elements of one value: for an array that is not wrapped, one for each item."""
    if isinstance(value, list):
        content = "".join(_items(name, value, hint, description))
        yield content if hint.kind == "none" else _element(hint.name or name, hint, [], content)
    elif isinstance(value, dict):
        yield _object(hint.name or name, value, hint, description)
    elif value is not None:
        yield _element(hint.name or name, hint, [], _escape(value))


def _object(name: str, value: dict[str, Value], hint: XmlHint, description: ApiDescription) -> str:
    schemas = _properties(hint)
    attributes, content = list[str](), list[str]()
    for key, one in value.items():
        member = _hint(schemas.get(key, Schema({}, hint.place)), description)
        match member.kind:
            case _ if one is None:
                continue
            case "attribute":
                own = _qualified_name(member.name or key, member)
                attributes += [
                    *_namespace(member),
                    f"{own}={quoteattr(_check_characters(value_text(one)))}",
                ]
            case "text":
                content.append(_escape(one))
            case "cdata":
                text = _check_characters(value_text(one)).replace("]]>", "]]]]><![CDATA[>")
                content.append(f"<![CDATA[{text}]]>")
            case _:
                content += _elements(key, one, member, description)
    return _element(name, hint, attributes, "".join(content))


def _properties(hint: XmlHint) -> dict[str, Schema]:
    """The schemas of an object's properties, those of its ``allOf`` included; its own win."""
    found = dict[str, Schema]()
    for node, place in reversed(hint.parts):
        for value, path in subschemas(node, Relation.MEMBER):
            found[str(path[-1])] = Schema(value, place.at(*path))
    return found


def _items(
    name: str, values: list[Value], hint: XmlHint, description: ApiDescription
) -> Iterator[str]:
    own = hint.name if hint.kind == "element" else None
    for index, value in enumerate(values):
        if not items_of(value):
            continue
        item = _hint(_item(hint, index), description)
        yield from _elements(item.name or own or name, value, item, description)


def _item(hint: XmlHint, index: int) -> Schema:
    """The schema of an item, that of the array itself before those of its ``allOf``."""
    stated = (
        Schema(one, place.at(*path))
        for node, place in hint.parts
        for one, path in item_schemas(node, index)
    )
    return next(stated, Schema({}, hint.place))


def _element(name: str, hint: XmlHint, attributes: list[str], content: str) -> str:
    qualified = _qualified_name(name, hint)
    head = " ".join([qualified, *_namespace(hint), *attributes])
    return f"<{head}>{content}</{qualified}>"


def _namespace(hint: XmlHint) -> list[str]:
    if not hint.namespace:
        return []
    declared = f"xmlns:{hint.prefix}" if hint.prefix else "xmlns"
    return [f"{declared}={quoteattr(hint.namespace)}"]


def _qualified_name(name: str, hint: XmlHint) -> str:
    if not _NAME.fullmatch(name):
        raise RequestRefused(f"`{name}` cannot be the name of an XML element or attribute")
    return f"{hint.prefix}:{name}" if hint.prefix else name


def _escape(value: Value) -> str:
    return escape(_check_characters(value_text(value)))


def _check_characters(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise RequestRefused("the payload contains a control character, which XML cannot carry")
    return text
