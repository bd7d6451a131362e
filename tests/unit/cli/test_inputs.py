"""Inputs as they are typed: text becomes the declared type."""

import sys

import pytest

from arazzo_runner.cli.input_text import InputSchemas, file_kind
from arazzo_runner.cli.inputs import read_inputs
from arazzo_runner.errors import InputError
from arazzo_runner.expression.value import FileBody
from unit.executor.inputs_of import inputs_of

DECLARED = {
    "name": {"type": "string"},
    "count": {"type": "integer"},
    "ratio": {"type": "number"},
    "on": {"type": "boolean"},
    "maybe": {"type": ["integer", "null"]},
    "tags": {"type": "array", "items": {"type": "string"}},
    "sizes": {"type": "array", "items": {"type": "integer"}},
    "address": {"$ref": "#/$defs/address"},
    "any": {},
}
ROOT = {"$defs": {"address": {"type": "object", "properties": {"zip": {"type": "string"},
        "floor": {"type": "integer"}, "geo": {"properties": {"lat": {"type": "number"}}}}}}}  # fmt: skip


def known_inputs(*schemas):
    return InputSchemas(tuple(map(inputs_of, schemas)))


KNOWN = known_inputs({"properties": DECLARED, **ROOT})


@pytest.mark.parametrize(
    ("typed", "inputs"),
    [
        (["name=x"], {"name": "x"}),
        (["name=5"], {"name": "5"}),
        (["name="], {"name": ""}),
        (["name=a=b"], {"name": "a=b"}),
        (["count=5"], {"count": 5}),
        (["ratio=5"], {"ratio": 5}),
        (["ratio=0.5"], {"ratio": 0.5}),
        (["on=true"], {"on": True}),
        (["on=False"], {"on": False}),
        (["maybe=null"], {"maybe": None}),
        (["maybe=3"], {"maybe": 3}),
        (["tags=a"], {"tags": ["a"]}),
        (["tags=a, b"], {"tags": ["a", "b"]}),
        (["tags="], {"tags": []}),
        (['tags=["a,b"]'], {"tags": ["a,b"]}),
        (["sizes=1", "sizes=2"], {"sizes": [1, 2]}),
        (["sizes=1", "sizes:=5"], {"sizes": 5}),
        (["sizes:=[1]", "sizes:=[2]"], {"sizes": [1, 2]}),
        (['address={"zip": "1"}'], {"address": {"zip": "1"}}),
        (["address.zip=1", "address.floor=2"], {"address": {"zip": "1", "floor": 2}}),
        (["address.geo.lat=1"], {"address": {"geo": {"lat": 1}}}),
        (["any=5"], {"any": "5"}),
        (["any:=5"], {"any": 5}),
        (["other=5"], {"other": "5"}),
        (["x.y=5"], {"x.y": "5"}),
        (["name=a", "name=b"], {"name": "b"}),
    ],
)
def test_text_becomes_the_declared_type(typed, inputs):
    assert read_inputs(typed, None, KNOWN) == inputs


