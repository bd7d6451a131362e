"""Who may have which document: what one has read, another does not get for asking."""

import pytest

from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.document.store import (
    DocumentStore,
    ReferencedDocuments,
    SourceLimits,
    TextCache,
)
from arazzo_runner.errors import DocumentError

SECRET = "file:///home/secret.yaml"
LOCAL, REMOTE = "file:///home/w.yaml", "https://example.com/w.yaml"


class Outside:
    """One file, which no document from a URL may read; ``asked`` is who wanted it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def store(self, shelf: TextCache | None = None) -> DocumentStore:
        access = DocumentAccess(self.retrieve_for, self.open, lambda _: None)
        return DocumentStore(access, SourceLimits(), 0, shelf)

    def open(self, location: str) -> RetrievedDocument:
        self.asked.append("user")
        return RetrievedDocument(b"of: the user", location, SECRET)

    def retrieve_for(self, asking: str):
        def retrieve(uri: str) -> RetrievedDocument:
            self.asked.append(asking)
            if asking == REMOTE:
                raise RetrieveError("it may not", None, "AZ216")
            return RetrievedDocument(b"of: a document", "secret.yaml", uri)

        return retrieve


@pytest.fixture
def outside() -> Outside:
    return Outside()


def test_a_document_from_a_url_gets_no_file_that_others_have_read(outside) -> None:
    store = outside.store()
    read = store.retrieve(SECRET, LOCAL)
    assert store.at_hand(SECRET, LOCAL) is read
    assert store.at_hand(SECRET, REMOTE) is None
    assert store.at_hand("FILE:///home/secret.yaml", REMOTE) is None


def test_what_a_file_is_at_hand_for_may_be_a_url(outside) -> None:
    store = outside.store()
    store.keep(store.retrieve(SECRET, LOCAL), "https://example.com/api.yaml")
    assert store.at_hand("https://example.com/api.yaml", REMOTE) is not None


def test_references_of_a_description_from_a_url_get_no_file_either(outside) -> None:
    documents = ReferencedDocuments(outside.store(), 10)
    assert documents.read(SECRET, LOCAL)[1] == {"of": "a document"}
    with pytest.raises(DocumentError) as caught:
        documents.read(SECRET, REMOTE)
    assert [one.code for one in caught.value.diagnostics] == ["AZ216"]


@pytest.mark.parametrize("is_shared", [False, True], ids=["one store", "a store each"])
def test_what_one_may_read_another_may_not(outside, is_shared) -> None:
    first = outside.store(shelf := TextCache())
    second = outside.store(shelf) if is_shared else first
    assert first.retrieve(SECRET, LOCAL).value == {"of": "a document"}
    with pytest.raises(RetrieveError):
        second.retrieve(SECRET, REMOTE)
    assert second.read_named(SECRET).value == {"of": "the user"}
    assert outside.asked == [LOCAL, REMOTE, "user"]


@pytest.mark.parametrize("is_shared", [False, True], ids=["one store", "a store each"])
def test_what_one_may_not_read_another_may(outside, is_shared) -> None:
    first = outside.store(shelf := TextCache())
    second = outside.store(shelf) if is_shared else first
    with pytest.raises(RetrieveError):
        first.retrieve(SECRET, REMOTE)
    assert second.retrieve(SECRET, LOCAL).value == {"of": "a document"}
    with pytest.raises(RetrieveError):
        second.retrieve(SECRET, REMOTE)
    assert outside.asked == [REMOTE, LOCAL]
