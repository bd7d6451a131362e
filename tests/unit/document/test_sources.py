from collections.abc import Callable

import pytest
import yaml

from arazzo_runner.document.components import resolve_components
from arazzo_runner.document.load import load_document
from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.document.sources import DocumentSet, load_sources
from arazzo_runner.document.store import SourceLimits, TextCache
from arazzo_runner.errors import UsageError
from arazzo_runner.text.limits import DocumentLimits
from arazzo_runner.text.source import SourceFile

OPENAPI = "openapi: 3.0.0\ninfo: {title: A, version: '1'}\npaths: {}\n"


def arazzo(*sources, self_uri=None, call="o"):
    described = [dict(zip(("name", "url", "type"), one, strict=False)) for one in sources]
    return yaml.safe_dump({
        "arazzo": "1.1.0",
        **({"$self": self_uri} if self_uri else {}),
        "info": {"title": "T", "version": "1"},
        "sourceDescriptions": described,
        "workflows": [{"workflowId": "w", "steps": [{"stepId": "s", "operationId": call}]}],
    })  # fmt: skip


class Outside:
    """What is outside: files by URI; ``asked`` is what was read, and for which document."""

    def __init__(self, files: dict[str, str], folder: dict[str, str]) -> None:
        self.files = files
        self.folder = folder
        self.asked: list[tuple[str, str]] = []

    def access(self) -> DocumentAccess:
        return DocumentAccess(
            self.retrieve_for,
            self.open,
            self.find,
        )

    def retrieve_for(self, asking: str) -> Callable[[str], RetrievedDocument]:
        return lambda uri: self.retrieve(uri, asking)

    def retrieve(self, uri: str, asking: str) -> RetrievedDocument:
        self.asked.append((uri, asking))
        if uri not in self.files:
            raise RetrieveError(f"there is no file `{uri}`", "look again")
        if self.files[uri] == "guarded":
            raise RetrieveError("not allowed", None, "AZ216")
        return RetrievedDocument(self.files[uri].encode(), uri.rpartition("/")[2], uri)

    def find(self, path: str) -> str | None:
        name = path.rpartition("/")[2]
        return f"dir/{name}" if name in self.folder else None

    def open(self, location: str) -> RetrievedDocument:
        self.asked.append((location, "user"))
        name = location.removeprefix("dir/")
        if name not in self.folder:
            raise RetrieveError(f"no `{location}`")
        return RetrievedDocument(self.folder[name].encode(), location, f"file:///cwd/{location}")


@pytest.fixture
def load():
    def load(
        entry, files=None, folder=None, overrides=None, uri="file:///d/t.yaml", shelf=None, **limits
    ):
        outside = Outside(files or {}, folder or {})
        loaded = load_document(SourceFile("t.yaml", entry, uri), DocumentLimits())
        document, _ = resolve_components(loaded.document)
        given = (overrides or {}, SourceLimits(**limits), shelf)
        sources = load_sources(document, outside.access(), *given)
        return sources, outside

    return load


def codes(sources: DocumentSet):
    return [(one.severity.value, one.code) for one in sources.diagnostics]


def test_sources_resolve_against_the_place_of_the_document(load):
    sources, outside = load(arazzo(("a", "../a.yaml", "openapi")), {"file:///a.yaml": OPENAPI})
    (source,) = sources.entry.sources
    assert (source.name, source.type, source.uri) == ("a", "openapi", "file:///a.yaml")
    assert (source.file.name, source.value["openapi"]) == ("a.yaml", "3.0.0")
    assert source.place.pointer == ("sourceDescriptions", 0)
    assert outside.asked == [("file:///a.yaml", "file:///d/t.yaml")]
    assert sources.diagnostics == ()


def test_semantics_5_sources_resolve_against_self(load):
    entry = arazzo(("a", "./a.yaml#/x"), self_uri="https://e.com/w/t.yaml")
    sources, outside = load(entry, {"https://e.com/w/a.yaml": OPENAPI})
    assert list(sources.members) == ["https://e.com/w/t.yaml"]
    assert outside.asked == [("https://e.com/w/a.yaml", "file:///d/t.yaml")]


