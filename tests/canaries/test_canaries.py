"""No secret shows in anything that a run writes, whatever way it came in and however the run ends."""

import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import pytest
import trustme
import yaml  # noqa: F401 - its C parser is loaded once a process: not within a run of pytester
from cryptography.hazmat.primitives import serialization
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import arazzo_runner
from arazzo_runner.cli import main as command_line
from arazzo_runner.cli.options import settings
from arazzo_runner.errors import UsageError
from arazzo_runner.http.client import HttpWorld
from arazzo_runner.http_semantics import user_information
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.diagnostic import error
from canaries.secrets import CANARIES, COOKIE_SAFE, WAYS, leaks
from canaries.server import ENCODINGS, Behaviour, echoing_server

HERE = Path(__file__).parent
REPORTS = ("json", "ndjson", "junit", "har", "html", "github", "markdown")
OUTCOMES = {
    "passes": Behaviour(),
    "criterion fails": Behaviour(verdict="bad"),
    "error with the secret": Behaviour(status=500),
    "connection fails": Behaviour(),
    "exception": Behaviour(),
}
EXITS = {
    "passes": 0,
    "criterion fails": 1,
    "error with the secret": 1,
    "connection fails": 4,
    "exception": 70,
}
KEPT: list[io.TextIOWrapper] = []
"""What exports spans writes to its stream again when the process ends."""
VERBOSITY = {"quiet": ["-q"], "normal": [], "verbose": ["-v"], "bodies": ["-vv"]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("shop.arazzo.yaml", "shop.openapi.yaml"):
        shutil.copy(HERE / name, tmp_path)
    (tmp_path / "inputs.json").write_text(
        json.dumps(
            {
                "filed": CANARIES["file-input"],
                "nested": {"deep": [CANARIES["nested-password-input"]]},
            }
        )
    )
    (tmp_path / "secrets.env").write_text(
        f'ARAZZO_AUTH_SHOP_BASIC_USERNAME=ada\nARAZZO_AUTH_SHOP_BASIC_PASSWORD="{CANARIES["basic"]}"\n'
    )
    (tmp_path / "secret.txt").write_text(CANARIES["command"])
    (tmp_path / "arazzo.toml").write_text(
        '[credentials]\nARAZZO_AUTH_SHOP_COMMAND_TOKEN = { command = "cat secret.txt" }\n'
        "[profiles.test.credentials]\n"
        'ARAZZO_AUTH_SHOP_PROFILE_KEY = "PROFILE_KEY"\n'
    )
    monkeypatch.chdir(tmp_path)
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    return tmp_path


def environment() -> dict[str, str]:
    """The credentials that are environment variables."""
    return {
        "ARAZZO_AUTH_SHOP_DIGEST_USERNAME": "ada",
        "ARAZZO_AUTH_SHOP_DIGEST_PASSWORD": CANARIES["digest"],
        "ARAZZO_AUTH_SHOP_BEARER_TOKEN": CANARIES["bearer"],
        "ARAZZO_AUTH_SHOP_HEADER_KEY": CANARIES["key-in-header"],
        "ARAZZO_AUTH_SHOP_QUERY_KEY": CANARIES["key-in-query"],
        "ARAZZO_AUTH_SHOP_COOKIE_KEY": COOKIE_SAFE["key-in-cookie"],
        "ARAZZO_AUTH_SHOP_CLIENT_CLIENT_ID": "shop-cli",
        "ARAZZO_AUTH_SHOP_CLIENT_CLIENT_SECRET": CANARIES["client-secret"],
        "ARAZZO_AUTH_SHOP_USER_CLIENT_ID": "shop-cli",
        "ARAZZO_AUTH_SHOP_USER_REFRESH_TOKEN": CANARIES["given-refresh"],
        "PROFILE_KEY": CANARIES["profile"],
    }


def command(server: str, verbosity: str, folder: Path) -> list[str]:
    """The command line that has most of the ways in, with every report."""
    reports = [word for kind in REPORTS for word in ("--report", f"{kind}={folder}/out/{kind}")]
    return [
        "--debug", "run", "shop.arazzo.yaml", "--server", server, "--profile", "test", "--env-file", "secrets.env",
        "--inputs", "inputs.json", "-i", f"password={CANARIES['password-input']}", "-i", f"named={CANARIES['named-input']}",
        "-i", f"hidden={CANARIES['write-only-input']}", "--secret", "named", "--secret", "told", "--cookies",
        "-H", f"X-Api-Key={CANARIES['user-header']}", "--record", f"{folder}/out/recording.json", "--otel",
        *VERBOSITY[verbosity], *reports,
    ]  # fmt: skip


def run(words: list[str]) -> tuple[int, dict[str, str]]:
    """The exit code and what stands on the standard streams."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), "utf-8") for name in ("stdout", "stderr")}
    KEPT.extend(streams.values())
    with ExitStack() as stack:
        for name, stream in streams.items():
            stack.enter_context(mock.patch.object(sys, name, stream))
        code = command_line.main(words)
    for stream in streams.values():
        stream.flush()
    return code, {name: stream.buffer.getvalue().decode() for name, stream in streams.items()}


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file that the run wrote."""
    for path in sorted((folder / "out").rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes().decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("verbosity", VERBOSITY)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_command_line(folder, monkeypatch, outcome, verbosity):
    (folder / "out").mkdir()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "out" / "summary.md"))
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    if outcome == "exception":
        monkeypatch.setattr(HttpWorld, "send", _broken)
    with echoing_server(OUTCOMES[outcome]) as address:
        down = outcome == "connection fails"
        code, streams = run(
            command("http://127.0.0.1:1" if down else f"http://{address}", verbosity, folder)
        )
    assert code == EXITS[outcome], streams["stdout"][:6000] + streams["stderr"]
    sinks = {**streams, **dict(written(folder))}
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}


