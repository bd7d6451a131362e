"""The operation that a step names, looked up in its source descriptions.

:class:`BindContext` is what all binding works with: documents, the user's choices, and findings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, islice
from typing import Final, TypeAlias

from msgspec import Struct, field

from arazzo_runner.document.model import (
    ChannelByPath,
    OperationById,
    OperationByPath,
    WorkflowName,
)
from arazzo_runner.document.rules.names import DocumentNames, check_workflow, names_of
from arazzo_runner.errors import DocumentError
from arazzo_runner.executor.plan import Unit, WorkflowKey
from arazzo_runner.openapi.lookup import (
    OperationEntry,
    find_by_id,
    find_by_pointer,
    namesakes,
    operation_ids,
    operation_pointers,
    pointer_of,
    standard_form,
)
from arazzo_runner.openapi.model import ApiDescription, Operation
from arazzo_runner.openapi.security.schemes import Authorization, ParameterKeys
from arazzo_runner.text.diagnostic import (
    Diagnostic,
    Label,
    Severity,
    did_you_mean,
    error,
    nearest,
    warning,
)
from arazzo_runner.text.source import pointer_text
from arazzo_runner.text.suggested_fix import rename_to_known, replace_text

Authorize: TypeAlias = Callable[[str, Operation, ParameterKeys, str, str], Authorization]
"""By the source's name, the operation, what the workflow passes, the server's URL, and the name
of the credentials (``x-credentials``)."""


class BindContext(Struct, frozen=True):
    """``servers`` are base URLs by source name (``""`` for all), ``variables`` server variables.

    ``authorize`` gives the credentials for an operation of a source, beside what the workflow
    passes by itself; ``send_invalid`` names steps (or ``all``) that may contradict the description
    of their operation; ``fallback_server`` serves where a description knows none. Where nothing
    ``needs_credentials``, security that cannot be used is no error.
    """

    units: Mapping[str, Unit]
    servers: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    authorize: Authorize = lambda _source, _operation, _given, _server, _identity: Authorization()
    fallback_server: str | None = None
    send_invalid: Collection[str] = ()
    needs_credentials: bool = True
    findings: dict[Diagnostic, None] = field(default_factory=dict)
    _names: dict[str, DocumentNames] = field(default_factory=dict)

    def report(self, finding: Diagnostic) -> None:
        """Keep a finding, once: several steps may name the same unknown thing of a component."""
        self.findings[finding] = None

    def names_of(self, unit: Unit) -> DocumentNames:
        """The names of a document, gathered once."""
        uri = unit.document.base_uri
        if uri not in self._names:
            self._names[uri] = names_of(unit.document)
        return self._names[uri]


def find_workflow(name: WorkflowName, unit: Unit, binding: BindContext) -> WorkflowKey | None:
    """The workflow that a ``workflowId`` names, here or in an Arazzo source; None is reported."""
    target = unit if name.source is None else _unit_of_source(name, unit, binding)
    if target is None:
        return None
    known = binding.names_of(target).workflows
    if name.workflow_id in known:
        return WorkflowKey(target.document.base_uri, name.workflow_id)
    standard = _standard_form(name, known, unit, binding)
    if standard is not None:
        binding.report(_form_error(name, standard))
        return None
    if name.source is None:
        others = _foreign_names(unit, binding)
        for one in check_workflow(name.workflow_id, name.place, binding.names_of(unit), others):
            binding.report(one)
        return None
    listed = ", ".join(f"`{one}`" for one in known)
    help_line = did_you_mean(name.workflow_id, known) or f"its workflows are {listed}"
    message = f"no workflow is called `{name.workflow_id}` in `{name.source}`"
    fix = rename_to_known(name.place, name.workflow_id, known)
    binding.report(error("AZ207", message, name.place, "unknown workflowId", help_line, fix))
    return None


def _form_error(name: WorkflowName, standard: str) -> Diagnostic:
    message = f"no workflow is called `{name.workflow_id}`"
    fix = replace_text(name.place, standard)
    return error("AZ207", message, name.place, "", f"write `{standard}`", fix)


def _standard_form(
    name: WorkflowName, known: Collection[str], unit: Unit, binding: BindContext
) -> str | None:
    """The name that a form of other tools means; None for any other, and where it is not sure.

    ``$sourceDescriptions.<source>.workflows.<id>``, ``<source>.<id>``, and the bare ``<id>`` of a
    workflow that one source alone has.
    """
    if name.source is not None:
        workflow_id = name.workflow_id.removeprefix("workflows.")
        return f"$sourceDescriptions.{name.source}.{workflow_id}" if workflow_id in known else None
    elsewhere = {
        f"$sourceDescriptions.{source}.{one.workflow_id}"
        for source, uri in unit.documents.items()
        for one in binding.units[uri].document.workflows
        if name.workflow_id in (one.workflow_id, f"{source}.{one.workflow_id}")
    }
    return elsewhere.pop() if len(elsewhere) == 1 else None


def _foreign_names(unit: Unit, binding: BindContext) -> list[str]:
    """How the workflows of other documents are named here."""
    return [
        f"$sourceDescriptions.{source}.{one.workflow_id}"
        for source, uri in unit.documents.items()
        for one in binding.units[uri].document.workflows
    ]


def _unit_of_source(name: WorkflowName, unit: Unit, binding: BindContext) -> Unit | None:
    assert name.source is not None
    uri = unit.documents.get(name.source)
    if uri is not None:
        return binding.units[uri]
    if name.source in unit.apis:
        message = f"source description `{name.source}` is an API description and has no workflows"
        binding.report(error("AZ207", message, name.place, "not an Arazzo source"))
        return None
    known = [source.name for source in unit.document.source_descriptions]
    message = f"no source description is called `{name.source}`"
    help_line = did_you_mean(name.source, known)
    fix = rename_to_known(name.place, name.source, known)
    binding.report(error("AZ203", message, name.place, "", help_line, fix))
    return None


DescribedTarget: TypeAlias = OperationById | OperationByPath | ChannelByPath

SourceOperation: TypeAlias = tuple[str, Operation]
"""The name of the source description, and the operation."""

_SHOWN: Final = 4
"""So many operations of one name are shown."""


def find_by_operation_id(
    named: OperationById, unit: Unit, binding: BindContext
) -> SourceOperation | None:
    """The operation with an ``operationId``, searched in all sources that are API descriptions.

    None is reported. Raises DocumentError when a description is broken where the operation is, or
    may be.
    """
    if named.source is not None:
        return _find_in_source(named, named.source, unit, binding)
    found, broken = operation_candidates(named.operation_id, unit)
    if len(found) == 1:
        return _single_operation(named, *found[0], binding)
    if found:
        report_ambiguous(named, [name for name, _ in found], binding)
    elif broken:
        raise DocumentError(*broken)
    else:
        _report_unknown(named, _ids_by_source(unit), binding)
    return None


def operation_candidates(
    operation_id: str, unit: Unit
) -> tuple[list[SourceOperation], list[Diagnostic]]:
    """The operations of all sources with an ``operationId``, and what is broken where one may be.

    What is broken in one source is no matter to an operation of another.
    """
    found: list[SourceOperation] = []
    broken: list[Diagnostic] = []
    for name, api in unit.apis.items():
        try:
            operation = find_by_id(api, operation_id)
        except DocumentError as reason:
            broken.extend(reason.diagnostics)
            continue
        if operation is not None:
            found.append((name, operation))
    return found, broken


def _find_in_source(
    named: OperationById, source: str, unit: Unit, binding: BindContext
) -> SourceOperation | None:
    api = unit.apis.get(source)
    if api is None and source not in unit.async_apis:
        report_source(source, named, unit, binding)
        return None
    operation = find_by_id(api, named.operation_id) if api is not None else None
    if operation is None:
        _report_unknown(named, _ids_by_source(unit, source), binding)
        return None
    return _single_operation(named, source, operation, binding)


def _single_operation(
    named: OperationById, source: str, operation: Operation, binding: BindContext
) -> SourceOperation | None:
    """The operation, if no other of its description has the same operationId."""
    same = namesakes(operation.description, named.operation_id)
    if len(same) < 2:
        return source, operation
    binding.report(_twice_error(named, source, same))
    return None


def _twice_error(named: OperationById, source: str, same: Sequence[OperationEntry]) -> Diagnostic:
    """Operation Object: the operationId MUST be unique among all operations of the description."""
    shown = same[:_SHOWN]
    listed = " and ".join(f"`{one.method} {one.path}`" for one in shown)
    more = f" and {len(same) - _SHOWN} more" if len(same) > _SHOWN else ""
    pointers = [f"#{pointer_text(pointer_of(one.method, one.path))}" for one in shown]
    paths = [f"`'{{$sourceDescriptions.{source}.url}}{one}'`" for one in pointers]
    return Diagnostic(
        code="AZ205",
        severity=Severity.ERROR,
        message=f"in `{source}`, `{named.operation_id}` is the operationId of {listed}{more}",
        place=named.place,
        label="which one?",
        help=f"name the one you mean by its `operationPath`: {' or '.join(paths)}",
        more=tuple(Label(one.place.at("operationId"), f"{one.method} {one.path}") for one in shown),
    )


def report_ambiguous(named: OperationById, sources: list[str], binding: BindContext) -> None:
    """AZ205: several sources have the operation."""
    listed = " and ".join(f"`{name}`" for name in sources)
    message = f"`{named.operation_id}` is an operation of {listed}"
    help_line = f"qualify it: `$sourceDescriptions.{sources[0]}.{named.operation_id}`"
    binding.report(error("AZ205", message, named.place, "ambiguous", help_line))


_Ids: TypeAlias = Mapping[str, Collection[str]]
"""The ids of operations by the name of the source description."""


def _ids_by_source(unit: Unit, only: str | None = None) -> _Ids:
    found = {name: operation_ids(api) for name, api in unit.apis.items() if only in (None, name)}
    for name, api in unit.async_apis.items():
        if only in (None, name):
            from arazzo_runner.asyncapi.operations import async_operation_ids

            found[name] = async_operation_ids(api)
    return found


def _report_unknown(named: OperationById, ids: _Ids, binding: BindContext) -> None:
    qualified = _qualified_id(named, ids)
    if qualified is not None:
        binding.report(_unqualified_error(named, qualified))
        return
    known = next(iter(ids.values())) if len(ids) == 1 else list(chain.from_iterable(ids.values()))
    sources = ", ".join(f"`{name}`" for name in ids) or "any source description"
    match = nearest(named.operation_id, known)
    help_line = f"did you mean `{match}`?" if match else _some_names(known)
    if match and match.casefold() == named.operation_id.casefold():
        help_line = f"only the case differs from `{match}`; operationIds are case-sensitive"
    message = f"no operation is called `{named.operation_id}`"
    fix = rename_to_known(named.place, named.operation_id, known)
    binding.report(error("AZ204", message, named.place, f"not in {sources}", help_line, fix))


def _qualified_id(named: OperationById, ids: _Ids) -> str | None:
    """An operationId qualified as other tools do it, as the standard has it; None for any other.

    That is ``source.operationId``, ``source/operationId``, and ``operations.`` behind the source.
    """
    for name, known in ids.items():
        prefixes = (f"{name}.", f"{name}/") if named.source is None else ("operations.",)
        for prefix in prefixes:
            operation_id = named.operation_id.removeprefix(prefix)
            if operation_id != named.operation_id and operation_id in known:
                return f"$sourceDescriptions.{name}.{operation_id}"
    return None


def _unqualified_error(named: OperationById, qualified: str) -> Diagnostic:
    message = f"no operation is called `{named.operation_id}`"
    fix = replace_text(named.place, qualified)
    return error("AZ204", message, named.place, "", f"write `{qualified}`", fix)


def _some_names(known: Collection[str]) -> str | None:
    if not known:
        return "the description has no operationIds; name the operation by `operationPath`"
    listed = ", ".join(f"`{one}`" for one in islice(known, 8))
    return f"its operations: {listed}" + (f" and {len(known) - 8} more" if len(known) > 8 else "")


def report_source(source: str, named: DescribedTarget, unit: Unit, binding: BindContext) -> None:
    """A source that has nothing of the kind: another kind of source (AZ202), or none (AZ203)."""
    declared = [one.name for one in unit.document.source_descriptions]
    if source in declared:
        what = "AsyncAPI" if isinstance(named, ChannelByPath) else "OpenAPI"
        lacking = "channels" if isinstance(named, ChannelByPath) else "operations"
        message = f"source description `{source}` is not an {what} description"
        message += f", so it has no {lacking}"
        binding.report(error("AZ202", message, named.place))
        return
    message = f"no source description is called `{source}`"
    help_line = did_you_mean(source, declared)
    fix = rename_to_known(named.place, source, declared)
    binding.report(error("AZ203", message, named.place, "", help_line, fix))


def find_by_operation_path(
    path: OperationByPath, unit: Unit, binding: BindContext
) -> SourceOperation | None:
    """The operation at an ``operationPath``, also where the pointer's ``/`` were not escaped."""
    api = unit.apis.get(path.source)
    if api is None:
        report_source(path.source, path, unit, binding)
        return None
    operation = find_by_pointer(api, path.pointer)
    if operation is not None:
        return path.source, operation
    tokens = standard_form(path.pointer)
    operation = find_by_pointer(api, tokens) if tokens else None
    if operation is None or tokens is None:
        _report_no_operation(path, api, binding)
        return None
    standard = f"#{pointer_text(tokens)}"
    fragment = path.place.within(path.text.index("#"), len(path.text))
    fix = replace_text(fragment, standard)
    message = _what_is_unusual(path.pointer, tokens)
    binding.report(warning("AZ119", message, path.place, "", f"write `{standard}`", fix))
    return path.source, operation


def _what_is_unusual(written: tuple[str, ...], standard: tuple[str, ...]) -> str:
    if written[-1] == standard[-1]:
        return "the `/` of the path in this JSON Pointer are not escaped"
    return f"the method is `{standard[-1]}`, in lower case: JSON Pointers compare exactly"


def _report_no_operation(path: OperationByPath, api: ApiDescription, binding: BindContext) -> None:
    pointers = operation_pointers(api)
    written = f"#{pointer_text(path.pointer)}"
    match = nearest(written, pointers)
    help_line = (
        f"did you mean `{{$sourceDescriptions.{path.source}.url}}{match}`?" if match else None
    )
    message = f"`{written}` does not point to an operation of `{path.source}`"
    fix = rename_to_known(path.place, written, pointers)
    binding.report(error("AZ206", message, path.place, "", help_line, fix))
