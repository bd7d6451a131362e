"""How programs use the public names, for the type checkers: tests/house/test_types.py runs them."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any, Unpack, assert_type

import httpx

import arazzo_runner as arazzo


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    return []


async def asgi(
    scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None: ...


def sign(request: arazzo.HttpRequest) -> arazzo.HttpRequest:
    return request.with_header("X", request.header("Y") or "")


async def look(
    request: arazzo.HttpRequest, response: arazzo.HttpResponse
) -> arazzo.HttpResponse | None:
    return None if response.status == 200 else response


def blocking(path: str, **options: Unpack[arazzo.RunOptions]) -> arazzo.Result:
    description = arazzo.load(path, sources={"api": "b.yaml"}, source_dir=["x"])
    assert_type(description, arazzo.Description)
    result = arazzo.run(
        description, "a", inputs={"b": 1}, before_request=sign, cancel=threading.Event(), app=wsgi
    )
    assert_type(result.workflows, tuple[arazzo.WorkflowResult, ...])
    assert_type(result.steps["a"], arazzo.StepResult)
    attempt = result.steps["a"].attempts[-1]
    assert_type(attempt.response, arazzo.HttpResponse | None)
    assert_type(result.raise_for_status().report(), dict[str, Any])
    with arazzo.Runner(**options) as runner:
        assert_type(runner.run(path, ["a", "b"]), arazzo.Result)
    arazzo.Runner(checks={"schema": "error"}, limits=arazzo.Limits(max_steps=3))
    assert_type(arazzo.validate(path, select=["AZ2"]), list[arazzo.Diagnostic])
    return result


async def suspending(path: str) -> None:
    async with httpx.AsyncClient() as client:
        await arazzo.arun(path, client=client, after_response=look, on_event=print)
    async with arazzo.stream(path, app=asgi) as stream:
        async for event in stream:
            match event:
                case arazzo.RequestSent(request=request):
                    assert_type(request, arazzo.HttpRequest)
                case _:
                    assert_type(event.depth, int)
    assert_type(stream.result, arazzo.Result)


INPUTS = {"a": 1}
OPTIONS: arazzo.RunOptions = {"mock": True, "checks": "error"}


class Test(arazzo.ArazzoTestCase):
    document = "a.yaml"
    inputs = INPUTS
    options = OPTIONS


def mistakes() -> None:
    arazzo.run("a", timout=3)  # error: timout
    arazzo.run("a", checks="fail")  # error: checks
    arazzo.runn("a")  # error: runn
