"""What a batch keeps of the flags that it was started with."""

from arazzo_runner.cli.batch.contents import limits_of
from arazzo_runner.options.batch import SUBMITTED


def test_the_limits_of_documents_are_kept() -> None:
    assert (
        limits_of({"max_document_size": 7, **dict.fromkeys(SUBMITTED[1:])})["max_document_size"]
        == 7
    )
