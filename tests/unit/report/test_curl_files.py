"""The curl options of bodies with files in them."""

import pytest

from arazzo_runner.expression.value import FileBody
from arazzo_runner.openapi.message import HttpRequest
from arazzo_runner.openapi.request.multipart import boundary_of, encode_multipart
from arazzo_runner.report.body import report_body, to_json_data
from arazzo_runner.report.curl import curl_line
from arazzo_runner.report.safe_text import SafeText
from arazzo_runner.report.secrets import Masker

FILE = FileBody("a b/ü.png", "ü.png", 1_234, "image/png")
SECRETS = Masker(["s3cret"])


@pytest.mark.parametrize(
    ("payload", "options"),
    [
        ({"x": FILE}, """--form 'x=@"a b/ü.png";type=image/png'"""),
        ({"x": FILE, "y": "@/etc/passwd"}, "--form-string y=@/etc/passwd"),
        ({"x": FILE, "y": "s3cret"}, "--form-string 'y=***'"),
        ({"x": FILE, "y": {"a": 1}}, """--form 'y="{\\"a\\":1}";type=application/json'"""),
        ([FILE], """--form '=@"a b/ü.png";type=image/png'"""),
    ],
)
def test_forms(payload, options):
    body = encode_multipart(payload, None, None)
    kind = f"multipart/form-data; boundary={boundary_of(body)}"
    line = curl_line(HttpRequest("POST", "http://h/", (("Content-Type", kind),), body), SECRETS)
    assert options in line
    assert "boundary" not in line


def test_a_whole_file():
    request = HttpRequest("PUT", "http://h/", (("Content-Type", "image/png"),), FILE)
    assert curl_line(request, SECRETS) == (
        "curl --request PUT --header 'Content-Type: image/png' --data-binary '@a b/ü.png' http://h/"
    )


@pytest.mark.parametrize("masker", [Masker(), SECRETS])
def test_reports_show_the_label(masker):
    label = "@a b/ü.png (1,234 bytes)"
    assert to_json_data(masker.value({"x": [FILE]})) == {"x": [label]}
    headers = (("Content-Type", "application/json"),)
    assert report_body(FILE, headers, FILE, masker) == label
    assert SafeText(masker).value(FILE, 100) == label
    assert SafeText(masker).value([FILE], 100) == f'["{label}"]'
