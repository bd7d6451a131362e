"""`--rate`: when a request is sent, whoever shares the limit."""

from arazzo_runner.executor.world import SendCall, run_coroutine
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.worlds.rate import LimitedWorld, RateLimit

CALL = SendCall("w/s#1@1", HttpRequest("GET", "http://a"), None, ("a", "GET", "/"))


class Clocked:
    """A world whose requests take no time, and that notes when they are sent."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.sent = []

    async def send(self, call):
        self.sent.append((call.key, self.clock[0]))
        return HttpResponse(200, (), b"")

    async def sleep(self, key, seconds):
        self.clock[0] += seconds


def test_requests_are_spread_over_time() -> None:
    clock = [10.0]
    limit = RateLimit(4.0, lambda: clock[0])
    world = Clocked(clock)
    several = [LimitedWorld(world, limit), LimitedWorld(world, limit)]
    for number in range(4):
        run_coroutine(several[number % 2].send(CALL))
    assert [at for _, at in world.sent] == [10.0, 10.25, 10.5, 10.75]
    clock[0] = 20.0  # a pause is not made up for
    for one in several:
        run_coroutine(one.send(CALL))
    assert [at for _, at in world.sent][4:] == [20.0, 20.25]
