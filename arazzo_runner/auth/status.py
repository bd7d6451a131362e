"""Which security schemes there are, what their variables are called, and which steps need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias
from typing import Literal as Choice

from msgspec import Struct

from arazzo_runner.auth.sources import CredentialSource, CredentialStores
from arazzo_runner.executor.channels.call import ChannelCall
from arazzo_runner.executor.plan import (
    OperationCall,
    Plan,
    StepPlan,
    Unit,
    WorkflowPlan,
)
from arazzo_runner.openapi.model import ApiDescription, Operation, SecurityScheme
from arazzo_runner.openapi.security.credentials import (
    CredentialFlow,
    CredentialPart,
    can_be_empty,
    credential_flows,
    credential_parts,
    find_flow,
    variable_name,
)
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.openapi.security.schemes import credential_carrier, parameter_key

Readiness: TypeAlias = Choice["ready", "lacking", "unknown"]
"""``unknown``: a command or the keyring may have what is not set, and was not asked."""


class CredentialVariable(Struct, frozen=True):
    """One part of a credential: whether it is set, and where.

    ``is_set`` is None where that is not known before a command or the keyring is asked; ``alias``
    is the other variable that serves.
    """

    name: str
    kind: CredentialPart
    is_set: bool | None
    origin: CredentialSource | None
    alias: str | None = None


class StepUse(Struct, frozen=True):
    """A step that needs a scheme; ``scopes`` are those that it asks for.

    ``optional``: the operation can be called without; ``passed``: the workflow passes it itself.
    ``identity`` are the credentials that the step names. ``operation`` is None for a channel.
    """

    workflow_id: str
    step_id: str
    operation: Operation | None
    scopes: tuple[str, ...]
    server: str
    optional: bool
    passed: bool
    identity: str = ""


class SchemeStatus(Struct, frozen=True):
    """A security scheme of a source, and all that is known of its credentials.

    ``identity`` is the name of the credentials that steps have to name; empty: those of the others.
    ``api`` is None where it is a description of channels.
    """

    source: str
    api: ApiDescription | None
    scheme: SecurityScheme
    variables: tuple[CredentialVariable, ...]
    uses: tuple[StepUse, ...]
    readiness: Readiness
    identity: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether a step cannot do without."""
        return any(not one.optional and not one.passed for one in self.uses)


_SchemeKey: TypeAlias = tuple[str, int, str]
"""The source, the identity of its description, and the name that it has there."""

_CHANNELS: Final = 0  # in place of that identity

_SchemeUse: TypeAlias = tuple[_SchemeKey, SecurityScheme, StepUse]


class NamedStores(Struct, frozen=True):
    """Where credentials are read, and ``named`` those that steps name, which nothing else serves.

    ``certificate`` tells that connections show one, ``certified`` those of which sources do.
    """

    usual: CredentialStores
    named: Mapping[str, CredentialStores]
    certificate: bool
    certified: frozenset[str] = frozenset()

    def of(self, identity: str) -> CredentialStores:
        """The places for the credentials of a name; of one that there is not, none."""
        return self.named.get(identity, CredentialStores()) if identity else self.usual


def scheme_statuses(
    units: Mapping[str, Unit], plan: Plan, stores: NamedStores
) -> list[SchemeStatus]:
    """All schemes of all descriptions, in the order of the documents; those by URI last.

    Those of the servers of channels follow, with the secrets of the webhooks that steps wait for.

    Named credentials follow the scheme that they are for, where a step uses them or they are set.
    Nothing but variables is looked at. Raises DocumentError for a broken description.
    """
    uses = list(_uses(plan))
    found: dict[_SchemeKey, list[SchemeStatus]] = {}
    for unit in units.values():
        for source, api in unit.apis.items():
            named = {key[2]: one for key, one, _ in uses if key[:2] == (source, id(api))}
            for name, scheme in {**api.schemes, **named}.items():
                own = [use for key, _, use in uses if key == (source, id(api), name)]
                every = list(_statuses(source, api, scheme, own, stores))
                found[source, id(api), name] = every
        waiting = (key[0] for key, _, _ in uses if key[1] == _CHANNELS and key[0] in unit.apis)
        for source in dict.fromkeys([*unit.async_apis, *waiting]):
            signed = {key[2]: one for key, one, _ in uses if key[:2] == (source, _CHANNELS)}
            for name, scheme in {**_broker_schemes(unit, source), **signed}.items():
                own = [use for key, _, use in uses if key == (source, _CHANNELS, name)]
                every = list(_statuses(source, None, scheme, own, stores))
                found[source, _CHANNELS, name] = every
    return [one for every in found.values() for one in every]


