"""Addresses to listen at, and the URLs by which senders reach them."""

import socket

import pytest

from arazzo_runner.messaging.webhooks.address import ListenAddress, local_url, public_url_problem


@pytest.mark.parametrize(
    ("public", "address", "expected"),
    [
        ("https://x.example", "/events", "https://x.example/events"),
        ("https://x.example/base/", "events/a", "https://x.example/base/events/a"),
        ("https://x.example", "/ä {id}", "https://x.example/%C3%A4%20{id}"),
        ("https://x.example", "", "https://x.example/"),
    ],
)
def test_the_address_of_a_channel(public: str, address: str, expected: str) -> None:
    assert ListenAddress("127.0.0.1:1", list, public).public_address(address) == expected


def test_the_port_is_bound_once_and_given_back() -> None:
    bound: list[socket.socket] = []

    def bind() -> list[socket.socket]:
        bound.append(socket.create_server(("127.0.0.1", 0)))
        return bound[-1:]

    address = ListenAddress("127.0.0.1:0", bind)
    assert bound == []
    port = address.sockets()[0].getsockname()[1]
    assert address.public_url == f"http://127.0.0.1:{port}"
    assert address.public_address("/a") == f"http://127.0.0.1:{port}/a"
    assert len(bound) == 1
    address.release()
    assert bound[0].fileno() == -1
    address.sockets()
    del address
    assert [one.fileno() for one in bound] == [-1, -1]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("127.0.0.1:0", "http://127.0.0.1:7"), ("localhost:7", "http://localhost:7"), (":7", "http://127.0.0.1:7"),
        ("0.0.0.0:7", "http://127.0.0.1:7"), ("[::1]:7", "http://[::1]:7"), ("[::]:7", "http://[::1]:7"),
    ],
)  # fmt: skip
def test_the_url_for_this_machine(label: str, expected: str) -> None:
    assert local_url(label, 7) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://x.example", None), ("http://127.0.0.1:8085/base/", None),
        ("x.example", "is no URL"), ("ftp://x", "is no URL"), ("https://", "is no URL"), ("https://[x", "is no URL"),
        ("https://x/?a=b", "has a query"), ("https://x/?", "has a query"), ("https://x/#a", "has a query"),
        ("https://u:p@x/", "has a user name"),
    ],
)  # fmt: skip
def test_public_urls(text: str, problem: str | None) -> None:
    found = public_url_problem(text)
    assert found is None if problem is None else found is not None and found.startswith(problem)
