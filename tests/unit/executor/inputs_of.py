"""The inputs of a workflow that is written with a schema and components."""

import json
from collections.abc import Mapping

from arazzo_runner.document.load import load_document
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.bind.inputs import read_inputs_schemas
from arazzo_runner.executor.inputs_schema import InputsSchema
from arazzo_runner.text.diagnostic import error
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

HERE = "file:///project/a.arazzo.yaml"


def document_of(schema, components=None, outputs=None, **extra) -> str:
    """The text of a document with a workflow that has this ``inputs``."""
    workflow = {"workflowId": "w", "steps": [{"stepId": "s", "operationId": "o"}]}
    workflow |= {} if schema is None else {"inputs": schema}
    workflow |= {} if outputs is None else {"outputs": outputs}
    document = {
        "arazzo": "1.1.0",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.yaml"}],
        "workflows": [workflow],
        "components": {"inputs": components or {}},
        **extra,
    }
    return json.dumps(document)


def inputs_of(schema, components=None, files: Mapping[str, object] = {}, **extra) -> InputsSchema:
    """What a workflow with this ``inputs`` declares; ``files`` are other documents by URI."""

    def load(uri, asking):
        if uri not in files:
            raise DocumentError(error("AZ214", f"`{uri}` is not there, asked from {asking}"))
        return SourceFile(uri, json.dumps(files[uri]), uri), files[uri]

    source = SourceFile("a.arazzo.yaml", document_of(schema, components, **extra), HERE)
    loaded = load_document(source, DocumentLimits()).document
    return read_inputs_schemas(loaded, load)["w"]
