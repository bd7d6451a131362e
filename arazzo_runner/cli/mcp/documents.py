"""The documents whose workflows are offered, read and judged before a client sees any of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any, Final

import click
from msgspec import Struct

from arazzo_runner.auth.sources import CredentialStores
from arazzo_runner.catalog.model import WorkflowInfo
from arazzo_runner.cli.credentials import credential_stores
from arazzo_runner.cli.diagnostics import show_warnings
from arazzo_runner.cli.input_text import parse_input
from arazzo_runner.cli.inputs import input_schemas_of, input_variable, inputs_for
from arazzo_runner.cli.options.check_names import unknown_secrets
from arazzo_runner.cli.options.flags import run_flags
from arazzo_runner.cli.options.settings import (
    load_document,
    load_limits,
    retrieve_settings,
)
from arazzo_runner.cli.run.documents import DocumentChoice, choose_documents
from arazzo_runner.cli.run.keywords import run_options
from arazzo_runner.cli.run.run_config import check_folder, chosen_documents
from arazzo_runner.cli.run.world import check_mock, check_network
from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.embed.documents import inputs_of, secret_names
from arazzo_runner.embed.runner import Runner
from arazzo_runner.errors import UsageError
from arazzo_runner.executor.inputs import workflow_inputs
from arazzo_runner.expression.value import MISSING, MaybeValue, Value
from arazzo_runner.mcp.document import OfferedDocument, SecretLookup
from arazzo_runner.mcp.offer import OWN_NAMES
from arazzo_runner.mcp.workflow_tool import WorkflowTool, workflow_tools
from arazzo_runner.mock_server.sources import SourceReader, is_openapi
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.pipeline.load import Description, SharedCache
from arazzo_runner.portal.documents import offer_documents
from arazzo_runner.portal.model import DocumentationTool
from arazzo_runner.portal.tools import documentation_tools
from arazzo_runner.report.safe_text import count_text
from arazzo_runner.retrieve.access import document_access
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error, warning
from arazzo_runner.worlds.rate import RateLimit

_LONGEST_TITLE: Final = 100


class ReadOffer(Struct, frozen=True):
    """What was read to be offered: the tools of workflows, those of documentation, and a title."""

    tools: list[WorkflowTool]
    documentation: tuple[DocumentationTool, ...]
    title: str


def read_offer(named: Sequence[str], given: Mapping[str, Any]) -> ReadOffer:
    """The workflows of all documents that can run and are allowed, and their documentation.

    Raises DiagnosedError.
    """
    if given["no_docs"] and given["docs_only"]:
        message = "`--no-docs` and `--docs-only` leave nothing to offer"
        raise UsageError(error("AZ906", message, help="remove one of them"))
    # Of all documents together.
    rate = None if given["rate"] is None else RateLimit(given["rate"])
    given = {**run_flags(given), "rate": rate}
    check_mock(click.get_current_context())
    check_network(given)
    _check_stdin(named, given)
    apis = {one: found for one in named for found in _described_apis(one, given)}
    documents = chosen_documents(one for one in named if one not in apis)
    reader = _DocumentReader(given)
    choice = choose_documents(documents, given, reader.load)
    reader.choice = choice
    loaded = [(one, reader.load(one)) for one in choice.documents]
    _check_allowed(given["allow"], [one for _, one in loaded])
    show_warnings(_unknown_in_all(unknown_secrets(one, given) for _, one in loaded))
    descriptions = [one for _, one in loaded]
    alone = [each for one in apis.values() for each in one.items()]
    documented = (
        () if given["no_docs"] else documentation_tools(offer_documents(descriptions, alone))
    )
    offered = (
        []
        if given["docs_only"]
        else [(_offered(path, one, given, choice), _allowed(one, given)) for path, one in loaded]
    )
    tools = workflow_tools(offered, [*OWN_NAMES, *(one.name for one in documented)])
    titles = dict.fromkeys(one.entry.document.info.title for one in descriptions)
    return ReadOffer(tools, documented, ", ".join(titles)[:_LONGEST_TITLE] or "Arazzo")


def _check_stdin(named: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raise UsageError for what would be read where the client talks."""
    is_read = "-" in named or given["inputs_file"] == "-"
    if is_read and given["http"] is None:
        message = "standard input belongs to the client, and cannot be a document or inputs"
        raise UsageError(error("AZ906", message, help="name a file, or serve with `--http`"))


def _described_apis(
    document: str, given: Mapping[str, Any]
) -> Iterator[Mapping[str, ApiDescription]]:
    """The API description that a file or URL is, by its name; nothing of an Arazzo document."""
    if document == "-" or ("://" not in document and not Path(document).is_file()):
        return
    access = document_access(retrieve_settings(given), os.environ)
    with suppress(RetrieveError):  # said when it is read
        if is_openapi(access.open(document).data):
            yield SourceReader(access, [document], {}, load_limits(given)).read().descriptions


