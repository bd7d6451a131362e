"""All rules, each by the code that it reports; this is the one place where they are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from arazzo_runner.check import (
    asynchronous,
    bodies,
    comparing,
    flow,
    naming,
    parameters,
    status,
    unused,
)
from arazzo_runner.check.absent import absent
from arazzo_runner.check.headers import undocumented_header
from arazzo_runner.check.requests import not_sent
from arazzo_runner.check.root_filter import root_filter
from arazzo_runner.check.view import StepContext
from arazzo_runner.document.model import ArazzoDocument
from arazzo_runner.text.diagnostic import Diagnostic

DocumentRule: TypeAlias = Callable[[ArazzoDocument], Iterator[Diagnostic]]
StepRule: TypeAlias = Callable[[StepContext], Iterator[Diagnostic]]

AGREEMENT: Final[Mapping[str, StepRule]] = {
    "AZ113": asynchronous.no_action,
    "AZ220": asynchronous.no_messages,
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
    "AZ319": not_sent,
    "AZ505": naming.without_source,
    "AZ506": naming.by_path,
}
"""What a step and the description of its operation say of each other."""

SHAPE: Final[Mapping[str, DocumentRule]] = {
    "AZ401": flow.unreachable,
    "AZ402": flow.endless,
    "AZ403": flow.dead_actions,
    "AZ404": flow.calls_itself,
    "AZ501": unused.unused_inputs,
    "AZ502": unused.unused_outputs,
    "AZ503": unused.unused_components,
}
"""What a document says of itself: the way through it, and what nothing reads."""
