"""All rules, each by the code that it reports; this is the one place where they are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.lint import (
    broken_references,
    comparisons,
    control_flow,
    parameters,
    status,
    unused,
)
from arazzo_runner.lint.context import StepContext
from arazzo_runner.lint.extensions import runner
from arazzo_runner.lint.missing_members import missing_member_findings
from arazzo_runner.lint.queries import root_filter_findings
from arazzo_runner.lint.reads import header_findings, unsent_findings
from arazzo_runner.lint.values import replacements, requests
from arazzo_runner.text.diagnostic import Diagnostic

DocumentRule: TypeAlias = Callable[[ArazzoDocument], Iterator[Diagnostic]]
StepRule: TypeAlias = Callable[[StepContext], Iterator[Diagnostic]]

AGREEMENT: Final[Mapping[str, StepRule]] = {
    "AZ113": parameters.action_findings,
    "AZ214": broken_references.reference_findings,
    "AZ220": parameters.message_findings,
    "AZ301": parameters.missing_parameter_findings,
    "AZ302": parameters.unknown_parameter_findings,
    "AZ303": requests.missing_body_findings,
    "AZ304": status.undocumented_status_findings,
    "AZ306": status.constant_criterion_findings,
    "AZ307": status.unmet_criteria_findings,
    "AZ308": comparisons.incomparable_findings,
    "AZ309": comparisons.unlisted_findings,
    "AZ310": missing_member_findings,
    "AZ311": header_findings,
    "AZ312": requests.unexpected_body_findings,
    "AZ313": requests.type_findings,  # and AZ314 to AZ316
    "AZ317": parameters.credential_findings,
    "AZ318": root_filter_findings,
    "AZ319": unsent_findings,
    "AZ322": replacements.target_findings,
    "AZ505": unused.unqualified_id_findings,
    "AZ506": unused.operation_path_findings,
}
"""What a step and the description of its operation say of each other."""

SHAPE: Final[Mapping[str, DocumentRule]] = {
    "AZ401": control_flow.unreachable_findings,
    "AZ402": control_flow.endless_findings,
    "AZ403": control_flow.dead_action_findings,
    "AZ404": control_flow.recursion_findings,
    "AZ406": control_flow.hidden_failure_findings,
    "AZ502": unused.unused_output_findings,
    "AZ503": unused.unused_component_findings,
    "AZ507": runner.extension_findings,
}
"""What a document says of itself: the way through it, and what nothing reads."""