def test_a_document_is_read_once(load):
    entry = arazzo(("a", "a.yaml"), ("b", "./x/../a.yaml"))
    sources, outside = load(entry, {"file:///d/a.yaml": OPENAPI})
    a, b = sources.entry.sources
    assert a.value is b.value
    assert len(outside.asked) == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (OPENAPI, "openapi"),
        ("swagger: '2.0'\n", "openapi"),
        ("asyncapi: 3.0.0\n", "asyncapi"),
        (arazzo(("t", "t.yaml")), "arazzo"),
    ],
)
def test_semantics_6_the_type_is_found_in_the_content(load, content, kind):
    sources, _ = load(arazzo(("a", "a.yaml")), {"file:///d/a.yaml": content})
    assert sources.diagnostics == ()
    assert sources.entry.sources[0].type == kind


def test_a_declared_type_that_the_content_contradicts(load):
    sources, _ = load(arazzo(("a", "a.yaml", "arazzo")), {"file:///d/a.yaml": OPENAPI})
    (found,) = sources.diagnostics
    assert found.code == "AZ202"
    assert found.message == "`a.yaml` is an OpenAPI description, and `type` is `arazzo`"
    assert found.place.pointer == ("sourceDescriptions", 0, "type")
    assert found.help == "write `type: openapi`"


@pytest.mark.parametrize("content", ["just: data", "[1]", "text"])
def test_a_document_of_no_known_type(load, content):
    sources, _ = load(arazzo(("a", "a.yaml")), {"file:///d/a.yaml": content})
    assert sources.entry.sources == ()
    assert (
        sources.diagnostics[0].message == "`a.yaml` is not an OpenAPI, AsyncAPI or Arazzo document"
    )


def test_a_source_that_cannot_be_read(load):
    sources, _ = load(
        arazzo(("api", "a.yaml"), ("b", "a.yaml"), ("c", "c.yaml")), {"file:///d/c.yaml": "guarded"}
    )
    first, second, third = sources.diagnostics
    assert (
        first.message
        == "the source description `api` cannot be read: there is no file `file:///d/a.yaml`"
    )
    assert first.help == "look again; or pass its location with `--source api=PATH`"
    assert first.place.pointer == ("sourceDescriptions", 0, "url")
    assert [one.code for one in (first, second, third)] == ["AZ201", "AZ201", "AZ216"]
    assert third.help == "pass its location with `--source c=PATH`"


def test_a_source_that_does_not_parse(load):
    sources, _ = load(arazzo(("a", "a.yaml"), ("b", "a.yaml")), {"file:///d/a.yaml": "a: ["})
    assert codes(sources) == [("error", "AZ103")]
    assert sources.diagnostics[0].place.source.name == "a.yaml"


@pytest.mark.parametrize(
    ("content", "severity"),
    [
        (f"x-a: 1\nx-a: 1\n{OPENAPI}", "warning"),
        ("x-a: 1\nx-a: 1\n" + arazzo(("t", "t.yaml")), "error"),
    ],
)
def test_semantics_2_a_key_that_stands_twice(load, content, severity):
    sources, _ = load(arazzo(("a", "a.yaml")), {"file:///d/a.yaml": content})
    assert codes(sources) == [(severity, "AZ104")]


# --- overrides and folders ------------------------------------------------------------------------


def test_an_override_is_read_instead(load):
    entry = arazzo(("a", "a.yaml"), ("b", "https://e.com/b.yaml"))
    sources, outside = load(
        entry,
        folder={"x.yaml": OPENAPI, "y.yaml": OPENAPI},
        overrides={"a": "x.yaml", "b": "y.yaml"},
    )
    assert [one.uri for one in sources.entry.sources] == [
        "file:///cwd/x.yaml",
        "file:///cwd/y.yaml",
    ]
    assert outside.asked == [("x.yaml", "user"), ("y.yaml", "user")]


