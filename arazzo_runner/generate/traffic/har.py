"""The requests of a HAR file (HTTP Archive 1.2), as browsers, proxies and this program write it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from arazzo_runner.errors import UsageError
from arazzo_runner.expression.value import Value
from arazzo_runner.generate.traffic.calls import OmittedCall, Traffic, TrafficCall, traffic_error
from arazzo_runner.http_semantics.headers import Headers, header_value
from arazzo_runner.http_semantics.media_type import codec_of, essence, parameter_of
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.report.secret_names import without_user
from arazzo_runner.text.json_reader import SURROGATE

_FORM: Final = "application/x-www-form-urlencoded"
_LARGEST_STATUS: Final = 599
_NOT_MODIFIED: Final = 304


def har_traffic(name: str, har: Mapping[str, Value]) -> Traffic:
    """The requests of a HAR called ``name``. Raises UsageError for what is missing or odd."""
    reader = _HarReader(name)
    log = reader.member(har, "log", dict, "")
    entries = reader.member(log, "entries", list, "log")
    calls, omitted = list[TrafficCall](), list[OmittedCall]()
    for index, entry in enumerate(entries):
        for one in reader.entry(entry, f"log.entries[{index}]"):
            if isinstance(one, TrafficCall):
                calls.append(one)
            else:
                omitted.append(one)
    return Traffic("HAR", tuple(calls), {}, tuple(omitted))


class _HarReader:
    """Reads members of their type; what is not so is named by its place."""

    def __init__(self, name: str) -> None:
        self._name = name

    def member(self, node: Mapping[str, Any], key: str, kind: type, at: str) -> Any:
        """A member that has to be there."""
        if key not in node:
            raise self._error(f"{at or 'the file'} has no `{key}`")
        return self._value(node[key], kind, f"{at}.{key}".lstrip("."))

    def _optional(self, node: Mapping[str, Any], key: str, kind: type, at: str) -> Any:
        value = node.get(key)
        return kind() if value is None else self._value(value, kind, f"{at}.{key}")

    def _value(self, value: Any, kind: type, at: str) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._error(f"`{at}` is no {_KINDS[kind]}")
        return value

    def _error(self, why: str) -> UsageError:
        hint = "a browser's network panel exports one: HAR 1.2, with content"
        return traffic_error(f"`{self._name}` cannot be used: {why}", hint)

    def entry(self, node: Any, at: str) -> Iterator[TrafficCall | OmittedCall]:
        """The request of an entry, or why it is of no use."""
        entry = self._value(node, dict, at)
        asked = self.member(entry, "request", dict, at)
        where = f"{at}.request"
        method = self.member(asked, "method", str, where).upper()
        url = self.member(asked, "url", str, where)
        self._check_url(url, where)
        answer = self._optional(entry, "response", dict, at)
        status = self._status(answer, f"{at}.response")
        title = f"{method} {without_user(url.partition('?')[0].partition('#')[0][:300])}"
        if urlsplit(url).scheme not in ("http", "https"):
            yield OmittedCall(title, "no HTTP request")
        elif status == 0:
            yield OmittedCall(title, "no response: it was blocked or aborted")
        else:
            request = self._request(asked, method, url.partition("#")[0], where)
            # The browser asked for changes alone; the step does not, and so gets all of it.
            status = 200 if status == _NOT_MODIFIED else status
            response = self._response(answer, status, f"{at}.response")
            kind = entry.get("_resourceType")
            kind = kind.lower() if isinstance(kind, str) else ""
            yield TrafficCall(at, request, response, kind=kind)

    def _check_url(self, url: str, at: str) -> None:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise self._error(f"`{at}.url` is no URL") from None
        if not parts.scheme or (parts.scheme in ("http", "https") and not parts.hostname):
            raise self._error(f"`{at}.url` is no absolute URL")

    def _status(self, response: Mapping[str, Any], at: str) -> int:
        status: int = self._optional(response, "status", int, at)
        # Browsers write 0, older ones -1, where nothing came.
        if status > _LARGEST_STATUS or 0 < status < 100:
            raise self._error(f"`{at}.status` is {status}, which is no status")
        return max(status, 0)

    def _request(self, node: Mapping[str, Any], method: str, url: str, at: str) -> HttpRequest:
        headers = self._headers(node, at)
        posted = self._optional(node, "postData", dict, at)
        body = self._posted(posted, f"{at}.postData")
        named = self._optional(posted, "mimeType", str, f"{at}.postData")
        if body and named and header_value(headers, "Content-Type") is None:
            headers = (*headers, ("Content-Type", named))
        return HttpRequest(method, url, headers, body)

    def _posted(self, posted: Mapping[str, Any], at: str) -> bytes:
        text = self._optional(posted, "text", str, at)
        params = self._optional(posted, "params", list, at)
        named = essence(self._optional(posted, "mimeType", str, at))
        if not text and params and named == _FORM:
            return urlencode([self._pair(one, f"{at}.params") for one in params]).encode()
        if posted.get("encoding") == "base64":
            return self._base64(text, f"{at}.text")
        data: bytes = text.encode("utf-8", "replace")
        return data

    def _response(self, node: Mapping[str, Any], status: int, at: str) -> HttpResponse:
        headers = self._headers(node, at)
        content = self._optional(node, "content", dict, at)
        named = self._optional(content, "mimeType", str, f"{at}.content")
        if named and named != "x-unknown" and header_value(headers, "Content-Type") is None:
            headers = (*headers, ("Content-Type", named))
        text = self._optional(content, "text", str, f"{at}.content")
        if content.get("encoding") == "base64":
            body = self._base64(text, f"{at}.content.text")
        else:
            declared = header_value(headers, "Content-Type") or ""
            # The text is decoded already: its octets are those that reading it needs.
            charset = codec_of(parameter_of(declared, "charset") or "utf-8") or "utf-8"
            body = text.encode(charset, "replace")
        return HttpResponse(status, headers, body)

    def _headers(self, node: Mapping[str, Any], at: str) -> Headers:
        fields = self._optional(node, "headers", list, at)
        pairs = (self._pair(one, f"{at}.headers") for one in fields)
        # HTTP/2 has the request line as fields whose names begin with a colon.
        return tuple(one for one in pairs if one[0] and not one[0].startswith(":"))

    def _pair(self, node: Any, at: str) -> tuple[str, str]:
        node = self._value(node, dict, f"{at}[…]")
        name = self.member(node, "name", str, f"{at}[…]")
        return name, self._optional(node, "value", str, f"{at}[…]")

    def _base64(self, text: str, at: str) -> bytes:
        try:
            return b64decode(text)
        except ValueError:
            raise self._error(f"`{at}` is not Base64") from None


_KINDS: Final = {dict: "object", list: "array", str: "string", int: "integer"}


def parse_traffic_json(name: str, data: bytes) -> Value:
    """The value of a file. Raises UsageError for one that is no JSON, or nested too deeply."""
    try:
        text = data.decode("utf-8-sig")
        value: Value = json.loads(text)
    except json.JSONDecodeError as reason:
        where = f"line {reason.lineno}, column {reason.colno}"
        raise traffic_error(f"`{name}` cannot be used: it is not JSON: {where}") from None
    except UnicodeDecodeError:
        raise traffic_error(f"`{name}` cannot be used: it is not UTF-8") from None
    except RecursionError:
        raise traffic_error(f"`{name}` cannot be used: it is nested too deeply") from None
    except ValueError:  # Python's limit
        why = "a number in it has too many digits"
        raise traffic_error(f"`{name}` cannot be used: {why}") from None
    return _whole_characters(value) if SURROGATE.search(text) else value


def _whole_characters(value: Value) -> Value:
    """A value in whose texts the halves of characters are U+FFFD: no document can hold them."""
    spelled = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass")
    whole: Value = json.loads(spelled.decode("utf-16", "replace"))
    return whole