async def _broken(_world: object, call: object) -> object:
    """A bug whose exception says all that it knows."""
    raise RuntimeError(
        f"{call!r} {' '.join(CANARIES[way] for way in ('password-input', 'named-input', 'basic'))}"
    )


# --- ways in that cannot be had all at once -------------------------------------------------------

SHOP = [
    "--debug",
    "run",
    "shop.arazzo.yaml",
    "-vv",
    "--no-auth",
    "all",
    "-i",
    "password=x",
    "--secret",
    "told",
]
OTHER_WAYS = {
    "server-password": ["--server", "http://ada:{secret}@{address}"],
    "source-password": ["--source", "shop=http://ada:{secret}@{address}/api.yaml"],
    "source-query": ["--source", "shop=http://{address}/api.yaml?api_key={secret}"],
    "source-header": ["--source", "shop=http://{address}/api.yaml"],
    "proxy-password": ["--server", "http://shop.example", "--proxy", "http://ada:{secret}@{address}"],
    "key-password": ["--server", "https://{address}", "--cert", "cert.pem", "--key", "key.pem",
                     "--key-password", "{raw}"],
}  # fmt: skip


def run_other_way(folder, monkeypatch, way, behaviour, *flags, bug=False):
    """A run with one of the other ways in: its exit code, and all that it wrote."""
    (folder / "out").mkdir()
    (folder / "cert.pem").write_text(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    (folder / "key.pem").write_text(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    with (folder / "arazzo.toml").open("a") as config:
        config.write('[sources.shop]\nheaders = { X-Source-Key = { env = "SOURCE_KEY" } }\n')
    monkeypatch.setenv("SOURCE_KEY", CANARIES["source-header"])
    with echoing_server(behaviour) as address:
        values = {"secret": quote(CANARIES[way], safe=""), "raw": CANARIES[way], "address": address}
        typed = [one.format(**values) for one in OTHER_WAYS[way]]
        reports = [word for kind in REPORTS for word in ("--report", f"{kind}={folder}/out/{kind}")]
        kept = ["--record", f"{folder}/out/recording.json", "--otel"]
        code, streams = run([*SHOP, *typed, *flags, *reports, *kept])
    assert code in (*range(5), *([70] if bug else [])), streams
    return {**streams, **dict(written(folder))}


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_in(folder, monkeypatch, way, status):
    sinks = run_other_way(folder, monkeypatch, way, Behaviour(status=status))
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}


def write_locked_key(folder: Path) -> None:
    """A client certificate whose key is opened by the canary."""
    issued = trustme.CA().issue_cert("client.example")
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(CANARIES["key-password"].encode()),
    )
    (folder / "used-key.pem").write_bytes(locked)
    (folder / "used-cert.pem").write_bytes(issued.cert_chain_pems[0].bytes())


