"""An event loop goes on while a run evaluates what takes long."""

import asyncio

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
