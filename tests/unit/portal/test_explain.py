"""`explain_code`: the page of a diagnostic code."""

import pytest

from arazzo_runner.text.codes import CODES
from unit.portal.shop import Call


@pytest.mark.parametrize("code", ["AZ304", "az304", " 304 "])
def test_a_page(call: Call, code: str) -> None:
    result = call("explain_code", code=code)
    assert result.text.startswith("AZ304: a status code that the operation does not document\n")
    assert result.structured is not None
    assert result.structured["code"] == "AZ304"
    assert "Use the documented status" in result.structured["fix"]


def test_every_page_is_short(call: Call) -> None:
    assert all(0 < len(call("explain_code", code=one).text) < 6_000 for one in CODES)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("AZ304.", "no diagnostic code is called `AZ304.`; did you mean `AZ304`?"),
        ("zebra", "no diagnostic code is called `zebra`; a code is such as `AZ304`"),
    ],
)
def test_a_code_that_is_not_there(call: Call, code: str, text: str) -> None:
    result = call("explain_code", code=code)
    assert (result.text, result.is_error) == (text, True)
