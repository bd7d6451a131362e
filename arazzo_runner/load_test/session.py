"""A load run in Locust: its environment, its runner, its page, and the figures of all processes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import gevent
import locust.argument_parser
import locust.stats
from locust.env import Environment
from locust.html import get_html_report
from locust.rpc import Message
from locust.runners import STATE_STOPPED, MasterRunner, WorkerRunner
from msgspec import Struct

from arazzo_runner.errors import ServerUnavailableError
from arazzo_runner.load_test.figures import EntryName, Figures, LoadOutcome
from arazzo_runner.operating_system.signals import ending_signals, signal_code
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from locust import User

_FIELD: Final = "arazzo"  # of what workers send
_LAST: Final = "arazzo_last"
_SILENCE: Final = 1.0
"""Seconds after which a worker says that it waits; Locust gives up after five minutes."""
_STOP_TIME: Final = 3.0
"""Seconds that runs in progress have to come to their end."""
_BUSY: Final = 0.9
_OPEN_FILES: Final = 65_536


class LoadSettings(Struct, frozen=True):
    """What the flags say of a load; times are in seconds."""

    users: int
    spawn_rate: float
    run_time: float | None
    is_headless: bool
    is_master: bool
    is_worker: bool
    expected_workers: int
    master: tuple[str, int]
    page: tuple[str, int]
    csv: str | None
    html: str | None


class LoadSession:
    """One load, from its start to its end."""

    def __init__(
        self, user: type[User], settings: LoadSettings, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._say = say
        self._figures = Figures()
        self._received = 0
        self._awaited: set[str] = set()
        self._environment = Environment(user_classes=[user], stop_timeout=_STOP_TIME)
        self._runner: Any = None
        for number in ending_signals():
            gevent.signal_handler(number, self._end, number)
        self._runner = self._new_runner()
        self._since = self._until = self._cpu = self._busy = 0.0
        self._listen()

    def _new_runner(self) -> Any:
        settings = self._settings
        if settings.is_master:
            host, port = settings.master
            return self._environment.create_master_runner("*" if host == "0.0.0.0" else host, port)  # noqa: S104 - as it was typed
        if settings.is_worker:
            return self._new_worker()
        return self._environment.create_local_runner()

    def _new_worker(self) -> Any:
        """A worker whose master has responded. Raises ServerUnavailableError where none does."""
        host, port = self._settings.master
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        waiting = gevent.spawn_later(
            _SILENCE, self._say, f"waiting for the master at {place}; Ctrl-C ends"
        )
        try:
            return self._environment.create_worker_runner(host, port)
        except ConnectionError:
            message = f"no master has responded at `{place}`"
            hint = "start it with `--master`, and name its address to all by `--master-at`"
            raise ServerUnavailableError(error("AZ909", message, help=hint)) from None
        finally:
            waiting.kill()

    def _listen(self) -> None:
        events = self._environment.events

        def count(
            *, response_time: float | None, name: str, request_type: str, **more: Any
        ) -> None:
            entry: EntryName | None = more.get("entry")
            if entry is not None:
                seconds = None if response_time is None else response_time / 1000
                failure = more.get("exception")
                reason = None if failure is None else str(failure)
                self._figures.add(entry, f"{request_type} {name}", seconds, more["verdict"], reason)

        def begin(**_: Any) -> None:
            self._figures.clear()
            self._since, self._cpu = time.monotonic(), time.process_time()

        def send(*, data: dict[str, Any], **_: Any) -> None:
            data[_FIELD] = self._figures.take()
            data[_LAST] = self._runner.state == STATE_STOPPED

        def receive(*, client_id: str, data: dict[str, Any], **_: Any) -> None:
            self._figures.merge(data.get(_FIELD, []))
            if data.get(_LAST):
                self._awaited.discard(client_id)

        events.request.add_listener(count)
        events.test_start.add_listener(begin)
        if isinstance(self._runner, WorkerRunner):
            events.report_to_master.add_listener(send)
        if isinstance(self._runner, MasterRunner):
            events.worker_report.add_listener(receive)

    def perform(self) -> LoadOutcome:
        """Run to the end: of its time, of the master, or when a signal comes."""
        allow_open_files(_OPEN_FILES)
        self._since, self._cpu = time.monotonic(), time.process_time()
        gevent.spawn(locust.stats.stats_history, self._runner)
        csv = self._csv_writer()
        page = self._open_page(csv)
        if self._settings.is_headless and not self._settings.is_worker:
            gevent.spawn(self._begin)
        (page.greenlet if page is not None else self._runner.greenlet).join()
        if not self._until:
            self._note_end()
        duration, busy = self._until - self._since, self._busy
        if csv is not None:
            _end_csv(csv)
        self._write_html()
        warned = self._runner.cpu_warning_emitted or self._runner.worker_cpu_warning_emitted
        is_busy = not self._settings.is_master and busy > _BUSY * duration
        return LoadOutcome(self._figures, duration, self._received, bool(warned or is_busy))

    def _begin(self) -> None:
        """Start the users, once the workers are there, and stop them when their time is over."""
        settings = self._settings
        if settings.is_master:
            self._say(f"waiting for {settings.expected_workers} workers")
            while len(self._runner.clients.ready) < settings.expected_workers:
                gevent.sleep(0.1)
        self._runner.start(settings.users, settings.spawn_rate)
        if settings.run_time is not None:
            gevent.sleep(max(0.0, settings.run_time - (time.monotonic() - self._since)))
            self._stop()

    def _end(self, number: int) -> None:
        """A signal: the first ends the load, with its figures; the second ends it at once."""
        if self._received or self._runner is None:
            os._exit(signal_code(number))
        self._received = number
        gevent.spawn(self._stop)

    def _stop(self) -> None:
        """Let the runs in progress end, and all processes send their last figures."""
        self._note_end()
        if isinstance(self._runner, MasterRunner):
            self._stop_workers()
        self._runner.quit()
        if self._environment.web_ui is not None:
            self._environment.web_ui.stop()

    def _note_end(self) -> None:
        self._until, self._busy = time.monotonic(), time.process_time() - self._cpu

    def _stop_workers(self) -> None:
        """Let the workers end, and wait for their last figures.

        Locust itself waits half a second, in which a run in progress may not have ended.
        """
        self._awaited = {one.id for one in self._runner.clients.all}
        for one in self._awaited.copy():
            self._runner.server.send_to_client(Message("quit", None, one))
        until = time.monotonic() + _STOP_TIME + 1.0
        while self._awaited and time.monotonic() < until:
            gevent.sleep(0.02)

    def _csv_writer(self) -> Any:
        if self._settings.csv is None:
            return None
        Path(self._settings.csv).parent.mkdir(parents=True, exist_ok=True)
        writer = locust.stats.StatsCSVFileWriter(
            self._environment, locust.stats.PERCENTILES_TO_REPORT, self._settings.csv
        )
        gevent.spawn(writer.stats_writer)
        return writer

    def _open_page(self, csv: Any) -> Any:
        if self._settings.is_headless or self._settings.is_worker:
            return None
        host, port = self._settings.page
        # The page reads the words of Locust's own command, which ours are not.
        parser = locust.argument_parser.get_parser(default_config_files=[])
        options = parser.parse_args(_words(self._settings))
        self._environment.parsed_options = options
        sys.argv = sys.argv[:1]
        page = self._environment.create_web_ui(host, port, stats_csv_writer=csv)
        self._say(f"page: http://{host}:{port}; Ctrl-C ends")
        return page

    def _write_html(self) -> None:
        if self._settings.html is not None and not self._settings.is_worker:
            from arazzo_runner.report.files import write_atomically

            report = get_html_report(self._environment, show_download_link=False)
            write_atomically(self._settings.html, report.encode())


def _end_csv(writer: Any) -> None:
    """Write the last figures: Locust writes them each second."""
    for kind in ("requests", "failures", "exceptions"):
        file = getattr(writer, f"{kind}_csv_filehandle")
        file.seek(0)
        file.truncate()
        getattr(writer, f"{kind}_csv")(getattr(writer, f"{kind}_csv_writer"))
    writer.close_files()


def _words(settings: LoadSettings) -> list[str]:
    """What of a load Locust's command says as well: the page proposes it."""
    words = ["--users", str(settings.users), "--spawn-rate", str(settings.spawn_rate)]
    return (
        words
        if settings.run_time is None
        else [*words, "--run-time", f"{ceil(settings.run_time)}s"]
    )


def allow_open_files(count: int) -> None:
    """Let the process have more connections, as far as the system allows."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with suppress(ValueError, OSError):  # macOS allows less than it says
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
