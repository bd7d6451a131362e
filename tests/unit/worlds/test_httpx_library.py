"""Objects of httpx, httpx2 and of neither: what they are, and which library is theirs."""

import subprocess
import sys

import httpx
import httpx2
import pytest

from arazzo_runner.worlds.httpx_library import exception_names, library_of

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)


@LIBRARIES
def test_library_of_what_descends_from_it(library) -> None:
    class Own(library.BaseTransport):
        """A transport of the caller's."""

    for one in (library.Client(), library.AsyncClient(), library.WSGITransport(None), Own()):
        assert library_of(one) is library


def test_library_of_anything_else_is_httpx() -> None:
    assert library_of(object()) is httpx
    assert library_of(None) is httpx


@LIBRARIES
def test_exception_names(library) -> None:
    names = exception_names(library.ConnectTimeout("slow"))
    assert {"ConnectTimeout", "TimeoutException", "HTTPError"} <= names
    assert exception_names(TimeoutError()) == frozenset()


def test_a_client_of_httpx2_loads_no_httpx() -> None:
    program = """
import sys, httpx2
from arazzo_runner.embed.route import route_of
from arazzo_runner.executor.world import SendCall, run_coroutine
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.worlds.httpx import ClientWorld
client = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(204)))
world = ClientWorld(route_of({"client": client}).client)
call = SendCall("k", HttpRequest("GET", "http://app/", (), b""), None, ("api", "get", "/"))
assert run_coroutine(world.send(call)).status == 204
print("httpx" in sys.modules)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"