def test_one_file_may_be_named_twice(load):
    entry = arazzo(("a", "a.yaml"), ("b", "b.yaml"))
    sources, outside = load(
        entry, folder={"x.yaml": OPENAPI}, overrides={"a": "x.yaml", "b": "x.yaml"}
    )
    assert sources.entry.sources[0].value is sources.entry.sources[1].value
    assert outside.asked == [("x.yaml", "user")]


def test_an_override_that_cannot_be_read_is_an_error_of_the_call(load):
    with pytest.raises(UsageError, match="`--source a=zzz` cannot be read: no `zzz`"):
        load(arazzo(("a", "a.yaml")), overrides={"a": "zzz"})


def test_an_override_of_no_source(load):
    files = {"file:///d/a.yaml": OPENAPI}
    sources, _ = load(arazzo(("api", "a.yaml")), files, overrides={"appi": "x", "zzz": "y"})
    assert codes(sources) == [("error", "AZ906"), ("error", "AZ906")]
    assert sources.diagnostics[0].help == "did you mean `api`?"
    assert sources.diagnostics[1].help == "the source descriptions are `api`"


def test_an_override_means_the_entry_document_first(load):
    files = {"file:///d/n.yaml": arazzo(("a", "far.yaml"), ("b", "b.yaml"))}
    folder = {"x.yaml": OPENAPI, "y.yaml": OPENAPI}
    entry = arazzo(("n", "n.yaml"), ("a", "a.yaml"))
    sources, _ = load(entry, files, folder, {"a": "x.yaml", "b": "y.yaml"})
    nested = sources.members["file:///d/n.yaml"]
    assert [one.uri for one in sources.entry.sources] == ["file:///d/n.yaml", "file:///cwd/x.yaml"]
    assert [one.uri for one in nested.sources] == ["file:///cwd/y.yaml"]
    assert codes(sources) == [("error", "AZ201")]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("old/a.yaml", ["file:///d/old/a.yaml", "dir/a.yaml"]),
        ("https://e.com/v1/a.yaml", ["dir/a.yaml"]),
        ("HTTPS://e.com/v1/a.yaml?raw", ["dir/a.yaml"]),
    ],
)
def test_a_moved_file_is_found_by_its_name(load, url, asked):
    sources, outside = load(arazzo(("a", url)), folder={"a.yaml": OPENAPI})
    assert [where for where, _ in outside.asked] == asked
    assert sources.diagnostics == ()


def test_a_file_that_is_there_is_not_looked_for(load):
    sources, _ = load(arazzo(("a", "a.yaml")), {"file:///d/a.yaml": OPENAPI}, {"a.yaml": "other"})
    assert sources.entry.sources[0].uri == "file:///d/a.yaml"


# --- nested documents -----------------------------------------------------------------------------


def test_nested_documents_have_their_own_sources(load):
    files = {
        "file:///d/n/n.yaml": arazzo(("a", "a.yaml"), ("up", "../t.yaml")),
        "file:///d/n/a.yaml": OPENAPI,
    }
    sources, outside = load(arazzo(("n", "n/n.yaml", "arazzo"), ("self", "t.yaml")), files)
    assert sources.diagnostics == ()
    assert list(sources.members) == ["file:///d/t.yaml", "file:///d/n/n.yaml"]
    nested = sources.members["file:///d/n/n.yaml"]
    assert [(one.name, one.uri) for one in nested.sources] == [
        ("a", "file:///d/n/a.yaml"),
        ("up", "file:///d/t.yaml"),
    ]
    assert [one.uri for one in sources.entry.sources] == ["file:///d/n/n.yaml", "file:///d/t.yaml"]
    assert outside.asked[1] == ("file:///d/n/a.yaml", "file:///d/n/n.yaml")


