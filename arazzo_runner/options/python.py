"""Options that Python has and the command line has not."""

from __future__ import annotations

from arazzo_runner.options.model import Function, Keyword, Option


def _only(name: str, annotation: str, meaning: str, function: Function = "run") -> Option:
    return Option(name, meaning, commands=(), keyword=Keyword(name, annotation, function))


PYTHON = (
    _only("servers", "Mapping[str, str]", "Servers by the names of source descriptions."),
    _only(
        "credentials",
        "Mapping[str, Mapping[str, Mapping[CredentialPart, str]]]",
        "Credentials by source description and security scheme.",
    ),
    _only(
        "named_credentials",
        "Mapping[str, NamedCredentials]",
        "Credentials that steps name by `x-credentials`.",
    ),
    _only("environment", "Mapping[str, str]", "Where other credentials are read from."),
    _only(
        "client",
        "httpx.Client | httpx.AsyncClient | httpx2.Client | httpx2.AsyncClient",
        "Send requests with this client.",
    ),
    _only(
        "transport",
        "httpx.BaseTransport | httpx.AsyncBaseTransport"
        " | httpx2.BaseTransport | httpx2.AsyncBaseTransport",
        "Send requests over this transport.",
    ),
    _only("app", "Callable[..., Any]", "Call this ASGI or WSGI application in process."),
    _only("world", "World", "Send requests into this world."),
    _only("wrap", "WorldWrapper", "Give a world round that of a run."),
    _only("http", "HttpSettings", "How requests are sent."),
    _only("limits", "Limits", "The limits of a run."),
    _only("clock", "Clock", "The clocks of a run."),
    _only("sleep", "Sleep", "Let seconds pass."),
    _only("before_request", "BeforeRequest", "Called with each request before it is sent."),
    _only("after_response", "AfterResponse", "Called with each response."),
    _only("on_event", "Observer", "Called with each event."),
    _only("cancel", "StopEvent", "End the run once this is set."),
    _only("http", "HttpSettings", "How documents are read over the network.", "load"),
    _only("headers", "HeaderOptions", "Headers for documents at the servers.", "load"),
    _only("limits", "LoadLimits", "The limits of documents.", "load"),
)
