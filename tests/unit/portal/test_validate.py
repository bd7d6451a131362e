"""`validate_document`: findings as text and as data."""

import pytest

from unit.portal.shop import FLOW, Call

TEXT = FLOW.partition("  - workflowId: order-twice")[0]


def test_a_valid_text(call: Call) -> None:
    text = TEXT.replace("        parameters: [{name: X-Pin, in: header, value: $inputs.pin}]\n", "")
    result = call("validate_document", text=text)
    assert not result.is_error
    assert result == ("valid: no findings", {"valid": True, "findings": [], "omitted": 0}, False)


def test_a_hint_leaves_a_text_valid(call: Call) -> None:
    result = call("validate_document", text=TEXT)
    assert result.structured is not None
    assert result.structured["valid"] is True
    assert result.text.endswith("1 hint")


def test_an_error_has_its_line_and_its_way_out(call: Call) -> None:
    result = call("validate_document", text=TEXT.replace("createOrder", "creatOrder"))
    assert result.structured is not None
    assert result.structured["valid"] is False
    (finding,) = result.structured["findings"]
    assert (finding["code"], finding["help"]) == ("AZ204", "did you mean `createOrder`?")
    assert finding["location"]["file"] == "<text>"
    assert "--> <text>:15:22" in result.text
    assert result.text.endswith("1 error")


def test_of_many_findings_the_gravest_are_shown(call: Call) -> None:
    steps = "".join(f"      - {{stepId: s{at}, operationId: no{at}}}\n" for at in range(30))
    text = TEXT.partition("      - stepId")[0] + steps
    result = call("validate_document", text=text)
    assert result.structured is not None
    assert len(result.structured["findings"]) == 20
    assert result.structured["omitted"] == 12
    assert "12 more findings: fix these first, and validate again" in result.text


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        # Each of these has a flag of the command line as its way out, or as the second one.
        ("a: " + "[" * 200 + "]" * 200, None),
        (TEXT.replace("shop.openapi.yaml", "no.yaml").replace("name: shop", "name: e"), "offered:"),
    ],
)
def test_flags_are_no_way_out_for_a_model(call: Call, text: str, help_: str | None) -> None:
    result = call("validate_document", text=text)
    assert result.structured is not None
    helps = [one["help"] for one in result.structured["findings"]]
    assert not any("`-" in (one or "") for one in helps)
    assert (helps[0] or "").startswith(help_ or "")


@pytest.mark.parametrize("more", [0, 1])
def test_the_size_of_a_text_is_limited(call: Call, more: int) -> None:
    most = 256 * 1024
    fill = "#" * (most - len(TEXT) + more)
    result = call("validate_document", text=TEXT + fill)
    assert result.is_error == bool(more)
    assert ("longer than" in result.text) == bool(more)


def test_the_bytes_of_a_text_are_limited(call: Call) -> None:
    result = call("validate_document", text=TEXT + "#" + "ü" * 200_000)
    assert "the document has" in result.text
    assert "and the limit is 262,144" in result.text
