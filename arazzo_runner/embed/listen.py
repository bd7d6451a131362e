"""Where webhooks are received, by `--listen` and `--public-url`."""

from __future__ import annotations

from functools import partial
from typing import Final

from arazzo_runner.errors import UsageError
from arazzo_runner.messaging.webhooks.address import ListenAddress, public_url_problem
from arazzo_runner.mock_server.listen import AddressFlags, bind_sockets, host_and_port
from arazzo_runner.text.diagnostic import error

_FLAGS: Final = AddressFlags("--listen", "--listen", "--listen HOST:0")


def listen_address(listen: str, public_url: str | None = None) -> ListenAddress:
    """The address of ``HOST:PORT``, bound when it is needed. Raises UsageError AZ906."""
    host, port = host_and_port(listen, "--listen")
    problem = None if public_url is None else public_url_problem(public_url)
    if problem is not None:
        message = f"`--public-url {public_url}` {problem}"
        hint = "write the URL by which senders reach this machine, such as that of a tunnel"
        raise UsageError(error("AZ906", message, help=hint))
    return ListenAddress(listen, partial(bind_sockets, host, port, _FLAGS), public_url)


def missing_listen_error(public_url: str) -> UsageError:
    """``--public-url`` alone."""
    message = f"`--public-url {public_url}` needs `--listen`: nothing receives webhooks without it"
    return UsageError(error("AZ906", message, help="add `--listen HOST:PORT`"))
