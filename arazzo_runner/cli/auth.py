"""`arazzo auth DOCUMENT`: security schemes with their variables and steps; `--test` tries them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import asdict, replace

from arazzo_runner.auth.endpoints import GuardedEndpoints
from arazzo_runner.auth.setup import Permissions, authorizing_world, guarded_endpoints, tokens_of
from arazzo_runner.auth.status import (
    CredentialVariable,
    NamedStores,
    SchemeStatus,
    StepUse,
    scheme_statuses,
)
from arazzo_runner.auth.tokens import BY_PERSON
from arazzo_runner.auth.verify import CredentialTest, try_request, try_tokens
from arazzo_runner.cli.credentials import credential_stores, named_stores, person, token_store
from arazzo_runner.cli.diagnostics import show_diagnostics
from arazzo_runner.cli.options.check_names import check_names
from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.settings import configured_tls, load_document
from arazzo_runner.cli.run.world import http_settings
from arazzo_runner.executor.plan import Plan
from arazzo_runner.executor.world import World, run_coroutine
from arazzo_runner.openapi.model import Operation
from arazzo_runner.openapi.security.credentials import (
    CredentialFlow,
    CredentialPart,
    Credentials,
    OAuthFlow,
    credential_flows,
    credentials_from,
    find_flow,
    secret_parts,
)
from arazzo_runner.openapi.security.schemes import (
    Authorization,
    authorize,
    missing_parts,
    scheme_label,
)
from arazzo_runner.openapi.security.token_need import TokenNeed, token_need
from arazzo_runner.openapi.servers import server_url
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.report.safe_text import count_text, display_width, escape, escape_stream, pad
from arazzo_runner.report.secrets import Masker


class CredentialTester(Struct, frozen=True):
    """What trials are made with."""

    stores: NamedStores
    given: Mapping[str, Any]
    masker: Masker
    world: World
    endpoints: GuardedEndpoints

    @classmethod
    @contextmanager
    def opened(
        cls, stores: NamedStores, given: Mapping[str, Any], masker: Masker
    ) -> Iterator[CredentialTester]:
        """The network, for as long as the block runs."""
        from arazzo_runner.http.client import HttpWorld
        from arazzo_runner.http.network import BlockingNetwork

        servers = [*given["servers"].values()]
        permissions = Permissions(given["allow_http"], given["allow_net"], servers)
        settings = http_settings(given)
        endpoints = guarded_endpoints(settings, BlockingNetwork(), os.environ, permissions)
        with HttpWorld(settings) as world:
            yield cls(stores, given, masker, world, endpoints)

    def trial(self, use: SchemeStatus) -> CredentialTest:
        """Try the credential of one scheme; commands and the keyring are asked for it."""
        credentials = self._credentials(use)
        lacking = missing_parts(use.scheme, use.source, credentials)
        if lacking:
            names = " and ".join(f"`{name}`" for name in lacking)
            table = f" by `[credentials.{use.identity}]`" if use.identity else ""
            return CredentialTest("missing", "it is not set", f"set {names}{table}")
        way = find_flow(use.scheme, credentials.of(use.source, use.scheme.name))
        if way is not None and way.flow is not None:
            return self._tokens(use, credentials, way.flow)

        def authorized(operation: Operation) -> tuple[str, Authorization]:
            return self._authorized(operation, use, credentials)

        return run_coroutine(try_request(use, authorized, self._around))

    def _credentials(self, use: SchemeStatus) -> Credentials:
        """Those of this scheme alone, so that no other one is tried in its place."""
        stores = self.stores.of(use.identity)
        found = credentials_from(
            stores.variables, use.source, [use.scheme], stores.aliases, stores.more
        )
        parts = found.of(use.source, use.scheme.name)
        self.masker.learn(parts[kind] for kind in secret_parts(use.scheme) if kind in parts)
        certified = configured_tls(self.given).certified()
        certificate = Credentials(certificate=bool(self.given["cert"]), certified=certified)
        return found.joined(certificate)

    def token_entries(self, use: SchemeStatus) -> Iterator[tuple[TokenNeed, str]]:
        """What tokens of a scheme are kept for: their needs, and the client."""
        credentials = self._credentials(use)
        parts = credentials.of(use.source, use.scheme.name)
        ways = (one for one in credential_flows(use.scheme) if one.flow in BY_PERSON)
        for way in ways:
            for one in use.uses:
                assert way.flow is not None
                need = token_need(use.scheme, use.source, way.flow, one.scopes, one.server)
                yield replace(need, identity=use.identity), parts.get("client_id", "")

    def _tokens(
        self, use: SchemeStatus, credentials: Credentials, flow: OAuthFlow
    ) -> CredentialTest:
        needs = [
            token_need(use.scheme, use.source, flow, one.scopes, one.server) for one in use.uses
        ]
        learn, store = self.masker.learn, token_store(self.given)
        tokens = tokens_of(self.world, credentials, self.endpoints, learn, person(), store)
        return run_coroutine(try_tokens(dict.fromkeys(needs), tokens))

    def _authorized(
        self, operation: Operation, use: SchemeStatus, credentials: Credentials
    ) -> tuple[str, Authorization]:
        servers = self.given["servers"]
        override = servers.get(use.source, servers.get(""))
        server = server_url(operation, override, self.given["server_variables"])
        return server, authorize(operation, use.source, credentials, frozenset(), server)

    def _around(self, authorization: Authorization) -> World:
        if not authorization.needs:
            return self.world
        learn = self.masker.learn
        return authorizing_world(self.world, [authorization], self.endpoints, learn, person())


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
    identity = f"  as {one.identity}" if one.identity else ""
    yield f"{one.source}  {one.scheme.name}  ({scheme_label(one.scheme)}){identity}"
    width = max((display_width(each.name) for each in one.variables), default=0)
    for each in one.variables:
        yield f"  {pad(each.name, width)}  {_state(each)}"
    yield from _flow_lines(one)
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
            return f"not set; the {one.origin} is read when it is needed"
        case _:
            return "not set"


def _flow_lines(one: SchemeStatus) -> Iterator[str]:
    """Which variables do together, where there is a choice."""
    every = [_flow_line(way) for way in credential_flows(one.scheme)]
    if len(every) > 1:
        yield f"  sufficient {every[0]}"
        yield from (f"         or  {text}" for text in every[1:])


def _flow_line(way: CredentialFlow) -> str:
    text = _kinds(way.needs)
    if way.flow is not None:
        text += f", to fetch a token by {way.flow}"
    return f"{text}; {_kinds(way.may)} if the server requires it" if way.may else text


def _kinds(kinds: Iterable[CredentialPart]) -> str:
    return " and ".join(kind.upper() for kind in kinds)


def _uses(uses: tuple[StepUse, ...]) -> Iterator[str]:
    if not uses:
        yield "  no step needs it"
        return
    for workflow, group in groupby(uses, key=lambda one: one.workflow_id):
        steps = ", ".join(_step(one) for one in group)
        yield f"  needed by  {workflow}: {steps}"


def _step(one: StepUse) -> str:
    notes = []
    if one.scopes:
        notes.append(f"scopes {' '.join(one.scopes)}")
    if one.passed:
        notes.append("passed as a parameter by the workflow")
    elif one.optional:
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
        return "all credentials that steps use are set"
    asked = sum(one.readiness == "unknown" for one in used)
    also = f", and {asked} may be read from a command or the keyring" if asked else ""
    return f"set: {ready} of {count_text(len(used), 'scheme')} that steps use{also}"


@click.command(
    "auth",
    cls=SectionedCommand,
    short_help="show which credentials a document needs, and which are set",
)
@click.argument("document")
@flags_of("auth")
def command(document: str, test: bool, as_json: bool, **given: Any) -> int:  # noqa: FBT001 - click
    """Show which credentials DOCUMENT needs, where each is read from, and which are set.

    No value is shown. Without --test nothing is sent, and no command is run and no keyring read.
    """
    description = load_document(document, given)
    check_names(description, {**given, "until": None})
    show_diagnostics(description.warnings)
    stores = NamedStores(
        credential_stores(given),
        named_stores(given),
        bool(given["cert"]),
        configured_tls(given).certified(),
    )
    schemes = scheme_statuses(description.units, _plan(description, given), stores)
    masker = Masker()
    if given["logout"]:
        return _log_out(schemes, stores, given)
    trials = _trials(schemes, stores, given, masker) if test else {}
    code = _exit_code(trials.values())
    if as_json:
        listed = [_scheme_json(one, trials.get(index)) for index, one in enumerate(schemes)]
        whole = masker.value({"document": document, "schemes": listed, "exit_code": code})
        sys.stdout.write(escape_stream(json.dumps(whole, indent=2), "json") + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in scheme_report(schemes, trials, masker))
    return code


def _plan(description: Description, given: Mapping[str, Any]) -> Plan:
    """All workflows, bound without any credentials. Raises DocumentError."""
    names = [one.workflow_id for one in description.entry.document.workflows]
    options = pipeline.RunConfig(
        servers=given["servers"],
        server_variables=given["server_variables"],
        environment={},
        needs_credentials=False,
    )
    return pipeline.plan_run(
        description, pipeline.select_workflows(description, names), options
    ).plan


def _trials(
    schemes: list[SchemeStatus], stores: NamedStores, given: Mapping[str, Any], masker: Masker
) -> dict[int, CredentialTest]:
    """What came of trying each scheme that a step uses, by its place in the list."""
    with CredentialTester.opened(stores, given, masker) as testing:
        return {index: testing.trial(one) for index, one in enumerate(schemes) if one.uses}


def _log_out(schemes: Sequence[SchemeStatus], stores: NamedStores, given: Mapping[str, Any]) -> int:
    """Delete the tokens that `--token-cache` has kept for the document's schemes."""
    from arazzo_runner.auth.token_store import KeyringTokenStore

    store = token_store(given) or KeyringTokenStore()
    count = 0
    with CredentialTester.opened(stores, given, Masker()) as testing:
        for one in schemes:
            count += sum(store.forget(need, client) for need, client in testing.token_entries(one))
    sys.stdout.write(f"{count_text(count, 'token')} deleted from the keyring\n")
    return 0


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
        "identity": one.identity or None,
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
        "operation_id": one.operation.operation_id if one.operation else None,
        "method": one.operation.method if one.operation else None,
        "path": one.operation.path if one.operation else None,
        "scopes": list(one.scopes),
        "optional": one.optional,
        "passed_by_workflow": one.passed,
    }
