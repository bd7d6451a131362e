"""Real brokers on free ports of 127.0.0.1: one of a kind for all workers of a run, or one for a test.

``require(kind)`` skips a test whose broker is not installed, and fails it where CI runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
import trustme

from brokers.kinds import KINDS, Kind, Site

if sys.platform != "win32":
    import fcntl

FOLDER = "FOLDER_OF_TEST_BROKERS"
OWNER = "OWNER_OF_TEST_BROKERS"
READY_SECONDS = 120.0  # generous: what is started here is ready in 4 s, where nothing else runs
SEARCHED = (*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin")

# The shell is gone at once: the broker is nobody's child here, and no zombie. It ends with who runs
# the tests too, however that ends: `$$` is the group of all these processes.
_WATCHED = """
{
    "$@" & broker=$!
    while kill -0 "$OWNER_OF_TEST_BROKERS" && kill -0 "$broker"; do sleep 1; done 2>/dev/null
    kill -KILL -$$
} </dev/null >"$LOG_OF_TEST_BROKER" 2>&1 &
echo $$
"""


@dataclass(frozen=True)
class RunningBroker:
    """A broker that listens; ``group`` is the id of its processes, ``authority`` a file of PEM."""

    ports: dict[str, int]
    group: int
    authority: str
    log: str

    host = "127.0.0.1"

    @property
    def port(self) -> int:
        return self.ports["plain"]

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def trust(self) -> ssl.SSLContext:
        """What a client needs to trust its certificate."""
        return ssl.create_default_context(cafile=self.authority)

    def end(self) -> None:
        """Kill it, as a machine that fails; nothing is said to those who are connected."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        limit = time.monotonic() + 5.0  # by then somebody else may have got a port of it
        while any(is_listening(port) for port in self.ports.values()) and time.monotonic() < limit:
            time.sleep(0.01)


def program_path(kind: Kind) -> str | None:
    return shutil.which(kind.program, path=os.pathsep.join(SEARCHED))


def missing_programs() -> list[str]:
    """The brokers of KINDS that are not installed, as Debian's packages are called."""
    return sorted({kind.program for kind in KINDS.values() if program_path(kind) is None})


def require(name: str) -> str:
    """The path of a broker's program; the test is skipped where there is none, and fails in CI."""
    if sys.platform == "win32":
        pytest.skip("processes as POSIX has them")
    kind = KINDS[name]
    path = program_path(kind)
    if path is None:
        reason = f"`{kind.program}` is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}: scripts/brokers installs it")
        pytest.skip(reason)
    return path


def start_broker(name: str) -> RunningBroker:
    """A broker for who calls; it is ended by ``end``, at the latest with the tests."""
    path = require(name)
    folder = Path(tempfile.mkdtemp(prefix=f"{name.replace(' ', '-')}-", dir=shared_folder()))
    for _ in range(5):
        site = _site(folder, KINDS[name].ports)
        broker = _start(KINDS[name], path, site)
        if _is_ready(broker):
            return broker
        broker.end()  # somebody else took a port between the two
    raise AssertionError(f"{name} does not start:\n" + Path(broker.log).read_text("utf-8")[-3000:])


def shared_broker(name: str) -> RunningBroker:
    """The one broker of a kind that all tests of a run share: who is first starts it."""
    require(name)
    folder = shared_folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / f"{name}.json"
        if not file.exists():
            file.write_text(json.dumps(asdict(start_broker(name))), encoding="utf-8")
        return RunningBroker(**json.loads(file.read_text("utf-8")))


@contextlib.contextmanager
def private_broker(name: str) -> Iterator[RunningBroker]:
    """A broker for one test, which may end it."""
    broker = start_broker(name)
    try:
        yield broker
    finally:
        broker.end()


def shared_folder() -> Path:
    """The folder of all brokers of this run (``session.py`` makes it)."""
    return Path(os.environ[FOLDER])


def end_all(folder: Path) -> None:
    for file in folder.glob("*.json"):
        RunningBroker(**json.loads(file.read_text("utf-8"))).end()


def _site(folder: Path, ports: Iterable[str]) -> Site:
    return Site(folder, free_ports(ports), *certificate_files(shared_folder()))


def certificate_files(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate of 127.0.0.1 with its key, and whom to trust for it."""
    certificate, key, authority = (folder / f"{one}.pem" for one in ("certificate", "key", "ca"))
    with (folder / "certificates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not authority.exists():
            issuer = trustme.CA()
            issued = issuer.issue_cert("127.0.0.1", "localhost")
            issued.private_key_pem.write_to_path(key)
            issued.cert_chain_pems[0].write_to_path(certificate)
            issuer.cert_pem.write_to_path(authority)
    return certificate, key, authority


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A free port for each name, all different."""
    with contextlib.ExitStack() as stack:
        sockets = {name: stack.enter_context(socket.socket()) for name in names}
        for one in sockets.values():
            one.bind(("127.0.0.1", 0))
        return {name: int(one.getsockname()[1]) for name, one in sockets.items()}


def _start(kind: Kind, path: str, site: Site) -> RunningBroker:
    log = site.folder / "log.txt"
    done = subprocess.run(
        ["sh", "-c", _WATCHED, "sh", *kind.command(path, site)],
        env={**os.environ, "LOG_OF_TEST_BROKER": str(log), **kind.environment(site)},
        cwd=site.folder,
        start_new_session=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    return RunningBroker(dict(site.ports), int(done.stdout), str(site.authority), str(log))


def _is_ready(broker: RunningBroker) -> bool:
    """Whether it listens at all of its ports, once it does or has ended."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if all(is_listening(port) for port in broker.ports.values()):
            return True
        if not _is_running(broker.group):
            return False
        time.sleep(0.02)
    return False


def is_listening(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _is_running(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
