"""Where ``validate`` finds no error, each request of a selected workflow can be built.

SEMANTICS 51: "validate finds nothing" and "run cannot send" never hold for one document.
"""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.executor.dry_run import dry_run_steps
from arazzo_runner.executor.inputs import check_inputs
from arazzo_runner.executor.plan import WorkflowKey
from arazzo_runner.pipeline.load import LoadLimits, SharedCache, examine_description, load_from
from arazzo_runner.pipeline.run import RunConfig, plan_run
from arazzo_runner.pipeline.validate import description_findings

GONE = {"$ref": "#/components/schemas/gone"}
VALUES = {"string": "a/b c", "integer": 7, "boolean": True, "array": [1, 2], "object": {"x": "y"}}
NAMES = ("q", "X-Key", "id", "name")
SECURITY = [
    None,
    [],
    [{"key": []}],
    [{"gone": []}],
    [{"gone": []}, {"key": []}],
    [{"broken": []}],
    [{"key": [], "basic": []}, {}],
]
PATHS = ("/a", "/a/{id}", "/a/{+id}/b", "/a/{id}/{name}")
CONTENT_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "text/plain",
)

kinds = st.sampled_from(sorted(VALUES))
references = st.sampled_from([False] * 7 + [True])


def schema_of(kind, *, broken):
    return GONE if broken else {"type": kind}


@st.composite
def parameters(draw):
    """A Parameter Object, or a reference to one."""
    if draw(st.integers(0, 15)) == 0:
        return {"$ref": "#/components/parameters/gone"}
    where = draw(st.sampled_from(["path", "query", "header", "cookie"]))
    schema = schema_of(draw(kinds), broken=draw(references))
    required = where == "path" or draw(st.booleans())
    return {
        "name": draw(st.sampled_from(NAMES)),
        "in": where,
        "required": required,
        "schema": schema,
    }


@st.composite
def bodies(draw):
    """A Request Body Object."""
    properties = {
        name: schema_of(draw(kinds), broken=draw(references))
        for name in draw(st.sets(st.sampled_from("abc")))
    }
    schema = GONE if draw(references) else {"type": "object", "properties": properties}
    offered = draw(st.lists(st.sampled_from(CONTENT_TYPES), max_size=2, unique=True))
    return {
        "required": draw(st.booleans()),
        "content": {name: {"schema": schema} for name in offered},
    }


@st.composite
def operations(draw):
    """A path and an Operation Object."""
    found = {"operationId": "o", "parameters": [], "responses": {"200": {"description": "d"}}}
    for one in draw(st.lists(parameters(), max_size=3)):
        if all(one.get("name") != other.get("name") for other in found["parameters"]):
            found["parameters"].append(one)
    if draw(st.booleans()):
        found["requestBody"] = draw(bodies())
    security = draw(st.sampled_from(SECURITY))
    if security is not None:
        found["security"] = security
    if draw(references):
        found["responses"]["500"] = {"$ref": "#/components/responses/gone"}
    return draw(st.sampled_from(PATHS)), found


@st.composite
def steps(draw, operation, inputs):
    """A step that calls the operation, and mostly gives what that has; it adds the inputs it reads."""
    step = {"stepId": "s", "operationId": "o", "parameters": []}
    known = [one for one in operation["parameters"] if "name" in one]
    extra = [{"name": name, "in": "path", "schema": {"type": "string"}} for name in ("id", "name")]
    for one in (*known, *extra):
        same = any(
            (one["name"], one["in"]) == (done["name"], done["in"]) for done in step["parameters"]
        )
        if same or draw(st.integers(0, 7)) == 0:
            continue
        kind = one["schema"].get("type", "string")
        if draw(st.booleans()):
            name = f"i{len(inputs)}"
            inputs[name] = kind
            value = f"$inputs.{name}"
        else:
            value = VALUES[kind]
        step["parameters"].append({"name": one["name"], "in": one["in"], "value": value})
    if "requestBody" in operation and draw(st.integers(0, 3)):
        payload = {"a": draw(st.sampled_from(list(VALUES.values())))}
        if draw(st.booleans()):
            inputs["body"] = draw(kinds)
            payload["b"] = "$inputs.body"
        body = step["requestBody"] = {"payload": payload}
        if draw(st.booleans()):
            body["contentType"] = draw(st.sampled_from(CONTENT_TYPES))
    return step


@st.composite
def documents(draw):
    """An Arazzo document, an OpenAPI description, and the types of the inputs."""
    path, operation = draw(operations())
    api = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {path: {"post": operation}},
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "basic": {"type": "http", "scheme": "basic"},
                "broken": {"type": "apiKey", "in": "nowhere", "name": "k"},
            }
        },
    }
    inputs = {}
    workflow = {"workflowId": "w", "steps": [draw(steps(operation, inputs))]}
    properties = {name: {"type": kind} for name, kind in inputs.items()}
    schema = {"type": "object", "properties": properties, "required": sorted(inputs)}
    form = draw(st.sampled_from(["inline", "inline", "component", "file", "gone"]))
    workflow["inputs"] = {
        "inline": schema,
        "component": {"$ref": "#/components/inputs/all"},
        "file": {"$ref": "inputs.json#/all"},
        "gone": {"$ref": "gone.json"},
    }[form]
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [workflow],
        "components": {"inputs": {"all": schema}},
    }
    files = {"main.json": document, "api.json": api, "inputs.json": {"all": schema}}
    return {name: json.dumps(one) for name, one in files.items()}, inputs


def access_to(files):
    def read(uri):
        name = uri.rpartition("/")[2]
        if name not in files:
            raise RetrieveError(f"there is no file `{name}`")
        return RetrievedDocument(files[name].encode(), name, f"file:///{name}")

    return DocumentAccess(lambda _asking: read, read, lambda _name: None)


CREDENTIALS = {
    "ARAZZO_AUTH_API_KEY_KEY": "k",
    "ARAZZO_AUTH_API_BASIC_USERNAME": "u",
    "ARAZZO_AUTH_API_BASIC_PASSWORD": "p",
}


def refusals(files, inputs):
    """Why the request of the step cannot be built, with valid inputs and all credentials."""
    description = load_from(access_to(files), "main.json", {}, LoadLimits())
    key = WorkflowKey(description.entry.document.base_uri, "w")
    planned = plan_run(description, [key], RunConfig(environment=CREDENTIALS))
    assert planned.missing_credentials == ()
    workflow = planned.plan.workflows[key]
    values = check_inputs(workflow, {name: VALUES[kind] for name, kind in inputs.items()})
    return [one.reason for one in dry_run_steps(workflow, values, 1.0) if one.request is None]


def test_semantics_51_what_validate_accepts_can_be_sent():
    seen = Counter()

    @settings(max_examples=400, deadline=None, derandomize=True, database=None)
    @given(documents())
    def holds(generated):
        files, inputs = generated
        examined = examine_description(
            access_to(files), "main.json", {}, LoadLimits(), SharedCache()
        )
        errors = [one for one in description_findings(examined) if one.severity.value == "error"]
        seen["refused" if errors else "accepted"] += 1
        if not errors:
            assert refusals(files, inputs) == []

    holds()
    # The check is one that can fail: many documents are accepted, and many are not.
    assert min(seen["accepted"], seen["refused"]) > 50
