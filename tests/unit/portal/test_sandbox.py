"""Texts of a model read what is offered, and nothing else."""

import socket
from pathlib import Path

import pytest

from arazzo_runner.portal.documents import OfferedDocuments
from arazzo_runner.portal.sandbox import make_sandbox
from unit.portal.shop import FLOW, SHOP, Call, Offer, caller

TEXT = FLOW.partition("  - workflowId: order-twice")[0]
STATED = "{name: shop, url: shop.openapi.yaml, type: openapi}"


def with_source(name: str, url: str) -> str:
    return TEXT.replace(STATED, f"{{name: {name}, url: '{url}', type: openapi}}")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("shop", "shop.openapi.yaml"),
        ("other", "shop.openapi.yaml"),
        ("other", "../elsewhere/shop.openapi.yaml"),
        ("shop", "wherever.yaml"),
    ],
)
def test_an_offered_source_is_found_by_its_url_its_name_or_its_file(
    call: Call, name: str, url: str
) -> None:
    assert call("mock_run", text=with_source(name, url)).text.startswith("✓ 1 workflow passed")


def test_a_source_is_found_by_its_absolute_url(offer: Offer, tmp_path: Path) -> None:
    call = caller(offer())
    url = (tmp_path / "shop.openapi.yaml").as_uri()
    assert not call("dry_run", text=with_source("x", url)).is_error


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "../../../etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "https://shop.example/shop.openapi.yaml",
        "//evil.example/shop.openapi.yaml",
        "secret.openapi.yaml",
    ],
)
@pytest.mark.parametrize("tool", ["validate_document", "dry_run", "mock_run"])
def test_nothing_else_is_read(
    offer: Offer, url: str, tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.openapi.yaml").write_text(SHOP)
    call = caller(offer())
    forbid_reading(monkeypatch)
    result = call(tool, text=with_source("evil", url))
    assert "AZ216" in result.text
    assert "is not offered, and nothing else is read" in result.text
    assert "offered: `shop` with the url `shop.openapi.yaml`" in result.text
    assert "--" not in result.text.replace("-->", "")


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> object:
        raise AssertionError("something was read")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("arazzo_runner.retrieve.files.read_file", refuse)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "secret.json", "http://127.0.0.1:1/x"])
def test_references_of_the_inputs_read_nothing_else(offer: Offer, url: str, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"type": "object", "properties": {"a": {}}}')
    text = TEXT.replace("{type: string, format: password}", f"{{$ref: '{url}#/a'}}")
    result = caller(offer())("validate_document", text=text)
    assert "is not offered, and nothing else is read" in result.text


@pytest.mark.parametrize("url", ["new.yaml", "./new.yaml", "https://new.example/api.yaml"])
def test_a_text_may_bring_its_own_sources(call: Call, url: str) -> None:
    files = {url: SHOP.replace("shop.example", "new.example")}
    text = with_source("new", url)
    assert call("mock_run", text=text, files=files).text.count("https://new.example/v1/orders") == 2
    assert "https://new.example" in call("dry_run", text=text, files=files).text
    found = call("validate_document", text=text, files=files).structured
    assert found is not None
    assert found["valid"]


def test_a_file_of_a_text_comes_before_what_is_offered_under_its_url(call: Call) -> None:
    files = {"shop.openapi.yaml": SHOP.replace("shop.example", "new.example")}
    assert "https://new.example" in call("dry_run", text=TEXT, files=files).text


def test_a_file_of_a_text_that_cannot_be_read(call: Call) -> None:
    result = call("validate_document", text=with_source("n", "n.yaml"), files={"n.yaml": "a: [b"})
    assert "--> n.yaml:1:" in result.text


def test_the_bytes_of_a_file_are_limited(call: Call) -> None:
    files = {"n.yaml": SHOP + "#" + "ü" * 200_000}
    result = call("validate_document", text=with_source("n", "n.yaml"), files=files)
    assert "and the limit is 262,144" in result.text


