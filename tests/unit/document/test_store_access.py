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
        self.uri = SECRET

    def store(self, shelf: TextCache | None = None) -> DocumentStore:
        access = DocumentAccess(self.retrieve_for, self.open, lambda _: None)
        return DocumentStore(access, SourceLimits(), 0, shelf)

    def open(self, location: str) -> RetrievedDocument:
        self.asked.append("user")
        return RetrievedDocument(b"of: the user", location, self.uri)

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


INTERNAL = "https://10.0.0.1/api.yaml"
OTHER = "https://other.example/w.yaml"


@pytest.mark.parametrize(
    ("reader", "asking", "is_at_hand"),
    [
        (LOCAL, LOCAL, True),
        (LOCAL, "file:///home/other.yaml", True),
        # It might not be allowed to read it, and header fields of the user may have gone along.
        (LOCAL, REMOTE, False),
        (OTHER, LOCAL, False),
        (OTHER, REMOTE, False),
        (OTHER, "https://other.example/deeper/w.yaml", True),
        (OTHER, "HTTPS://Other.example/w.yaml", True),
        (OTHER, "https://other.example:8443/w.yaml", False),
        (OTHER, "http://other.example/w.yaml", False),
        # Its own origin may have it.
        (LOCAL, "https://10.0.0.1/w.yaml", True),
    ],
)
def test_a_text_from_a_url_is_at_hand_for_the_origin_that_asked_for_it(
    outside, reader, asking, is_at_hand
) -> None:
    store = outside.store()
    read = store.retrieve(INTERNAL, reader)
    assert store.at_hand(INTERNAL, asking) is (read if is_at_hand else None)


@pytest.mark.parametrize("is_shared", [False, True], ids=["one store", "a store each"])
def test_each_origin_asks_for_itself(outside, is_shared) -> None:
    first = outside.store(shelf := TextCache())
    second = outside.store(shelf) if is_shared else first
    first.retrieve(INTERNAL, LOCAL)
    first.retrieve(INTERNAL, OTHER)
    second.retrieve(INTERNAL, "https://other.example/deeper/w.yaml")
    with pytest.raises(RetrieveError):
        second.retrieve(INTERNAL, REMOTE)
    assert outside.asked == [LOCAL, OTHER, REMOTE]


def test_a_text_that_the_user_named_is_not_at_hand_for_a_document_from_elsewhere(outside) -> None:
    store = outside.store()
    outside.uri = INTERNAL
    read = store.read_named(INTERNAL)
    assert store.at_hand(INTERNAL, LOCAL) is read
    assert store.at_hand(INTERNAL, REMOTE) is None


def test_references_of_a_description_from_a_url_get_nothing_that_another_origin_read(
    outside,
) -> None:
    documents = ReferencedDocuments(outside.store(), 10)
    assert documents.read(INTERNAL, LOCAL)[1] == {"of": "a document"}
    with pytest.raises(DocumentError):
        documents.read(INTERNAL, REMOTE)
