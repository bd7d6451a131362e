"""Mutations of texts and of the plain data in them: what is nearly right is what breaks readers."""

import json
from copy import deepcopy
from random import Random
from typing import Any

import yaml

TEXTS = (
    "", " ", "\0", "\ufeff", "\ud800", "é", "٣", "-0", "1e999", "9" * 400, "NaN", "null", "true", "a" * 5000,
    "{", "}", "{$inputs.x}", "$inputs.", "$response.body#/", "$steps.a.outputs.b", "$request.header.x", "$url",
    "$response.body#/a/-1", "$statusCode == ", "(" * 60, "!" * 200, "$.a[?(@.b=='" , "$..*..*", "//*[", "^(a+)+$",
    "#/components/schemas/A", "#/", "#", "../../x.yaml", "file:///etc/passwd", "http://127.0.0.1:1/x", "https://[::1",
    "http://a:b@127.0.0.1:99999/", "multipart/form-data", "application/json; charset=zip", "text/xml", "a/b;q=",
    "*/*", "<a>&b;</a>", "<!DOCTYPE a>", "&a [*a]", "!!python/object:os.system", "'", '"', "%", "%zz", "\r\nX: y",
    "2026-02-30", "P1Y", "Mon, 99 Foo 2026", "-1", "0x10", "1_000", "::error::x", "\x1b[31m", "\u202e", "default",
)  # fmt: skip
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**64, 10**400, -0.0, 0.1, 1e308, float("inf"), float("nan"), [], {},
    [[]], {"": ""}, {"$ref": "#"}, {"$ref": "#/x"}, {"$ref": 1}, {"type": "object"}, {"type": ["null", "string"]},
    {"allOf": [{}]}, {"context": "$response.body", "selector": "$", "type": "jsonpath"},
)  # fmt: skip
TOKENS = (
    b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\n", b"\t", b": ", b"- ", b"? ", b"&a ", b"*a ",
    b"!!binary ", b"|\n", b">-\n", b"{", b"}", b"[", b"]", b"\"", b"'", b"#", b"---\n", b"...\n", b"%YAML 9.9\n",
    b"<<: ", b"\\ud800", b"\\u0000", b"e999999999", b"0" * 5000, b"[" * 600, b"{\"a\":" * 600, b"\x1b[2J",
)  # fmt: skip
WIRE = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 204\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 999 x\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br, gzip\r\n",
    b"Content-Type: application/json; charset=utf-16\r\n", b"Content-Type: multipart/form-data; boundary=\r\n",
    b"Location: http://[\r\n", b"Retry-After: 1e9\r\n", b"Set-Cookie: a=\"; Domain=\r\n", b"Date: x\r\n",
    b"WWW-Authenticate: Digest nonce=\r\n", b": x\r\n", b" folded\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"ffffffffff\r\n",
)  # fmt: skip


def mutate_bytes(data: bytes, random: Random, tokens: tuple[bytes, ...] = TOKENS) -> bytes:
    """One to four changes of bytes, wherever they are."""
    result = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(result))
        end = min(len(result), at + random.choice((1, 1, 2, 8, 64)))
        match random.randrange(6):
            case 0:
                result[at:at] = random.choice(tokens)
            case 1:
                del result[at:end]
            case 2:
                result[at:at] = result[at:end] * random.choice((1, 1, 2, 50))
            case 3:
                result[at:end] = random.randbytes(end - at)
            case 4:
                result[at:end] = random.choice(tokens)
            case _:
                del result[at:]
                result += random.choice((b"", *tokens))
    return bytes(result)


def mutate_value(value: Any, random: Random) -> Any:
    """One to three changes of members and items of plain data."""
    result = [deepcopy(value)]
    for _ in range(random.randint(1, 3)):
        _mutate_once(result, random)
    return result[0]


def _mutate_once(root: list[Any], random: Random) -> None:
    holder, key = random.choice(_spots(root))
    match random.randrange(8):
        case 0:
            holder[key] = random.choice(TEXTS)
        case 1:
            holder[key] = deepcopy(random.choice(SCALARS))
        case 2 if holder is not root:
            del holder[key]
        case 3:
            other, name = random.choice(_spots(root))
            holder[key] = deepcopy(other[name])
        case 4 if isinstance(holder, dict):
            holder[random.choice(TEXTS)] = holder.pop(key)
        case 5:
            holder[key] = random.choice(([holder[key]], {"a": holder[key]}, str(holder[key])))
        case 6 if isinstance(holder[key], str):
            holder[key] = _mutate_text(holder[key], random)
        case 7 if isinstance(holder, list) and holder is not root:
            holder.extend(deepcopy(holder) * random.choice((1, 20)))
        case _:
            for _ in range(random.choice((3, 70, 130))):
                holder[key] = [holder[key]]


def _mutate_text(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    end = min(len(text), at + random.choice((0, 1, 3)))
    return text[:at] + random.choice((*TEXTS, "")) + text[end:]


def _spots(root: list[Any]) -> list[tuple[Any, Any]]:
    """All places that hold a value, as (what holds it, its key)."""
    found: list[tuple[Any, Any]] = []
    todo: list[Any] = [root]
    while todo and len(found) < 5000:
        holder = todo.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        found += [(holder, key) for key in keys]
        todo += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    return found


def mutate_text(data: bytes, random: Random) -> bytes:
    """A text of YAML or JSON with changes in its bytes, or in the data that it stands for."""
    if random.random() < 0.4:
        return mutate_bytes(data, random)
    try:
        value = yaml.load(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return mutate_bytes(data, random)
    text = json.dumps(mutate_value(value, random), default=str, skipkeys=True)
    return text.encode("utf-8", "surrogatepass")