INTEGER = {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "typed", "inputs"),
    [
        # Whatever keyword it is that speaks of the input.
        ({"patternProperties": {"^p_": INTEGER}}, ["p_1=3", "q=3"], {"p_1": 3, "q": "3"}),
        ({"patternProperties": {"[": INTEGER}}, ["p=3"], {"p": "3"}),
        ({"additionalProperties": INTEGER}, ["p=3"], {"p": 3}),
        ({"unevaluatedProperties": INTEGER}, ["p=3"], {"p": 3}),
        ({"properties": {"p": {}}, "additionalProperties": INTEGER}, ["p=3", "q=3"], {"p": "3", "q": 3}),
        ({"properties": {"p": INTEGER}, "patternProperties": {"x": {}}}, ["p=3"], {"p": 3}),
        ({"$ref": "#/$defs/o", "$defs": {"o": {"properties": {"p": INTEGER}}}}, ["p=3"], {"p": 3}),
        ({"allOf": [{"patternProperties": {"p": INTEGER}}]}, ["p=3"], {"p": 3}),
        ({"properties": {"c": {}}, "dependentSchemas": {"c": {"properties": {"p": INTEGER}}}}, ["p=3"], {"p": 3}),
        ({"if": {"required": ["c"]}, "then": {"properties": {"p": INTEGER}}}, ["p=3"], {"p": 3}),
        ({"if": {"required": ["c"]}, "then": {"properties": {"p": INTEGER}}}, ["p=x"], {"p": "x"}),
        ({"oneOf": [{"properties": {"p": INTEGER}}, {"properties": {"p": {"type": "boolean"}}}]}, ["p=true"], {"p": True}),
        ({"oneOf": [{"properties": {"p": INTEGER}}, {"properties": {"p": {"type": "string"}}}]}, ["p=3"], {"p": "3"}),
        ({"properties": {"p": {"description": "n"}}, "else": {"properties": {"p": INTEGER}}}, ["p=x"], {"p": "x"}),
        ({"additionalProperties": False}, ["p=3"], {"p": "3"}),
        (None, ["p=3", "a.b=3"], {"p": "3", "a.b": "3"}),
        # Whatever keyword it is that speaks of the type.
        ({"properties": {"n": {"anyOf": [INTEGER, {"type": "object"}]}}}, ["n=7"], {"n": 7}),
        ({"properties": {"n": {"anyOf": [INTEGER, {"type": "object"}]}}}, ['n={"a": 7}'], {"n": {"a": 7}}),
        ({"properties": {"n": {"oneOf": [{"type": "array"}, {"type": "object"}]}}}, ['n={"a": 7}'], {"n": {"a": 7}}),
        ({"properties": {"n": {"allOf": [{}, INTEGER]}}}, ["n=7"], {"n": 7}),
        ({"properties": {"n": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"allOf": [INTEGER]}}}, ["n=7"], {"n": 7}),
        ({"properties": {"n": {"$ref": "#"}}, "type": "object"}, ["n={}"], {"n": {}}),
        ({"properties": {"n": {"enum": [1, 2]}}}, ["n=2"], {"n": 2}),
        ({"properties": {"n": {"const": True}}}, ["n=true"], {"n": True}),
        ({"properties": {"n": {"type": ["string", "integer"]}}}, ["n=7"], {"n": "7"}),
        ({"properties": {"n": {"anyOf": [INTEGER, {}]}}}, ["n=7"], {"n": "7"}),
        ({"properties": {"n": {"type": ["array", "null"]}}}, ["n=null"], {"n": None}),
        ({"properties": {"n": {"type": ["array", "null"]}}}, ["n="], {"n": []}),
        ({"properties": {"n": {"type": ["integer", "null"]}}}, ["n="], {"n": None}),
        # Items and members likewise.
        ({"properties": {"n": {"anyOf": [{"type": "array", "items": INTEGER}, {"type": "null"}]}}}, ["n=1,2", "n=3"], {"n": [1, 2, 3]}),
        ({"properties": {"n": {"type": "array", "prefixItems": [INTEGER, {"type": "string"}]}}}, ["n=1,2"], {"n": [1, "2"]}),
        ({"patternProperties": {"^o_": {"properties": {"n": INTEGER}}}}, ["o_1.n=3"], {"o_1": {"n": 3}}),
        ({"patternProperties": {"^o_": INTEGER}}, ["o_1.n=3"], {"o_1.n": 3}),
        ({"properties": {"o": {"additionalProperties": INTEGER}}}, ["o.a=3", "o.b.c=3"], {"o": {"a": 3, "b": {"c": "3"}}}),
        ({"properties": {"o": {"properties": {"a.b": INTEGER}}}}, ["o.a.b=3"], {"o": {"a.b": 3}}),
    ],
)  # fmt: skip
def test_what_is_declared_is_what_the_schema_says(schema, typed, inputs):
    assert read_inputs(typed, None, known_inputs(schema)) == inputs


def test_of_several_workflows_the_first_says_the_type():
    known = known_inputs(None, {"properties": {"n": INTEGER}}, {"additionalProperties": True})
    assert read_inputs(["n=3", "m=3"], None, known) == {"n": 3, "m": "3"}


def test_a_name_of_very_many_parts_is_one_input():
    name = ".".join("a" * 5_000)
    assert read_inputs([f"{name}=3"], None, known_inputs({"properties": {"n": INTEGER}})) == {
        name: "3"
    }


