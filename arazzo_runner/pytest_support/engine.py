"""What the tests of one pytest run share: flags, documents that were read, connections.

Options are for all tests; a document gets those that concern it, as others may have other sources.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import pytest
from msgspec.structs import replace

from arazzo_runner.cli.options.profiles import Profile
from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
from arazzo_runner.cli.options.silence import configured_silence
from arazzo_runner.document.model import Workflow
from arazzo_runner.embed.documents import rendered_errors, secret_names
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.embed.route import mock_keywords
from arazzo_runner.embed.runner import Runner
from arazzo_runner.errors import DiagnosedError
from arazzo_runner.executor.inputs import workflow_inputs
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import ApiDescription
from arazzo_runner.openapi.servers import declared_variables
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description, SharedCache, load_from
from arazzo_runner.pytest_support.options import PytestOptions, read_options
from arazzo_runner.report.diagnostics.text import render_text
from arazzo_runner.report.secrets import Masker
from arazzo_runner.retrieve.access import document_access
from arazzo_runner.text.diagnostic import Diagnostic
from arazzo_runner.worlds.rate import RateLimit

T = TypeVar("T")


def relevant_options(options: RunOptions, description: Description) -> RunOptions:
    """The options without the names of sources, variables and inputs that are not here."""
    apis = description.apis()
    variables, secrets = options.get("server_variables", {}), options.get("secrets", ())
    # Whole API descriptions are looked through: only where somebody asks.
    known = _variables(apis.values()) if variables else set()
    names = secret_names(description) if secrets else set()
    return options | RunOptions(
        servers=_known_only(options.get("servers", {}), {"", *apis}),
        credentials=_known_only(options.get("credentials", {}), apis),
        server_variables=_known_only(variables, known),
        no_auth=[one for one in options.get("no_auth", ()) if _is_known_scheme(one, apis)],
        secrets=[one for one in secrets if one in names],
        generate=_generated(options.get("generate", {}), description),
    )


def _generated(kinds: Mapping[str, str], description: Description) -> dict[str, str]:
    schemas = [one for unit in description.units.values() for one in unit.inputs.values()]
    return {name: kind for name, kind in kinds.items() if any(one.accepts(name) for one in schemas)}


def _is_known_scheme(text: str, apis: Mapping[str, ApiDescription]) -> bool:
    source, _, scheme = text.partition(".")
    return text == "all" or (source in apis and (not scheme or scheme in apis[source].schemes))


def _variables(apis: Iterable[ApiDescription]) -> set[str]:
    return {name for one in apis for name in declared_variables(one.raw)}


def _known_only(given: Mapping[str, T], known: Container[str]) -> dict[str, T]:
    return {name: one for name, one in given.items() if name in known}


def relevant_inputs_of(
    description: Description, workflow: Workflow, inputs: Mapping[str, Value]
) -> dict[str, Value]:
    """Those of some inputs that a workflow declares; all of them where it welcomes any.

    Those for this workflow alone are among them: ``{WORKFLOW: {NAME: …}}``, ``WORKFLOW.NAME``.
    """
    schema = description.entry.inputs[workflow.workflow_id]
    own = workflow_inputs(workflow.workflow_id, inputs, schema.stated)
    return {**schema.accepted_inputs(inputs), **own.inputs}


def inputs_taken(
    description: Description, workflow: str | None, inputs: Mapping[str, Value]
) -> dict[str, Value]:
    """Those of some inputs that a run has use for: of one workflow, or of all that it runs."""
    schemas = description.entry.inputs
    named = [workflow] if workflow is not None and workflow in schemas else []
    keys = pipeline.select_workflows(description, named)
    taken: dict[str, Value] = {}
    for key in keys:
        schema = schemas[key.workflow]
        own = workflow_inputs(key.workflow, inputs, schema.stated)
        taken |= schema.accepted_inputs(inputs)
        taken |= {name: inputs[name] for name in own.names}
    return taken


_NO_SERVER: Final = """\
override the fixture `arazzo_app` (an ASGI or WSGI application) or `arazzo_server` (a URL), or set \
the server with `--arazzo-server URL`"""


@contextmanager
def pytest_help() -> Iterator[None]:
    """Let what is raised in the block name the ways out that a test has."""
    try:
        yield
    except DiagnosedError as reason:
        if any(one.code == "AZ908" for one in reason.diagnostics):
            reason.diagnostics = tuple(map(_in_words_of_tests, reason.diagnostics))
            reason.args = (render_error(reason),)
        raise


def _in_words_of_tests(finding: Diagnostic) -> Diagnostic:
    return replace(finding, help=_NO_SERVER) if finding.code == "AZ908" else finding


_NAMED: Final = (
    "servers",
    "credentials",
    "server_variables",
    "secrets",
    "mock_cases",
    "max_durations",
    "generate",
)
"""The options that differ between documents, and between tests with fixtures of their own."""

_WAYS: Final = frozenset({"app", "client", "mock", "transport", "world"})


class OpenRunners:
    """Runners that are held open: for all tests of a pytest run, or for one."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._runners: dict[str, Runner] = {}

    def runner(self, options: RunOptions) -> Runner:
        """The runner with these options, made when it is first asked for."""
        key = repr([options.get(name) for name in _NAMED])
        if key not in self._runners:
            self._runners[key] = self._stack.enter_context(Runner(**options))
        return self._runners[key]

    def close(self) -> None:
        """Close the connections, end the lifespan of an application."""
        self._stack.close()