class _DocumentReader:
    """Reads documents, which share the texts of their sources."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._shared = SharedCache()
        self.choice = DocumentChoice(())
        self._loaded: dict[str, Description] = {}

    def load(self, document: str) -> Description:
        """A document; each is read once."""
        if document not in self._loaded:
            check_folder(document)
            given = {**self._given, "sources": self.choice.sources_of(document, self._given)}
            self._loaded[document] = load_document(document, given, shared=self._shared)
        return self._loaded[document]


def _check_allowed(names: Iterable[str], documents: Sequence[Description]) -> None:
    """Raise UsageError for a name of ``--allow`` that no document has."""
    known = [name for one in documents for name in one.workflow_ids]
    for name in names:
        if name not in known:
            message = f"`--allow {name}`: no workflow is called `{name}` in any of the documents"
            raise UsageError(error("AZ901", message, help=did_you_mean(name, known)))


def _unknown_in_all(findings: Iterable[list[Diagnostic]]) -> list[Diagnostic]:
    """The findings that all documents have in common."""
    every = list(findings)
    messages = [{one.message for one in each} for each in every]
    return [one for each in every[:1] for one in each if all(one.message in s for s in messages)]


def _allowed(description: Description, given: Mapping[str, Any]) -> list[WorkflowInfo]:
    """The workflows of a document that are offered; those that cannot run are said."""
    names, workflows = given["allow"], description.workflows.values()
    named = [one for one in workflows if not names or one.workflow_id in names]
    wanted = [one for one in named if one.read_only or not given["read_only"]]
    if names:
        show_warnings(_changing_warning(one) for one in named if one not in wanted)
    show_warnings(_broken_warning(one) for one in wanted if one.errors)
    return [one for one in wanted if not one.errors]


def _changing_warning(info: WorkflowInfo) -> Diagnostic:
    message = f"the workflow `{info.workflow_id}` can send more than `--read-only` allows"
    return warning("AZ906", message, help="remove `--read-only`, or this `--allow`")


def _broken_warning(info: WorkflowInfo) -> Diagnostic:
    first, more = info.errors[0], len(info.errors) - 1
    beside = f", and {count_text(more, 'more error')}" if more else ""
    message = f"the workflow `{info.workflow_id}` is not offered, as it cannot run: {first}{beside}"
    return warning("AZ906", message, help="`arazzo validate` shows all errors of a document")


def _offered(
    document: str, description: Description, given: Mapping[str, Any], choice: DocumentChoice
) -> OfferedDocument:
    own = choice.flags_of(description, given)
    known = secret_names(description)
    headers = {one.partition("=")[0].lower() for one in own["headers"]}
    own["secrets"] = tuple(one for one in own["secrets"] if one in known or one.lower() in headers)
    own["generate"] = {
        name: kind for name, kind in own["generate"].items() if name in inputs_of(description)
    }
    options = run_options(own)
    if given["mock"]:
        options["mock_inputs"] = "off"
    stores = credential_stores(given)
    return OfferedDocument(
        stem=re.sub(r"\.arazzo$", "", PurePath(document).stem),
        description=description,
        runner=Runner(**options),
        inputs={one: set_inputs(description, own, one) for one in description.workflow_ids},
        look_up=_secret_lookup(description, stores),
        variable=input_variable,
        secrets=frozenset(given["secrets"]),
        generated=frozenset(own["generate"]),
    )


def set_inputs(
    description: Description, given: Mapping[str, Any], workflow_id: str
) -> dict[str, Value]:
    """The inputs that flags, the environment and the profile set for a workflow."""
    known = input_schemas_of(description, [workflow_id])
    found = inputs_for(description, given, [workflow_id])
    taken = {name: value for name, value in found.items() if known.takes(name)}
    stated = {name for one in known.schemas for name in one.stated}
    own = workflow_inputs(workflow_id, taken, stated)
    return {name: one for name, one in taken.items() if name not in own.names} | own.inputs


def _secret_lookup(description: Description, stores: CredentialStores) -> SecretLookup:
    """Secret inputs that a command or the keyring knows, under the names of their variables."""

    def look_up(workflow_id: str, name: str) -> MaybeValue:
        known = input_schemas_of(description, [workflow_id])
        for variable in (input_variable(workflow_id, name), input_variable("", name)):
            text = stores.more(variable)
            if text is not None:
                return parse_input(name, text, known.target(name).value)
        return MISSING

    return look_up
