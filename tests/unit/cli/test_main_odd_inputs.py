"""Whatever a file holds, the command line has an answer to it, and never calls it a bug (70)."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arazzo_runner.cli import main as command_line
from arazzo_runner.openapi.schema.walk import APPLICATORS

DOCUMENT = {
    "arazzo": "1.1.0",
    "info": {"title": "t", "version": "1"},
    "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
    "workflows": [
        {
            "workflowId": "w",
            "inputs": {"type": "object", "properties": {"n": {"type": "integer"}, "o": {}}},
            "steps": [
                {
                    "stepId": "a",
                    "operationId": "make",
                    "requestBody": {"contentType": "application/json", "payload": {"a": 1}},
                    "outputs": {"o": "$response.body#/a/0/b"},
                }
            ],
        }
    ],
}


def description(schema):
    content = {"application/json": {"schema": schema}}
    operation = {
        "operationId": "make",
        "parameters": [{"name": "q", "in": "query", "schema": schema}],
        "requestBody": {"content": content},
        "responses": {"200": {"description": "ok", "content": content}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "http://127.0.0.1:9"}],
        "paths": {"/things": {"post": operation}},
    }


KEYWORDS = sorted({
    *APPLICATORS,
    *("type", "enum", "const", "multipleOf", "maximum", "minimum", "maxLength", "minLength"),
    *("pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties"),
    *("required", "dependentRequired", "$ref", "$dynamicRef", "$id", "$anchor", "format"),
    *("default", "example", "examples", "readOnly", "nullable", "discriminator", "xml"),
})  # fmt: skip
SCALARS = (
    st.sampled_from([None, True, 0, -5, 500, 2.5, 1e308, 10**400, "", "[", "\x1c", "\ud800"])
    | st.sampled_from(["#/nowhere", "array", "object", "(a+)+$", "#"])
    | st.text(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYWORDS, "a", "n", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)
ODD_TEXTS = st.sampled_from([
    b"", b"\xff\xfe", b"\x00", b"[" * 5_000, b'{"a":' * 5_000, b"9" * 5_000, b'"\\ud800"', b"NaN",
    b"n\n\x1c\n", b"n,n\n", b'"', b"a" * 200_000, b"[run]\nx=1", b"n=" + b"9" * 5_000, b"\xef\xbb\xbf{}",
    b"- " * 3_000, b"&a [*a]", b"!!python/object:x {}", b"1979-05-27T07:32:00Z", b"[[[[]]]]", b"{}",
    b"[run]\nmax-steps = " + b"9" * 5_000, b"[run]\nx = " + b"[" * 5_000, b"n: 1e999", b"[null]",
])  # fmt: skip
CONTENTS = ODD_TEXTS | st.binary(max_size=30) | VALUES.map(lambda one: json.dumps(one).encode())
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    (folder / "w.json").write_text(json.dumps(DOCUMENT))
    return folder


def code_of(folder, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        (folder / "api.json").touch()
        return command_line.main([*words])


@given(keyword=st.sampled_from(KEYWORDS), value=VALUES, is_typed=st.booleans())
@settings(FEW, max_examples=100)
def test_a_schema(folder, keyword, value, is_typed):
    base = {"type": "object", "properties": {"a": {"type": "array"}}} if is_typed else {}
    (folder / "api.json").write_text(json.dumps(description({**base, keyword: value})))
    assert code_of(folder, "run", "w.json", "--mock", "--no-cache", "-vv") != 70
    assert code_of(folder, "validate", "w.json", "--no-cache") != 70


def write_good(folder):
    (folder / "api.json").write_text(json.dumps(description({"type": "object"})))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("d.yaml", ("validate", "d.yaml")),
        ("d.yaml", ("run", "d.yaml", "--mock")),
        ("d.yaml", ("run", "w.json", "--mock", "--source", "api=d.yaml")),
        ("i.json", ("run", "w.json", "--mock", "--inputs", "i.json")),
        ("i.yaml", ("run", "w.json", "--mock", "--inputs", "i.yaml")),
        ("c.csv", ("run", "w.json", "--mock", "--cases", "c.csv")),
        ("c.json", ("run", "w.json", "--mock", "--cases", "c.json")),
        ("c.jsonl", ("run", "w.json", "--mock", "--cases", "c.jsonl")),
        ("r.json", ("replay", "r.json")),
        ("e.env", ("run", "w.json", "--mock", "--env-file", "e.env")),
        ("b.json", ("validate", "w.json", "--baseline", "b.json")),
        ("v.txt", ("run", "w.json", "--mock", "-i", "o=@v.txt")),
        ("arazzo.toml", ("run", "w.json", "--mock")),
    ],
    ids=lambda one: one if isinstance(one, str) else one[0],
)
def test_a_file(folder, name, words):
    write_good(folder)

    @given(content=CONTENTS)
    @FEW
    def check(content):
        (folder / name).write_bytes(content)
        assert code_of(folder, *words, "--no-cache") != 70

    try:
        check()
    finally:
        Path(folder / name).unlink(missing_ok=True)


@pytest.mark.parametrize("length", [64, 65, 300])
@pytest.mark.parametrize(
    "link",
    [
        lambda target: target,
        lambda target: {"allOf": [target]},
        lambda target: {"type": "object", "required": ["a"], "properties": {"a": target}},
        lambda target: {"type": "array", "minItems": 1, "items": target},
    ],
    ids=["references", "allOf", "properties", "items"],
)
def test_a_chain_of_schemas(folder, link, length):
    schemas = {f"C{at}": link({"$ref": f"#/components/schemas/C{at + 1}"}) for at in range(length)}
    schemas[f"C{length}"] = {"type": "string"}
    whole = description({"$ref": "#/components/schemas/C0"})
    (folder / "api.json").write_text(json.dumps({**whole, "components": {"schemas": schemas}}))
    assert code_of(folder, "run", "w.json", "--mock", "--no-cache") != 70
    assert code_of(folder, "validate", "w.json", "--no-cache") != 70
