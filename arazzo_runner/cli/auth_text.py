"""What `arazzo auth` shows people: each scheme, its variables, and the steps that need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from arazzo_runner.credentials.survey import CredentialVariable, SchemeStatus, StepUse, scheme_label
from arazzo_runner.credentials.trial import CredentialTest
from arazzo_runner.openapi.security.credentials import (
    CredentialFlow,
    CredentialPart,
    credential_flows,
)
from arazzo_runner.report.safe_text import count_text, escape
from arazzo_runner.report.secrets import Masker


def scheme_report(
    schemes: Sequence[SchemeStatus], trials: Mapping[int, CredentialTest], masker: Masker
) -> Iterator[str]:
    """The lines about all schemes, and what is still to be set."""
    if not schemes:
        yield "the API descriptions declare no security schemes: no credentials are needed"
        return
    for index, one in enumerate(schemes):
        yield from map(escape, _scheme_lines(one))
        if index in trials:
            yield from (escape(masker.text(line)) for line in _trial(trials[index]))
        yield ""
    yield escape(_summary(schemes))


def _scheme_lines(one: SchemeStatus) -> Iterator[str]:
    yield f"{one.source}  {one.scheme.name}  ({scheme_label(one.scheme)})"
    width = max((len(each.name) for each in one.variables), default=0)
    for each in one.variables:
        yield f"  {each.name:<{width}}  {_state(each)}"
    yield from _ways(one)
    yield from _uses(one.uses)


def _state(one: CredentialVariable) -> str:
    match one.is_set, one.origin:
        case True, "alias":
            return f"set, by {one.alias}"
        case True, "environment":
            return "set"
        case True, _:
            return f"set, in the {one.origin}"
        case None, _:
            return f"not set; the {one.origin} is asked when it is needed"
        case _:
            return "not set"


def _ways(one: SchemeStatus) -> Iterator[str]:
    """Which variables do together, where there is a choice."""
    every = [_way(way) for way in credential_flows(one.scheme)]
    if len(every) > 1:
        yield f"  enough     {every[0]}"
        yield from (f"         or  {text}" for text in every[1:])


def _way(way: CredentialFlow) -> str:
    text = _kinds(way.needs)
    if way.flow is not None:
        text += f", to fetch a token by {way.flow}"
    return f"{text}; {_kinds(way.may)} where the server wants it" if way.may else text


def _kinds(kinds: Iterable[CredentialPart]) -> str:
    return " and ".join(kind.upper() for kind in kinds)


def _uses(uses: tuple[StepUse, ...]) -> Iterator[str]:
    if not uses:
        yield "  no step needs it"
        return
    for workflow, group in groupby(uses, key=lambda one: one.workflow_id):
        steps = ", ".join(_step(one) for one in group)
        yield f"  needed by  {workflow}: {steps}"
    if all(one.operation.security is None for one in uses):
        yield "  the description declares no `security`; its only scheme is used when it is set"


def _step(one: StepUse) -> str:
    notes = []
    if one.scopes:
        notes.append(f"scopes {' '.join(one.scopes)}")
    if one.passed:
        notes.append("the workflow passes it")
    elif one.optional and one.operation.security is not None:
        notes.append("optional")
    return f"{one.step_id} ({', '.join(notes)})" if notes else one.step_id


def _trial(trial: CredentialTest) -> Iterator[str]:
    yield f"  test       {trial.verdict}: {trial.message}"
    if trial.hint:
        yield f"             {trial.hint}"


def _summary(schemes: Sequence[SchemeStatus]) -> str:
    used = [one for one in schemes if one.uses]
    ready = sum(one.readiness == "ready" for one in used)
    if not used:
        return "no step needs a credential"
    if ready == len(used):
        return "all that steps use is set"
    asked = sum(one.readiness == "unknown" for one in used)
    also = f", and {asked} may come from a command or the keyring" if asked else ""
    return f"set: {ready} of {count_text(len(used), 'scheme')} that steps use{also}"
