"""Options about how requests are sent."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_SENDING = ("run", "auth")
_SECTION = "Network"

NETWORK = (
    Option(
        "cacert",
        "CA certificates to trust.",
        _SENDING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.cacert",
    ),
    Option(
        "cert",
        "Client certificate.",
        _SENDING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.cert",
    ),
    Option(
        "key",
        "Private key of the client certificate.",
        _SENDING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.key",
    ),
    Option(
        "insecure",
        "Do not verify TLS certificates; noted in each report.",
        _SENDING,
        _SECTION,
        kind="switch",
        member="HttpSettings.insecure",
    ),
    Option(
        "proxy",
        "Send requests through this proxy.",
        _SENDING,
        _SECTION,
        metavar="URL",
        member="HttpSettings.proxy",
    ),
    Option(
        "follow-redirects",
        "Follow up to N redirects of a step.",
        _SENDING,
        _SECTION,
        kind="count",
        metavar="N",
        least=0,
        default=0,
        member="HttpSettings.follow_redirects",
    ),
    Option(
        "credential",
        "Also send the credential of this security scheme to this origin on a redirect.",
        _SENDING,
        _SECTION,
        kind="credential-origin",
        key="credential_origins",
        metavar="NAME@ORIGIN",
        is_repeatable=True,
        member="HttpSettings.credential_origins",
    ),
    Option(
        "allow-origin",
        "Let `x-url` refer to this origin too; no credential is sent there.",
        section=_SECTION,
        kind="origin",
        key="allow_origins",
        metavar="ORIGIN",
        is_repeatable=True,
        keyword=Keyword("allow_origins", "Sequence[str]"),
        pytest="let `x-url` refer to this origin too",
    ),
    Option(
        "http2",
        "Use HTTP/2 where the server supports it.",
        _SENDING,
        _SECTION,
        kind="switch",
        member="HttpSettings.http2",
    ),
    Option(
        "cookies",
        "Keep cookies during the run, one cookie jar per origin.",
        _SENDING,
        _SECTION,
        kind="switch",
        member="HttpSettings.cookies",
    ),
)
