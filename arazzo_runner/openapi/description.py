"""An OpenAPI description read: its version, its security schemes, and typed access to its data.

OpenAPI Specification 2.0, 3.0.4, 3.1.1, 3.2.0. Operations are built when ``lookup.py`` is asked.
Data of another shape than expected is an error with a message.
"""

from __future__ import annotations

from typing import Final
from typing import Literal as Choice

from msgspec.structs import replace

from arazzo_runner.errors import DocumentError
from arazzo_runner.expression.value import Value, describe
from arazzo_runner.openapi.model import ApiDescription, LoadDocument, SecurityScheme, SignerParts
from arazzo_runner.openapi.references import resolve_reference
from arazzo_runner.text.diagnostic import Diagnostic, error, shorten
from arazzo_runner.text.source import Place, SourceFile


def malformed_error(message: str, place: Place) -> DocumentError:
    """The error for a part of an API description that cannot be understood."""
    return DocumentError(error("AZ217", message, place))


def object_at(node: Value, place: Place, what: str) -> dict[str, Value]:
    """The node as an object, an absent one as an empty one; raises DocumentError AZ217."""
    if node is None:
        return {}
    if not isinstance(node, dict):
        raise malformed_error(f"{what} has to be an object, not {describe(node)}", place)
    return node


def list_at(node: Value, place: Place, what: str) -> list[Value]:
    """The node as an array, an absent one as an empty one; raises DocumentError AZ217."""
    if node is None:
        return []
    if not isinstance(node, list):
        raise malformed_error(f"{what} has to be an array, not {describe(node)}", place)
    return node


def required_text(node: dict[str, Value], name: str, place: Place, what: str) -> str:
    """A required string member of an object; raises DocumentError AZ217."""
    value = node.get(name)
    if not isinstance(value, str):
        raise malformed_error(f"{what} needs `{name}`, a string", place)
    return value


def optional_text(node: dict[str, Value], name: str) -> str | None:
    """A string member of an object, None when it is not there or is no string."""
    value = node.get(name)
    return value if isinstance(value, str) else None


def map_members(node: dict[str, Value]) -> list[tuple[str, Value]]:
    """The members of an object without its extensions, where it may have ``^x-`` fields.

    Those are objects with fixed fields, and the Responses Object.
    """
    return [(key, value) for key, value in node.items() if not key.startswith("x-")]


def entries(node: dict[str, Value]) -> list[tuple[str, Value]]:
    """The members of a map of objects: a key is a name, also one that begins with ``x-``.

    A map has no extensions; what stands under ``x-`` and is no object can be no entry either.
    """
    return [
        (key, value)
        for key, value in node.items()
        if isinstance(value, dict) or not key.startswith("x-")
    ]


SUPPORTED: Final = ((2, 0), (3, 0), (3, 1), (3, 2))

Carrier = Choice["query", "header", "cookie"]

# Flow names of 2.0 in the words of 3.x.
_FLOWS: Final = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def read_description(
    source: SourceFile, value: Value, load: LoadDocument | None = None
) -> ApiDescription:
    """Recognize an OpenAPI 2.0, 3.0, 3.1 or 3.2 description and read its security schemes.

    ``load`` reads the other documents that references lead to. Raises DocumentError: AZ202 when
    it is not an OpenAPI description, AZ217 when its outline is malformed. What is wrong with a
    security scheme stands in ``unusable``, for when it is required.
    """
    place = Place(source)
    version = _version(value, place)
    info = object_at(value.get("info"), place.at("info"), "`info`")
    description = ApiDescription(
        version=version,
        title=str(info.get("title", "")),
        api_version=str(info.get("version", "")),
        raw=value,
        source=source,
        schemes={},
        load=load,
        documents={source.uri: (source, value)},
    )
    schemes, unusable = _schemes(description, place)
    return replace(description, schemes=schemes, unusable=unusable)


