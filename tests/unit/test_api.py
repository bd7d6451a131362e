"""The module that programs import: light, complete, and typed."""

import subprocess
import sys
from pathlib import Path

import pytest

import arazzo_runner as arazzo

DOCUMENT = Path(__file__).parents[2] / "workflows" / "twilio-studio-end-execution-workflow.yml"


def loaded_by(program: str) -> set[str]:
    """The modules that a program has loaded, beyond those of the interpreter itself."""
    command = [sys.executable, "-c", f"import sys; {program}; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_importing_it_loads_nothing() -> None:
    before = loaded_by("pass")
    assert loaded_by("import arazzo_runner") - before <= {"arazzo_runner", "__future__"}


def test_loading_a_document_needs_no_network() -> None:
    modules = loaded_by(f"import arazzo_runner; arazzo_runner.load({str(DOCUMENT)!r})")
    assert (
        modules & {"httpx", "anyio", "asyncio", "click", "rich", "ssl", "jsonschema", "unittest"}
        == set()
    )


def test_all_names_are_there() -> None:
    assert sorted(arazzo.__all__) == list(arazzo.__all__)
    for name in arazzo.__all__:
        assert getattr(arazzo, name) is not None
    assert set(arazzo.__all__) <= set(dir(arazzo))


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="module 'arazzo_runner' has no attribute 'runn'"):
        _ = arazzo.runn


def test_messages() -> None:
    request = arazzo.HttpRequest("GET", "https://user:pw@x.test/a?key=1", (("A", "1"), ("b", "2")))
    assert repr(request) == "HttpRequest(GET https://x.test)"
    assert request.with_header("a", "3").headers == (("b", "2"), ("a", "3"))
    assert (request.header("B"), request.header("c")) == ("2", None)
    response = arazzo.HttpResponse(204, (("A", "1"),), b"xy")
    assert (repr(response), response.header("a")) == ("HttpResponse(204, 2 bytes)", "1")
    assert repr(arazzo.TransportFailure("timeout", "too slow")) == "TransportFailure(timeout)"
