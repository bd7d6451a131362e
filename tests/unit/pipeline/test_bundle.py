import json

import pytest

from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.pipeline.bundle import indented_text, placed_text
from arazzo_runner.pipeline.bundle_text import bundle_contents, bundle_text
from arazzo_runner.pipeline.load import LoadLimits, SharedCache, examine_description
from arazzo_runner.report.model import source_info
from arazzo_runner.text.positions import position
from arazzo_runner.text.source import Place, SourceFile

FLOW = """\
arazzo: 1.0.1
info: {title: One, version: 1.0.0}
sourceDescriptions: [{name: shop, url: %s, type: openapi}]
workflows: [{workflowId: one, steps: [{stepId: get, operationId: getOrder}]}]
"""
API = """\
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
paths:
  /o: {get: {operationId: getOrder, responses: {'200': {$ref: 'more.yaml#/ok'}}}}
"""
MORE = "ok: {description: ok}\n"


class _Files:
    """Documents by URI; ``asked`` is who asked for which."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.asked: list[tuple[str, str]] = []
        self.access = DocumentAccess(self._retrieve_for, self._open, lambda _path: None)

    def _open(self, location: str) -> RetrievedDocument:
        return RetrievedDocument(self.files[location].encode(), location, location)

    def _retrieve_for(self, asking: str):
        def read(uri: str) -> RetrievedDocument:
            self.asked.append((asking, uri))
            if uri not in self.files:
                raise RetrieveError(f"no `{uri}`")
            return self._open(uri)

        return read


def _examine(files: _Files, uri: str):
    return examine_description(files.access, uri, {}, LoadLimits(), SharedCache())


def _bundle(uri: str, url: str, documents: dict[str, str], overrides=(), *, as_json=False) -> str:
    files = {one: SourceFile(one, text, one) for one, text in documents.items()}
    entry = SourceFile(uri, FLOW % url, uri)
    read = next(iter(_examine(_Files({uri: entry.text}), uri).units.values())).document
    contents = bundle_contents(entry, files, dict(overrides))
    return bundle_text(read, contents, as_json=as_json)


def _follow(files: _Files, uri: str):
    from arazzo_runner.pipeline.bundle_references import read_references
    from arazzo_runner.pipeline.load import Description

    examined = _examine(files, uri)
    return examined, read_references(Description(examined.units))


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "at", ["file:///b.yaml", "file:///x/y/b.yaml", "https://h.example/b.yaml?v=1"]
)
@pytest.mark.parametrize(
    ("entry", "url", "api"),
    [
        ("file:///a/flows/f.yaml", "../apis/s.yaml", "file:///a/apis/"),
        ("file:///a/flows/f.yaml", "s.yaml", "file:///a/flows/"),
        ("file:///a/flows/f.yaml", "https://api.example/v1/s.yaml", "https://api.example/v1/"),
        ("https://h.example/a/f.yaml?v=2", "s.yaml", "https://h.example/a/"),
    ],
)
def test_a_bundle_runs_the_same_wherever_it_lies(entry, url, api, at, as_json):
    documents = {f"{api}s.yaml": API, f"{api}more.yaml": MORE}
    text = _bundle(entry, url, documents, as_json=as_json)
    files = _Files({at: text})
    examined, unresolved = _follow(files, at)
    assert (files.asked, unresolved, examined.findings) == ([], [], ())
    (unit,) = examined.units.values()
    assert [file.original or file.text for file, _ in unit.apis["shop"].documents.values()][
        -1
    ] == MORE


def test_places_are_those_in_the_bundle():
    text = _bundle("file:///a/f.yaml", "s.yaml", {"file:///a/s.yaml": API})
    examined = _examine(_Files({"file:///b.yaml": text}), "file:///b.yaml")
    (unit,) = examined.units.values()
    api = unit.apis["shop"]
    at = position(Place(api.source, ("paths",)).key())
    line = 1 + text.split("\n").index("      paths:")
    assert at == f"file:///b.yaml:{line}:7"
    before = source_info("shop", SourceFile("", API, ""), "1")
    assert source_info("shop", api.source, "1").sha256 == before.sha256


def test_what_a_bundle_says_to_have_read_elsewhere_has_its_rights_alone():
    text = _bundle(
        "https://evil.example/f.yaml", "http://localhost/s.yaml", {"http://localhost/s.yaml": API}
    )
    files = _Files({"https://evil.example/b.yaml": text})
    _, unresolved = _follow(files, "https://evil.example/b.yaml")
    assert files.asked == [("https://evil.example/b.yaml", "http://localhost/more.yaml")]
    assert [one.code for one in unresolved] == ["AZ214"]


@pytest.mark.parametrize("bundle_at", [0, 1])
def test_what_a_bundle_has_for_a_url_is_for_itself_alone(bundle_at):
    """A hostile one would else give others its description of an API, and see what they read."""
    url = "https://api.example/s.yaml"
    node = {"path": "f.yaml", "documents": {url: API.replace("Shop", "Other")}}
    text = f"{FLOW % url}x-bundle: {json.dumps(node)}\n"
    files = _Files({"file:///b.yaml": text, "file:///f.yaml": FLOW % url, url: API})
    files.files["https://api.example/more.yaml"] = MORE
    shared, titles = SharedCache(), {}
    for uri in ("file:///b.yaml", "file:///f.yaml")[:: -1 if bundle_at else 1]:
        examined = examine_description(files.access, uri, {}, LoadLimits(), shared)
        (unit,) = examined.units.values()
        titles[uri] = unit.apis["shop"].raw["info"]["title"]
    assert titles == {"file:///b.yaml": "Other", "file:///f.yaml": "Shop"}


def test_half_a_surrogate_pair_in_a_document():
    node = '{"documents": {"s.yaml": "title: \\ud800"}}'
    flow = {"arazzo": "1.0.1", "info": {"title": "One", "version": "1"}, "x-bundle": json.loads(node),
            "sourceDescriptions": [{"name": "shop", "url": "s.yaml", "type": "openapi"}],
            "workflows": [{"workflowId": "one", "steps": [{"stepId": "get", "operationId": "o"}]}]}  # fmt: skip
    examined = _examine(_Files({"file:///b.json": json.dumps(flow)}), "file:///b.json")
    assert "not UTF-8" in "".join(one.message for one in examined.findings)


def test_a_bundle_from_a_url_is_no_file():
    node = {"path": "file:///x/f.yaml"}
    files = _Files({"https://h.example/b.yaml": f"{FLOW % 's.yaml'}x-bundle: {json.dumps(node)}\n"})
    examined = _examine(files, "https://h.example/b.yaml")
    assert [one.code for one in examined.findings] == ["AZ113"]
    assert files.asked == []


def test_what_is_not_in_a_bundle_is_not_read_beside_it():
    text = _bundle("file:///a/f.yaml", "s.yaml", {"file:///a/s.yaml": API})
    files = _Files({"file:///b.yaml": text, "file:///b.yaml/more.yaml": MORE})
    _, (unresolved,) = _follow(files, "file:///b.yaml")
    assert (files.asked, "`more.yaml` is not in the bundle" in unresolved.message) == ([], True)


def test_documents_that_were_found_elsewhere_and_logins():
    override = {"https://old.example/s.yaml": "https://me:pw@new.example/s.yaml"}
    documents = {
        "https://me:pw@new.example/s.yaml": API,
        "https://me:pw@new.example/more.yaml": MORE,
    }
    text = _bundle("file:///f.yaml", "https://old.example/s.yaml", documents, override)
    assert "pw" not in text
    files = _Files({"file:///b.yaml": text})
    assert (_follow(files, "file:///b.yaml")[1], files.asked) == ([], [])


@pytest.mark.parametrize(
    ("text", "is_placed"),
    [
        (API, True),
        (f"---\n{API}", True),
        (f"# why\n--- # here\n{API}", True),
        ("--- {a: 1}\n", False),
        (f"%YAML 1.2\n---\n{API}", False),
        (f"{API}...\n", False),
        ('{"a": [1,\n2]}', True),
        ("a: |\n  x\n\n   y\nb: |2-\n    z\n\n\n", True),
        ("a: 'x\n\n  y'\nb: x\n  y\n", True),
        ("a: \x85\u2028\n", True),
        ("a: 1\r\nb: 2\r\n", True),
        ("  a: 1\n  b: 2", True),
        ("", False),
        (" \n", False),
    ],
)
def test_texts_come_out_as_they_went_in(text, is_placed):
    whole = _bundle("file:///f.yaml", "s.yaml", {"file:///s.yaml": text})
    bundle = next(iter(_examine(_Files({"f": whole}), "f").units.values())).document.raw["x-bundle"]
    assert bundle["documents"] == {"s.yaml": text}
    if text.strip():
        assert (placed_text(text, f"\n\n{indented_text(text)}") is not None) is is_placed


def test_a_document_to_which_nothing_can_be_added_becomes_json():
    flow = (FLOW % "s.yaml") + "...\n"
    document = _examine(_Files({"f": flow}), "f").units["f"].document
    contents = bundle_contents(document.source, {}, {})
    whole = json.loads(bundle_text(document, contents, as_json=False))
    assert {**document.raw, "x-bundle": {"path": "f", "documents": {}}} == whole


def test_references_that_are_no_plain_ones():
    api = json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "", "version": "1"},
            "paths": {},
            "components": {
                "links": {"next": {"operationRef": "links.yaml#/a"}},
                "schemas": {
                    "a": {"discriminator": {"mapping": {"x": "a.yaml", "y": "a"}}},
                    "b": [{"$ref": 4}],
                },
            },
        }
    )
    files = _Files({"file:///f.yaml": FLOW % "s.yaml", "file:///s.yaml": api})
    _follow(files, "file:///f.yaml")
    assert sorted(uri for _, uri in files.asked) == [
        "file:///a.yaml", "file:///links.yaml", "file:///s.yaml",
    ]  # fmt: skip
