"""Texts that are nested, count or spell as nobody writes: JSON, YAML, TOML, XML, CSV and none of these."""

DEEP = 1_000_000
DIGITS = b"9" * 100_000

TEXTS = {
    "arrays within arrays": b"[" * DEEP + b"]" * DEEP,
    "arrays that do not end": b"[" * DEEP,
    "objects within objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "mappings in lines": b"\n".join(b" " * depth + b"a:" for depth in range(1500)),
    "lists in lines": b"- " * 100_000 + b"a",
    "tables within tables": b"[" + b"a." * 100_000 + b"a]\n",
    "keys within keys": b"a." * 100_000 + b"a = 1\n",
    "elements within elements": b"<a>" * 300_000 + b"</a>" * 300_000,
    "a number of many digits": b'{"a": %s}' % DIGITS,
    "a number with many digits, in lines": b"a: %s\n" % DIGITS,
    "a number with many digits, assigned": b"a = %s\n" % DIGITS,
    "a large exponent": b'{"a": 1e999999999}',
    "no UTF-8": b'{"a": "\xff\xfe\xff"}',
    "half a character": b"a: \xe2\x82",
    "a surrogate alone": b'{"a": "\\ud800"}',
    "a surrogate alone as a key": b'{"\\udfff": [{"\\ud800": "\\ud800"}]}',
    "a surrogate alone, in bytes": b"a: \xed\xa0\x80",
    "UTF-16 that ends": b"\xff\xfe{\x00a",
    "NUL": b"\0" * 1000,
    "one quote": b'"' + b"a" * 100_000,
    "nothing": b"",
}

# The exit codes of docs/exit-codes.md that are no bug.
CODES = {0, 1, 2, 3, 4, 5}