def read_scheme(
    description: ApiDescription, name: str, node: Value, place: Place
) -> SecurityScheme:
    """A Security Scheme Object, its reference followed; raises DocumentError AZ214, AZ217."""
    node, place = resolve_reference(description, node, place)
    scheme = object_at(node, place, f"the security scheme `{name}`")
    kind = required_text(scheme, "type", place, f"the security scheme `{name}`")
    return SecurityScheme(
        name=name,
        # 2.0 calls `basic` what is `http` with the scheme `basic` since 3.0.
        type="http" if kind == "basic" else kind,
        scheme="basic" if kind == "basic" else optional_text(scheme, "scheme"),
        location=_carrier(scheme, place, name) if kind == "apiKey" else None,
        parameter=required_text(scheme, "name", place, f"the security scheme `{name}`")
        if kind == "apiKey"
        else None,
        flows=_flows(scheme),
        openid_connect_url=optional_text(scheme, "openIdConnectUrl"),
        place=place,
        signer=_SIGV4 if _is_signed_by_aws(scheme) else None,
    )


# API Gateway, "OpenAPI extensions": requests are signed with AWS Signature Version 4.
_SIGV4: Final = SignerParts(
    "aws-sigv4",
    ("access_key_id", "secret_access_key"),
    ("session_token", "region", "service"),
    ("secret_access_key", "session_token"),
    ("Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"),
)


def _is_signed_by_aws(scheme: dict[str, Value]) -> bool:
    kind = optional_text(scheme, "x-amazon-apigateway-authtype") or ""
    return kind.lower() == "awssigv4"


def _version(value: Value, place: Place) -> tuple[int, int]:
    if not isinstance(value, dict):
        raise _unknown_version_error(
            f"an OpenAPI description is an object, not {describe(value)}", place
        )
    name = next((one for one in ("openapi", "swagger") if one in value), None)
    if name is None:
        raise _unknown_version_error(_without_version(value), place)
    # `swagger: 2.0` without quotes is a number in YAML, and meant.
    text = str(value[name])
    version = parse_version(text)
    if version not in SUPPORTED or (name == "swagger") != (version == (2, 0)):
        known = "`swagger: 2.0` and `openapi: 3.0`, `3.1`, `3.2`"
        raise _unknown_version_error(
            f"`{name}: {shorten(text)}` is not supported; {known} are", place.at(name)
        )
    return version


def parse_version(text: str) -> tuple[int, int]:
    """Major and minor of the version of a description; -1 for what is no number."""
    major, minor, *_ = (*text.split("."), "0")
    return _version_number(major), _version_number(minor)


def _version_number(text: str) -> int:
    # Beyond some thousand digits, `int` raises; so many are those of no version.
    return int(text[:9]) if text.isdecimal() else -1


def _without_version(value: dict[str, Value]) -> str:
    for name in ("arazzo", "asyncapi"):
        if name in value:
            return f"this is not an OpenAPI description but one with the field `{name}`"
    return "this is not an OpenAPI description: it has neither `openapi` nor `swagger`"


def _unknown_version_error(message: str, place: Place) -> DocumentError:
    return DocumentError(error("AZ202", message, place))


def _schemes(
    description: ApiDescription, place: Place
) -> tuple[dict[str, SecurityScheme], dict[str, tuple[Diagnostic, ...]]]:
    """The security schemes, and what is wrong with those that cannot be used."""
    raw = description.raw
    if description.version == (2, 0):
        holder, place = raw, place.at("securityDefinitions")
        declared = holder.get("securityDefinitions")
    else:
        holder = object_at(raw.get("components"), place.at("components"), "`components`")
        place = place.at("components", "securitySchemes")
        declared = holder.get("securitySchemes")
    found = dict[str, SecurityScheme]()
    unusable = dict[str, tuple[Diagnostic, ...]]()
    for name, node in entries(object_at(declared, place, f"`{place.pointer[-1]}`")):
        try:
            found[name] = read_scheme(description, name, node, place.at(name))
        except DocumentError as reason:
            unusable[name] = reason.diagnostics
    return found, unusable


def _carrier(scheme: dict[str, Value], place: Place, name: str) -> Carrier:
    match required_text(scheme, "in", place, f"the security scheme `{name}`"):
        case "query":
            return "query"
        case "header":
            return "header"
        case "cookie":
            return "cookie"
        case other:
            raise malformed_error(
                f"the security scheme `{name}` is in `{other}`, not `query`, `header` or `cookie`",
                place.at("in"),
            )


def _flows(scheme: dict[str, Value]) -> dict[str, Value]:
    flows = scheme.get("flows")
    if isinstance(flows, dict):
        return flows
    flow = _FLOWS.get(str(scheme.get("flow")))
    if flow is None:
        return {}
    return {flow: {key: scheme[key] for key in scheme if key not in ("type", "flow")}}
