"""Which proxy a request takes, as curl decides it.

``--proxy URL`` is for all requests, an empty one for none. Without it the environment rules:
``http_proxy`` or ``https_proxy`` by the URL's scheme, ``all_proxy`` for both, in lower or upper
case, except where ``no_proxy`` names the host: exactly, as a parent domain, as an address, as a
network (``10.0.0.0/8``), each with or without a port, or ``*`` for all. ``HTTP_PROXY`` in upper
case does not count where ``REQUEST_METHOD`` is set: in CGI it comes from the client.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from arazzo_runner.errors import UsageError
from arazzo_runner.http.origin import Origin
from arazzo_runner.text.diagnostic import error


class Proxy(Struct, frozen=True):
    """An HTTP proxy; ``authorization`` is the value of Proxy-Authorization, if it wants one."""

    origin: Origin
    authorization: bytes | None


class Proxies(Struct, frozen=True):
    """The proxy of each scheme, and the hosts that are reached without."""

    by_scheme: Mapping[str, Proxy]
    exempt: tuple[str, ...] = ()

    def of(self, origin: Origin) -> Proxy | None:
        """The proxy for requests to ``origin``."""
        proxy = self.by_scheme.get(origin.scheme)
        if proxy is None or any(_is_exempt(rule, origin) for rule in self.exempt):
            return None
        return proxy


def read_proxies(flag: str | None, environment: Mapping[str, str]) -> Proxies:
    """The proxies of a run; UsageError for one that cannot be used."""
    if flag is not None:
        one = {"http": flag, "https": flag}
        return Proxies(_parse_proxies(one, "`--proxy`"))
    found = {scheme: _variable(scheme, environment) for scheme in ("http", "https")}
    rules = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    exempt = (rule.strip().lower() for rule in rules.split(","))
    return Proxies(
        _parse_proxies(found, "the proxy of the environment"),
        tuple(rule for rule in exempt if rule),
    )


def _variable(scheme: str, environment: Mapping[str, str]) -> str:
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    if "REQUEST_METHOD" in environment:
        names.remove(f"{scheme}_proxy".upper())
    return next((environment[name] for name in names if environment.get(name)), "")


def _parse_proxies(urls: Mapping[str, str], where: str) -> dict[str, Proxy]:
    return {scheme: _proxy(url, where) for scheme, url in urls.items() if url}


def _proxy(url: str, where: str) -> Proxy:
    """``[http://][user:password@]host[:port]``; the port is 80 unless it says so."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or 80
    except ValueError:  # its text may show a part of the password
        raise _refused_error(where, "its host or port is malformed") from None
    if parts.scheme != "http":
        raise _refused_error(where, f"`{parts.scheme}://` proxies are not supported")
    if not parts.hostname:
        raise _refused_error(where, "it names no host")
    authorization = _authorization(parts.username, parts.password)
    return Proxy(Origin("http", parts.hostname, port), authorization)


def _authorization(user: str | None, password: str | None) -> bytes | None:
    if user is None:
        return None
    return b"Basic " + b64encode(f"{unquote(user)}:{unquote(password or '')}".encode())


def _refused_error(where: str, reason: str) -> UsageError:
    way_out = "give `http://host:port`; `--proxy ''` switches proxies off"
    return UsageError(error("AZ906", f"{where} cannot be used: {reason}", help=way_out))


def _is_exempt(rule: str, origin: Origin) -> bool:
    if rule == "*":
        return True
    name, port = _split(rule)
    if port not in {"", str(origin.port)}:
        return False
    name = name.removeprefix("*").strip(".")
    return (
        origin.host == name or origin.host.endswith(f".{name}") or _is_in_network(name, origin.host)
    )


def _split(rule: str) -> tuple[str, str]:
    """The host and the port of a rule; an IPv6 address with a port stands in brackets."""
    if rule.startswith("["):
        name, _, port = rule[1:].partition("]")
        return name, port.removeprefix(":")
    if rule.count(":") > 1:
        return rule, ""
    name, _, port = rule.partition(":")
    return name, port


def _is_in_network(rule: str, host: str) -> bool:
    from ipaddress import ip_address, ip_network

    try:
        return ip_address(host) in ip_network(rule, strict=False)
    except ValueError:
        return False
