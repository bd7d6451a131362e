"""Members of collections as they come: lists of pairs, texts that may be anything."""

from __future__ import annotations

import json
from typing import Any

from arazzo_runner.generate.traffic.credentials import is_secret_member


def enabled_pairs(node: Any) -> dict[str, tuple[Any, bool]]:
    """Values by key, and whether each is a secret; what is disabled is not there."""
    found: dict[str, tuple[Any, bool]] = {}
    for one in node if isinstance(node, list) else ():
        if isinstance(one, dict) and not one.get("disabled"):
            key = one.get("key", one.get("id"))
            if isinstance(key, str) and key:
                secret = one.get("type") == "secret" or is_secret_member(key)
                found[key] = (one.get("value"), secret)
    return found


def to_text(value: Any) -> str:
    """A value as a text; nothing is an empty one."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
