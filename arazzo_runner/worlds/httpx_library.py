"""What httpx and httpx2 have in common: their objects by protocol, and the library of each.

Neither is imported before it is used: a client brings its library along, and a transport that
comes from none of the two gets the messages of httpx.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final, Protocol

_NAMES: Final = ("httpx", "httpx2")


class HttpxClient(Protocol):
    """A client of either library; ``send`` of an asynchronous one is awaited."""

    def build_request(
        self, method: str, url: str, *, headers: Any = ..., content: Any = ..., timeout: Any = ...
    ) -> Any:
        """A request with what the client adds."""
        ...

    def send(self, request: Any, *, stream: bool = ..., follow_redirects: Any = ...) -> Any:
        """The response."""
        ...


class HttpxTransport(Protocol):
    """A transport that blocks."""

    def handle_request(self, request: Any) -> Any:
        """The response."""
        ...


class AsyncHttpxTransport(Protocol):
    """A transport within an event loop."""

    async def handle_async_request(self, request: Any) -> Any:
        """The response."""
        ...


def is_client(value: object) -> bool:
    """Whether a value is a client, a blocking or an asynchronous one."""
    return _has_methods(value, "build_request", "send")


def is_async_client(value: object) -> bool:
    """Whether a client needs an event loop."""
    return is_client(value) and hasattr(value, "aclose")


def is_transport(value: object) -> bool:
    """Whether a value is a transport that blocks."""
    return _has_methods(value, "handle_request")


def is_async_transport(value: object) -> bool:
    """Whether a value is a transport within an event loop."""
    return _has_methods(value, "handle_async_request")


def _has_methods(value: object, *names: str) -> bool:
    """A class has them as well, but nothing to call them on."""
    return not isinstance(value, type) and all(callable(getattr(value, one, None)) for one in names)


def library_of(value: object) -> Any:
    """The module that an object's class descends from; httpx where that is neither of the two."""
    roots = (one.__module__.partition(".")[0] for one in type(value).__mro__)
    name = next((one for one in roots if one in _NAMES), _NAMES[0])
    return sys.modules.get(name) or import_module(name)


def exception_names(error: BaseException) -> frozenset[str]:
    """The names of the exceptions of either library that an error is one of."""
    return frozenset(
        one.__name__ for one in type(error).__mro__ if one.__module__.partition(".")[0] in _NAMES
    )
