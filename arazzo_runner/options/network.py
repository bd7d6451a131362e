"""Options about how requests are sent."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_SENDING = ("run", "auth")
_RETRIEVING = ("run", "validate", "auth", "list")
_SECTION = "Network"

NETWORK = (
    Option(
        "cacert",
        "CA certificates to trust.",
        _RETRIEVING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.cacert",
    ),
    Option(
        "cert",
        "Client certificate.",
        _RETRIEVING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.cert",
    ),
    Option(
        "key",
        "Private key of the client certificate.",
        _RETRIEVING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.key",
    ),
    Option(
        "insecure",
        "Do not verify TLS certificates; noted in each report.",
        _RETRIEVING,
        _SECTION,
        kind="switch",
        member="HttpSettings.insecure",
    ),
    Option(
        "proxy",
        "Send requests through this proxy.",
        _RETRIEVING,
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
        "header",
        "Send this header to the servers of the document, or of one source description;"
        " also `NAME: VALUE`.",
        _RETRIEVING,
        _SECTION,
        kind="header",
        short="H",
        key="headers",
        metavar="[SOURCE=]NAME=VALUE",
        is_repeatable=True,
        keyword=Keyword("headers", "HeaderOptions"),
        pytest="a header for the servers of the document (of one source)",
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
