"""Auth Objects: what requests carry for them; none of their secrets is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from arazzo_runner.generate.postman.fields import enabled_pairs, to_text
from arazzo_runner.generate.postman.variables import VariableTable
from arazzo_runner.http_semantics.headers import Headers


class RequestAuth(Struct, frozen=True):
    """What a request carries: ``carriers`` are the locations and names of what is secret in it."""

    headers: Headers = ()
    query: str = ""
    carriers: frozenset[tuple[str, str]] = frozenset()
    remarks: tuple[str, ...] = ()


def request_auth(node: Any, variables: VariableTable) -> RequestAuth:
    """What an Auth Object puts into a request."""
    if not isinstance(node, dict) or not isinstance(node.get("type"), str):
        return RequestAuth()
    kind, own = node["type"], node.get(node["type"])
    # An object in 2.0, a list of pairs in 2.1.
    pairs = {key: value for key, (value, _) in enabled_pairs(own).items()}
    values = own if isinstance(own, dict) else pairs
    match kind:
        case "noauth":
            return RequestAuth()
        case "bearer" | "oauth2":
            text = to_text(values.get("token") or values.get("accessToken") or "{{token}}")
            return RequestAuth((("Authorization", f"Bearer {variables.text(text)}"),))
        case "basic" | "digest":
            return RequestAuth((("Authorization", f"{kind.capitalize()} credentials"),))
        case "apikey":
            return _api_key(values, variables)
        case _:
            remark = f"Postman authorizes it by `{kind[:40]}`: declare a security scheme for that."
            return RequestAuth(remarks=(remark,))


def _api_key(values: dict[str, Any], variables: VariableTable) -> RequestAuth:
    name = to_text(values.get("key") or "X-Api-Key")
    text = variables.text(to_text(values.get("value") or "{{apiKey}}"))
    if values.get("in") == "query":
        carriers = frozenset({("query", name)})
        return RequestAuth(query=urlencode([(name, text)]), carriers=carriers)
    return RequestAuth(((name, text),), carriers=frozenset({("header", name.lower())}))
