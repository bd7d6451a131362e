"""A PostgreSQL server of one's own, on a free port of 127.0.0.1, and databases in it."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NUMBERS = itertools.count()
USER = "arazzo"
MISSING = "PostgreSQL is not installed (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of the server's programs: Debian does not put it in the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in folders if (one / "initdb").exists()), None)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """A server that can be killed and started again; its data is gone with the test run."""

    def __init__(self, folder: Path, *settings: str) -> None:
        found = programs()
        if found is None:
            raise FileNotFoundError(MISSING)
        self._programs = found
        self._folder = folder
        self.port = free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user = _as_user(folder)
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8")

    def _run(self, name: str, *words: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self._programs / name), *words], capture_output=True, cwd=self._folder,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        settings = ["listen_addresses=127.0.0.1", "max_connections=60", *self._settings]
        words = [word for one in settings for word in ("-c", one)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user, str(self._programs / "postgres"), "-D", str(self._folder / "data"),
                 "-p", str(self.port), "-k", str(self._folder), *words],
                stdout=log, stderr=log, cwd=self._folder,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(self.url("postgres")):
                    return
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self._folder / "log").read_text()
                time.sleep(0.05)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def end(self, number: int = signal.SIGINT) -> None:
        """End it: SIGINT closes all connections first, SIGKILL is a crash."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    def url(self, name: str, password: str = "open-sesame-7") -> str:
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{name}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database with what is in the template: by itself nothing."""
        import psycopg

        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}".encode())
            # That a server was there lately says nothing of workers that were not: not right away.
            connection.execute(
                "select pg_sleep(greatest(0, 1 - extract(epoch from now() -"
                " pg_postmaster_start_time())))"
            )
        return self.url(name)


def _as_user(folder: Path) -> list[str]:
    """Words before a command: as root a server does not start."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@contextmanager
def serve(*settings: str) -> Iterator[Server]:
    """A server for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="arazzo-pg-"))
    try:
        server = Server(folder, *settings)
        server.start()
        try:
            yield server
        finally:
            server.end(signal.SIGQUIT)  # at once: its data is removed, nothing has to be written
    finally:
        shutil.rmtree(folder, ignore_errors=True)
