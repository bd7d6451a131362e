"""The rows of a batch, checked one after the other, so that as many fit as the disk holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from arazzo_runner.cli.inputs import input_schemas_of, inputs_for
from arazzo_runner.cli.journal.option import check_channels
from arazzo_runner.cli.run.cases_file import CaseInputs, read_cases, with_case_place, without_place
from arazzo_runner.errors import InputError, UsageError
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.run import input_problems, split_inputs
from arazzo_runner.executor.secret_inputs import has_secrets
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.row_inputs import row_record, split_secrets
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.recording.run import all_inputs
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.limits import first_findings

if TYPE_CHECKING:
    from arazzo_runner.journal.model import RowRecord


class BatchRows:
    """The rows of ``--cases``, with the inputs that all have in common.

    ``left_out`` are the names of secret inputs, which workers have of their environment. Raises
    UsageError and DocumentError.
    """

    def __init__(
        self, description: Description, given: Mapping[str, Any], options: pipeline.RunConfig
    ) -> None:
        self.description = description
        self._given = given
        self._options = options
        selected = pipeline.select_workflows(description, given["workflows"])
        self._planned = pipeline.plan_run(description, selected, options)
        check_channels(self._planned.plan, "arazzo batch")
        self._common = inputs_for(description, given, given["workflows"])
        self._cases = self._read()
        if not self._cases:
            raise UsageError(error("AZ906", f"`{given['cases']}` contains no case"))
        self._absent = absent_secrets(
            self._planned.plan, {**self._common, **self._cases[0].inputs}, options.secrets
        )

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        """What is to be said before the batch begins."""
        return self._planned.warnings

    @property
    def workflows(self) -> tuple[str, ...]:
        """The workflows that each row runs."""
        return tuple(key.workflow for key in self._planned.plan.selected)

    def _read(self) -> Sequence[CaseInputs]:
        known = input_schemas_of(self.description, self._given["workflows"])
        try:
            return read_cases(self._given["cases"], known)
        except InputError as reason:
            raise InputError(*map(without_place, reason.diagnostics)) from None

    @cached_property
    def first(self) -> pipeline.PreparedRun:
        """The first row. Raises InputError for all rows that are wrong, where it is one."""
        try:
            return self._prepare(self._cases[0])
        except InputError:
            raise self._input_error(
                problem for case in self._cases for problem in self._problems(case)
            ) from None

    @cached_property
    def left_out(self) -> list[str]:
        """The names of secret inputs."""
        return sorted({*self._absent, *split_secrets(self.first)[1]})

    def records(self) -> Iterator[RowRecord]:
        """The rows as a batch keeps them. Raises InputError for all that are wrong."""
        problems: list[Diagnostic] = []
        secrets = _secret_values(self.first)
        for number, case in enumerate(self._cases):
            try:
                prepared = self._prepare(case)
            except InputError as reason:
                problems += _placed(reason, case)
                continue
            if _secret_values(prepared) != secrets:
                raise _secrets_error(case.id)
            if not problems:
                yield row_record(number, case.id, prepared)
        if problems:
            raise self._input_error(problems)

    def _problems(self, case: CaseInputs) -> Iterator[Diagnostic]:
        try:
            self._prepare(case)
        except InputError as reason:
            yield from _placed(reason, case)

    def _input_error(self, problems: Iterable[Diagnostic]) -> InputError:
        given = self._given
        return InputError(*first_findings(given["cases"], [*problems], given["max_findings"]))

    def _prepare(self, case: CaseInputs) -> pipeline.PreparedRun:
        return pipeline.with_inputs(
            self.description,
            self._planned,
            {**self._common, **case.inputs},
            self._absent,
            generation=self._options.generation.at(case.id),
        )


def _placed(reason: InputError, case: CaseInputs) -> Iterator[Diagnostic]:
    return (with_case_place(one, case.place) for one in reason.diagnostics)


def absent_secrets(plan: Plan, inputs: Mapping[str, Value], named: Sequence[str]) -> frozenset[str]:
    """The required inputs that are secret and not set: those of the workers count."""
    shared, _ = split_inputs(plan, inputs)
    missing = {
        problem.name: plan.workflows[key].inputs_schema
        for key, problem in input_problems(plan, shared)
        if problem.kind == "missing" and problem.name is not None
    }
    return frozenset(
        name
        for name, schema in missing.items()
        if name in named or has_secrets(schema.whole.member(name))
    )


def _secret_values(prepared: pipeline.PreparedRun) -> dict[str, Value]:
    names = split_secrets(prepared)[1]
    if not names:
        return {}
    inputs, found = all_inputs(prepared), {}
    for name in names:
        workflow, _, member = name.partition(".")
        own = inputs.get(workflow)
        found[name] = inputs[name] if name in inputs else own[member] if own else None
    return found


def _secrets_error(case: str) -> UsageError:
    message = f"the row `{case}` has another value of a secret input, which no batch keeps"
    hint = "set secret inputs of the workers, by `ARAZZO_INPUT_<NAME>`: one value for all rows"
    return UsageError(error("AZ906", message, help=hint))
