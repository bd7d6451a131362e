"""`arazzo auth DOCUMENT`"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import click
from msgspec.structs import asdict

from arazzo_runner import running
from arazzo_runner.cli.auth_text import scheme_report
from arazzo_runner.cli.credentials import credential_stores
from arazzo_runner.cli.documents import load_document
from arazzo_runner.cli.headings import SectionedCommand
from arazzo_runner.cli.names import check_names
from arazzo_runner.cli.options import flags_of
from arazzo_runner.cli.show import show_diagnostics
from arazzo_runner.credentials.sources import CredentialStores
from arazzo_runner.credentials.survey import (
    CredentialVariable,
    SchemeStatus,
    StepUse,
    scheme_label,
    scheme_statuses,
)
from arazzo_runner.credentials.trial import CredentialTest
from arazzo_runner.executor.plan import Plan
from arazzo_runner.loading import Description
from arazzo_runner.report.secrets import Masker


@click.command(
    "auth", cls=SectionedCommand, short_help="which credentials a document needs, and which are set"
)
@click.argument("document")
@flags_of("auth")
def command(document: str, test: bool, as_json: bool, **given: Any) -> int:  # noqa: FBT001 - click
    """Show which credentials DOCUMENT needs, from where each is read, and which are set.

    No value is shown. Without --test nothing is sent, and no command or keyring is asked.
    """
    description = load_document(document, given)
    check_names(description, {**given, "until": None})
    show_diagnostics(description.warnings)
    sources = credential_stores(given)
    schemes = scheme_statuses(
        description.units, _plan(description, given), sources, certificate=bool(given["cert"])
    )
    masker = Masker()
    trials = _trials(schemes, sources, given, masker) if test else {}
    code = _exit_code(trials.values())
    if as_json:
        listed = [_scheme_json(one, trials.get(index)) for index, one in enumerate(schemes)]
        whole = masker.value({"document": document, "schemes": listed, "exit_code": code})
        sys.stdout.write(json.dumps(whole, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in scheme_report(schemes, trials, masker))
    return code


def _plan(description: Description, given: Mapping[str, Any]) -> Plan:
    """All workflows, bound without any credentials. Raises DocumentError."""
    names = [one.workflow_id for one in description.entry.document.workflows]
    options = running.RunConfig(
        servers=given["servers"],
        server_variables=given["server_variables"],
        environment={},
        needs_credentials=False,
    )
    return running.plan_run(description, running.select_workflows(description, names), options)[0]


def _trials(
    schemes: list[SchemeStatus], sources: CredentialStores, given: Mapping[str, Any], masker: Masker
) -> dict[int, CredentialTest]:
    """What came of trying each scheme that a step uses, by its place in the list."""
    from arazzo_runner.cli.auth_test import CredentialTester

    with CredentialTester.opened(sources, given, masker) as testing:
        return {index: testing.trial(one) for index, one in enumerate(schemes) if one.uses}


def _exit_code(trials: Any) -> int:
    """Refused or missing credentials are the caller's; then those of which nothing was learned."""
    verdicts = {one.verdict for one in trials}
    if verdicts & {"refused", "missing"}:
        return 2
    return 4 if "unusable" in verdicts else 0


def _scheme_json(one: SchemeStatus, trial: CredentialTest | None) -> dict[str, Any]:
    scheme = one.scheme
    return {
        "source": one.source,
        "scheme": scheme.name,
        "type": scheme.type,
        "called": scheme_label(scheme),
        "flows": [name for name in scheme.flows if not name.startswith("x-")],
        "state": one.readiness,
        "needed": one.is_needed,
        "variables": [_variable_json(each) for each in one.variables],
        "used_by": [_use_json(each) for each in one.uses],
        "test": None if trial is None else asdict(trial),
    }


def _variable_json(one: CredentialVariable) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "set": one.is_set,
        "from": one.origin,
        "alias": one.alias,
    }


def _use_json(one: StepUse) -> dict[str, Any]:
    return {
        "workflow_id": one.workflow_id,
        "step_id": one.step_id,
        "operation_id": one.operation.operation_id,
        "method": one.operation.method,
        "path": one.operation.path,
        "scopes": list(one.scopes),
        "optional": one.optional,
        "passed_by_workflow": one.passed,
    }
