"""What has to be had before a request can be sent: plain data, fulfilled by a world.

OpenAPI Specification 3.2.0, "OAuth Flow Object" and "Security Scheme Object".
"""

from __future__ import annotations

from typing import Final, TypeAlias
from urllib.parse import quote, urljoin, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.openapi.description import (
    malformed_error,
    object_at,
    optional_text,
    required_text,
)
from arazzo_runner.openapi.model import SecurityScheme
from arazzo_runner.openapi.security.credentials import OAuthFlow


class TokenNeed(Struct, frozen=True, tag=True):
    """A bearer token by OAuth2, for the scopes of one requirement; URLs are absolute.

    Empty URLs are those that the flow does not use, or that ``discovery_url`` leads to.
    ``identity`` are the credentials that a step names.
    ``from_url`` tells that the API description was read from a URL: it reaches less.
    """

    source: str
    scheme: str
    flow: OAuthFlow
    scopes: tuple[str, ...] = ()
    token_url: str = ""
    refresh_url: str = ""
    authorization_url: str = ""
    device_url: str = ""
    discovery_url: str = ""
    from_url: bool = False
    identity: str = ""

    @property
    def owner(self) -> str:
        """Whose credentials it is met with: the source's, or those of an identity for it."""
        return credential_owner(self.source, self.identity)

    @property
    def label(self) -> str:
        """The scheme as messages name it."""
        return f"`{self.scheme}` of `{self.source}`"


class DigestNeed(Struct, frozen=True, tag=True):
    """An answer to the server's challenge (RFC 7616)."""

    source: str
    scheme: str
    identity: str = ""

    @property
    def owner(self) -> str:
        """Whose credentials it is met with."""
        return credential_owner(self.source, self.identity)


class SignNeed(Struct, frozen=True, tag=True):
    """A signature of the request, once all else of it is known."""

    source: str
    scheme: str
    signer: str
    identity: str = ""

    @property
    def owner(self) -> str:
        """Whose credentials it is made with."""
        return credential_owner(self.source, self.identity)


def credential_owner(source: str, identity: str) -> str:
    """The key of credentials; a source has no space in its name."""
    return f"{source} {identity}" if identity else source


Need: TypeAlias = TokenNeed | DigestNeed | SignNeed

# Which flow a refresh token was obtained by is not known; any of them says where to renew it.
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
_RENEWING: Final = ("authorizationCode", "password", "deviceAuthorization")


def token_need(
    scheme: SecurityScheme, source: str, flow: OAuthFlow, scopes: tuple[str, ...], server: str
) -> TokenNeed:
    """The need for a token; relative URLs are resolved against the API's server.

    "Relative References in API URLs": the base is the Server Object, not the description. Raises
    DocumentError AZ217 where the description does not say what the flow needs.
    """
    from_url = urlsplit(scheme.place.source.uri).scheme in ("http", "https")
    need = TokenNeed(source, scheme.name, flow, scopes, from_url=from_url)
    if scheme.type == "openIdConnect":
        if scheme.openid_connect_url is None:
            what = f"the security scheme `{scheme.name}` needs `openIdConnectUrl`, a string"
            raise malformed_error(what, scheme.place)
        return replace(need, discovery_url=_absolute(scheme.openid_connect_url, server, scheme))
    return replace(need, **_endpoints(scheme, flow, server))


def _endpoints(scheme: SecurityScheme, flow: OAuthFlow, server: str) -> dict[str, str]:
    """The URLs of a flow by our names; RFC 6749 has the token endpoint renew tokens too."""
    name: str = flow
    if flow == "refreshToken":
        name = next(one for one in _RENEWING if one in scheme.flows)
    what = f"the flow `{name}` of the security scheme `{scheme.name}`"
    node = object_at(scheme.flows[name], scheme.place, what)
    urls = {"token_url": required_text(node, "tokenUrl", scheme.place, what)}
    urls["refresh_url"] = optional_text(node, "refreshUrl") or urls["token_url"]
    if flow == "authorizationCode":
        urls["authorization_url"] = required_text(node, "authorizationUrl", scheme.place, what)
    if flow == "deviceAuthorization":
        urls["device_url"] = required_text(node, "deviceAuthorizationUrl", scheme.place, what)
    return {field: _absolute(url, server, scheme) for field, url in urls.items()}


def _absolute(url: str, server: str, scheme: SecurityScheme) -> str:
    try:
        # What no URL may hold is percent-encoded; the host is looked at when it is connected to.
        return urljoin(server, quote(url, safe=_SAFE))
    except ValueError:  # `http://[`
        what = f"the security scheme `{scheme.name}` has an invalid URL: `{url}`"
        raise malformed_error(what, scheme.place) from None
