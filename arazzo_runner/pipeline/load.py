"""From a path or URL to a description: the entry document and all that its sources name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from arazzo_runner.document.components import resolve_components
from arazzo_runner.document.load import load_document
from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.document.rules.run import name_findings
from arazzo_runner.document.sources import DocumentMember, DocumentSet, ResolvedSource, load_sources
from arazzo_runner.document.store import SourceLimits
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.executor.bind.inputs import read_inputs_schemas
from arazzo_runner.executor.bind.operation import BindContext
from arazzo_runner.executor.bind.plan import bind
from arazzo_runner.executor.plan import Plan, Unit, WorkflowKey
from arazzo_runner.lint.cascades import RUNNABLE, Causes, find_causes, independent_findings
from arazzo_runner.lint.inputs import input_findings
from arazzo_runner.lint.reach import findings_in_reach
from arazzo_runner.lint.suppress import Silence
from arazzo_runner.openapi.lookup import all_operations
from arazzo_runner.openapi.model import ApiDescription, LoadDocument, SecurityScheme
from arazzo_runner.openapi.servers import declared_variables
from arazzo_runner.pipeline.shared_cache import ReadDescription, SharedCache
from arazzo_runner.text.diagnostic import (
    Diagnostic,
    SafeRepr,
    Severity,
    as_warning,
    sort_findings,
)
from arazzo_runner.text.limits import MAX_FINDINGS, DocumentLimits, first_findings
from arazzo_runner.text.parse import decode
from arazzo_runner.text.suggested_fix import begin_lookups

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import AsyncApiDescription
    from arazzo_runner.catalog.model import WorkflowInfo
    from arazzo_runner.document.retrieval import DocumentAccess
    from arazzo_runner.report.model import SourceInfo
    from arazzo_runner.report.traversal import OperationName


_NO_SILENCE: Final = Silence()


class Description(SafeRepr, frozen=True):
    """An Arazzo Description: its documents by base URI, the entry document first.

    ``warnings`` are the findings about its texts that do not keep it from running, without those in
    ``silence``; those about a selection of workflows are in the plan of it (``PlanResult``).
    ``errors`` stop the workflows that need what they are about (``lint/reach``); they are among the
    warnings too. ``missing`` are the sources that could not be read. ``alone`` is what keeps each
    workflow from being bound, ``catalog`` what ``workflows`` gives; caches, not state.
    """

    units: Mapping[str, Unit]
    warnings: tuple[Diagnostic, ...] = ()
    silence: Silence = Silence()
    errors: tuple[Diagnostic, ...] = ()
    missing: frozenset[tuple[str, str]] = frozenset()
    alone: dict[WorkflowKey, list[Diagnostic]] = field(default_factory=dict)
    catalog: dict[str, WorkflowInfo] = field(default_factory=dict)
    max_findings: int = MAX_FINDINGS

    def causes(self, queries: Iterable[Diagnostic] = ()) -> Causes:
        """What other findings may follow from; ``queries`` are those about malformed queries."""
        return find_causes((*self.errors, *self.warnings, *queries), self.units, self.missing)

    def errors_of(self, plan: Plan, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """What keeps a plan from running, by what was ``found`` when it was bound."""
        concerned = findings_in_reach(self.errors, self.units, self.missing, plan)
        causes = find_causes(self.errors, self.units, self.missing)
        wrong = [one for one in found if one.severity is Severity.ERROR]
        independent = list(independent_findings(wrong, causes))
        # A name that follows from nothing that is said has to be said itself.
        return [*concerned, *(independent if concerned else wrong)]

    def reported(self, findings: Iterable[Diagnostic]) -> Sequence[Diagnostic]:
        """Findings as they are shown: in the order of the texts, once each, within the limit."""
        every = sort_findings(dict.fromkeys(findings))
        return first_findings(self.entry.document.source.name, every, self.max_findings)

    def errors_of_workflow(self, key: WorkflowKey) -> list[Diagnostic]:
        """What keeps a workflow from running, wherever its requests go."""
        if key not in self.alone:
            binding = BindContext(self.units, fallback_server="http://localhost")
            self.alone[key] = self.errors_of(bind(binding, [key]), binding.findings)
        return self.alone[key]

    def errors_beside(self, plan: Plan) -> Iterator[Diagnostic]:
        """What keeps workflows of the document from running that a plan does not need."""
        others = [key for key in self.workflow_keys if key not in plan.workflows]
        binding = BindContext(self.units, fallback_server="http://localhost")
        # All at once costs less than each alone, and mostly there is nothing.
        if self.errors_of(bind(binding, others), binding.findings):
            for key in others:
                yield from self.errors_of_workflow(key)

    @property
    def workflows(self) -> Mapping[str, WorkflowInfo]:
        """The workflows of the document that was loaded, as data: schemas, steps, effects."""
        if not self.catalog:
            from arazzo_runner.catalog.workflows import read_workflows

            found = read_workflows(self.units, self.workflow_keys, self.errors_of_workflow)
            self.catalog.update(found)
        return self.catalog

    @property
    def workflow_keys(self) -> tuple[WorkflowKey, ...]:
        """The workflows of the document that was loaded, as a plan names them."""
        uri = self.entry.document.base_uri
        return tuple(WorkflowKey(uri, one) for one in self.workflow_ids)

    @property
    def entry(self) -> Unit:
        """The document that was loaded."""
        return next(iter(self.units.values()))

    @property
    def workflow_ids(self) -> tuple[str, ...]:
        """The workflows of the document that was loaded, in its order."""
        return tuple(one.workflow_id for one in self.entry.document.workflows)

    @property
    def source_names(self) -> frozenset[str]:
        """The names of all source descriptions."""
        units = self.units.values()
        return frozenset(one.name for unit in units for one in unit.document.source_descriptions)

    def brief(self) -> str:
        """Where it was read, and its workflows."""
        return f"{self.entry.document.source.name}: {', '.join(self.workflow_ids)}"

    def apis(self) -> dict[str, ApiDescription]:
        """The OpenAPI descriptions of all documents by name; the entry document's names win."""
        found: dict[str, ApiDescription] = {}
        for unit in self.units.values():
            for name, api in unit.apis.items():
                found.setdefault(name, api)
        return found

    def async_apis(self) -> dict[str, AsyncApiDescription]:
        """The AsyncAPI descriptions of all documents by name; the entry document's names win."""
        found: dict[str, AsyncApiDescription] = {}
        for unit in self.units.values():
            for name, described in unit.async_apis.items():
                found.setdefault(name, described)
        return found

    def security_schemes(self) -> dict[str, Mapping[str, SecurityScheme]]:
        """The security schemes of all API descriptions by name, by the names of the sources."""
        found: dict[str, Mapping[str, SecurityScheme]] = {
            name: api.schemes for name, api in self.apis().items()
        }
        for name, described in self.async_apis().items():
            from arazzo_runner.messaging.endpoint import broker_schemes

            found.setdefault(name, broker_schemes(described))
        return found

    def server_variables(self) -> set[str]:
        """The names of the variables of all servers."""
        found = {name for api in self.apis().values() for name in declared_variables(api.raw)}
        for described in self.async_apis().values():
            from arazzo_runner.messaging.endpoint import broker_variables

            found |= broker_variables(described)
        return found

    def source_infos(self) -> tuple[SourceInfo, ...]:
        """The API descriptions as reports name them."""
        from arazzo_runner.report.model import source_info

        found = {
            name: source_info(name, api.source, api.api_version)
            for name, api in self.apis().items()
        }
        for name, described in self.async_apis().items():
            version = described.schemas.api_version
            info = source_info(name, described.source, version, "asyncapi")
            found.setdefault(name, info)
        return tuple(found.values())

    def operation_names(self) -> tuple[OperationName, ...]:
        """All operations of the API descriptions."""
        from arazzo_runner.report.traversal import OperationName

        over_http = (
            OperationName(name, operation_id, method, path)
            for name, api in self.apis().items()
            for method, path, operation_id in all_operations(api)
        )
        channels = self.async_apis()
        if not channels:
            return tuple(over_http)
        from arazzo_runner.report.coverage.channels import channel_operation_names

        return (*over_http, *channel_operation_names(channels))


