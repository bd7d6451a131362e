"""How steps name their operations: the specification prefers one way where there are two.

Arazzo Specification 1.1.0, Step Object, ``operationId`` and ``operationPath``.
"""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.check.view import StepContext
from arazzo_runner.document.model import OperationById, OperationByPath
from arazzo_runner.text.diagnostic import Diagnostic, Severity
from arazzo_runner.text.suggested_fix import replace_text


def unqualified_id_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ505: with several sources, an operationId MUST be qualified by its own."""
    target, unit = view.step.step.target, view.workflow.unit
    if not isinstance(target, OperationById) or target.source is not None:
        return
    sources = [one.name for one in unit.document.source_descriptions]
    if len([name for name in sources if name not in unit.documents]) > 1:
        message = f"`{target.operation_id}` does not say of which source description it is"
        qualified = f"$sourceDescriptions.{view.call.source}.{target.operation_id}"
        fix = replace_text(target.place, qualified)
        yield Diagnostic(
            "AZ505", Severity.HINT, message, target.place, "", f"write `{qualified}`", (), fix
        )


def operation_path_findings(view: StepContext) -> Iterator[Diagnostic]:
    """AZ506: an operationId SHOULD be preferred over the operationPath."""
    target, operation_id = view.step.step.target, view.operation.operation_id
    if isinstance(target, OperationByPath) and operation_id:
        message = f"this operation has an operationId, `{operation_id}`"
        way_out = f"write `operationId: $sourceDescriptions.{target.source}.{operation_id}`"
        yield Diagnostic("AZ506", Severity.HINT, message, target.place, "", way_out)
