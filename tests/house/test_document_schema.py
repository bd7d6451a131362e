"""The JSON Schema of documents takes what the reader takes, and refuses what it can tell to be wrong."""

import json
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY

import arazzo_runner
import arazzo_runner.document
from arazzo_runner.document.load import load_document
from arazzo_runner.errors import DocumentError
from arazzo_runner.explain.pages import read_explanation
from arazzo_runner.text.codes import CODES
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.parse import DocumentLimits, parse
from arazzo_runner.text.source import SourceFile

ROOT = Path(__file__).parents[2]
SCHEMA = yaml.safe_load(
    Path(arazzo_runner.document.__path__[0], "document.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = sorted(
    path for end in ("yaml", "yml", "json") for path in ROOT.glob(f"[tw]*/**/*.arazzo.{end}")
)
EXAMPLES = [code for code in CODES if code.startswith("AZ1")]
# What a schema of the JSON data cannot say, or what an editor says by itself.
BEYOND = {
    "AZ101": "there is no text",
    "AZ102": "it is about bytes",
    "AZ103": "it is about text",
    "AZ104": "two keys of one name are one member",
    "AZ105": "it is about text",
    "AZ106": "there is no data",
    "AZ109": "limits are ours",
    "AZ115": "JSON Schema compares whole items, not their names",
    "AZ117": "the grammar of expressions is no regular language with their templates",
    "AZ118": "the grammar of conditions is not regular",
}


def read(text: str, name: str = "orders.arazzo.yaml") -> tuple[object, list[Diagnostic]]:
    """The data of a document, and the errors about it alone; None when there is no data."""
    source = SourceFile(name, text, f"file:///{name}")
    errors = [
        one
        for one in load_document(source, DocumentLimits()).diagnostics
        if one.severity is Severity.ERROR
    ]
    try:
        return parse(source, DocumentLimits(), Severity.ERROR).value, errors
    except DocumentError:
        return None, errors


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_agrees_with_the_reader(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    data, errors = read(text, path.name)
    found = [f"{one.json_path}: {one.message[:200]}" for one in VALIDATOR.iter_errors(data)]
    if not errors:
        # What a JSON Schema has wrong is found once the document is read: by `validate`.
        assert [one for one in found if ".inputs" not in one] == []
        codes = {one.code for one in arazzo_runner.validate(path)} if found else set()
        assert not found or "AZ113" in codes
    elif not {one.code for one in errors} & BEYOND.keys():
        assert found or all("JSON Schema" in one.message for one in errors), errors


@pytest.mark.parametrize("code", EXAMPLES)
def test_tells_examples_from_each_other(code: str) -> None:
    one = read_explanation(code)
    for example in (one.failing, one.mended):
        for name, text in example.files.items():
            data, errors = read(text, name)
            if ".arazzo." in name and code not in BEYOND:
                assert VALIDATOR.is_valid(data) == (not errors)


@pytest.mark.parametrize("example", SCHEMA["examples"])
def test_takes_its_examples_as_the_reader_does(example: object) -> None:
    assert VALIDATOR.is_valid(example)
    assert read(json.dumps(example), "orders.arazzo.json") == (example, [])


def test_the_public_catalogue_gets_a_schema_that_stands_alone(tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "scripts" / "schemastore_files.py"), str(tmp_path)]
    subprocess.run(script, check=True)
    entry = json.loads((tmp_path / "entry.json").read_text("utf-8"))
    sources = tmp_path / "src"
    schema = json.loads((sources / "schemas" / "json" / "arazzo.json").read_text("utf-8"))
    assert (schema["$id"], schema["title"]) == (entry["url"], SCHEMA["title"])
    assert {**schema, "$id": SCHEMA["$id"]} == SCHEMA
    judge = Draft202012Validator(schema)
    tests = {
        folder: [json.loads(one.read_text("utf-8")) for one in (sources / folder).rglob("*.json")]
        for folder in ("test", "negative_test")
    }
    assert [judge.is_valid(one) for one in tests["test"]] == [True]
    assert [judge.is_valid(one) for one in tests["negative_test"]] == [False] * 4
    names = {"a.arazzo.yaml", "a.arazzo.yml", "a.arazzo.json", "arazzo.yaml"}
    assert [
        one for one in names if not any(fnmatch(one, each) for each in entry["fileMatch"])
    ] == []
    assert not any(fnmatch("openapi.yaml", each) for each in entry["fileMatch"])


STEP = {"stepId": "a", "operationId": "b"}
GOTO = {"name": "on", "type": "goto"}


def document(**workflow: object) -> dict[str, object]:
    """A document with one workflow, which has these fields besides."""
    return {
        "arazzo": "1.1.0",
        "info": {"title": "T", "version": "1"},
        "sourceDescriptions": [{"name": "a", "url": "a.yaml"}],
        "workflows": [{"workflowId": "w", "steps": [STEP], **workflow}],
    }


@pytest.mark.parametrize(
    "workflow",
    [
        {"steps": [{**STEP, "x-own": 1, "onFailure": [{"name": "r", "type": "retry"}]}]},
        {
            "steps": [
                {**STEP, "parameters": [{"reference": "$components.parameters.p", "in": "query"}]}
            ]
        },
        {"steps": [{**STEP, "successCriteria": [{"condition": "true", "type": "simple"}]}]},
        {"outputs": {"a": {"context": "$response.body", "selector": "$.a", "type": "jsonpath"}}},
        {"inputs": True},
        {
            "failureActions": [
                {**GOTO, "type": "retry", "stepId": "a", "retryAfter": 0.5, "retryLimit": 0}
            ]
        },
    ],
)
def test_takes(workflow: dict[str, object]) -> None:
    assert [one.message for one in VALIDATOR.iter_errors(document(**workflow))] == []


@pytest.mark.parametrize(
    "workflow",
    [
        {"steps": [{"stepId": "a"}]},
        {"steps": [{**STEP, "workflowId": "w"}]},
        {"steps": [{**STEP, "requestbody": {}}]},
        {"steps": [{**STEP, "successCriteria": [{"condition": "$[0]", "type": "jsonpath"}]}]},
        {"steps": [{**STEP, "onSuccess": [{"name": "r", "type": "retry"}]}]},
        {"steps": [{**STEP, "parameters": [{"name": "p", "in": "body", "value": 1}]}]},
        {"successActions": [GOTO]},
        {"successActions": [{**GOTO, "stepId": "a", "workflowId": "w"}]},
        {"successActions": [{**GOTO, "workflowId": "w", "parameters": [{"name": "p", "in": "query", "value": 1}]}]},
        {"failureActions": [{"name": "r", "type": "retry", "retryAfter": -1}]},
        {"outputs": {"a b": "$inputs.a"}},
        {"outputs": {"a": 1}},
        {"outputs": {"a": {"context": "$response.body", "selector": "$.a", "type": {"type": "xpath", "version": "rfc9535"}}}},
        {"inputs": {"type": "text"}},
        {"parameters": [{"reference": "$components.inputs.p"}]},
    ],
)  # fmt: skip
def test_refuses(workflow: dict[str, object]) -> None:
    assert not VALIDATOR.is_valid(document(**workflow))


META_SCHEMA = Draft202012Validator(Draft202012Validator.META_SCHEMA, registry=REGISTRY)
INPUTS = Draft202012Validator({"$ref": "#/$defs/schema", "$defs": SCHEMA["$defs"]})
KEYWORDS = sorted(
    {
        name
        for uri in REGISTRY
        if uri.startswith("https://json-schema.org/draft/2020-12/")
        for name in REGISTRY.contents(uri).get("properties", ())
    }
)
VALUES: list[object] = [
    None, True, 0, 1, -1, 1.5, 1e3, "", "a", "#", "a#", "#a", "a#b", "#/a", "_a.B-1", "1a", "array", "text", "null",
    [], [True], [1], ["a"], ["a", "a"], ["array"], ["array", "array"], ["text"], [{}], [{"type": "text"}], [["a"]],
    {}, {"a": True}, {"a": {}}, {"a": 1}, {"a": "b"}, {"a": []}, {"a": ["b"]}, {"a": ["b", "b"]}, {"a": [1]},
    {"type": "text"}, {"type": "array"}, {"a": {"type": "text"}}, {"a": {"type": ["null"]}}, {"minimum": "1"},
]  # fmt: skip


def test_knows_the_keywords_of_json_schema() -> None:
    assert sorted(SCHEMA["$defs"]["schema"]["properties"]) == [*KEYWORDS, "x-generate"]


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_judges_schemas_of_inputs_as_the_meta_schema_does(keyword: str) -> None:
    """The meta-schema is not referred to: an editor without a network would say nothing at all."""
    for value in VALUES:
        for schema in ({keyword: value}, {"properties": {"a": {keyword: value}}}):
            assert INPUTS.is_valid(schema) == META_SCHEMA.is_valid(schema), schema


@pytest.mark.parametrize("schema", VALUES)
def test_takes_objects_and_booleans_as_schemas(schema: object) -> None:
    assert INPUTS.is_valid(schema) == META_SCHEMA.is_valid(schema)