class LoadLimits(Struct, frozen=True):
    """The limits of the entry document and of all that it names."""

    document: DocumentLimits = field(default_factory=DocumentLimits)
    sources: SourceLimits = field(default_factory=SourceLimits)
    findings: int = MAX_FINDINGS


class PartialDescription(Struct, frozen=True):
    """What could be read of a description, and all that was found; no units without a document.

    ``missing`` are the sources, by (base URI of the document, name), that could not be read.
    """

    units: Mapping[str, Unit]
    findings: tuple[Diagnostic, ...]
    missing: frozenset[tuple[str, str]] = frozenset()


def load_from(
    access: DocumentAccess,
    document: str,
    overrides: Mapping[str, str],
    limits: LoadLimits,
    shared: SharedCache | None = None,
    silence: Silence = _NO_SILENCE,
) -> Description:
    """Read a document and all that its source descriptions name.

    ``document`` is a path or URL; ``overrides`` say where to read a source instead, by its name.
    ``shared`` keeps what the next documents may need again, ``silence`` is what is not told.
    What is wrong with a part that some workflow does not need stops the others only. Raises
    DocumentError with everything that was found when no workflow can run, and UsageError when the
    document itself cannot be read, or nothing is wrong but ``overrides``, and what they were to
    replace.
    """
    examined = examine_description(access, document, overrides, limits, shared or SharedCache())
    findings = silence.without(sort_findings(for_run(one) for one in examined.findings))
    wrong = [one for one in findings if one.severity is Severity.ERROR]
    if wrong and is_usage({one.code for one in wrong}):
        raise UsageError(*first_findings(document, findings, limits.findings))
    if not wrong:
        most = limits.findings
        return Description(examined.units, tuple(findings), silence, max_findings=most)
    warnings = tuple(as_warning(one) if one.severity is Severity.ERROR else one for one in findings)
    missing = examined.missing
    description = Description(
        examined.units, warnings, silence, tuple(wrong), missing, max_findings=limits.findings
    )
    if not examined.units:
        raise DocumentError(*first_findings(document, findings, limits.findings))
    # Up to the first workflow that can run.
    if all(map(description.errors_of_workflow, description.workflow_keys)):
        blocking = map(description.errors_of_workflow, description.workflow_keys)
        raise DocumentError(*description.reported(chain(findings, *blocking)))
    return description


