"""URLs of requests: the server, the path template below it, and what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from arazzo_runner.generate.identifiers import camel_case, split_words, unused_name
from arazzo_runner.generate.postman.fields import enabled_pairs, to_text
from arazzo_runner.generate.postman.variables import VariableTable


class RequestUrl(Struct, frozen=True):
    """A URL: ``template`` is the path below ``server``, ``path`` and ``query`` what is sent."""

    server: str
    template: str
    path: str
    query: str


class UrlReader(Struct, frozen=True):
    """Reads URLs, whose variables stand for values."""

    variables: VariableTable

    def read(self, node: Any) -> RequestUrl | str:
        """The URL of a request, or why there is none."""
        raw, query, given = self._url_parts(node)
        if not raw.strip():
            return "it has no URL"
        base, path = self.variables.split_server(raw)
        try:
            is_of_http = urlsplit(base).scheme in ("http", "https") and urlsplit(base).hostname
        except ValueError:
            is_of_http = None
        if not is_of_http:
            return "its URL is none of HTTP"
        names: set[str] = set()
        template, sent = list[str](), list[str]()
        for segment in path.split("/")[1:]:
            pattern, text = self._segment(segment, given, names)
            template.append(pattern)
            sent.append(text)
        return RequestUrl(base, "/" + "/".join(template), "/" + "/".join(sent), query)

    def _segment(
        self, segment: str, given: Mapping[str, tuple[Any, bool]], names: set[str]
    ) -> tuple[str, str]:
        """A segment of the path template, and what is sent for it."""
        if segment.startswith(":") and len(segment) > 1:
            name = segment[1:]
            value = given.get(name, (None, False))[0]
            if value in (None, ""):
                text = self.variables.sentinel(name)
            else:
                text = self.variables.text(to_text(value))
            if not self.variables.is_in(text):
                self.variables.declare(name, text)
                text = self.variables.sentinel(name)
            own = unused_name(name, names)
            names.add(own)
            return f"{{{own}}}", quote(text, safe="")
        pieces = self.variables.pieces(segment)
        template = text = ""
        for constant, variable in pieces:
            text += constant + (self.variables.sentinel(variable) if variable else "")
            if variable:
                own = unused_name(camel_case(split_words(variable)), names)
                names.add(own)
                template += f"{constant}{{{own}}}"
            else:
                template += constant
        return template, quote(text, safe="%:@!$&'()*+,;=~-._")

    def _url_parts(self, node: Any) -> tuple[str, str, dict[str, tuple[Any, bool]]]:
        """The URL without its query, the query as it is sent, and the path variables."""
        if isinstance(node, str):
            raw, _, query = node.partition("#")[0].partition("?")
            return raw, self._raw_query(query), {}
        if not isinstance(node, dict):
            return "", "", {}
        whole = node.get("raw")
        if not isinstance(whole, str) or not whole:
            whole = _joined_url(node)
        raw, _, query = whole.partition("#")[0].partition("?")
        if isinstance(node.get("query"), list):
            pairs = [
                (key, self.variables.text(to_text(value)))
                for key, (value, _) in enabled_pairs(node["query"]).items()
            ]
            return raw, urlencode(pairs), enabled_pairs(node.get("variable"))
        return raw, self._raw_query(query), enabled_pairs(node.get("variable"))

    def _raw_query(self, query: str) -> str:
        return quote(self.variables.text(query), safe="%&=+:@!$'()*,;/?~-._")


def _joined_url(node: Mapping[str, Any]) -> str:
    host, path = node.get("host"), node.get("path")
    authority = ".".join(map(to_text, host)) if isinstance(host, list) else to_text(host)
    below = "/".join(map(to_text, path)) if isinstance(path, list) else to_text(path).lstrip("/")
    protocol = node.get("protocol")
    scheme = f"{protocol}://" if isinstance(protocol, str) and "{{" not in authority else ""
    port = node.get("port")
    return f"{scheme}{authority}{f':{port}' if port else ''}/{below}" if authority else ""
