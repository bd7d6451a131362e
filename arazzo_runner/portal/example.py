"""A workflow of one step for an operation, as `arazzo new` writes one, and its request as curl."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from arazzo_runner.errors import ArazzoError
from arazzo_runner.executor.dry_run import dry_run_steps
from arazzo_runner.executor.plan import Limits
from arazzo_runner.generate.draft import Draft, DraftSource, DraftWorkflow
from arazzo_runner.generate.identifiers import kebab_case, split_words
from arazzo_runner.generate.openapi.catalog import ApiOperation
from arazzo_runner.generate.openapi.inputs import InputCollector
from arazzo_runner.generate.openapi.steps import StepMaker, StepOrder
from arazzo_runner.generate.writer import document_value, write_draft
from arazzo_runner.generate.yaml_text import write_yaml
from arazzo_runner.mock.settings import MockSettings
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.model import Operation, SecurityScheme
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.openapi.security.schemes import credential_carrier
from arazzo_runner.pipeline.run import RunConfig, prepare_run
from arazzo_runner.portal.operations import ListedOperation
from arazzo_runner.portal.sandbox import Sandbox
from arazzo_runner.report.curl import curl_line, shell_quote
from arazzo_runner.report.secrets import NO_MASK


class OperationExample(Struct, frozen=True):
    """How to call an operation: ``document`` is a whole Arazzo document, ``step`` its step alone.

    ``curl`` is the request with generated values and placeholders for credentials; empty where
    none can be generated.
    """

    step: str
    document: str
    curl: str


def example_of(listed: ListedOperation, operation: Operation, sandbox: Sandbox) -> OperationExample:
    """A step for an operation, and its request."""
    draft = _draft(listed, operation)
    workflow = document_value(draft)["workflows"]
    step = write_yaml({"steps": workflow[0]["steps"]}) if isinstance(workflow, list) else ""
    document = write_draft(draft)
    request = _request(document, sandbox)
    return OperationExample(step, document, _curl(request, operation) if request else "")


def _draft(listed: ListedOperation, operation: Operation) -> Draft:
    source = listed.source
    described = ApiOperation(operation, listed.entry.node, is_unique=listed.has_unique_id)
    inputs = InputCollector()
    words = split_words(operation.name) or ("call",)
    order = StepOrder(words[0], words[1:], described, listed.title)
    step = StepMaker(source.name, inputs).step(order)
    workflow = DraftWorkflow(
        kebab_case(words), listed.summary or listed.title, "", inputs.inputs(), (step,)
    )
    sources = (DraftSource(source.name, source.url),)
    return Draft(listed.summary or listed.title, "", "", sources, (workflow,))


def _request(document: str, sandbox: Sandbox) -> HttpRequest | None:
    """The request of the step, its inputs generated as the mock does."""
    options = RunConfig(environment={}, needs_credentials=False, mock=MockSettings())
    try:
        prepared = prepare_run(sandbox.document(document).load(), {}, (), options)
    except ArazzoError:
        return None
    workflow = prepared.plan.workflows[prepared.plan.selected[0]]
    steps = dry_run_steps(workflow, prepared.inputs, Limits().query_seconds)
    return steps[0].request


def _curl(request: HttpRequest, operation: Operation) -> str:
    line = curl_line(request, NO_MASK)
    options = " ".join(_credential_options(operation))
    return line.replace("curl ", f"curl {options} ", 1) if options else line


def _credential_options(operation: Operation) -> Iterator[str]:
    """What gives curl the credentials of the first alternative, from variables of the shell."""
    for required in next(iter(required_schemes(operation)), []):
        yield from _scheme_options(required.scheme)


def _scheme_options(scheme: SecurityScheme) -> Iterator[str]:
    location, name = credential_carrier(scheme)
    if scheme.type == "mutualTLS":
        yield '--cert "$CERT" --key "$KEY"'
    elif scheme.type == "http" and (scheme.scheme or "").lower() in ("basic", "digest"):
        digest = "--digest " if (scheme.scheme or "").lower() == "digest" else ""
        yield f'{digest}--user "$USERNAME:$PASSWORD"'
    elif scheme.type != "apiKey":
        yield '--header "Authorization: Bearer $TOKEN"'
    elif location == "header":
        yield f'--header {shell_quote(f"{name}: ")}"$API_KEY"'
    else:
        option = "--cookie" if location == "cookie" else "--url-query"
        yield f'{option} {shell_quote(f"{name}=")}"$API_KEY"'
