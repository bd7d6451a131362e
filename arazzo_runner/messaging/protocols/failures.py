"""Why a broker cannot be used, in plain words: one function a reason, the same for all protocols.

Each one names the broker by protocol, host and port; nothing of a credential, path or payload is
shown.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Endpoint,
    OutgoingMessage,
)

_START = "start the broker, or name another server of the description"
_CREDENTIALS = "`arazzo auth` lists the variables for credentials"
_SIZE = "docs/limits.md has the limits of messages"


def connect_error(endpoint: Endpoint, reason: BaseException) -> BrokerError:
    """No connection could be made; ``reason`` is what the library raised, with its causes."""
    causes = tuple(_causes(reason))
    if tls := next((one for one in causes if isinstance(one, ssl.SSLError)), None):
        return tls_error(endpoint, tls)
    systems = [one for one in causes if isinstance(one, OSError)]
    # Libraries wrap an error of the system into one of their own, which has no number.
    system = next((one for one in systems if one.errno is not None), next(iter(systems), None))
    if system is None or isinstance(system, TimeoutError):
        return connect_timeout_error(endpoint)
    if isinstance(system, socket.gaierror):
        text = f"the host `{endpoint.host}` is not known: {system.strerror}"
        return BrokerError("connect", text, "check the name of the host in the description")
    if is_refusal(system):
        text = f"no broker is listening at `{endpoint.label}`: the connection was refused"
        return BrokerError("connect", text, _START)
    words = system.strerror or type(system).__name__
    return BrokerError("connect", f"`{endpoint.label}` cannot be reached: {words}", _START)


def _causes(reason: BaseException | None) -> Iterator[BaseException]:
    """An exception, and those that it was made of."""
    for _ in range(8):
        if reason is None:
            return
        yield reason
        if isinstance(reason, BaseExceptionGroup):  # one for each address of a host
            reason = reason.exceptions[0]
        else:
            reason = reason.__cause__ or reason.__context__


def is_refusal(reason: OSError) -> bool:
    """Whether nobody listens, at any address of the host: asyncio puts those into one text."""
    return isinstance(reason, ConnectionRefusedError) or (
        reason.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(reason)
    )


def tls_error(endpoint: Endpoint, reason: ssl.SSLError) -> BrokerError:
    """The TLS handshake failed."""
    words = getattr(reason, "verify_message", "") or reason.reason or "the handshake failed"
    text = f"no encrypted connection to `{endpoint.label}`: {words}"
    return BrokerError("tls", text, "name a certificate authority with `--cacert`")


def connect_timeout_error(endpoint: Endpoint) -> BrokerError:
    """No connection in time, or nothing that speaks the protocol."""
    text = f"no connection to `{endpoint.label}` within {endpoint.connect_timeout:g} s"
    return BrokerError("timeout", text, _START)


def response_timeout_error(endpoint: Endpoint, action: str) -> BrokerError:
    """A connected broker does not respond; ``action`` is such as "the subscription"."""
    text = f"`{endpoint.label}` has not confirmed {action} within {endpoint.connect_timeout:g} s"
    return BrokerError("timeout", text)


def lost_error(endpoint: Endpoint, words: str = "") -> BrokerError:
    """The connection ended; ``words`` is a reason without secrets."""
    text = f"the connection to `{endpoint.label}` was lost"
    return BrokerError("connect", f"{text}: {words}" if words else text)


def credentials_error(endpoint: Endpoint) -> BrokerError:
    """The broker does not accept who we are, or that we are nobody."""
    shown = endpoint.credentials
    if shown != BrokerCredentials():
        text = f"`{endpoint.label}` does not accept the credentials"
    else:
        text = f"`{endpoint.label}` requires credentials, and there are none"
    return BrokerError("credentials", text, _CREDENTIALS)


def permission_error(endpoint: Endpoint, action: str, address: str) -> BrokerError:
    """Known, but not allowed; ``action`` is such as "send to"."""
    text = f"`{endpoint.label}` does not allow to {action} `{address}` with these credentials"
    return BrokerError("credentials", text)


def protocol_error(endpoint: Endpoint, words: str) -> BrokerError:
    """The broker says something that cannot be, or refuses for a reason of its own."""
    return BrokerError("protocol", f"`{endpoint.label}` reports: {words}")


def check_size(endpoint: Endpoint, message: OutgoingMessage) -> None:
    """Raise BrokerError for a message over the limit, before anything of it is sent."""
    size, limit = len(message.payload), endpoint.max_message
    if size > limit:
        text = f"the message to `{message.address}` has {size:,} bytes; the limit is {limit:,}"
        raise BrokerError("limit", text, _SIZE)


def incoming_size_error(endpoint: Endpoint, address: str) -> BrokerError:
    """A message far over the limit came, so that the connection cannot go on."""
    text = f"a message from `{address}` is larger than can be read;"
    text = f"{text} the limit is {endpoint.max_message:,} bytes"
    return BrokerError("limit", text, _SIZE)


def no_headers_error(title: str, message: OutgoingMessage, hint: str) -> BrokerError:
    """A message has headers, and the protocol no place for them."""
    name = message.headers[0][0]
    text = f"{title} has no headers: the header `{name}` of the message cannot be sent"
    return BrokerError("refused", text, hint)