def test_the_types_of_a_schema_are_listed_once():
    known = known_inputs({"properties": {"n": {"anyOf": [{"type": "number"}, INTEGER]}}})
    with pytest.raises(InputError, match="`x` is not of type number"):
        read_inputs(["n=x"], None, known)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("count=x", "input `count`: `x` is not of type integer"),
        ("count=1.5", "input `count`: `1.5` is not of type integer"),
        ("on=yes", "input `on`: `yes` is not of type boolean"),
        ("maybe=x", "input `maybe`: `x` is not of type integer or null"),
        ("sizes=1,x", "input `sizes[1]`: `x` is not of type integer"),
        ("address=x", "input `address`: `x` is not of type object"),
        ("any:={", "input `any`: `{` is not JSON"),
        ("any:=NaN", "`NaN` is not a number that JSON has"),
        ('any:={"a": 1, "a": 2}', "the key `a` is duplicated in one object"),
        ("any:=" + "[" * 200, "the document is nested 101 levels deep, and the limit is 100"),
        ("ratio=NaN", "`NaN` is not a number that JSON has"),
        ("ratio=1e999", "the number `1e999` is too large: documents and inputs hold decimals up to 1.7976931348623157E308, as 64-bit floating point does"),
        ("count=" + "9" * 5000, "an integer has 5,000 digits, and the limit is 4,300"),
        ("name", "`-i name` is not an assignment"),
        ("=x", "`-i =x` is not an assignment"),
        ("name=@nowhere", "`-i name`: `nowhere` cannot be read: no such file or directory"),
        ("name=@a\0b", "`-i name`: `a\0b` cannot be read: embedded null byte"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(typed, message):
    with pytest.raises(InputError) as caught:
        read_inputs([typed], None, KNOWN)
    assert caught.value.diagnostics[0].message == message


def test_a_file_can_be_the_value_or_hold_all(tmp_path):
    (tmp_path / "v").write_text("long\n")
    (tmp_path / "all.yaml").write_text("name: a\ncount: 2\n")
    typed = [f"name=@{tmp_path / 'v'}"]
    assert read_inputs(typed, str(tmp_path / "all.yaml"), KNOWN) == {
        "name": "long\n",
        "count": 2,
    }


def test_a_file_of_inputs_holds_an_object(tmp_path):
    (tmp_path / "all.json").write_text("[1]")
    with pytest.raises(InputError, match="is not an object"):
        read_inputs([], str(tmp_path / "all.json"), KNOWN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\xff",
            "the document is not UTF-8: the byte 0xff at offset 0 is not part of a character",
        ),
        (b"name: [a", "this `[` is not closed"),
        (b"name: 1\nname: 2", "the key `name` is duplicated in one object"),
        (b"", "the document is empty"),
    ],
)
def test_a_malformed_file_of_inputs_is_the_users_mistake(tmp_path, content, message):
    (tmp_path / "all.yaml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_inputs([], str(tmp_path / "all.yaml"), KNOWN)
    assert caught.value.diagnostics[0].message == message


def test_a_file_that_is_no_text_is_no_input(tmp_path):
    (tmp_path / "v").write_bytes(b"\xff")
    with pytest.raises(InputError, match="is not UTF-8, and an input is text"):
        read_inputs([f"name=@{tmp_path / 'v'}"], None, KNOWN)


def test_parts_do_not_go_into_a_whole():
    with pytest.raises(InputError, match="sets a part of `address`, which is also set as a whole"):
        read_inputs(["address:=5", "address.zip=1"], None, KNOWN)


def test_a_type_that_there_is_not_leaves_text():
    assert read_inputs(["a=b"], None, known_inputs({"properties": {"a": {"type": "strin"}}})) == {
        "a": "b"
    }


NULL = {"type": "null"}
COMPOSED = {
    "either": {"anyOf": [{"type": "integer"}, NULL]},
    "refined": {"allOf": [{"type": "number"}, {"minimum": 0}]},
    "text": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "listed": {"enum": [1, 2]},
    "open": {"anyOf": [{"type": "integer"}, {}]},
    "many": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, NULL]},
    "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
    "owner": {"oneOf": [{"properties": {"age": {"type": "integer"}}}, NULL]},
    "below": {"$ref": "#/$defs/below"},
    "nothing": False,
}
CIRCLE = {"$defs": {"below": {"type": "array", "items": {"$ref": "#/$defs/below"}}}}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("either=5", 5),
        ("either=null", None),
        ("refined=0.5", 0.5),
        ("text=5", "5"),
        ("listed=2", 2),
        ("listed=x", "x"),  # what there may be is told by the check of the inputs
        ("open=5", "5"),
        ("many=1,2", [1, 2]),
        ("pair=1,2", ["1", 2]),
        ("owner.age=5", {"age": 5}),
        ("below=[[]]", [[]]),
        ("nothing=5", "5"),
    ],
)
def test_types_of_composed_schemas(typed, value):
    name = typed.partition("=")[0].partition(".")[0]
    assert read_inputs([typed], None, known_inputs({"properties": COMPOSED, **CIRCLE})) == {
        name: value
    }


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("either=x", "input `either`: `x` is not of type integer or null"),
        ("refined=x", "input `refined`: `x` is not of type number"),
    ],
)
def test_text_that_fits_no_branch(typed, message):
    with pytest.raises(InputError) as raised:
        read_inputs([typed], None, known_inputs({"properties": COMPOSED, **CIRCLE}))
    assert raised.value.diagnostics[0].message == message


