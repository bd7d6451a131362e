"""Why there is no usable response, in plain words: one function a reason.

Every one names the server, and the value and its limit where there are such; the hint is the way
out. A path or query is never shown, since it may hold a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import replace

from arazzo_runner.executor.world import (
    ChannelUse,
    FailureCode,
    PublishCall,
    ReceiveCall,
    TransportFailure,
)
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from arazzo_runner.http.origin import Origin
    from arazzo_runner.openapi.message import HttpResponse

_MIB = 1024 * 1024
_SERVER_HINT = "start the server, or name another one with `--server`"
_SIZE_HINT = "raise the limit with `--max-response-size`"
_TIME_HINT = "raise the limit with `--timeout`"


RequestFate: TypeAlias = Literal["unknown", "closed", "unprocessed"]
"""What became of a request: the connection ended, or the server says that it did nothing."""


class TransportError(Exception):
    """Carries a TransportFailure up to the world, which returns it as a value.

    ``may_resend`` tells that the request can be sent once more, on a new connection.
    """

    may_resend = False

    def __init__(
        self,
        code: FailureCode,
        message: str,
        hint: str | None = None,
        fate: RequestFate = "unknown",
    ) -> None:
        super().__init__(message)
        self.fate = fate
        self.failure = TransportFailure(code, message, hint)

    def after(self, head: HttpResponse | None) -> TransportError:
        """The same, of a response whose head had come."""
        self.failure = replace(self.failure, head=head)
        return self


# Before anything is sent


def url_error(reason: str) -> TransportError:
    """A URL that no request can go to."""
    return TransportError("refused", f"the request's URL cannot be used: {reason}", _SERVER_HINT)


def credentials_in_url_error(host: str) -> TransportError:
    """A URL with user information (RFC 9110, section 4.2.4)."""
    hint = "remove them from the URL; `arazzo auth` lists the variables for credentials"
    return TransportError("refused", f"the URL of `{host}` contains a user name or password", hint)


def unsendable_error(origin: Origin, reason: str) -> TransportError:
    """A request that HTTP cannot express."""
    return TransportError("refused", f"the request to `{origin}` is not valid HTTP: {reason}")


def messaging_failure(call: PublishCall | ReceiveCall | ChannelUse) -> TransportFailure:
    """A step on an AsyncAPI channel, sent to a world that speaks HTTP only."""
    text = f"the channel `{call.channel}` cannot be reached: AsyncAPI steps are not run over HTTP"
    return TransportFailure("refused", text)


# Connecting


def unknown_host_error(origin: Origin, reason: str) -> TransportError:
    """Name resolution failed."""
    text = f"the host {origin.label(origin.host)} is not known: {reason}"
    return TransportError("connect", text, "check the name, or name another server with `--server`")


def proxy_error(reason: TransportError) -> TransportError:
    """The proxy in between could not be reached, so nothing is known of the server."""
    hint = "check `--proxy`, or `http_proxy` and `https_proxy` in the environment"
    return TransportError("connect", f"the proxy failed: {reason.failure.message}", hint)


def connection_error(origin: Origin, reason: OSError) -> TransportError:
    """No address of the host took the connection."""
    if isinstance(reason, ConnectionRefusedError):
        text = (
            f"no server is listening at {origin.label(origin.address)}: the connection was refused"
        )
        return TransportError("connect", text, _SERVER_HINT)
    return TransportError(
        "connect", f"{origin.label(origin.address)} cannot be reached: {_system_words(reason)}"
    )


def unreachable_error(origin: Origin, words: str) -> TransportError:
    """A client or transport handed in could not connect."""
    return TransportError("connect", f"`{origin.address}` cannot be reached: {words}", _SERVER_HINT)


def application_error(origin: Origin, reason: Exception) -> TransportError:
    """An application or client in this process raised."""
    from traceback import extract_tb

    where = extract_tb(reason.__traceback__)[-1]
    text = f"what serves `{origin}` raised `{type(reason).__name__}: {reason}`"
    return TransportError(
        "protocol", text, f"it was raised in `{where.filename}`, line {where.lineno}"
    )


def connect_timeout_error(origin: Origin, seconds: float) -> TransportError:
    """No connection in time."""
    return TransportError(
        "timeout",
        f"no connection to {origin.label(origin.address)} within {seconds:g} s",
        _TIME_HINT,
    )


def tunnel_error(proxy: Origin, origin: Origin, status: int) -> TransportError:
    """The proxy did not connect (RFC 9110, section 9.3.6)."""
    text = f"the proxy `{proxy.address}` refused to connect to `{origin.address}`: status {status}"
    hint = "check the user name and password in the proxy's URL" if status == 407 else None
    return TransportError("connect", text, hint)


def tls_error(origin: Origin, reason: OSError) -> TransportError:
    """The TLS handshake failed."""
    import ssl

    if isinstance(reason, ssl.SSLCertVerificationError):
        return _certificate_error(origin, reason)
    if isinstance(reason, ssl.SSLError) and reason.reason in _NOT_TLS:
        text = f"`{origin.address}` does not speak TLS: it may be an http server"
        return TransportError("tls", text, "use an `http://` URL with `--server`")
    words = _alert_words(reason) or _system_words(reason)
    clear = "if it is an http server, use an `http://` URL with `--server`"
    hint = clear if "eof" in words else _certificate_hint(words)
    return TransportError("tls", f"no TLS connection to `{origin.address}`: {words}", hint)


_NOT_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "UNKNOWN_PROTOCOL"}


def _certificate_error(origin: Origin, reason: OSError) -> TransportError:
    words = str(getattr(reason, "verify_message", reason)).rstrip(".")
    hint = "`--cacert FILE` trusts another authority; `--insecure` skips the check"
    return TransportError(
        "tls", f"the certificate of {origin.label(origin.address)} is not trusted: {words}", hint
    )


def _system_words(reason: OSError) -> str:
    """What the system or OpenSSL says, without numbers and names of routines."""
    spelled: str = getattr(reason, "reason", None) or ""
    return spelled.replace("_", " ").lower() or reason.strerror or type(reason).__name__


# Waiting


def read_timeout_error(origin: Origin, seconds: float) -> TransportError:
    """Not one byte for the read timeout."""
    return TransportError("timeout", f"`{origin}` sent nothing for {seconds:g} s", _TIME_HINT)


def attempt_timeout_error(origin: Origin, seconds: float) -> TransportError:
    """The whole attempt took too long."""
    text = f"no complete response from `{origin}` within {seconds:g} s"
    return TransportError("timeout", text, f"{_TIME_HINT} and the step's `timeout`, if it has one")


# The answer


def no_response_error(origin: Origin) -> TransportError:
    """The connection ended before a single byte of an answer."""
    text = f"`{origin}` closed the connection without a response"
    hint = "the server's log may say why"
    if origin.scheme == "http":
        hint += "; one that requires TLS needs an `https://` URL"
    return TransportError("protocol", text, hint, fate="closed")


def resend_error(origin: Origin, method: str) -> TransportError:
    """A kept connection ended, and a second request might do twice what the first one asked for."""
    text = (
        f"`{origin}` closed the kept connection without a response; a {method} is not sent again"
        " by itself, as it may have been processed"
    )
    return TransportError("protocol", text, "a `retry` action of the step sends it again")


def unprocessed_request_error(origin: Origin) -> TransportError:
    """The server says that it did not process the request (RFC 9113, section 8.7)."""
    text = f"`{origin}` refused the request without processing it"
    return TransportError("protocol", text, fate="unprocessed")


def broken_connection_error(origin: Origin, reason: OSError) -> TransportError:
    """The connection broke during the exchange."""
    import ssl

    if isinstance(reason, ssl.SSLEOFError):
        text = f"`{origin}` closed the connection without TLS close_notify, perhaps incomplete"
        return TransportError("protocol", text, fate="closed")
    if isinstance(reason, ssl.SSLError):
        return _client_certificate_error(origin, reason)
    text = f"the connection to `{origin}` broke: {_system_words(reason)}"
    return TransportError("protocol", text, fate="closed")


def _client_certificate_error(origin: Origin, reason: OSError) -> TransportError:
    """TLS 1.3 tells a client only now that its certificate is missing or not liked."""
    words = _alert_words(reason) or _system_words(reason)
    text = f"the TLS connection to `{origin}` broke: {words}"
    return TransportError("tls", text, _certificate_hint(words))


def _certificate_hint(words: str) -> str | None:
    if words == _ALERTS["HANDSHAKE_FAILURE"]:
        # TLS 1.2 says no more where a client's certificate is missing (RFC 5246, section 7.4.6).
        return "it may require a client certificate: `--cert` and `--key`; or TLS of another kind"
    return "name the client's certificate with `--cert` and `--key`" if "certif" in words else None


def _alert_words(reason: OSError) -> str | None:
    """What the server says of the client's certificate, which has its own alerts."""
    alert = (getattr(reason, "reason", None) or "").partition("ALERT_")[2]
    return _ALERTS.get(alert)


