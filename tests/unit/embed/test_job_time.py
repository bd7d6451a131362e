"""An event loop goes on while a run evaluates what takes long."""

import asyncio
import json

import pytest

import arazzo_runner as arazzo
from unit.embed.shop import asgi

# No text that is sent here matches it, and to find out takes years.
SLOW = r"""
        successCriteria:
          - {context: '$request.body#/name', type: regex, condition: '^(a|aa|a.)+!$'}
"""
INPUTS = {"name": "a" * 60}


@pytest.fixture
def slow(shop):
    text = shop.read_text(encoding="utf-8")
    ordinary = "        successCriteria: [{condition: $statusCode == 201}]\n"
    assert ordinary in text
    shop.write_text(text.replace(ordinary, SLOW.lstrip("\n")), encoding="utf-8")
    return arazzo.load(shop)


async def arun(description, runner):
    return await runner.arun(description, inputs=INPUTS)


async def stream(description, runner):
    events = runner.stream(description, inputs=INPUTS)
    async for _ in events:
        pass
    return events.result


@pytest.mark.parametrize("way", [arun, stream])
def test_others_have_their_turn_while_a_query_goes_on(slow, way):
    turns = []

    async def beat():
        while True:
            turns.append("")
            await asyncio.sleep(0.01)

    async def main():
        beating = asyncio.create_task(beat())
        runner = arazzo.Runner(
            app=asgi,
            limits=arazzo.Limits(query_seconds=0.5),
            on_event=lambda event: turns.append(type(event).__name__),
        )
        result = await way(slow, runner)
        beating.cancel()
        return result

    result = asyncio.run(main())
    (criterion,) = result.steps["create"].attempts[-1].criteria
    assert "takes longer than" in criterion.error
    # Between these two nothing is awaited but the query.
    judged = turns[turns.index("ResponseReceived") : turns.index("CriterionJudged")]
    assert judged.count("") >= 2


# Each goes on for far longer than a test may take, unless it is broken off.
BODY = json.dumps({"id": 7, "names": ["a" * 40] * 20_000, "xs": [[1] * 200] * 200})
ENDLESS = {
    "regex": "{context: $response.body#/names/0, type: regex, condition: '^(a|aa|a.)+!$'}",
    "jsonpath": "{context: $response.body, type: jsonpath, condition: '$..*..*..*[?@ == 9]'}",
    "jsonpath-search": "{context: $response.body, type: jsonpath, "
    "condition: '$.names[?search(@, \"^(a|aa|a.)+!$\")]'}",
    "xpath": "{context: $request.body, type: xpath, "
    "condition: '(1 to 9999999)[. mod 9999999 = 9999998] = 3'}",
    "pattern": "{condition: $statusCode == 201}",
}
PATTERN = {"names": {"items": {"anyOf": [{"pattern": r"^(?=(a+)+)(a|aa|a)+\1b$"}, {}]}}}


@pytest.fixture(params=ENDLESS)
def endless(request, shop):
    """A document with a query, or a response with a pattern, that takes very long."""
    text = shop.read_text(encoding="utf-8")
    ordinary = "[{condition: $statusCode == 201}]"
    assert ordinary in text
    text = text.replace(ordinary, f"[{ENDLESS[request.param]}]")
    if request.param == "xpath":
        text = text.replace("application/json, payload: {name: $inputs.name, pin: $inputs.pin}",
                            "application/xml, payload: '<a>1</a>'")  # fmt: skip
    shop.write_text(text, encoding="utf-8")
    if request.param == "pattern":
        api = shop.with_name("shop.openapi.json")
        stated = json.loads(api.read_text(encoding="utf-8"))
        created = stated["paths"]["/things"]["post"]["responses"]["201"]
        created["content"]["application/json"]["schema"]["properties"] |= PATTERN
        api.write_text(json.dumps(stated), encoding="utf-8")
    return arazzo.load(shop)


async def large(scope, _receive, send):
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": BODY.encode()})


def test_a_query_is_cancelled_while_others_have_their_turn(request, endless):
    # A search that nobody waits for any more ends by its own limit, and Python waits for that.
    seconds = 4 if "[regex]" in request.node.name else 3_600
    stop, turns = asyncio.Event(), []

    async def beat():
        while True:
            turns.append("")
            await asyncio.sleep(0.01)
            if "ResponseReceived" in turns and "" in turns[turns.index("ResponseReceived") + 3 :]:
                stop.set()

    def notify(event):
        turns.append(type(event).__name__)

    async def main():
        runner = arazzo.Runner(
            app=large, limits=arazzo.Limits(query_seconds=seconds), on_event=notify, cancel=stop
        )
        beating = asyncio.create_task(beat())
        result = await runner.arun(endless, inputs={"name": "x"})
        beating.cancel()
        return result

    result = asyncio.run(main())
    assert stop.is_set()
    assert result.exit_code == 130
    assert result.steps["create"].attempts[-1].error.code == "cancelled"
