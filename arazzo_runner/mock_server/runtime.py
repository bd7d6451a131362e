"""What a running server has, and what requests about the server itself read and change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from arazzo_runner.expression.value import Value
from arazzo_runner.mock_server.disturbance import Disturbance
from arazzo_runner.mock_server.emit.respond import Emitter
from arazzo_runner.mock_server.service import MockService
from arazzo_runner.mock_server.traffic import Traffic


class ServerRuntime:
    """The parts of a server; each may be replaced by another one while it runs.

    ``begin`` gives the sources the state that the server begins with. ``unserved`` are the states
    of sources that are not served, as plain data: they are written as they were read.
    ``environment`` has the secrets that what is sent is signed with.
    """

    def __init__(
        self,
        service: MockService,
        seed: int = 0,
        disturbance: Disturbance | None = None,
        traffic: Traffic | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.service = service
        self.seed = seed
        self._first_disturbance = disturbance or Disturbance(seed)
        self.disturbance = self._first_disturbance
        self.traffic = traffic or Traffic()
        self.emitter = Emitter(seed, environment or {})
        self.unserved: dict[str, Value] = {}
        self.begin: Callable[[], None] = self._forget

    def _forget(self) -> None:
        self.service.reset()

    def restart(self) -> None:
        """Be as at the beginning."""
        self.begin()
        self.traffic.clear()
        self.emitter.restart()
        # Others may have been set since.
        self.disturbance = self._first_disturbance
        self.disturbance.restart()