# RFC 8446, section 6.2.
_ALERTS = {
    "BAD_CERTIFICATE": "the server refused the client certificate",
    "CERTIFICATE_EXPIRED": "the server refused the client certificate, which has expired",
    "CERTIFICATE_REQUIRED": "the server requires a client certificate",
    "CERTIFICATE_REVOKED": "the server refused the client certificate, which was revoked",
    "CERTIFICATE_UNKNOWN": "the server refused the client certificate",
    "HANDSHAKE_FAILURE": "the server refused the handshake",
    "UNKNOWN_CA": "the server does not trust the authority of the client certificate",
    "UNSUPPORTED_CERTIFICATE": "the server does not support this kind of client certificate",
}


def cut_header_error(origin: Origin) -> TransportError:
    """The connection ended within the header."""
    return TransportError(
        "protocol", f"the response of `{origin}` ends before its header is complete"
    )


def truncated_body_error(origin: Origin, got: int, expected: int | None) -> TransportError:
    """The connection ended within the body; ``expected`` is its Content-Length, if there is one."""
    whole = "before its last chunk" if expected is None else f"instead of {expected}"
    return TransportError(
        "protocol", f"the response body of `{origin}` ends after {got} bytes {whole}"
    )


def not_http_error(origin: Origin, first: bytes) -> TransportError:
    """The first bytes are not a status line."""
    few = first[:40].decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")
    shown = few.replace("`", "'") + "…" * (len(first) > 40)
    text = f"`{origin}` does not speak HTTP; its first bytes are `{shown}`"
    hint = "it may require TLS: use an `https://` URL" if first[:1] == b"\x15" else None
    return TransportError("protocol", text, hint)


