"""The base URL of an operation: overridden, or a documented one with its variables filled in.

OpenAPI Specification 3.2.0, sections "Server Object" and "Server Variable Object".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.openapi.model import Operation, Server
from arazzo_runner.openapi.references import join_uris
from arazzo_runner.text.diagnostic import did_you_mean, error
from arazzo_runner.text.pattern import lazy_pattern

_OF_URLS: Final = lazy_pattern(r"[:/?#@[]")
_VARIABLE: Final = lazy_pattern(r"\{([^{}]+)\}")


def server_url(operation: Operation, override: str | None, variables: Mapping[str, str]) -> str:
    """The base URL of an operation: its path without a final slash, and its query if it has one.

    ``override`` is the value of ``--server``, a URL, or the name or description of a documented
    server; ``variables`` are those of ``--server-var``. Raises
    UsageError AZ906 (a value that cannot be used), AZ908 (no http or https server is known), and
    DocumentError AZ217 (a variable that the description does not declare).
    """
    if override is not None and not is_server_name(override):
        _refuse_credentials(override, "AZ906", "`--server`")
        return _check_variable(override, "AZ906", f"`--server {override}`")
    server = operation.servers[0] if override is None else _named_server(operation, override)
    url = _VARIABLE.sub(lambda found: _variable(found[1], server, variables, operation), server.url)
    absolute = _absolute(url, operation)
    name = operation.description.source.name
    _refuse_credentials(absolute, "AZ908", f"the server of `{name}`")
    if server.url == "/" and not is_web_url(absolute):
        # OpenAPI Object, `servers`: without it, one with the URL `/`, that of the description.
        raise _no_server_error("AZ908", f"`{name}` names no server")
    subject = f"the server `{server.url}` of `{name}`"
    return _check_variable(absolute, "AZ908", subject, _relative_path(url))


def is_server_name(text: str) -> bool:
    """Whether a value of ``--server`` names a documented server, and is not meant as a URL."""
    return len(text.split()) > 1 or (bool(text.strip()) and not _OF_URLS.search(text))


def _named_server(operation: Operation, text: str) -> Server:
    """The server with this name; where none has it, the one with this description."""
    for field in ("name", "description"):
        found = [one for one in operation.servers if getattr(one, field) == text]
        if len(found) == 1:
            return found[0]
        if found:
            urls = ", ".join(f"`{one.url}`" for one in found)
            message = f"`--server {text}`: {len(found)} servers of this {field}: {urls}"
            raise UsageError(error("AZ906", message, help="name the URL of one of them"))
    every = (one.name or one.description for one in operation.servers)
    names = [name for name in dict.fromkeys(every) if name]
    listed = ", ".join(f"`{one}`" for one in names)
    source = operation.description.source.name
    message = f"`--server {text}`: no server of `{source}` has this name or description"
    others = f"there are {listed}" if names else "its servers have none"
    way_out = did_you_mean(text, names) or f"{others}; a URL begins with `http://` or `https://`"
    raise UsageError(error("AZ906", message, help=way_out))


def _relative_path(url: str) -> str:
    """The path of a server that has no host, which a `--server` has to repeat; else empty."""
    return "" if "://" in url else f"/{url.strip('/')}"


def base_path(operation: Operation) -> str:
    """The path below which the documented server has the operation; empty where it has none."""
    server = operation.servers[0]
    defaults = {name: one.default for name, one in server.variables.items()}
    url = _VARIABLE.sub(lambda found: defaults.get(found[1], found[0]), server.url)
    if not url.startswith("/"):
        url = _absolute(url, operation)
        if not is_web_url(url):
            return ""
    return urlsplit(url).path.rstrip("/")


def _absolute(url: str, operation: Operation) -> str:
    return _join(operation.description.source.uri, url)


@lru_cache(maxsize=64)  # a description has few servers and many operations
def _join(base: str, url: str) -> str:
    return join_uris(base, url)


def _variable(name: str, server: Server, variables: Mapping[str, str], operation: Operation) -> str:
    declared = server.variables.get(name)
    value = variables.get(name)
    if declared is None:
        if value is not None:
            return value
        message = f"the server `{server.url}` has no variable `{name}`"
        raise DocumentError(
            error("AZ217", message, operation.place, help=f"set it with `--server-var {name}=...`")
        )
    if value is None:
        return declared.default
    if declared.enum and value not in declared.enum:
        known = ", ".join(f"`{one}`" for one in declared.enum)
        message = f"the server variable `{name}` cannot be `{value}`"
        raise UsageError(error("AZ906", message, help=f"it is one of {known}"))
    return value


def _no_server_error(code: str, message: str, path: str = "") -> UsageError:
    hint = f"set the server with `--server URL`, such as `--server https://api.example.com{path}`"
    return UsageError(error(code, message, help=hint))


def _refuse_credentials(url: str, code: str, subject: str) -> None:
    """Requests and reports show their URLs, so that a password in one would be in all of them."""
    if "@" in url.partition("://")[2].partition("/")[0]:
        message = f"{subject} has a user name or password in its URL"
        way_out = "set `ARAZZO_AUTH_<SOURCE>_<SCHEME>_USERNAME` and `_PASSWORD` instead"
        raise UsageError(error(code, message, help=way_out))


def is_web_url(url: str) -> bool:
    """Whether it is a URL of http or https with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:  # `http://[`
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _check_variable(url: str, code: str, subject: str, path: str = "") -> str:
    if not is_web_url(url):
        raise _no_server_error(code, f"{subject} is not an http or https URL", path)
    # Server Object, `url`: a fragment does not belong to it. A query neither, but where there is
    # one, such as `?api-version=1`, the server wants it.
    base, mark, query = url.partition("#")[0].partition("?")
    return base.rstrip("/") + (mark + query if query else "")


def declared_variables(value: Value) -> Iterator[str]:
    """The variables of all Server Objects in a description's text, wherever they stand."""
    if isinstance(value, list):
        for item in value:
            yield from declared_variables(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name == "servers" and isinstance(member, list):
                yield from _of_servers(member)
            yield from declared_variables(member)


def _of_servers(servers: list[Value]) -> Iterator[str]:
    for one in servers:
        if isinstance(one, dict):
            yield from _VARIABLE.findall(str(one.get("url")))
            yield from one["variables"] if isinstance(one.get("variables"), dict) else ()