def test_files_of_a_text_reach_nothing_else(call: Call) -> None:
    ref = "{$ref: 'file:///etc/passwd#/x'}"
    files = {
        "n.yaml": SHOP.replace("schema: {type: string}}\n    get", f"schema: {ref}}}\n    get")
    }
    text = with_source("n", "n.yaml")
    result = call("validate_document", text=text, files=files)
    assert "is not offered, and nothing else is read" in result.text


@pytest.mark.parametrize(
    "files", [{"a": 1}, [], {f"f{at}": "" for at in range(11)}, {"a": "x" * 300_000}]
)
def test_files_are_limited(call: Call, files: object) -> None:
    assert call("validate_document", text=TEXT, files=files).is_error


def test_what_a_text_says_of_itself_opens_nothing(offer: Offer) -> None:
    stated = TEXT.replace("arazzo: 1.0.1", "arazzo: 1.1.0\n$self: file:///etc/flow.arazzo.yaml")
    text = stated.replace("url: shop.openapi.yaml", "url: passwd").replace("name: shop", "name: e")
    result = caller(offer())("validate_document", text=text)
    assert "`file:///etc/passwd` is not offered" in result.text


def test_an_offered_arazzo_document_can_be_a_source(offer: Offer, tmp_path: Path) -> None:
    url = (tmp_path / "flow.arazzo.yaml").as_uri()
    steps = "[{stepId: all, workflowId: $sourceDescriptions.flows.order-twice}]"
    text = (
        "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n"
        f"sourceDescriptions: [{{name: flows, url: '{url}', type: arazzo}}]\n"
        f"workflows: [{{workflowId: again, steps: {steps}}}]\n"
    )
    assert caller(offer())("mock_run", text=text).text.startswith("✓ 1 workflow passed")


def test_an_offered_asyncapi_description_can_be_a_source(offer: Offer) -> None:
    events = "asyncapi: 3.0.0\ninfo: {title: Events, version: '1'}\nchannels: {}\n"
    source = "  - {name: events, url: events.yaml, type: asyncapi}\n"
    flow = FLOW.replace("workflows:\n", f"{source}workflows:\n", 1)
    sandbox = make_sandbox(offer(**{"events.yaml": events, "flow.arazzo.yaml": flow}))
    text = TEXT.replace("workflows:\n", f"{source}workflows:\n", 1)
    unit = sandbox.document(text).load().entry
    assert unit.async_apis["events"] is sandbox.sources[1].api


def test_two_sources_of_one_file_name_are_told_apart_by_their_urls(offer: Offer) -> None:
    files = {"a/api.yaml": SHOP, "b/api.yaml": SHOP}
    call = caller(offer("a/api.yaml", "b/api.yaml", **files))
    assert "is not offered" in call("validate_document", text=with_source("x", "c/api.yaml")).text
    assert "is not offered" not in call("validate_document", text=with_source("api", "x.yaml")).text


def test_nothing_is_offered() -> None:
    document = make_sandbox(OfferedDocuments((), ())).document(TEXT)
    from arazzo_runner.errors import DocumentError

    with pytest.raises(DocumentError) as caught:
        document.load()
    assert caught.value.diagnostics[0].code == "AZ216"


@pytest.mark.parametrize(
    "text", ["", "[", "1", "arazzo: 1.0.1\nsourceDescriptions: 1", "\ud800", "a: &a [*a]"]
)
@pytest.mark.parametrize("tool", ["validate_document", "dry_run", "mock_run"])
def test_what_is_no_document(call: Call, tool: str, text: str) -> None:
    result = call(tool, text=text)
    assert "error[AZ" in result.text
    assert result.is_error == (tool != "validate_document")


def test_sources_that_are_misspelt(call: Call) -> None:
    text = TEXT.replace(STATED, "1\n  - {name: 1, url: 2}\n  - {url: shop.openapi.yaml}")
    assert "error[AZ" in call("validate_document", text=text).text


def test_an_offered_description_is_parsed_once(offer: Offer) -> None:
    sandbox = make_sandbox(offer())
    first, second = (sandbox.document(TEXT).load().apis()["shop"] for _ in range(2))
    assert first is second is sandbox.offered.apis[0].api
