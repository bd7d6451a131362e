"""Security Requirement Objects: which schemes an operation requires, alone or together."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.openapi.description import read_scheme
from arazzo_runner.openapi.model import Operation, SecurityRequirement, SecurityScheme
from arazzo_runner.text.diagnostic import Diagnostic, Severity, did_you_mean, error
from arazzo_runner.text.source import Place


class RequiredScheme(Struct, frozen=True):
    """A scheme of a requirement, and the scopes that it asks for."""

    scheme: SecurityScheme
    scopes: tuple[str, ...] = ()


def required_schemes(operation: Operation) -> list[list[RequiredScheme]]:
    """The alternatives of an operation that can be used, each the schemes that apply together.

    None where the operation and its description declare no security.
    """
    return _read_requirements(operation)[0]


def security_findings(operation: Operation) -> list[Diagnostic]:
    """What keeps security requirements from being used: errors where no other one is left.

    AZ214 for a scheme that is not declared, AZ214 and AZ217 for a broken one.
    """
    usable, found = _read_requirements(operation)
    severity = Severity.WARNING if usable else Severity.ERROR
    return [replace(one, severity=severity) for one in found]


def _read_requirements(
    operation: Operation,
) -> tuple[list[list[RequiredScheme]], list[Diagnostic]]:
    usable: list[list[RequiredScheme]] = []
    found: list[Diagnostic] = []
    for requirement in operation.security or ():
        try:
            usable.append(_required_schemes(operation, requirement))
        except DocumentError as reason:
            found.extend(reason.diagnostics)
    return usable, found


def _required_schemes(
    operation: Operation, requirement: SecurityRequirement
) -> list[RequiredScheme]:
    return [
        RequiredScheme(_scheme(operation, name, requirement.place.at(name).key()), scopes)
        for name, scopes in requirement.schemes
    ]


def _scheme(operation: Operation, name: str, place: Place) -> SecurityScheme:
    description = operation.description
    if name in description.unusable:
        raise DocumentError(*description.unusable[name])
    if name in description.schemes:
        return description.schemes[name]
    if description.version >= (3, 2) and any(mark in name for mark in "#/:"):
        # Since 3.2 a requirement may name its scheme by URI.
        key = ("scheme", name)
        if key not in description.memo:
            scheme = read_scheme(description, name, {"$ref": name}, place)
            same = (one for one in description.schemes.values() if one.place == scheme.place)
            description.memo[key] = next(same, scheme)
        by_uri: SecurityScheme = description.memo[key]
        return by_uri
    message = f"the security scheme `{name}` is not declared"
    hint = did_you_mean(name, description.schemes)
    hint = hint or "declare it where the API description has its security schemes"
    raise DocumentError(error("AZ214", message, place, "not declared", hint))
