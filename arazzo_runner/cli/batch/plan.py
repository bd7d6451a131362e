"""The plan of a batch, made by a worker of what the database has and of its own environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arazzo_runner.batch.content import BatchContent
from arazzo_runner.batch.model import PLAN_VERSION, BatchRecord, OpenRow
from arazzo_runner.cli.batch.contents import BatchContents, read_contents, unpack_documents
from arazzo_runner.cli.credentials import check_person
from arazzo_runner.cli.journal.flags import missing_headers, resumed_flags
from arazzo_runner.cli.options.settings import load_document
from arazzo_runner.cli.run.run_config import inputs_of_flags, run_config
from arazzo_runner.cli.run.world import check_network
from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.journal.model import RowRecord
from arazzo_runner.journal.row_inputs import joined_inputs, missing_inputs, read_inputs
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.recording.run import digests
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error


class BatchPlan:
    """A batch that this worker can run. Raises UsageError where it cannot.

    ``given`` are the flags of the batch with those of the worker.
    """

    def __init__(
        self,
        record: BatchRecord,
        content: BatchContent,
        options: bytes,
        documents: bytes,
        known: Mapping[str, str],
        given: Mapping[str, Any],
    ) -> None:
        if record.plan_version != PLAN_VERSION:
            raise _refusal(record, f"was started by arazzo {record.submission.version}")
        try:
            contents = read_contents(content.options(options))
            stored = unpack_documents(documents)
        except (ValueError, KeyError):
            raise _refusal(record, "is damaged") from None
        self.content = content
        _check_headers(missing_headers(contents.flags, given["headers"]))
        self.given = _flags(contents, given)
        self.given["journal"] = None
        self.description = load_document(record.document, self.given, stored.wrap)
        if digests(self.description) != known:
            raise _refusal(record, "has documents that this version reads otherwise")
        check_network(self.given)
        self.options = run_config(self.given)
        self.planned = self._plan()
        self._secret = self._secret_inputs(contents.flags.left_out)

    def _plan(self) -> pipeline.PlanResult:
        selected = pipeline.select_workflows(self.description, self.given["workflows"])
        planned = pipeline.plan_run(self.description, selected, self.options)
        if planned.missing_credentials:
            raise UsageError(*planned.missing_credentials)
        check_person(planned.plan, self.given)
        return planned

    def _secret_inputs(self, names: Sequence[str]) -> dict[str, Value]:
        if not names:
            return {}
        typed = inputs_of_flags(self.description, self.given)
        missing = missing_inputs(names, typed)
        if missing:
            listed = ", ".join(f"`{one}`" for one in missing)
            variable = missing[0].upper().replace(".", "_")
            message = f"the batch has secret inputs, which no database has: {listed}"
            hint = f"set them for this worker: `ARAZZO_INPUT_{variable}`, or `-i {missing[0]}=…`"
            raise UsageError(error("AZ902", message, help=hint))
        return _pick(names, typed)

    def prepare(self, row: OpenRow) -> pipeline.PreparedRun:
        """A row, ready to run. Raises UsageError and ValueError for one that is damaged."""
        record = RowRecord(row.number, row.name, self.content.inputs(row.number, row.inputs))
        inputs = joined_inputs(read_inputs(record), self._secret)
        made = self.options.generation.at(row.name)
        return pipeline.with_inputs(self.description, self.planned, inputs, generation=made)

    def masker(self) -> Masker:
        """Knows the secrets that all rows have in common."""
        return Masker((*self.planned.secrets, *_texts(self._secret)))


def _check_headers(missing: Sequence[str]) -> None:
    if missing:
        listed = ", ".join(f"`{one}`" for one in missing)
        message = f"the batch has secret header fields, which no database has: {listed}"
        raise UsageError(error("AZ906", message, help="give them to this worker with `--header`"))


def _flags(contents: BatchContents, given: Mapping[str, Any]) -> dict[str, Any]:
    return resumed_flags(contents.flags, {**given, **contents.reading()})


def _pick(names: Sequence[str], typed: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the inputs that are named, ``WORKFLOW.NAME`` among them: others are the batch's."""
    found: dict[str, Value] = {}
    for name in names:
        workflow, _, member = name.partition(".")
        if name in typed:
            found[name] = typed[name]
        else:
            own: dict[str, Value] = found.setdefault(workflow, {})
            own[member] = typed[workflow][member]
    return found


def _texts(inputs: Mapping[str, Value]) -> list[str]:
    values = [one for value in inputs.values() for one in _members(value)]
    return [one for one in values if isinstance(one, str)]


def _members(value: Value) -> list[Value]:
    return [*value.values()] if isinstance(value, dict) else [value]


def _refusal(record: BatchRecord, why: str) -> UsageError:
    message = f"the batch `{record.batch}` {why}, and this worker cannot run it"
    hint = "run workers of the version that started it, beside these"
    return UsageError(error("AZ906", message, help=hint))