def test_a_nested_document_is_checked(load):
    bad = arazzo(("n", "n.yaml"), call="$sourceDescriptions.zzz.o")
    sources, _ = load(arazzo(("n", "n.yaml")), {"file:///d/n.yaml": bad})
    assert codes(sources) == [("error", "AZ203")]


def test_a_nested_document_of_another_version(load):
    sources, _ = load(arazzo(("n", "n.yaml")), {"file:///d/n.yaml": "arazzo: 9.0.0\n"})
    assert codes(sources) == [("error", "AZ108")]
    assert sources.entry.sources[0].uri == "file:///d/n.yaml"
    assert list(sources.members) == ["file:///d/t.yaml"]


def test_semantics_5_a_url_whose_document_is_at_hand_is_not_fetched(load):
    canonical = "https://e.com/n.yaml"
    files = {"file:///d/local.yaml": arazzo(("e", "https://e.com/t.yaml"), self_uri=canonical)}
    entry = arazzo(
        ("far", canonical), ("near", "file:///d/local.yaml"), self_uri="https://e.com/t.yaml"
    )
    sources, outside = load(entry, files)
    assert sources.diagnostics == ()
    assert [one.uri for one in sources.entry.sources] == [canonical, canonical]
    assert sources.members[canonical].sources[0].uri == "https://e.com/t.yaml"
    assert outside.asked == [("file:///d/local.yaml", "file:///d/t.yaml")]


def test_two_copies_of_one_document_are_one(load):
    nested = arazzo(("a", "https://e.com/a.yaml"), self_uri="https://e.com/n.yaml")
    files = {
        "file:///d/1.yaml": nested,
        "file:///d/2.yaml": nested,
        "https://e.com/a.yaml": OPENAPI,
    }
    sources, _ = load(arazzo(("one", "1.yaml"), ("two", "2.yaml")), files)
    assert [one.uri for one in sources.entry.sources] == ["https://e.com/n.yaml"] * 2
    assert len(sources.members) == 2


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "found"), [(3, []), (2, [("error", "AZ109")])])
def test_the_number_of_source_descriptions(load, limit, found):
    files = {"file:///d/a.yaml": OPENAPI}
    entry = arazzo(("a", "a.yaml"), ("b", "a.yaml"), ("c", "a.yaml"))
    sources, _ = load(entry, files, max_sources=limit)
    assert codes(sources) == found
    assert len(sources.entry.sources) == limit
    if found:
        assert sources.diagnostics[0].place.pointer == ("sourceDescriptions", 2, "url")
        assert "`--max-sources`" in sources.diagnostics[0].help


@pytest.mark.parametrize(("short", "found"), [(0, []), (1, [("error", "AZ109")])])
def test_the_size_of_all_documents_together(load, short, found):
    entry = arazzo(("a", "a.yaml"))
    limit = len(entry) + len(OPENAPI) - short
    sources, _ = load(entry, {"file:///d/a.yaml": OPENAPI}, max_total_bytes=limit)
    assert codes(sources) == found
    if found:
        assert sources.diagnostics[0].place.pointer == ("sourceDescriptions", 0, "url")
        assert sources.diagnostics[0].message.endswith(f"the limit is {limit:,}")


def test_the_entry_document_counts(load):
    sources, _ = load(arazzo(("a", "a.yaml")), {"file:///d/a.yaml": OPENAPI}, max_total_bytes=10)
    assert codes(sources) == [("error", "AZ109")]


def test_documents_that_share_a_shelf_read_and_parse_a_source_once(load):
    shelf = TextCache()
    files = {"file:///d/a.yaml": OPENAPI, "file:///d/b.yaml": "{"}
    for asked in (["file:///d/a.yaml", "file:///d/b.yaml"], []):
        sources, outside = load(arazzo(("a", "a.yaml"), ("b", "b.yaml")), files, shelf=shelf)
        assert [one.name for one in sources.entry.sources] == ["a"]
        assert codes(sources) == [("error", "AZ103")]
        assert [uri for uri, _ in outside.asked] == asked