def is_usage(codes: set[str]) -> bool:
    """Whether the call is to blame: where a flag names no source, what it was to replace is not."""
    others = {one for one in codes if one != "AZ101" and not one.startswith("AZ9")}
    return not others or ("AZ906" in codes and others <= {"AZ201", "AZ216"})


def examine_description(
    access: DocumentAccess,
    document: str,
    overrides: Mapping[str, str],
    limits: LoadLimits,
    shared: SharedCache,
) -> PartialDescription:
    """Like :func:`load_from`, as far as it goes, with everything that was found on the way.

    Raises UsageError alone, when the document itself cannot be read.
    """
    begin_lookups()
    shared.begin_document()
    try:
        retrieved = access.open(document)
        text = decode(retrieved.data, retrieved.name, retrieved.uri)
    except RetrieveError as failure:
        raise _unreadable_error(failure) from None
    except DocumentError as reason:
        return PartialDescription({}, reason.diagnostics)
    loaded = load_document(text, limits.document)
    if loaded.document is None:
        return PartialDescription({}, loaded.diagnostics)
    read = loaded.document
    if "x-bundle" in read.raw:
        from arazzo_runner.pipeline.bundle import open_bundle

        read, access, wrong = open_bundle(read, access)
        if wrong:
            return PartialDescription({}, (*loaded.diagnostics, *wrong))
        shared = SharedCache()  # what a bundle has for a URL is for itself alone
    resolved, unresolved = resolve_components(read)
    sources = load_sources(resolved, access, overrides, limits.sources, shared.shelf)
    found = [*loaded.diagnostics, *unresolved, *name_findings(resolved), *sources.diagnostics]
    units = assemble(sources, found, shared)
    found += (one for unit in units.values() for one in input_findings(unit))
    return PartialDescription(units, tuple(found), _missing_operations(sources, units))


def _unreadable_error(failure: RetrieveError) -> UsageError:
    """The error about the document itself, which need not be there yet."""
    from arazzo_runner.retrieve.files import OTHER_PATH

    if failure.hint == OTHER_PATH:
        failure.hint = f"{OTHER_PATH}; `arazzo new --from-scratch` writes one to begin with"
    return failure.as_usage("the document")


def _missing_operations(
    sources: DocumentSet, units: Mapping[str, Unit]
) -> frozenset[tuple[str, str]]:
    return frozenset(
        (uri, one.name)
        for uri, member in sources.members.items()
        for one in member.document.source_descriptions
        if one.name not in units[uri].source_names
    )


def for_run(finding: Diagnostic) -> Diagnostic:
    """An error that leaves a run possible is a warning to it."""
    if finding.code not in RUNNABLE or finding.severity is not Severity.ERROR:
        return finding
    return replace(finding, severity=Severity.WARNING)


def assemble(
    sources: DocumentSet, findings: list[Diagnostic], shared: SharedCache | None = None
) -> dict[str, Unit]:
    """Each Arazzo document with the API descriptions that it names, read once each."""
    shared = shared or SharedCache()
    apis: dict[str, ReadDescription] = {}
    for member in sources.members.values():
        for source in member.sources:
            if source.type != "arazzo" and source.uri not in apis:
                _read_api(source, apis, findings, shared, sources.referred.read)
    return {uri: _unit(member, apis, sources) for uri, member in sources.members.items()}


def _read_api(
    source: ResolvedSource,
    apis: dict[str, ReadDescription],
    findings: list[Diagnostic],
    shared: SharedCache,
    load: LoadDocument,
) -> None:
    try:
        apis[source.uri] = shared.api(source, load)
    except DocumentError as error:
        findings.extend(error.diagnostics)


def _unit(
    member: DocumentMember,
    apis: Mapping[str, ReadDescription],
    sources: DocumentSet,
) -> Unit:
    document = member.document
    types = {source.name: source.type for source in member.sources}
    described = {one.name: apis[one.uri] for one in member.sources if one.uri in apis}
    return Unit(
        document=document,
        apis={name: one for name, one in described.items() if isinstance(one, ApiDescription)},
        async_apis={
            name: one for name, one in described.items() if not isinstance(one, ApiDescription)
        },
        documents={
            one.name: one.uri
            for one in member.sources
            if one.type == "arazzo" and one.uri in sources.members
        },
        fields={
            one.name: {"name": one.name, "url": one.url, "type": one.type or types.get(one.name)}
            for one in document.source_descriptions
        },
        inputs=read_inputs_schemas(document, sources.referred.read),
    )


__all__ = [
    "Description",
    "LoadLimits",
    "PartialDescription",
    "SharedCache",
    "assemble",
    "examine_description",
    "load_from",
]
