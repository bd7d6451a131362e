"""Run, embed and check Arazzo workflows: docs/python-api.md.

A public name is loaded when it is first used: `import arazzo_runner` alone costs nothing.
"""

# `typing` itself takes longer to import than all that is here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from arazzo_runner.api import (
        aresume,
        arun,
        load,
        load_text,
        render,
        resume,
        run,
        stream,
        validate,
    )
    from arazzo_runner.catalog.model import OperationInfo, StepInfo, WorkflowInfo
    from arazzo_runner.embed.documents import LoadOptions
    from arazzo_runner.embed.options import RunOptions
    from arazzo_runner.embed.result import Result
    from arazzo_runner.embed.runner import Runner
    from arazzo_runner.embed.stream import Stream
    from arazzo_runner.embed.tools import Tool, tools
    from arazzo_runner.embed.unittest import ArazzoTestCase
    from arazzo_runner.errors import (
        ArazzoError,
        DocumentError,
        InputError,
        UsageError,
        WorkflowFailed,
    )
    from arazzo_runner.executor.events import (
        CriterionJudged,
        Event,
        MessageAwaited,
        MessageReceived,
        MessageSent,
        RequestSent,
        ResponseReceived,
        StepFinished,
        StepRetried,
        StepStarted,
        WorkflowFinished,
        WorkflowStarted,
    )
    from arazzo_runner.executor.plan import Clock, Limits
    from arazzo_runner.executor.result import (
        ActionTaken,
        Attempt,
        CriterionResult,
        OperandValue,
        Status,
        StepError,
        StepMessage,
        StepResult,
        WorkflowResult,
    )
    from arazzo_runner.executor.world import (
        ChannelUse,
        Correlation,
        OpenCall,
        PublishCall,
        ReceiveCall,
        ReceivedMessage,
        SendCall,
        TransportFailure,
        World,
    )
    from arazzo_runner.http.settings import HttpSettings, SourceTls
    from arazzo_runner.openapi.message import HttpRequest, HttpResponse
    from arazzo_runner.openapi.response.contract import CheckResult
    from arazzo_runner.pipeline.load import Description, LoadLimits
    from arazzo_runner.text.diagnostic import Diagnostic, Severity
    from arazzo_runner.worlds.mock import MockWorld
    from arazzo_runner.worlds.rate import RateLimit
    from arazzo_runner.worlds.wrappers import WrappedWorld

_HOMES = {
    "api": (
        "aresume",
        "arun",
        "load",
        "load_text",
        "render",
        "resume",
        "run",
        "stream",
        "validate",
    ),
    "embed.documents": ("LoadOptions",),
    "embed.options": ("RunOptions",),
    "embed.result": ("Result",),
    "embed.runner": ("Runner",),
    "embed.stream": ("Stream",),
    "embed.tools": ("Tool", "tools"),
    "embed.unittest": ("ArazzoTestCase",),
    "errors": (
        "ArazzoError",
        "DocumentError",
        "InputError",
        "UsageError",
        "WorkflowFailed",
    ),
    "executor.events": (
        "CriterionJudged",
        "Event",
        "MessageAwaited",
        "MessageReceived",
        "MessageSent",
        "RequestSent",
        "ResponseReceived",
        "StepFinished",
        "StepRetried",
        "StepStarted",
        "WorkflowFinished",
        "WorkflowStarted",
    ),
    "executor.result": (
        "ActionTaken",
        "Attempt",
        "CriterionResult",
        "OperandValue",
        "Status",
        "StepError",
        "StepMessage",
        "StepResult",
        "WorkflowResult",
    ),
    "executor.plan": (
        "Clock",
        "Limits",
    ),
    "executor.world": (
        "ChannelUse",
        "Correlation",
        "OpenCall",
        "PublishCall",
        "ReceiveCall",
        "ReceivedMessage",
        "SendCall",
        "TransportFailure",
        "World",
    ),
    "catalog.model": ("OperationInfo", "StepInfo", "WorkflowInfo"),
    "pipeline.load": (
        "Description",
        "LoadLimits",
    ),
    "openapi.response.contract": ("CheckResult",),
    "openapi.message": (
        "HttpRequest",
        "HttpResponse",
    ),
    "text.diagnostic": (
        "Diagnostic",
        "Severity",
    ),
    "http.settings": ("HttpSettings", "SourceTls"),
    "worlds.mock": ("MockWorld",),
    "worlds.rate": ("RateLimit",),
    "worlds.wrappers": ("WrappedWorld",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ActionTaken",
    "ArazzoError",
    "ArazzoTestCase",
    "Attempt",
    "ChannelUse",
    "CheckResult",
    "Clock",
    "Correlation",
    "CriterionJudged",
    "CriterionResult",
    "Description",
    "Diagnostic",
    "DocumentError",
    "Event",
    "HttpRequest",
    "HttpResponse",
    "HttpSettings",
    "InputError",
    "Limits",
    "LoadLimits",
    "LoadOptions",
    "MessageAwaited",
    "MessageReceived",
    "MessageSent",
    "MockWorld",
    "OpenCall",
    "OperandValue",
    "OperationInfo",
    "PublishCall",
    "RateLimit",
    "ReceiveCall",
    "ReceivedMessage",
    "RequestSent",
    "ResponseReceived",
    "Result",
    "RunOptions",
    "Runner",
    "SendCall",
    "Severity",
    "SourceTls",
    "Status",
    "StepError",
    "StepFinished",
    "StepInfo",
    "StepMessage",
    "StepResult",
    "StepRetried",
    "StepStarted",
    "Stream",
    "Tool",
    "TransportFailure",
    "UsageError",
    "WorkflowFailed",
    "WorkflowFinished",
    "WorkflowInfo",
    "WorkflowResult",
    "WorkflowStarted",
    "World",
    "WrappedWorld",
    "aresume",
    "arun",
    "load",
    "load_text",
    "render",
    "resume",
    "run",
    "stream",
    "tools",
    "validate",
]


if not TYPE_CHECKING:  # a checker would take any name to be there

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