def _statuses(
    source: str,
    api: ApiDescription | None,
    scheme: SecurityScheme,
    uses: Iterable[StepUse],
    stores: NamedStores,
) -> Iterator[SchemeStatus]:
    """A scheme with the usual credentials, then with each of the named ones."""
    uses = list(uses)
    for identity in dict.fromkeys(["", *stores.named, *(one.identity for one in uses)]):
        own = tuple(one for one in uses if one.identity == identity)
        variables = tuple(_variables(source, scheme, stores.of(identity)))
        if not identity or own or any(one.is_set for one in variables):
            has_certificate = stores.certificate or source in stores.certified
            readiness = _readiness(scheme, variables, certificate=has_certificate)
            yield SchemeStatus(source, api, scheme, variables, own, readiness, identity)


def _uses(plan: Plan) -> Iterator[_SchemeUse]:
    """The steps by source, description and scheme; a step may have several."""
    for workflow in plan.workflows.values():
        for step in workflow.steps:
            if isinstance(step.call, OperationCall):
                yield from _uses_of(workflow, step, step.call)
            elif isinstance(step.call, ChannelCall):
                yield from _channel_uses(workflow, step, step.call)


def _channel_uses(
    workflow: WorkflowPlan, step: StepPlan, call: ChannelCall
) -> Iterator[_SchemeUse]:
    """The schemes of the servers of a channel, or the secret of its webhooks.

    Of what a server of webhooks wants of their sender nothing but a signature is checked.
    """
    from arazzo_runner.messaging.endpoint import scheme_of, signature_scheme

    signature = call.channel.signature
    schemes: list[tuple[SecurityScheme, tuple[str, ...]]]
    if signature is not None:
        schemes = [(signature_scheme(signature), ())]
    elif call.is_webhook:
        schemes = []
    else:
        listed = (each for one in call.channel.brokers for each in one.security)
        schemes = [(scheme_of(one), one.scopes) for one in listed]
    names = workflow.workflow.workflow_id, step.step.step_id
    for scheme, scopes in {one.name: (one, scopes) for one, scopes in schemes}.values():
        use = StepUse(*names, None, scopes, "", optional=False, passed=False)
        yield (call.source, _CHANNELS, scheme.name), scheme, use


def _broker_schemes(unit: Unit, source: str) -> Mapping[str, SecurityScheme]:
    from arazzo_runner.messaging.endpoint import broker_schemes

    described = unit.async_apis.get(source)
    return {} if described is None else broker_schemes(described)


def _uses_of(workflow: WorkflowPlan, step: StepPlan, call: OperationCall) -> Iterator[_SchemeUse]:
    operation = call.operation
    given = {parameter_key(one.parameter) for one in call.arguments}
    alternatives = required_schemes(operation)
    optional = [] in alternatives
    for wanted in (one for each in alternatives for one in each):
        key = (call.source, id(operation.description), wanted.scheme.name)
        yield (
            key,
            wanted.scheme,
            StepUse(
                workflow.workflow.workflow_id,
                step.step.step_id,
                operation,
                wanted.scopes,
                call.server,
                optional,
                credential_carrier(wanted.scheme) in given,
                step.step.credentials,
            ),
        )


def _variables(
    source: str, scheme: SecurityScheme, sources: CredentialStores
) -> Iterator[CredentialVariable]:
    for kind in credential_parts(scheme):
        name = variable_name(source, scheme.name, kind)
        origin = sources.origin(name)
        if origin is None and can_be_empty(scheme, kind):
            origin = sources.empty_origin(name)
        if origin is not None:
            alias = sources.aliases.get(name) if origin == "alias" else None
            yield CredentialVariable(name, kind, is_set=True, origin=origin, alias=alias)
            continue
        asked: CredentialSource | None = next(
            (one.origin for one in sources.others if one.asks(name)), None
        )
        yield CredentialVariable(name, kind, None if asked else False, asked)


def _readiness(
    scheme: SecurityScheme, variables: Iterable[CredentialVariable], *, certificate: bool
) -> Readiness:
    if scheme.type == "mutualTLS":
        return "ready" if certificate else "lacking"
    states: dict[CredentialPart, bool | None] = {one.kind: one.is_set for one in variables}
    held: dict[CredentialPart, str] = {kind: "set" for kind, is_set in states.items() if is_set}
    if find_flow(scheme, held):
        return "ready"
    possible = (_may_satisfy(way, states) for way in credential_flows(scheme))
    return "unknown" if any(possible) else "lacking"


def _may_satisfy(way: CredentialFlow, states: Mapping[CredentialPart, bool | None]) -> bool:
    return all(states[kind] is not False for kind in way.needs)
