"""What is offered: Arazzo documents, and API descriptions beside or without one."""

from pathlib import Path

import pytest

from arazzo_runner.embed.documents import access_for, load_limits
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.portal.documents import OfferedDocuments, read_documents
from unit.portal.shop import FLOW, SHOP, Offer, caller

OTHER = SHOP.replace("title: Shop", "title: Other")


def named(offered: OfferedDocuments) -> list[tuple[str, str, str]]:
    return [(one.name, one.url, one.api.title) for one in offered.apis]


def test_the_sources_of_a_document_have_its_names(offer: Offer) -> None:
    offered = offer()
    assert named(offered) == [("shop", "shop.openapi.yaml", "Shop")]
    assert [one.workflow_ids[0] for one in offered.descriptions] == ["order"]


def test_a_description_alone_is_named_by_its_file(offer: Offer) -> None:
    offered = offer("shop.openapi.yaml")
    assert named(offered) == [("shop", "shop.openapi.yaml", "Shop")]
    assert offered.descriptions == ()


def test_a_description_of_several_documents_is_offered_once(offer: Offer) -> None:
    files = {"other.arazzo.yaml": FLOW.replace("name: shop", "name: store")}
    offered = offer("flow.arazzo.yaml", "other.arazzo.yaml", "shop.openapi.yaml", **files)
    assert named(offered) == [("shop", "shop.openapi.yaml", "Shop")]
    assert len(offered.descriptions) == 2


def test_a_name_is_taken_once(offer: Offer) -> None:
    offered = offer("flow.arazzo.yaml", "b/shop.yaml", "c/shop.yaml", **{
        "b/shop.yaml": OTHER, "c/shop.yaml": OTHER
    })  # fmt: skip
    assert [one.name for one in offered.apis] == ["shop", "shop-2", "shop-3"]


def test_a_folder(offer: Offer, tmp_path: Path) -> None:
    offer()
    offered = read_documents(access_for({}), [str(tmp_path)], {}, load_limits({}))
    assert (len(offered.descriptions), len(offered.apis)) == (1, 1)


def test_a_source_that_is_read_elsewhere(offer: Offer, tmp_path: Path) -> None:
    offer(**{"other.yaml": OTHER})
    place = {"shop": str(tmp_path / "other.yaml")}
    flow = [str(tmp_path / "flow.arazzo.yaml")]
    offered = read_documents(access_for({}), flow, place, load_limits({}))
    assert named(offered) == [("shop", "shop.openapi.yaml", "Other")]


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the document cannot be read"):
        read_documents(access_for({}), [str(tmp_path / "no.yaml")], {}, load_limits({}))


def test_a_description_that_is_broken(offer: Offer) -> None:
    with pytest.raises(DocumentError):
        offer("broken.yaml", **{"broken.yaml": "openapi: 3.1.0\ninfo: 1\npaths: ["})


def test_secrets_of_a_url_are_masked_and_it_is_found_all_the_same(
    offer: Offer, tmp_path: Path
) -> None:
    url = "https://me:hunter2-hunter2@shop.example/api.yaml?api_key=topsecret"
    offer()
    stated = FLOW.replace("url: shop.openapi.yaml", f"url: '{url}'")
    (tmp_path / "flow.arazzo.yaml").write_text(stated)
    place = {"shop": str(tmp_path / "shop.openapi.yaml")}
    flow = [str(tmp_path / "flow.arazzo.yaml")]
    call = caller(read_documents(access_for({}), flow, place, load_limits({})))
    for name, arguments in (
        ("describe_operation", {"operation": "createOrder"}),
        ("validate_document", {"text": "arazzo: 1.0.1"}),
        ("validate_document", {"text": FLOW.replace("shop.openapi.yaml", "http://x.example/")}),
    ):
        result = call(name, **arguments)
        assert "hunter2" not in f"{result}"
        assert "topsecret" not in f"{result}"
    page = call("describe_operation", operation="createOrder").structured
    assert page is not None
    assert call("mock_run", text=page["document"]).text.startswith("✓")
