"""Authorization servers that say what a test has written, and a clock that it moves."""

import json
from urllib.parse import parse_qsl

from arazzo_runner.auth.endpoints import Endpoint
from arazzo_runner.auth.tokens import TokenCache, TokenContext
from arazzo_runner.executor.world import TransportFailure
from arazzo_runner.openapi.message import HttpResponse
from arazzo_runner.openapi.security.credentials import Credentials


def reply(status=200, /, **content):
    return HttpResponse(
        status, (("content-type", "application/json"),), json.dumps(content).encode()
    )


class ScriptedEndpoints:
    """Answers in order; ``asked`` are (method, URL, form fields), ``forbidden`` what is refused."""

    def __init__(self, *answers, forbidden=()):
        self.answers = list(answers)
        self.asked = []
        self.requests = []
        self.timeouts = []
        self.forbidden = forbidden

    async def ask(self, endpoint: Endpoint, request, timeout):
        self.requests.append(request)
        self.timeouts.append(timeout)
        self.asked.append((request.method, request.url, dict(parse_qsl(request.body.decode()))))
        return self.answers.pop(0)

    def refusal(self, endpoint):
        if endpoint.url in self.forbidden:
            return TransportFailure("refused", f"`{endpoint.url}` is too far", "come nearer")
        return None


class World:
    """What tokens are fetched in: ``now`` is the time, ``learned`` the secrets, ``slept`` waits."""

    def __init__(self, *answers, person=None, forbidden=(), random=()):
        self.endpoints = ScriptedEndpoints(*answers, forbidden=forbidden)
        self.now = 1000.0
        self.learned = []
        self.slept = []
        self.person = person
        self._random = iter([*random, *(f"r4ndom-{number}" for number in range(1, 100))])

    def tokens(self, **parts):
        credentials = Credentials({("shop", "login"): parts})
        return TokenCache(credentials, self.surroundings())

    def surroundings(self):
        async def sleep(seconds):
            self.slept.append(seconds)

        return TokenContext(
            self.endpoints,
            self.learned.extend,
            lambda: self.now,
            lambda: next(self._random),
            sleep,
            self.person,
        )
