"""All rules, each by the code that it reports; this is the one place where they are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from arazzo_runner.check import bodies, comparing, parameters, status
from arazzo_runner.check.absent import absent
from arazzo_runner.check.headers import undocumented_header
from arazzo_runner.check.root_filter import root_filter
from arazzo_runner.check.view import StepView
from arazzo_runner.text.diagnostic import Diagnostic

StepRule: TypeAlias = Callable[[StepView], Iterator[Diagnostic]]

AGREEMENT: Final[Mapping[str, StepRule]] = {
    "AZ301": parameters.missing,
    "AZ302": parameters.unknown,
    "AZ303": bodies.missing_body,
    "AZ304": status.undocumented,
    "AZ306": status.always,
    "AZ307": status.never,
    "AZ308": comparing.incomparable,
    "AZ309": comparing.unlisted,
    "AZ310": absent,
    "AZ311": undocumented_header,
    "AZ312": bodies.unwanted_body,
    "AZ313": bodies.misfit,  # and AZ314 to AZ316
    "AZ317": parameters.credentials,
    "AZ318": root_filter,
}
"""What a step and the description of its operation say of each other."""