def malformed_response_error(origin: Origin, reason: str) -> TransportError:
    """HTTP, but not valid."""
    words = _OCTETS.sub(r"`\2`", reason.replace("`", "'"))
    return TransportError("protocol", f"the response of `{origin}` is not valid HTTP: {words}")


# How h11 and h2 spell octets in their messages.
_OCTETS = lazy_pattern(r"""(?:bytearray\()?\bb(['"])(.*?)\1\)?""")


def decoding_error(origin: Origin, encoding: str, reason: str) -> TransportError:
    """The content encoding does not fit the bytes."""
    return TransportError(
        "protocol", f"the response body of `{origin}` is not valid {encoding}: {reason}"
    )


def unknown_encoding_error(origin: Origin, encoding: str) -> TransportError:
    """A content encoding that was not offered."""
    text = f"the response of `{origin}` is encoded as `{encoding}`; gzip and deflate are understood"
    hint = "requests accept these two unless a step sets Accept-Encoding; the server has to heed it"
    return TransportError("protocol", text, hint)


# Limits


def body_size_error(origin: Origin, size: int, limit: int) -> TransportError:
    """The body has more bytes on the wire than allowed; ``size`` as announced or seen so far."""
    text = (
        f"the response body of `{origin}` has {size} bytes or more, the limit is {size_text(limit)}"
    )
    return TransportError("limit", text, _SIZE_HINT)


def decoded_size_error(origin: Origin, limit: int) -> TransportError:
    """The body grows beyond the limit when its content encodings are undone."""
    text = f"the response body of `{origin}` decodes to more than {size_text(limit)}"
    return TransportError("limit", text, _SIZE_HINT)


def encoding_count_error(origin: Origin, count: int, limit: int) -> TransportError:
    """Content encodings over one another."""
    text = f"the response of `{origin}` is encoded {count} times over, the limit is {limit}"
    return TransportError("limit", text)


def header_size_error(origin: Origin, limit: int) -> TransportError:
    """Header lines, or chunk lines, beyond the limit."""
    return TransportError("limit", f"the response header of `{origin}` has more than {limit} bytes")


def header_count_error(origin: Origin, count: int, limit: int) -> TransportError:
    """More header fields than allowed."""
    return TransportError(
        "limit", f"the response of `{origin}` has {count} headers, the limit is {limit}"
    )


def informational_count_error(origin: Origin, limit: int) -> TransportError:
    """More 1xx responses than allowed."""
    text = f"`{origin}` sent more than {limit} interim (1xx) responses before its response"
    return TransportError("limit", text)


def redirect_count_error(origin: Origin, limit: int) -> TransportError:
    """Another redirect after the last that is followed."""
    times = "a redirect" if limit == 1 else f"{limit} redirects"
    text = f"`{origin}` redirects again after {times}, the limit"
    return TransportError("limit", text, "raise the limit with `--follow-redirects`")


# Redirects


def redirect_location_error(origin: Origin, reason: str) -> TransportError:
    """A Location that leads nowhere."""
    return TransportError("protocol", f"`{origin}` redirects, but {reason}")


def downgrade_error(origin: Origin, other: Origin) -> TransportError:
    """From https to http."""
    text = f"`{origin}` redirects to `{other}`, which is not encrypted: this is never followed"
    return TransportError("refused", text, _STAY_HINT)


def origin_error(text: str) -> TransportError:
    """Something else where an origin for credentials should be."""
    form = "scheme, host and port only, such as `https://api2.example.com`"
    return TransportError("refused", f"`{text}` is not an origin: {form}")


def unencrypted_origin_error(origin: Origin) -> TransportError:
    """An origin that credentials would reach without encryption."""
    text = f"credentials do not go to `{origin}`: it is not encrypted, and not on this machine"
    return TransportError("refused", text, "name it with https")


def body_redirect_error(origin: Origin, other: Origin, status: int) -> TransportError:
    """A redirect that would carry the request's body elsewhere."""
    text = f"`{origin}` redirects a request with a body to `{other}` (status {status})"
    return TransportError("refused", f"{text}: it is not sent there", _STAY_HINT)


_STAY_HINT = "omit `--follow-redirects` to get the redirect itself as the response"


def size_text(size: int) -> str:
    """A size, in MiB where it is a whole number of them."""
    return f"{size // _MIB} MiB" if size >= _MIB and size % _MIB == 0 else f"{size} bytes"
