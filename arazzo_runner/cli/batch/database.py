"""The database that `--database URL` names, opened; messages about it have no password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from arazzo_runner.errors import DiagnosedError, ServerUnavailableError, UsageError
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import did_you_mean, error

if TYPE_CHECKING:
    from arazzo_runner.batch.content import BatchContent
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import BatchRecord, DatabaseError

_PACKAGES: Final = ("psycopg", "psycopg_pool", "procrastinate")


@contextmanager
def open_database(given: Mapping[str, Any], *, has_tables: bool = True) -> Iterator[Database]:
    """The database of the flags, with the tables of this version, for as long as the block runs.

    Raises UsageError, also for what goes wrong with it inside of the block, and
    ServerUnavailableError where it does not answer.
    """
    url = given["database"]
    if not url:
        hint = "add `--database URL`, or set `ARAZZO_DATABASE`"
        raise UsageError(error("AZ906", "no database is named", help=hint))
    check_installed()
    from arazzo_runner.batch.database import Database
    from arazzo_runner.batch.model import DatabaseError
    from arazzo_runner.batch.schema import check_schema

    try:
        database = Database(url)
    except DatabaseError as reason:
        raise UsageError(error("AZ906", f"`--database` {reason}")) from None
    try:
        if has_tables:
            check_schema(database)
        yield database
    except DatabaseError as reason:
        raise database_error(database.label, reason) from None
    finally:
        database.close()


def check_installed() -> None:
    """Raise UsageError where the extra is missing."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        message = f"`arazzo batch` needs the package `{missing[0]}`, which is not installed"
        raise UsageError(error("AZ906", message, help="pip install 'arazzo[batch]'"))


def database_error(label: str, reason: DatabaseError) -> DiagnosedError:
    """What is wrong with a database, as the user's matter or as a server that does not respond."""
    from arazzo_runner.batch.model import NoAnswerError

    message = f"the database `{escape(label)}` {escape(str(reason))}"
    if isinstance(reason, NoAnswerError):
        return ServerUnavailableError(error("AZ909", message, help=_NO_ANSWER))
    return UsageError(error("AZ906", message))


_NO_ANSWER: Final = "see that it runs, and that `--database` names it, with its user and password"


def content_of_batch(database: Database, record: BatchRecord, key: str | None) -> BatchContent:
    """The contents of a batch, opened by the secret that `--journal-key` names. Raises UsageError.

    One that is not encrypted needs none.
    """
    from arazzo_runner.batch.content import content_of, has_key
    from arazzo_runner.batch.model import NoAnswerError
    from arazzo_runner.journal.model import JournalError
    from arazzo_runner.journal.open import journal_secret

    secret = journal_secret(key) if has_key(database, record) else None
    try:
        return content_of(database, record, secret)
    except NoAnswerError:
        raise
    except JournalError as reason:
        message = f"the batch `{record.batch}` {reason}"
        raise UsageError(error("AZ906", message)) from None


def batch_of(database: Database, spelled: str) -> BatchRecord:
    """The batch with an id as it was typed. Raises UsageError."""
    from arazzo_runner.batch.batches import all_batches, find_batch

    record = None
    if spelled.isascii() and spelled.isdecimal() and len(spelled) < len("2147483648"):
        record = find_batch(database, int(spelled))
    if record is None:
        known = [str(one.batch) for one in all_batches(database)]
        message = f"the database `{escape(database.label)}` has no batch `{spelled}`"
        hint = did_you_mean(spelled, known) or (
            f"the latest is `{known[-1]}`" if known else "`arazzo batch start` begins one"
        )
        raise UsageError(error("AZ906", message, help=hint))
    return record
