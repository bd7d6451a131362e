"""What a client is told of a line that cannot be read, so that it does not wait for ever.

JSON-RPC 2.0, section 5.1: -32700 for what is no JSON, -32600 for what is no request; the id is null
where it cannot be told.
"""

from __future__ import annotations

import json

import mcp_types as types


def unreadable_error(line: str) -> types.JSONRPCError | None:
    """The error that answers a line; None for a message, and for what wants no answer."""
    if not line.strip():
        return None
    try:
        types.jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return _error(line)
    return None


def _error(line: str) -> types.JSONRPCError | None:
    try:
        # It takes more than the protocol does: half of a character, `"\ud83d"`.
        told = json.loads(line)
    except (ValueError, RecursionError):
        return _answer(None, types.PARSE_ERROR, "the line is no JSON that can be read")
    if not isinstance(told, dict):
        return _answer(None, types.INVALID_REQUEST, "a message is one object")
    if "method" not in told or "id" not in told:
        return None  # a notification, or an answer
    try:
        json.dumps(told, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = "a text has half of a surrogate pair, which is no character"
        return _answer(told["id"], types.PARSE_ERROR, message)
    return _answer(told["id"], types.INVALID_REQUEST, "this is no request of JSON-RPC 2.0")


def _answer(identity: object, code: int, message: str) -> types.JSONRPCError:
    """An error; its id is null where the request's is none that a request may have."""
    is_text = isinstance(identity, str) and identity.isascii()
    is_number = isinstance(identity, int) and not isinstance(identity, bool)
    return types.JSONRPCError.model_validate(
        {
            "jsonrpc": "2.0",
            "id": identity if is_text or is_number else None,
            "error": {"code": code, "message": message},
        }
    )
