"""What a run gives back to a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arazzo_runner.embed.documents import explain_in_python
from arazzo_runner.errors import WorkflowFailed
from arazzo_runner.executor.result import RunResult, Status, StepResult, WorkflowResult
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline.load import Description
from arazzo_runner.pipeline.run import rfc3339
from arazzo_runner.report.exit_code import ExitCode, status_of
from arazzo_runner.report.model import RunReport
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import Diagnostic, did_you_mean
from arazzo_runner.version import VERSION


class StepResults(dict[str, StepResult]):
    """Steps by their ids; one that did not run is a KeyError that names the nearest."""

    def __missing__(self, step_id: str) -> StepResult:
        listed = ", ".join(f"`{one}`" for one in self) or "none"
        hint = did_you_mean(step_id, self)
        raise KeyError(f"no step `{step_id}` has run; {hint or f'the steps that ran: {listed}'}")


class Result:
    """The result of a run, whether it passed or not.

    Every text, table and report of it has its secrets masked; the values themselves are as they
    were.
    """

    __slots__ = (
        "_description", "_masker", "_ran", "_started_at", "diagnostics", "exit_code", "in_doubt",
        "run_id",
    )  # fmt: skip

    def __init__(
        self,
        ran: RunResult,
        code: ExitCode,
        description: Description,
        started_at: float,
        masker: Masker,
        warnings: tuple[Diagnostic, ...],
    ) -> None:
        self._ran = ran
        self._description = description
        self._started_at = started_at
        self._masker = masker
        self.exit_code = int(code)
        """What `arazzo run` would end with."""
        self.diagnostics = warnings
        """What was found about these workflows and their documents that did not stop the run."""
        self.run_id = ""
        """What the run is called in its journal; empty where there is none."""
        self.in_doubt: tuple[str, ...] = ()
        """The keys of calls of which a journal does not know whether they were made."""

    @property
    def masker(self) -> Masker:
        """What hides its secrets, for texts that are made of its parts elsewhere."""
        return self._masker

    @property
    def status(self) -> Status:
        """``passed``, ``failed``, or ``error`` where there was no usable response, or a limit."""
        return status_of(self.exit_code)

    @property
    def passed(self) -> bool:
        """Whether everything that ran has passed, and something ran."""
        return self.status is Status.PASSED

    @property
    def duration(self) -> float:
        """Seconds from beginning to end."""
        return self._ran.duration

    @property
    def workflows(self) -> tuple[WorkflowResult, ...]:
        """The workflows that ran, in order; those that steps called stand in the steps."""
        return tuple(self._ran.workflows)

    @property
    def outputs(self) -> dict[str, Value]:
        """The outputs of the last workflow."""
        return self.workflows[-1].outputs if self.workflows else {}

    @property
    def steps(self) -> Mapping[str, StepResult]:
        """The last visit of each step, by its id; those of called workflows stand in the steps."""
        return StepResults({step.step_id: step for one in self.workflows for step in one.steps})

    def report(self) -> dict[str, Any]:
        """The report in the form of `--json` (docs/report.md)."""
        from arazzo_runner.report.formats.json import report_data

        return report_data(self._report(), self._masker)

    def to_json(self) -> str:
        """The report as JSON text."""
        from arazzo_runner.report.formats.json import report_pieces

        return b"".join(report_pieces(self._report(), self._masker)).decode()

    def _report(self) -> RunReport:
        return RunReport(
            tool_version=VERSION,
            document=self._description.entry.document.source.name,
            exit_code=self.exit_code,
            started_at=rfc3339(self._started_at),
            duration=self.duration,
            result=self._ran,
            sources=self._description.source_infos(),
            diagnostics=self.diagnostics,
            operations=self._description.operation_names(),
        )

    def raise_for_status(self) -> Result:
        """Raise WorkflowFailed unless everything passed; else give the result itself."""
        if not self.passed:
            raise WorkflowFailed(str(self), self)
        return self

    def __str__(self) -> str:
        """The verdict in a line; for a run that did not pass, why."""
        return self._text(self._why())

    def command_line_text(self) -> str:
        """The same as `arazzo run` says it: settings are flags, and not keyword arguments."""
        return self._text(self._command_line_why())

    def _text(self, why: str) -> str:
        from arazzo_runner.report.terminal.style import plain_look
        from arazzo_runner.report.terminal.verdict import verdict_line

        verdict = verdict_line(self._ran, self.exit_code, plain_look(self._masker))
        return f"{verdict}\n\n{why}" if why else verdict

    def _why(self) -> str:
        return explain_in_python(self._command_line_why())

    def _command_line_why(self) -> str:
        from arazzo_runner.report.failure import explain_run

        return explain_run(self._ran, self._masker)

    def __repr__(self) -> str:
        names = ", ".join(f"{one.workflow_id}: {one.status.value}" for one in self.workflows)
        return f"<Result {self.status.value} ({names})>"

    def _repr_html_(self) -> str:
        from arazzo_runner.report.formats.notebook import html_table

        return html_table(self._ran, self.exit_code, self._why(), self._masker)