KEY = ["--server", "http://{address}", "--cert", "used-cert.pem", "--key", "used-key.pem",
       "--key-password", "{raw}"]  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_password_that_opens_a_key(folder, monkeypatch, outcome):
    """It goes nowhere; and where a server or an exception has the same text, it is masked."""
    write_locked_key(folder)
    monkeypatch.setitem(OTHER_WAYS, "key-password", KEY)
    if outcome == "exception":
        monkeypatch.setattr(HttpWorld, "send", _broken_by_key)
    given = ["-i", f"hidden=x{CANARIES['key-password']}x"]
    sinks = run_other_way(
        folder, monkeypatch, "key-password", OUTCOMES[outcome], *given, bug=outcome == "exception"
    )
    missing = {"recording.json"} if outcome == "exception" else set()
    assert {"recording.json", *REPORTS} - missing <= sinks.keys() | {"har"}
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}


async def _broken_by_key(_world: object, call: object) -> object:
    raise RuntimeError(f"{call!r} {CANARIES['key-password']}")


USED = {
    "server-password": "`--server` has a user name or password in its URL",
    "key-password": "its password is not that of `--key-password`",
}
"""What is said of a secret that is read, and then goes nowhere."""


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_are_gone(folder, monkeypatch, way):
    """Where nothing is masked, the secret is shown; or the server gets it; or it was judged."""
    behaviour = Behaviour()
    monkeypatch.setattr(user_information, "_LOGIN", re.compile("(?!)"))
    monkeypatch.setattr(Masker, "_spans", lambda _masker, _text: [])
    sinks = run_other_way(folder, monkeypatch, way, behaviour)
    seen = leaks("\n".join([*sinks.values(), *behaviour.seen]))
    assert way in seen or (way in USED and USED[way] in sinks["stderr"])


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_would_be_seen(folder, monkeypatch, way):
    """A message that says the secret, and is not masked, is found in every report and stream."""
    monkeypatch.setattr(user_information, "_LOGIN", re.compile("(?!)"))
    monkeypatch.setattr(Masker, "_spans", lambda _masker, _text: [])

    def refuse(*_arguments, **_more):
        raise UsageError(error("AZ906", f"the secret is {CANARIES[way]}"))

    monkeypatch.setattr(settings, "load_from", refuse)
    sinks = run_other_way(folder, monkeypatch, way, Behaviour())
    told = {name for name, text in sinks.items() if way in leaks(text)}
    assert told >= {"stderr", "json", "ndjson", "junit", "html", "github", "markdown"}


# --- Python and pytest ----------------------------------------------------------------------------

INPUTS = {
    "password": CANARIES["password-input"],
    "hidden": CANARIES["write-only-input"],
    "named": CANARIES["named-input"],
    "filed": CANARIES["file-input"],
    "nested": {"deep": [CANARIES["nested-password-input"]]},
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_python(folder, monkeypatch, outcome):
    """What a result says, its tables and reports, exceptions, and spans."""
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    if outcome == "exception":
        monkeypatch.setattr(HttpWorld, "send", _broken)
    credentials = {"shop": {"basic": {"username": "ada", "password": CANARIES["basic"]},
                            "command": {"token": CANARIES["command"]},
                            "profile": {"key": CANARIES["profile"]}}}  # fmt: skip
    sinks: dict[str, str] = {}
    with echoing_server(OUTCOMES[outcome]) as address:
        server = "http://127.0.0.1:1" if outcome == "connection fails" else f"http://{address}"
        with mock.patch.object(trace, "get_tracer_provider", lambda: provider):
            try:
                result = arazzo_runner.run(
                    "shop.arazzo.yaml", inputs=INPUTS, server=server, credentials=credentials, secrets=["named", "told"],
                    headers={"X-Api-Key": CANARIES["user-header"]}, http=arazzo_runner.HttpSettings(cookies=True), otel=True,
                )  # fmt: skip
            except RuntimeError:
                assert outcome == "exception"  # a bug is passed on to the program as it is
                return
        sinks |= {"str": str(result), "repr": repr(result), "table": result._repr_html_()}
        sinks |= {"report": json.dumps(result.report()), "json": result.to_json()}
        try:
            result.raise_for_status()
        except arazzo_runner.WorkflowFailed as error:
            sinks |= {"exception": str(error), "exception repr": repr(error)}
    sinks["spans"] = "".join(one.to_json() for one in spans.get_finished_spans())
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}