FILES = {
    "file": {"type": "string", "format": "binary"},
    "image": {"contentMediaType": "image/png"},
    "json": {"type": "string", "contentMediaType": "application/json"},
    "coded": {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
    "files": {"type": "array", "items": {"$ref": "#/$defs/file"}},
    "others": {"type": "array", "items": {"type": "string"}},
}
KNOWN_FILES = known_inputs({"properties": FILES, "$defs": {"file": FILES["file"]}})


FORMS = {
    "optional": ({"anyOf": [FILES["file"], NULL]}, "binary"),
    "refined": ({"allOf": [{"$ref": "#/$defs/file"}, {"maxLength": 9}]}, "binary"),
    "several": ({"anyOf": [{"type": "array", "items": FILES["file"]}, NULL]}, "binaries"),
    "nested": ({"type": "array", "items": {"anyOf": [FILES["file"], NULL]}}, "binaries"),
    "untyped": ({"items": {"format": "binary"}}, "binaries"),
    "coded": ({"anyOf": [FILES["coded"], NULL]}, "base64"),
    "as it is": ({"contentMediaType": "image/png", "contentEncoding": "8bit"}, "binary"),
    "otherwise coded": ({"contentMediaType": "image/png", "contentEncoding": "base16"}, None),
    "either": ({"oneOf": [FILES["file"], {"type": "string"}]}, None),
    "map": ({"type": "object", "additionalProperties": FILES["file"]}, None),
    "array of texts": (FILES["others"], None),
    "array of nothing": ({"type": "array", "items": False}, None),
    "circle": ({"$ref": "#/$defs/below"}, None),
    "anything": (True, None),
}


@pytest.mark.parametrize(("schema", "form"), FORMS.values(), ids=FORMS)
def test_how_a_file_is_given(schema, form):
    whole = {"properties": {"f": schema}, "$defs": {"file": FILES["file"], **CIRCLE["$defs"]}}
    assert file_kind(known_inputs(whole).target("f").value) == form


@pytest.fixture
def octets(tmp_path):
    path = tmp_path / "some.bin"
    path.write_bytes(b"\x00\xff")
    return str(path)


def test_a_file_that_is_binary_stays_on_disk(octets):
    typed = [f"file=@{octets}", f"image=@{octets}", f"files=@{octets}", f"files=@{octets}"]
    inputs = read_inputs(typed, None, KNOWN_FILES)
    assert all(isinstance(one, FileBody) for one in [inputs["file"], inputs["image"]])
    assert [one.path for one in inputs["files"]] == [octets, octets]


def test_other_files_are_their_content(octets, tmp_path):
    text = tmp_path / "text.json"
    text.write_text("[1]")
    typed = [f"coded=@{octets}", f"json=@{text}", f"others=@{text}"]
    inputs = read_inputs(typed, None, KNOWN_FILES)
    assert inputs == {"coded": "AP8=", "json": "[1]", "others": [1]}


@pytest.mark.skipif(sys.platform == "win32", reason="devices as POSIX has them")
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("-", "input `file`: a file to send cannot be standard input"),
        ("gone", "`-i file`: `gone` cannot be read: no such file or directory"),
        ("/dev/null", "cannot be read: it is not a regular file, which could be sent again"),
        ("a\0b", "cannot be read: embedded null byte"),
    ],
)
def test_files_that_cannot_be_sent(path, message):
    with pytest.raises(InputError) as raised:
        read_inputs([f"file=@{path}"], None, KNOWN_FILES)
    assert message in str(raised.value)


def test_an_unmarked_file_has_to_be_text(octets):
    with pytest.raises(InputError) as raised:
        read_inputs([f"others=@{octets}"], None, KNOWN_FILES)
    assert "`format: binary`" in raised.value.diagnostics[0].help
