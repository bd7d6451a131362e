"""The body of `POST /__arazzo/emit`."""

import pytest

from arazzo_runner.expression.value import MISSING
from arazzo_runner.mock_server.emit.message import merge
from arazzo_runner.mock_server.emit.order import EmitOrder, read_order


def test_an_order_with_everything():
    read = {
        "operationId": "paid", "source": "s", "method": "put", "message": "m", "url": "http://h", "mode": "binary",
        "signedUrl": "https://p", "correlationId": "c", "payload": None, "headers": {"X": "1"}, "count": 2, "sign": False,
    }  # fmt: skip
    assert read_order(read) == EmitOrder(
        "operationId", "paid", "s", "PUT", "m", "http://h", "https://p", "binary", "c", None, MISSING,
        (("X", "1"),), 2, is_signed=False,
    )  # fmt: skip
    assert read_order({"webhook": "w"}) == EmitOrder("webhook", "w")


@pytest.mark.parametrize(
    ("read", "detail"),
    [
        (None, "the body is to be"), ([], "the body is to be"), ({"url": "x"}, "the body is to be"),
        ({"webhook": 7}, "`webhook` is a string"), ({"webhook": "w", "url": None}, "`url` is a string"),
        ({"webhook": "w", "urls": "x"}, "did you mean `url`"), ({"webhook": "w", "qqqqqq": 1}, "there are webhook, "),
        ({"webhook": "w", "payload": 1, "patch": 1}, "`payload` and `patch`"),
        ({"webhook": "w", "mode": "batch"}, "`structured`, `batched`, `binary`"),
        ({"webhook": "w", "count": 0}, "from 1 to 100"), ({"webhook": "w", "count": 101}, "from 1 to 100"),
        ({"webhook": "w", "count": True}, "from 1 to 100"), ({"webhook": "w", "count": 1.0}, "from 1 to 100"),
        ({"webhook": "w", "sign": 1}, "`sign` is true or false"), ({"webhook": "w", "headers": []}, "`headers` is an object"),
        ({"webhook": "w", "headers": {"X": 1}}, "`X` cannot be sent"), ({"webhook": "w", "headers": {"X": "a\r\nY: b"}}, "`X` cannot be sent"),
        ({"webhook": "w", "headers": {"X Y": ""}}, "`X Y` cannot be sent"), ({"webhook": "w", "headers": {"Host": "h"}}, "`Host` cannot be sent"),
        ({"webhook": "w", "headers": {"content-length": "3"}}, "`content-length` cannot be sent"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_order(read, detail):
    with pytest.raises(ValueError, match=r"\A.+\Z") as caught:
        read_order(read)
    assert detail in str(caught.value)


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}), ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}), ({"a": "b"}, {"a": None}, {}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}), ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        (["a"], ["c"], ["c"]), ({"a": "b"}, None, None), ({"e": None}, {"a": 1}, {"e": None, "a": 1}), ([1], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}), (MISSING, {"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_a_patch(value, patch, expected):
    """The examples of RFC 7396, appendix A."""
    assert merge(value, patch) == expected
