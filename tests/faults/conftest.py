"""Certificates, and the command line with the memory that it takes."""

import datetime as dt
import io
import json
import os
import ssl
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from unittest import mock

import pytest
import trustme

from arazzo_runner.cli.main import main

# Generous, for machines that do much else: what is bounded here would otherwise never end.
SPARE_SECONDS = 20.0
MEMORY = 250 << 20

OPERATION = {
    "operationId": "getThing",
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
    ],
    "responses": {"200": {"description": "fine"}},
}
DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "things", "version": "1"},
    "servers": [{"url": "http://127.0.0.1:1"}],
    "paths": {"/things/{id}": {"get": OPERATION}},
}


def document(url: str, **step: object) -> dict[str, object]:
    """A workflow of one step, that passes on the response of a good server."""
    parameters = [{"name": "id", "in": "path", "value": "1"}]
    first = {"stepId": "one", "operationId": "getThing", "parameters": parameters}
    conditions = ["$statusCode == 200", "$response.body#/id == 1"]
    criteria = [{"condition": one} for one in conditions]
    return {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "things", "url": url, "type": "openapi"}],
        "workflows": [{"workflowId": "w", "steps": [{**first, "successCriteria": criteria, **step}]}],
    }  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What a command did; ``errors`` are those of attempts, for commands that report them."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[dict[str, Any]]:
        report = json.loads(self.out)
        steps = [step for workflow in report["workflows"] for step in workflow["steps"]]
        return [one["error"] for step in steps for one in step["attempts"] if one["error"]]


Command = Callable[..., Done]


@pytest.fixture
def arazzo(tmp_path: Path) -> Command:
    """``arazzo(…)`` in a folder of its own, bounded in time and memory."""
    (tmp_path / "openapi.json").write_text(json.dumps(DESCRIPTION))

    def call(*words: str, source: str = "openapi.json", **step: object) -> Done:
        (tmp_path / "w.arazzo.json").write_text(json.dumps(document(source, **step)))
        out, err = io.StringIO(), io.StringIO()
        variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        begun, before = monotonic(), _memory(restart=True)
        with (
            mock.patch.dict(os.environ, variables, clear=True),
            chdir(tmp_path),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = main(words)
        assert monotonic() - begun < SPARE_SECONDS
        assert _memory(restart=False) - before < MEMORY
        return Done(code, out.getvalue(), err.getvalue())

    return call


def _memory(*, restart: bool) -> int:
    """The most bytes that this process had since the last restart, where the system says it."""
    try:
        if restart:
            Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def cacert(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def context(authority: trustme.CA) -> Callable[[str], ssl.SSLContext]:
    """``context(kind)``: a server's end of TLS, with what is wrong about its certificate."""

    def make(kind: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _certificate(authority, kind).configure_cert(made)
        made.set_alpn_protocols(["h2"] if kind == "h2" else ["http/1.1"])
        return made

    return make


def _certificate(authority: trustme.CA, kind: str) -> trustme.LeafCert:
    match kind:
        case "expired":
            now = dt.datetime.now(dt.UTC)
            before, after = now - dt.timedelta(days=9), now - dt.timedelta(days=8)
            return authority.issue_cert("127.0.0.1", not_before=before, not_after=after)
        case "another host":
            return authority.issue_cert("elsewhere.example")
        case "self-signed":
            return trustme.CA().issue_cert("127.0.0.1")
        case _:
            return authority.issue_cert("127.0.0.1")
