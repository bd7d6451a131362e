"""Options about how requests are sent."""

from __future__ import annotations

from arazzo_runner.options.model import Option

_SENDING = ("run", "auth")
_SECTION = "Network"

NETWORK = (
    Option(
        "cacert",
        "Certificate authorities to trust.",
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
        "Its private key.",
        _SENDING,
        _SECTION,
        kind="file",
        metavar="FILE",
        member="HttpSettings.key",
    ),
    Option(
        "insecure",
        "Do not verify TLS certificates; each report says so.",
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
        "Take the credential of this security scheme along on a redirect to this origin.",
        _SENDING,
        _SECTION,
        kind="credential-origin",
        key="credential_origins",
        metavar="NAME@ORIGIN",
        is_repeatable=True,
        member="HttpSettings.credential_origins",
    ),
    Option(
        "http2",
        "Offer HTTP/2.",
        _SENDING,
        _SECTION,
        kind="switch",
        member="HttpSettings.http2",
    ),
    Option(
        "cookies",
        "Keep cookies during the run, one jar per origin.",
        _SENDING,
        _SECTION,
        kind="switch",
        member="HttpSettings.cookies",
    ),
)
