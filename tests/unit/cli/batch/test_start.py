"""The flags of a run that a batch and its workers lack have a value all the same."""

from arazzo_runner.cli.batch import plan, start
from arazzo_runner.cli.batch.contents import BatchContents, limits_of
from arazzo_runner.cli.journal.flags import JournalFlags
from arazzo_runner.options.batch import SUBMITTED
from arazzo_runner.options.output import FIXED, KEPT
from arazzo_runner.options.table import options_of

# What `run` does with reports, terminals, journals and several rows, which a batch has no use for.
WITHOUT = {
    "as_json", "cert", "cookies", "coverage", "every", "on_failure", "journal", "journal_key", "jobs", "key", "key_password",
    "max_kept", "max_message_size", "mock_cases", "mock_inputs", "mock_lenient", "mock_seed", "otel", "public_url",
    "quiet", "record", "reports", "saved", "verbose", "wait_for", "wait_for_timeout", "watch",
}  # fmt: skip


def test_a_start_has_a_value_for_all_flags_of_a_run() -> None:
    known = {one.parameter for one in options_of("batch start")} | start._DEFAULTS.keys()
    run = {one.parameter for one in options_of("run") if one.kind != "color"}
    assert run - known - WITHOUT == set()


def test_a_worker_has_a_value_for_all_flags_of_a_run() -> None:
    kept = {one.parameter for one in options_of("run") if one.name in FIXED | KEPT}
    contents = BatchContents(JournalFlags({}), dict.fromkeys(SUBMITTED))
    known = {one.parameter for one in options_of("batch work")} | kept | plan._DEFAULTS.keys()
    known |= contents.reading().keys() | {"cases", "case", "repeat", "mock", "dry_run"}
    run = {one.parameter for one in options_of("run") if one.kind != "color"}
    assert run - known - WITHOUT == set()


def test_the_limits_of_documents_are_kept() -> None:
    assert (
        limits_of({"max_document_size": 7, **dict.fromkeys(SUBMITTED[1:])})["max_document_size"]
        == 7
    )