@pytest.mark.parametrize(
    "outcome", ["passes", "criterion fails", "error with the secret", "connection fails"]
)
def test_pytest(folder, pytester, outcome):
    """What a test says, with its captured steps, in the terminal, JUnit XML and reports."""
    for path in folder.iterdir():
        if path.is_file():
            shutil.copy(path, pytester.path)
    pytester.makeconftest(
        f"import pytest\n@pytest.fixture\ndef arazzo_inputs():\n    return {INPUTS!r}\n"
    )
    with echoing_server(OUTCOMES[outcome]) as address:
        server = "http://127.0.0.1:1" if outcome == "connection fails" else f"http://{address}"
        result = pytester.runpytest_inprocess(
            "-p", "no:cacheprovider", "-rA", "-vv", "--junitxml=out.xml", "--arazzo-server", server,
            "--arazzo-profile", "test", "--arazzo-env-file", "secrets.env", "--arazzo-secret", "named",
            "--arazzo-secret", "told", "--arazzo-header", f"X-Api-Key={CANARIES['user-header']}",
            "--arazzo-report", "json=out.json", "--arazzo-report", "html=out.html", "--arazzo-record", "out",
            "-p", "no:hypothesispytest",
        )  # fmt: skip
    assert result.ret == (0 if outcome == "passes" else 1)
    files = [*pytester.path.glob("out.*"), *(pytester.path / "out").rglob("*")]
    sinks = {one.name: one.read_text() for one in files if one.is_file()}
    sinks |= {"stdout": result.stdout.str(), "stderr": result.stderr.str()}
    assert {name: found for name, text in sinks.items() if (found := leaks(text))} == {}


def test_each_way_is_gone_and_would_be_seen(folder, monkeypatch):
    """The server gets each secret, and where nothing is masked they stand in what is printed."""
    (folder / "out").mkdir()
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    behaviour = Behaviour()
    with echoing_server(behaviour) as address:
        code, streams = run([*command(f"http://{address}", "bodies", folder), "--show-secrets"])
    assert code == 0, streams["stderr"][-3000:]
    shown = leaks("\n".join([*streams.values(), *(text for _, text in written(folder))]))
    arrived = leaks("\n".join(behaviour.seen))
    # These come from the server; the password of digest stays here, a hash of it goes.
    of_server = {
        "set-cookie",
        "auth-token",
        "fetched-token",
        "fetched-refresh",
        "refreshed-token",
        "session-token",
        "named-output",
    }
    assert set(WAYS) - set(arrived) - of_server - set(OTHER_WAYS) == {"digest"}
    assert set(WAYS) - set(shown) - set(OTHER_WAYS) - {"digest"} == set()


@pytest.mark.parametrize("one", ENCODINGS)
@pytest.mark.parametrize("two", ENCODINGS)
def test_a_canary_is_found_in_two_layers(one, two):
    for way in WAYS:
        text = ENCODINGS[two](ENCODINGS[one](f"before {CANARIES[way]} behind"))
        assert set(leaks(f"x{text}y")) == {way}
    assert leaks(ENCODINGS[two](ENCODINGS[one]("nothing of that kind"))) == {}
