"""Bodies of requests, in all modes of Postman."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct

from arazzo_runner.expression.value import Value
from arazzo_runner.generate.postman.fields import enabled_pairs, to_text
from arazzo_runner.generate.postman.variables import VariableTable

_FORM: Final = "application/x-www-form-urlencoded"
_BOUNDARY: Final = "arazzo-form-boundary"
_JSON: Final = "application/json"
_RAW_TYPES: Final = {"xml": "application/xml", "html": "text/html"}


class ClientBody(Struct, frozen=True):
    """The octets of a body, its content type, and what could not be taken from the collection."""

    data: bytes = b""
    content_type: str = ""
    remarks: tuple[str, ...] = ()


class BodyReader(Struct, frozen=True):
    """Reads bodies, whose variables stand for values."""

    variables: VariableTable

    def read(self, node: Any) -> ClientBody:
        """The body of a request."""
        if not isinstance(node, dict) or node.get("disabled"):
            return ClientBody()
        own = node.get(str(node.get("mode")))
        match node.get("mode"):
            case "raw" if isinstance(own, str) and own.strip():
                return self._raw_body(own, node)
            case "urlencoded":
                pairs = [
                    (key, self.variables.text(to_text(one)))
                    for key, (one, _) in enabled_pairs(own).items()
                ]
                return ClientBody(urlencode(pairs).encode(), _FORM)
            case "formdata":
                return self._form(own)
            case "graphql" if isinstance(own, dict):
                return self._graphql(own)
            case "file":
                return ClientBody(remarks=("Postman sends a file: add a `requestBody` for it.",))
            case _:
                return ClientBody()

    def _raw_body(self, raw: str, node: Mapping[str, Any]) -> ClientBody:
        text = self.variables.text(raw)
        language = _language(node)
        if language in ("", "json") and _is_json(text):
            return ClientBody(text.encode(), _JSON)
        return ClientBody(text.encode(), _RAW_TYPES.get(language, "text/plain"))

    def _form(self, own: Any) -> ClientBody:
        rows = [one for one in own if isinstance(one, dict)] if isinstance(own, list) else []
        files = [to_text(one.get("key")) for one in rows if one.get("type") == "file"]
        pairs = enabled_pairs([one for one in rows if one.get("type") != "file"])
        pieces = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{_quoted(key)}"\r\n\r\n'
            f"{self.variables.text(to_text(value))}\r\n"
            for key, (value, _) in pairs.items()
        ]
        remarks = tuple(
            f"Postman also sends the file `{one[:60]}`: add it to the body." for one in files
        )
        if not pieces:
            return ClientBody(remarks=remarks)
        data = ("".join(pieces) + f"--{_BOUNDARY}--\r\n").encode()
        return ClientBody(data, f"multipart/form-data; boundary={_BOUNDARY}", remarks)

    def _graphql(self, own: Mapping[str, Any]) -> ClientBody:
        body: dict[str, Value] = {"query": self.variables.text(to_text(own.get("query")))}
        raw = own.get("variables")
        if isinstance(raw, str) and raw.strip():
            try:
                body["variables"] = json.loads(self.variables.text(raw))
            except (ValueError, RecursionError):
                remark = "Its GraphQL variables are no JSON: add them to the body."
                return ClientBody(json.dumps(body).encode(), _JSON, (remark,))
        elif isinstance(raw, dict):
            body["variables"] = json.loads(self.variables.text(json.dumps(raw)))
        return ClientBody(json.dumps(body).encode(), _JSON)


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")


def _language(node: Mapping[str, Any]) -> str:
    """What the text of a raw body is in, empty where the collection does not say it."""
    options = node.get("options")
    raw = options.get("raw") if isinstance(options, dict) else None
    return to_text(raw.get("language")) if isinstance(raw, dict) else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
