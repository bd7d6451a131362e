"""What all tests of a pytest run share: servers that are waited for, a limit on requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from arazzo_runner.cli.run import wait_for
from arazzo_runner.worlds.rate import RateLimit
from unit.pytest_support.project import Project

CLOSED = "http://127.0.0.1:9"


@contextmanager
def server() -> Iterator[tuple[str, list[str]]]:
    """A server that knows nothing, and the paths that it is asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as opened:
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{opened.server_port}", paths
        finally:
            opened.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ["URL", "api"])
def test_a_server_is_waited_for_once(project: Project, name: str) -> None:
    with server() as (url, paths):
        place = f"{url}/health" if name == "URL" else name
        project.run(f"--arazzo-server={url}", f"--arazzo-wait-for={place}")
    expected = "/health" if name == "URL" else "/"
    assert paths.count(expected) == 1
    assert paths[0] == expected
    assert "/pets/404" in paths


def test_a_server_that_never_responds_is_an_error_of_each_test(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[object] = []
    failure = wait_for._failure
    monkeypatch.setattr(
        wait_for, "_failure", lambda *given: attempts.append(given) or failure(*given)
    )
    arguments = (f"--arazzo-wait-for={CLOSED}", "--arazzo-wait-for-timeout=1ms")
    result = project.run(f"--arazzo-server={CLOSED}", *arguments)
    result.assert_outcomes(errors=2)
    assert f"error[AZ909]: `{CLOSED}` did not respond within 0.001 s" in result.stdout.str()
    assert len(attempts) == 1


@pytest.mark.parametrize(
    ("arguments", "outcomes"),
    [
        (["-k", "addPet", "--arazzo-mock", f"--arazzo-wait-for={CLOSED}"], {"passed": 1}),
        (["-k", "addPet", "--arazzo-mock", "--arazzo-wait-for=api"], {"passed": 1}),
        (["-k", "missPet", f"--arazzo-server={CLOSED}", "--arazzo-wait-for=other"], {"failed": 1}),
    ],
)
def test_what_is_not_waited_for(
    project: Project, arguments: list[str], outcomes: dict[str, int]
) -> None:
    result = project.run(*arguments)
    found = result.parseoutcomes()
    assert {name: found[name] for name in outcomes} == outcomes
    assert "AZ909" not in result.stdout.str()


def test_all_tests_share_one_limit(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[RateLimit] = []
    monkeypatch.setattr(RateLimit, "reserve", lambda limit: limits.append(limit) or 0.0)
    project.write(
        "test_one.py",
        "def test_one(arazzo):\n    arazzo.run('pets.arazzo.yaml', 'addPet', timeout=5.0)\n",
    )
    project.run("--arazzo-mock", "--arazzo-rate=6/m").assert_outcomes(passed=2, failed=1)
    assert len(limits) == 5
    assert len({id(one) for one in limits}) == 1
    assert limits[0]._pause == 10.0
