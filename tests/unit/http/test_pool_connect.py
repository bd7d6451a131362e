"""Connections that cannot be made at first: `--retry-connect`."""

import socket

import pytest

from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.http.anyio_network import EventLoopNetwork
from arazzo_runner.http.client import HttpSettings
from arazzo_runner.http.network import BlockingNetwork
from arazzo_runner.openapi.message import HttpRequest, HttpResponse

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
UNKNOWN = socket.gaierror(-2, "Name or service not known")


@pytest.fixture
def refuse(monkeypatch):
    """``refuse(failures)`` lets connections fail, one after the other; gives the pauses made."""

    def refuse(*failures):
        left, pauses = list(failures), []

        def failing(network, name, kinds):
            usual = getattr(network, name)

            async def replaced(self, *args):
                if left and isinstance(left[0], kinds):
                    raise left.pop(0)
                return await usual(self, *args)

            monkeypatch.setattr(network, name, replaced)

        async def sleep(self, seconds):
            pauses.append(seconds)

        for network in (BlockingNetwork, EventLoopNetwork):
            failing(network, "resolve", socket.gaierror)
            failing(network, "connect", (ConnectionRefusedError, TimeoutError))
            monkeypatch.setattr(network, "sleep", sleep)
        return pauses

    return refuse


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), UNKNOWN, TimeoutError()])
def test_a_connection_is_tried_again_and_it_is_noted(serve, ask, refuse, failure) -> None:
    server, pauses = serve([OK, OK]), refuse(failure, failure)
    settings = HttpSettings(retry_connect=2)
    request = HttpRequest("POST", server.url, (), b"body")
    first, second = ask(request, request, settings=settings)
    assert isinstance(first, HttpResponse)
    (note,) = first.notes
    assert note.startswith("the connection was made after 2 retries: at first, ")
    assert second.notes == ()
    assert (server.accepted, len(server.requests), len(first.exchanges)) == (1, 2, 1)
    assert pauses == [0.1, 0.2]


def test_one_retry_is_noted_as_one(serve, ask, refuse) -> None:
    server, _ = serve([OK]), refuse(ConnectionRefusedError())
    (response,) = ask(server.url, settings=HttpSettings(retry_connect=5))
    assert response.notes[0].startswith(
        "the connection was made after 1 retry: at first, no server"
    )


def test_the_last_failure_says_how_often_it_was_tried(ask, refuse) -> None:
    pauses = refuse(*[ConnectionRefusedError()] * 9)
    (failure,) = ask("http://127.0.0.1:1/", settings=HttpSettings(retry_connect=7))
    assert isinstance(failure, TransportFailure)
    assert failure.code == "connect"
    assert failure.message.endswith("the connection was refused; it was tried 8 times")
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_without_the_option_it_is_tried_once(ask, refuse) -> None:
    pauses = refuse(ConnectionRefusedError())
    (failure,) = ask("http://127.0.0.1:1/")
    assert failure.message.endswith("the connection was refused")
    assert pauses == []


def test_the_timeout_of_the_request_ends_it(ask, refuse) -> None:
    pauses = refuse(*[ConnectionRefusedError()] * 9)
    (failure,) = ask("http://127.0.0.1:1/", settings=HttpSettings(retry_connect=9), timeout=1e-9)
    assert "tried" not in failure.message
    assert pauses == []


def test_nothing_is_tried_again_once_there_was_a_connection(serve, ask, refuse) -> None:
    server = serve([lambda connection: connection.shutdown(socket.SHUT_RDWR)], [OK])
    refuse()
    (failure,) = ask(server.url, settings=HttpSettings(retry_connect=5))
    assert failure.message == f"`{server.url}` closed the connection without a response"
    assert server.accepted == 1