class PytestEngine:
    """Loads documents and runs them, by what was ``given`` for all tests."""

    def __init__(self, given: PytestOptions) -> None:
        self._options = given
        # The items hold what was read anyway.
        self._shared = SharedCache(limit=256 * 2**20)
        self._descriptions: dict[object, Description] = {}
        self._open = OpenRunners()
        self._awaited: dict[str, DiagnosedError | None] = {}
        if rate := given.run.get("rate"):  # one limit for all runners
            given.run["rate"] = rate if isinstance(rate, RateLimit) else RateLimit(rate)

    @property
    def servers(self) -> Mapping[str, str]:
        """The servers that are given for all tests, by source description."""
        return self._options.run.get("servers", {})

    @property
    def inputs(self) -> Mapping[str, Value]:
        """The inputs that the profile in use gives."""
        profile: Profile = self._options.flags["profile"]
        return profile.inputs

    def load(self, document: str) -> Description:
        """A document with what its sources name, read again when it has changed.

        Raises UsageError and DocumentError.
        """
        key = _version(document)
        if key not in self._descriptions:
            given = self._options.flags
            access = document_access(retrieve_settings(given), os.environ)
            limits = load_limits(given)
            silence = configured_silence(document)
            loaded = load_from(access, document, given["sources"], limits, self._shared, silence)
            self._descriptions[key] = loaded
        return self._descriptions[key]

    @contextmanager
    def runner(
        self, description: Description, common: RunOptions, own: RunOptions, test: OpenRunners
    ) -> Iterator[Runner]:
        """A runner for a document with the options of ``common`` fixtures and a call's ``own``.

        Connections to servers are kept for all tests, an application for one.
        """
        options = self.joined(description, common, own)
        if _WAYS.isdisjoint(name for name, way in options.items() if way):
            self._wait_for_servers(description, options)
        if own:
            with Runner(**options) as runner:
                yield runner
            return
        yield (test if "app" in options else self._open).runner(options)

    def _wait_for_servers(self, description: Description, options: RunOptions) -> None:
        """Wait once for each server that is to respond first; one that did not never will."""
        apis = description.apis()
        for name in self._options.flags["wait_for"]:
            if "://" not in name and name not in apis:
                continue
            if name not in self._awaited:
                self._awaited[name] = self._wait_for(name, description, options)
            if (reason := self._awaited[name]) is not None:
                raise reason

    def _wait_for(
        self, name: str, description: Description, options: RunOptions
    ) -> DiagnosedError | None:
        from arazzo_runner.cli.run.wait_for import wait_for_sources, wait_for_urls

        given = {
            **self._options.flags,
            "wait_for": (name,),
            "servers": options.get("servers", {}),
            "server_variables": options.get("server_variables", {}),
        }
        try:
            with rendered_errors():
                wait_for_urls(given)
                wait_for_sources(description, given)
        except DiagnosedError as reason:
            return reason
        return None

    def joined(self, description: Description, common: RunOptions, own: RunOptions) -> RunOptions:
        """What is nearest wins; of the ways that requests may go, the mock over a fixture."""
        options = relevant_options(self._options.run | common, description)
        elsewhere = not _WAYS.isdisjoint(own)
        if elsewhere or options.get("mock"):
            options.pop("app", None)
        mock = own.get("mock", options.get("mock", False) and not elsewhere)
        if not mock:  # what pytest says of the mock is for the tests that have one
            for name in {*mock_keywords(self._options.run)} - common.keys():
                options.pop(name, None)  # type: ignore[misc]
        if cases := options.get("mock_cases"):
            options["mock_cases"] = self._by_step(description, cases)
        if durations := options.get("max_durations"):
            options["max_durations"] = self._by_step(description, durations)
        return options | RunOptions(mock=mock) | own

    def _by_step(self, description: Description, values: Mapping[str, T]) -> dict[str, T]:
        """What is set by steps, without what is of steps that other documents alone have."""
        from arazzo_runner.mock.steps.cases import step_names

        own = step_names(unit.document for unit in description.units.values())
        every = [*self._descriptions.values()]
        others = step_names(unit.document for one in every for unit in one.units.values())
        return {name: one for name, one in values.items() if name in own or name not in others}

    def close(self) -> None:
        """Close the connections."""
        self._open.close()


_ENGINE = pytest.StashKey[PytestEngine]()


def engine_of(config: pytest.Config) -> PytestEngine:
    """The one engine of a pytest run. Raises UsageError for flags that cannot be used."""
    if _ENGINE not in config.stash:
        engine = PytestEngine(read_options(config))
        config.stash[_ENGINE] = engine
        config.add_cleanup(engine.close)
    return config.stash[_ENGINE]


def _version(document: str) -> object:
    """What changes with a file; a URL stands for itself."""
    file = Path(document).absolute()
    with suppress(OSError):
        found = file.stat()
        return file, found.st_mtime_ns, found.st_size
    return document


def render_error(reason: DiagnosedError) -> str:
    """What is wrong, for the report of a test: in the words of flags, which pytest's twins have."""
    masker = Masker(reason.secrets)
    texts = (render_text(one, masker=masker) for one in reason.diagnostics)
    return "\n".join(texts).rstrip()
