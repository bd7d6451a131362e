"""The credentials of a run: those of each operation, and those of each broker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from arazzo_runner.openapi.model import Operation, SecurityScheme
from arazzo_runner.openapi.request.user_headers import user_headers
from arazzo_runner.openapi.security.credentials import credentials_from, variable_name
from arazzo_runner.openapi.security.requirements import required_schemes
from arazzo_runner.openapi.security.schemes import (
    Authorization,
    Credentials,
    MissingCredentials,
    ParameterKeys,
    authorize,
    missing_parts,
    scheme_label,
    with_identity,
)

if TYPE_CHECKING:
    from arazzo_runner.asyncapi.model import Broker, BrokerSecurity, WebhookSignature
    from arazzo_runner.openapi.security.credentials import CredentialParts
    from arazzo_runner.pipeline.config import RunConfig
    from arazzo_runner.pipeline.load import Description


class RunCredentials:
    """Gives operations and brokers their credentials; ``missing`` is what is not set, once each."""

    def __init__(self, description: Description, options: RunConfig) -> None:
        self.missing: list[MissingCredentials] = []
        self._description = description
        self._options = options
        self._typed: dict[str, str] = {}

    def _held(self, source: str, schemes: Iterable[SecurityScheme]) -> Credentials:
        options = self._options
        environment = {**self._typed, **options.environment} if self._typed else options.environment
        found = credentials_from(environment, source, schemes, options.aliases, options.more)
        return found.joined(options.credentials)

    def of_operation(
        self,
        source: str,
        operation: Operation,
        given: ParameterKeys,
        server: str,
        identity: str,
    ) -> Authorization:
        """What an operation's request is sent with, the user's header fields too."""
        known = self._description.source_names
        headers = user_headers(self._options.headers, source, known)
        passed = given | {("header", name.lower()) for name, _ in headers}
        found = self._authorization(source, operation, passed, server, identity)
        return replace(found, user_headers=headers) if headers else found

    def _authorization(
        self,
        source: str,
        operation: Operation,
        given: ParameterKeys,
        server: str,
        identity: str,
    ) -> Authorization:
        options = self._options
        if not {"all", source}.isdisjoint(options.no_auth):
            return Authorization()
        skipped = skipped_schemes(source, options.no_auth)
        try:
            if identity:
                found = _named_credentials(options, identity, source, operation, skipped)
                by = authorize(operation, source, found, given, server, skipped)
                return with_identity(by, identity)
            found = self._held(source, _needed_schemes(operation, skipped))
            return authorize(operation, source, found, given, server, skipped)
        except MissingCredentials as reason:
            lacking = _missing_of_identity(reason, identity) if identity else reason
            if self._lacks(lacking, {} if identity else None):
                return Authorization()
            return self._authorization(source, operation, given, server, identity)

    def _lacks(self, lacking: MissingCredentials, answer: dict[str, str] | None = None) -> bool:
        """Whether credentials remain missing, once who can be asked for an ``answer`` was."""
        if any(lacking.variables == one.variables for one in self.missing):
            return True
        typed = self._options.ask(lacking) if answer is None else answer
        self._typed.update(typed)
        if not typed:
            self.missing.append(lacking)
        return not typed

    def of_broker(
        self, source: str, broker: Broker
    ) -> tuple[BrokerSecurity, CredentialParts] | None:
        """The first scheme of a server whose credential is there; None without any."""
        from arazzo_runner.messaging.endpoint import scheme_of

        options = self._options
        if not broker.security or not {"all", source}.isdisjoint(options.no_auth):
            return None
        skipped = skipped_schemes(source, options.no_auth)
        pairs = [(one, scheme_of(one)) for one in broker.security if one.name not in skipped]
        held = self._held(source, [scheme for _, scheme in pairs])
        for security, scheme in pairs:
            if not missing_parts(scheme, source, held):
                return security, held.of(source, scheme.name)
        if not pairs or self._lacks(_missing_of_broker(broker, source, pairs, held)):
            return None
        return self.of_broker(source, broker)

    def of_webhook(self, source: str, channel: str, signature: WebhookSignature) -> str | None:
        """The secret that webhooks of a channel are signed with; None where it is missing."""
        from arazzo_runner.messaging.endpoint import signature_scheme

        options = self._options
        skipped = skipped_schemes(source, options.no_auth)
        if not {"all", source}.isdisjoint(options.no_auth) or signature.name in skipped:
            return None
        scheme = signature_scheme(signature)
        secret = self._held(source, [scheme]).of(source, scheme.name).get(signature.part)
        if secret is not None:
            return secret
        variable = variable_name(source, scheme.name, signature.part)
        message = f"webhooks of `{channel}` in `{source}` are signed, and the secret is missing"
        hint = f"set `{variable}`"
        lacking = MissingCredentials(message, (scheme.name,), (variable,), hint)
        self._lacks(lacking)
        return self._held(source, [scheme]).of(source, scheme.name).get(signature.part)


def _missing_of_broker(
    broker: Broker,
    source: str,
    pairs: list[tuple[BrokerSecurity, SecurityScheme]],
    held: Credentials,
) -> MissingCredentials:
    wanted = ", or ".join(f"`{one.name}` ({scheme_label(one)})" for _, one in pairs)
    message = f"the server `{broker.name}` of `{source}` needs credentials for {wanted}"
    lacking = [missing_parts(one, source, held) for _, one in pairs]
    texts = (" and ".join(f"`{name}`" for name in names) for names in lacking)
    schemes = tuple(one.name for _, one in pairs)
    return MissingCredentials(message, schemes, tuple(lacking[0]), "set " + ", or ".join(texts))


def _needed_schemes(operation: Operation, skipped: frozenset[str]) -> list[SecurityScheme]:
    schemes = (one.scheme for each in required_schemes(operation) for one in each)
    return [one for one in schemes if one.name not in skipped]


def _named_credentials(
    options: RunConfig, identity: str, source: str, operation: Operation, skipped: frozenset[str]
) -> Credentials:
    """The credentials that a step names; those of others never take their place."""
    schemes = _needed_schemes(operation, skipped)
    certificate = options.credentials.certificates()
    if identity in options.identities:
        return options.identities[identity](source, schemes).joined(certificate)
    if not schemes or not options.needs_credentials:
        return certificate
    message = f"a step is sent with the credentials `{identity}`, which there are not"
    way_out = f"add a table `[credentials.{identity}]` to `arazzo.toml`"
    known = ", ".join(f"`{name}`" for name in options.identities)
    hint = f"there are {known}; or {way_out}" if known else way_out
    raise MissingCredentials(message, (), (identity,), hint)


def _missing_of_identity(reason: MissingCredentials, identity: str) -> MissingCredentials:
    if reason.variables == (identity,):
        return reason
    message = f"{reason.message}, as `{identity}`"
    hint = f"{reason.hint}, by `[credentials.{identity}]` of `arazzo.toml`"
    variables = tuple(f"{identity}: {one}" for one in reason.variables)
    return MissingCredentials(message, reason.schemes, variables, hint)


def skipped_schemes(source: str, texts: Iterable[str]) -> frozenset[str]:
    """The schemes of a source that ``SOURCE.SCHEME`` names."""
    pairs = (text.partition(".") for text in texts)
    return frozenset(scheme for name, _, scheme in pairs if scheme and name == source)
