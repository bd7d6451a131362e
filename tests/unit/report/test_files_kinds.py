import html
import json
from urllib.parse import unquote

import pytest

from arazzo_runner.executor.result import Status
from arazzo_runner.openapi.message import OmittedBody
from arazzo_runner.report.failure import explain_run
from arazzo_runner.report.files import KINDS, renderer
from arazzo_runner.report.secrets import Masker


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_renderer(build, kind):
    assert all(isinstance(one, bytes) for one in renderer(kind)(build.report(), Masker()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_how_the_run_was_made(build, kind):
    text = b"".join(renderer(kind)(build.report(notes=("made up",)), Masker())).decode()
    assert "made up" in text


def plain(kind, text):
    """What a report says, without the escapes of its format."""
    match kind:
        case "junit" | "html":
            return html.unescape(text)
        case "github":
            return unquote(text)
        case "json" | "har":
            return strings(json.loads(text))
        case "ndjson":
            return "".join(strings(json.loads(line)) for line in text.splitlines())
        case _:
            return text


def strings(value):
    match value:
        case dict():
            return "".join(f"{key}\n{strings(one)}" for key, one in value.items())
        case list():
            return "".join(map(strings, value))
        case _:
            return f"{value}\n"


def refused(build, **response):
    answer = build.response(
        422,
        response.get("body", b'{"error": {"code": "sku_unknown", "card": "s3cret"}}'),
        response.get("content_type", "application/json"),
        (("X-Request-Id", "req-7"), ("Retry-After", "30")),
    )
    unmet = build.criterion(passed=False, operands=[build.operand(value=422)])
    attempt = build.attempt(response=answer, criteria=[unmet])
    step = build.step(status=Status.FAILED, attempts=[attempt])
    return build.run(build.workflow(step, status=Status.FAILED))


@pytest.mark.parametrize("kind", [*KINDS, "exception"])
def test_every_kind_shows_the_fact_and_the_response_of_a_failure(build, kind):
    result, masker = refused(build), Masker(["s3cret"])
    if kind == "exception":
        text = explain_run(result, masker)
    else:
        text = plain(kind, b"".join(renderer(kind)(build.report(result, 1), masker)).decode())
    assert "sku_unknown" in text
    assert "s3cret" not in text
    assert "req-7" in text
    assert "30" in text.lower().partition("retry-after")[2][:20]
    if kind in ("json", "ndjson"):  # they have the parts of the fact
        assert "condition\n$statusCode == 201\n" in text
        assert "value\n422\n" in text
    elif kind != "har":  # it has messages alone
        assert "create: $statusCode == 201, got 422" in text


def test_the_html_report_has_the_body_of_a_failing_step_open(build):
    result = refused(build)
    text = b"".join(renderer("html")(build.report(result, 1), Masker())).decode()
    body = next(
        one for one in text.split("<details") if "sku_unknown" in one and "<summary>" in one
    )
    assert body.startswith(' class="fold" open')


@pytest.mark.parametrize("kind", [one for one in KINDS if one not in ("har", "json", "ndjson")])
def test_every_kind_for_people_shows_a_page_by_its_title(build, kind):
    page = b"<!doctype html><html><title>502 Bad Gateway</title><body>long</body></html>"
    result = refused(build, body=page, content_type="text/html")
    text = plain(kind, b"".join(renderer(kind)(build.report(result, 1), Masker())).decode())
    assert "HTML page: 502 Bad Gateway" in text


@pytest.mark.parametrize("kind", ["json", "har", "html", "ndjson", "junit", "markdown", "github"])
def test_a_body_that_was_not_kept_is_said_to_be_none(build, kind):
    request, response = (
        build.request(body=OmittedBody(7000)),
        build.response(body=OmittedBody(9000)),
    )
    attempt = build.attempt(request, response, criteria=[build.unmet()])
    step = build.step(status=Status.FAILED, attempts=[attempt])
    result = build.run(build.workflow(step, status=Status.FAILED))
    text = b"".join(renderer(kind)(build.report(result, 1), Masker())).decode()
    assert "body not kept" in text
    assert "9000" in text or "9,000" in text
