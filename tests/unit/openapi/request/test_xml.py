"""XML from objects: the examples of the section "XML Object" of the specification."""

import pytest

from arazzo_runner.openapi.model import Schema
from arazzo_runner.openapi.request.encoding import RequestRefused
from arazzo_runner.openapi.request.xml import xml_text
from arazzo_runner.text.source import Place

TEXT = {"type": "string"}


def named(name, **more):
    return {"name": name, **more}


def array(items=None, **xml):
    schema = {"type": "array", "items": {**TEXT, **({"xml": items} if items else {})}}
    return {**schema, "xml": xml} if xml else schema


@pytest.fixture
def write(api):
    def call(value, schema, components=None):
        description = api(components={"schemas": components or {}})
        return xml_text(value, Schema(schema, Place(description.source)), description)

    return call


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ({"x": TEXT}, {"x": "a<b&c"}, "<x>a&lt;b&amp;c</x>"),
        ({"x": {**TEXT, "xml": named("y")}}, {"x": 1}, "<y>1</y>"),
        ({}, {"free": True, "none": None}, "<free>true</free>"),
        (
            {"x": {**TEXT, "xml": {"attribute": True}}},
            {"x": 'a"b', "z": ""},
            ("x='a\"b'", "<z></z>"),
        ),
        (
            {"x": {**TEXT, "xml": named("n", namespace="https://e/s", prefix="p")}},
            {"x": "v"},
            '<p:n xmlns:p="https://e/s">v</p:n>',
        ),
        (
            {"x": {**TEXT, "xml": {"namespace": "https://e/s"}}},
            {"x": "v"},
            '<x xmlns="https://e/s">v</x>',
        ),
        # Arrays: not wrapped, wrapped, with the names of items, of the array, of both.
        ({"x": array()}, {"x": ["a", None, "b"]}, "<x>a</x><x>b</x>"),
        ({"x": array(named("i"))}, {"x": ["a", "b"]}, "<i>a</i><i>b</i>"),
        ({"x": array(named("i"), name="o")}, {"x": ["a"]}, "<i>a</i>"),
        ({"x": array(None, wrapped=True)}, {"x": ["a", "b"]}, "<x><x>a</x><x>b</x></x>"),
        ({"x": array(named("i"), wrapped=True)}, {"x": ["a"]}, "<x><i>a</i></x>"),
        ({"x": array(named("i"), name="o", wrapped=True)}, {"x": ["a"]}, "<o><i>a</i></o>"),
        ({"x": array(None, name="o", wrapped=True)}, {"x": ["a"]}, "<o><o>a</o></o>"),
        ({"x": {"properties": {"y": TEXT}}}, {"x": {"y": 1}}, "<x><y>1</y></x>"),
        # What a schema is by its `allOf`; its own hint wins.
        ({"x": {"allOf": [{**TEXT, "xml": named("y")}]}}, {"x": 1}, "<y>1</y>"),
        ({"x": {"allOf": [{"xml": named("y")}], "xml": named("z")}}, {"x": 1}, "<z>1</z>"),
        (
            {"x": {"allOf": [array(named("i"))], "xml": named("o", wrapped=True)}},
            {"x": ["a"]},
            "<o><i>a</i></o>",
        ),
        (
            {"x": {"type": "array", "prefixItems": [{"xml": named("i")}], "items": TEXT}},
            {"x": ["a", None, "b"]},
            "<i>a</i><x>b</x>",
        ),
        # 3.2
        ({"x": {"xml": {"nodeType": "text"}}}, {"x": "a>b"}, "a&gt;b"),
        ({"x": {"xml": {"nodeType": "cdata"}}}, {"x": "a]]>b"}, "<![CDATA[a]]]]><![CDATA[>b]]>"),
    ],
)
def test_properties(write, schema, value, text):
    attribute, content = text if isinstance(text, tuple) else ("", text)
    head = f"root {attribute}".strip()
    schema = {"type": "object", "properties": schema, "xml": {"name": "root"}}
    assert write(value, schema) == f"<{head}>{content}</root>"


def test_attributes_of_a_namespace(write):
    xml = {"attribute": True, "prefix": "p", "namespace": "n"}
    schema = {"properties": {"x": {"xml": xml}}, "xml": {"name": "root"}}
    assert write({"x": 1}, schema) == '<root xmlns:p="n" p:x="1"></root>'


def test_the_root_is_named_by_its_component(write):
    """Also where a schema is, by mistake, all of itself."""
    base = {"properties": {"id": {"xml": {"attribute": True}}}}
    pet = {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"n": TEXT}}]}
    pet["allOf"].append({"$ref": "#/components/schemas/Pet"})
    components = {"Base": base, "Pet": pet}
    reference = {"$ref": "#/components/schemas/Pet"}
    assert write({"id": 1, "n": "x"}, reference, components) == '<Pet id="1"><n>x</n></Pet>'
    items = {"type": "array", "items": reference, "xml": {"name": "pets", "wrapped": True}}
    assert write([{"n": 1}], items, components) == "<pets><pets><n>1</n></pets></pets>"


@pytest.mark.parametrize(("value", "text"), [("a", "<n>a</n>"), (None, "")])
def test_a_plain_root(write, value, text):
    assert write(value, {"xml": {"name": "n"}}) == text


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({}, {}, "the XML body has no name for its root element"),
        (
            {"xml": {"name": "r"}},
            {"a><b": 1},
            "`a><b` cannot be the name of an XML element or attribute",
        ),
        (
            {"xml": {"name": "r"}},
            {"a": "\x00"},
            "the payload contains a control character, which XML cannot carry",
        ),
    ],
)
def test_refused(write, schema, value, message):
    with pytest.raises(RequestRefused) as raised:
        write(value, schema)
    assert raised.value.message == message
