"""Which of several documents run, and what the flags say of each.

A flag that names a workflow, step, source or input is for the documents that have it; one that none
of them has is an error before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from arazzo_runner.cli.completion.document_names import DocumentNames, read_names
from arazzo_runner.cli.inputs import input_schemas_of, typed_names
from arazzo_runner.cli.options.check_names import UnknownName, unknown_names, without_names
from arazzo_runner.errors import DiagnosedError, UsageError
from arazzo_runner.mock.steps.cases import step_names
from arazzo_runner.options.model import typed_duration
from arazzo_runner.pipeline.load import Description
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean, error

_NAMING: Final = (
    "workflows", "until", "servers", "server_variables", "credential_origins", "checks", "no_auth",
    "send_invalid", "mock_cases", "max_durations", "wait_for", "sources", "inputs", "inputs_file",
)  # fmt: skip
"""Flags that may name what only some documents have."""


def refuse_single(given: Mapping[str, Any]) -> None:
    """Raise UsageError for flags that are for one document."""
    if given["record"] is not None:
        message = "`--record` records one run, and several documents make several"
        raise UsageError(error("AZ906", message, help="record one document at a time"))
    if given["journal"] is not None:
        message = "`--journal` keeps the run of one document"
        raise UsageError(error("AZ906", message, help="run one document at a time"))
    for name, flag in (("saved", "--save"), ("repeat", "--repeat")):
        if given[name] and given[name] != 1:
            message = f"`{flag}` is for one document"
            raise UsageError(error("AZ906", message, help="run one document at a time with it"))
    if given["cases"] is not None or given["case"]:
        flag = "--cases" if given["cases"] is not None else "--case"
        message = f"`{flag}` is for one document: its columns are the inputs of that one"
        raise UsageError(error("AZ906", message, help="run one document at a time with cases"))


class DocumentChoice(Struct, frozen=True):
    """The documents to run of those that were named."""

    documents: tuple[str, ...]

    def flags_of(self, description: Description, given: Mapping[str, Any]) -> dict[str, Any]:
        """The flags without the names that only other documents have."""
        known = set(description.workflow_ids)
        own = without_names(given, unknown_names(description, given))
        steps = step_names(unit.document for unit in description.units.values())
        return {
            **own,
            "workflows": tuple(one for one in own["workflows"] if one in known),
            **{key: _only(own[key], steps) for key in ("mock_cases", "max_durations")},
            "wait_for": tuple(
                one for one in own["wait_for"] if "://" not in one and one in description.apis()
            ),
        }

    def sources_of(self, document: str, given: Mapping[str, Any]) -> dict[str, str]:
        """The sources of ``--source`` that a document has; of a URL it is not known yet."""
        sources: dict[str, str] = given["sources"]
        if not sources or not Path(document).is_file():
            return sources
        known = read_names(document).sources
        return {name: place for name, place in sources.items() if name in known}


def _only(table: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    return {name: one for name, one in table.items() if name in known}


def choose_documents(
    documents: Sequence[str], given: Mapping[str, Any], load: Callable[[str], Description]
) -> DocumentChoice:
    """The documents in which the flags have something to run.

    Raises UsageError for names that are in none of them.
    """
    if not any(given[name] for name in _NAMING):
        return DocumentChoice(tuple(documents))
    names = {document: read_names(document) for document in documents}
    inputs = _input_names(names.values(), given)
    survey = [_survey(document, one, given, inputs, load) for document, one in names.items()]
    unknown = _unknown_in_all(survey)
    if unknown:
        raise UsageError(*unknown)
    selected = (one.document for one in survey if _is_selected(one, given["workflows"]))
    return DocumentChoice(tuple(selected))


class _Surveyed(Struct, frozen=True):
    """The names in one document; ``unknown`` are those that it does not have."""

    document: str
    names: DocumentNames
    workflows: frozenset[str]
    unknown: tuple[UnknownName, ...] | None


def _input_names(documents: Iterable[DocumentNames], given: Mapping[str, Any]) -> list[str]:
    """The inputs that are set; those of a table for one workflow as ``WORKFLOW.NAME``."""
    workflows = {one.workflow_id for names in documents for one in names.workflows}
    file = given["inputs_file"] or {}
    tables = {
        name: [f"{name}.{member}" for member in table]
        for name, table in file.items()
        if name in workflows and isinstance(table, Mapping)
    }
    return [each for name in typed_names(given) for each in tables.get(name, [name])]


def _survey(
    document: str,
    names: DocumentNames,
    given: Mapping[str, Any],
    inputs: Sequence[str],
    load: Callable[[str], Description],
) -> _Surveyed:
    try:
        description = load(document)
    except DiagnosedError:  # said when it is its turn
        workflows = frozenset(one.workflow_id for one in names.workflows)
        return _Surveyed(document, names, workflows, None)
    unknown = (
        *unknown_names(description, given),
        *_unknown_findings(description, given),
        *_unknown_inputs(description, given["workflows"], inputs),
    )
    return _Surveyed(document, names, frozenset(description.workflow_ids), unknown)


def _is_selected(surveyed: _Surveyed, workflows: Sequence[str]) -> bool:
    return not workflows or not surveyed.workflows.isdisjoint(workflows)


def _unknown_findings(description: Description, given: Mapping[str, Any]) -> Iterator[UnknownName]:
    """The workflows, cases of the mock, and sources that a document does not have."""
    yield from _missing("workflows", given["workflows"], description.workflow_ids, "workflow")
    steps = step_names(unit.document for unit in description.units.values())
    yield from _missing("mock_cases", given["mock_cases"], steps, "mock-case")
    durations = {name: typed_duration(one) for name, one in given["max_durations"].items()}
    yield from _missing("max_durations", durations, steps, "max-duration")
    waited = [one for one in given["wait_for"] if "://" not in one]
    yield from _missing("wait_for", waited, description.apis(), "wait-for")
    yield from _missing("sources", given["sources"], description.source_names, "source")


def _unknown_inputs(
    description: Description, workflows: Sequence[str], typed: Sequence[str]
) -> Iterator[UnknownName]:
    if not typed:
        return
    chosen = [one for one in workflows if one in description.workflow_ids]
    if workflows and not chosen:  # this document does not run
        yield from _missing("inputs", typed, (), "selected-input")
        return
    schemas = input_schemas_of(description, chosen)
    inputs = (one for unit in description.units.values() for one in unit.inputs.values())
    known = [name for schema in inputs for name in schema.stated]
    known += (f"{one}.{name}" for one, each in schemas.by_workflow.items() for name in each.stated)
    missing = [name for name in typed if not schemas.takes(name)]
    yield from _missing("inputs", missing, known, "selected-input" if workflows else "input")


_SENTENCES: Final = {
    "workflow": ("AZ901", "no workflow is called `{}` in any of the documents"),
    "mock-case": ("AZ906", "`--mock-case {}` names no step in any of the documents"),
    "max-duration": ("AZ906", "`--max-duration {}` names no step in any of the documents"),
    "wait-for": ("AZ906", "`--wait-for {}` is no URL and no source in any of the documents"),
    "source": ("AZ906", "`--source {}` names no source description in any of the documents"),
    "input": ("AZ903", "no input is called `{}` in any of the documents"),
    "selected-input": ("AZ903", "no input of the selected workflows is called `{}`"),
}


def _missing(
    parameter: str, names: Iterable[str], known: Iterable[str], kind: str
) -> Iterator[UnknownName]:
    listed = [*known]
    code, sentence = _SENTENCES[kind]
    for name in names:
        if name not in listed:
            typed = f"{name}={names[name]}" if isinstance(names, Mapping) else name
            finding = error(code, sentence.format(typed), help=did_you_mean(name, listed))
            yield UnknownName(parameter, name, finding)


def _unknown_in_all(survey: Sequence[_Surveyed]) -> list[Diagnostic]:
    """The findings about names that no document has; with the hint of whoever has a likeness."""
    readable = [one.unknown for one in survey if one.unknown is not None]
    if not readable:
        return []
    unreadable = [one for one in survey if one.unknown is None]
    found: list[Diagnostic] = []
    for name in readable[0]:
        others = [[one for one in each if one.is_same(name)] for each in readable]
        if all(others) and not any(_may_have(one, name) for one in unreadable):
            findings = [one.finding for each in others for one in each]
            hints = (one for one in findings if one.help and one.help.startswith("did you mean"))
            found.append(next(hints, findings[0]))
    return found


def _may_have(surveyed: _Surveyed, name: UnknownName) -> bool:
    """Whether a document that cannot be used has the name, as far as it can be read."""
    if name.parameter in ("server_variables", "credential_origins", "checks"):
        return True  # its API descriptions would have to be read
    names = surveyed.names
    inputs = (name for one in names.workflows for name in one.inputs)
    steps = (step for one in names.workflows for step in one.steps)
    known = {*surveyed.workflows, *inputs, *steps, *names.sources}
    if name.parameter == "inputs":  # also a member of an input, or the input of one workflow
        return any(name.key == one or name.key.startswith(f"{one}.") for one in known)
    return name.key in known
