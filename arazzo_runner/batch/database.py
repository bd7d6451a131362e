"""A connection to PostgreSQL, whose errors are words and whose password is never among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arazzo_runner.batch.model import DatabaseError, NoAnswerError

if TYPE_CHECKING:
    import psycopg

SCHEMA: Final = "arazzo"
_CONNECT_SECONDS: Final = 10
_PAUSE: Final = 0.5
# A connection that hangs holds locks that others wait for: the server and the kernel end it.
_SETTINGS: Final = (
    f"-c search_path={SCHEMA} -c lock_timeout=10s -c idle_in_transaction_session_timeout=10s"
)
_KEEPALIVE: Final = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

Outcome = TypeVar("Outcome")
Work = Callable[["psycopg.Connection[tuple[Any, ...]]"], Outcome]


class Database:
    """A database by its URL. Several threads may use it, one at a time.

    A connection that was lost is opened again when it is used next.
    """

    def __init__(self, url: str) -> None:
        """Take a URL, or ``keyword=value`` words of libpq. Raises DatabaseError for others."""
        self._words = _parse(url)
        self._lock = RLock()
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._is_closed = Event()

    @property
    def label(self) -> str:
        """What messages call it: where it is, without user and password."""
        words = self._words
        host, port = words.get("host") or "localhost", words.get("port") or "5432"
        return f"{host}:{port}/{words.get('dbname') or words.get('user') or ''}"

    def words(self, purpose: str) -> dict[str, Any]:
        """The words of a connection of our own; ``purpose`` is what the server calls it."""
        options = " ".join(filter(None, [self._words.get("options"), _SETTINGS]))
        known = {"connect_timeout": _CONNECT_SECONDS, **_KEEPALIVE, **self._words}
        return {**known, "options": options, "application_name": f"arazzo {purpose}"}

    def perform(self, work: Work[Outcome]) -> Outcome:
        """Do some work in a transaction. Raises DatabaseError, of which NoAnswerError is one."""
        with self._lock, self._errors():
            connection = self._open()
            with connection.transaction():
                return work(connection)

    def persist(self, work: Work[Outcome]) -> Outcome:
        """Like :meth:`perform`, again and again while the database does not answer.

        ``work`` has to lead to the same when it is done twice: whether a commit arrived that
        was not acknowledged is not known. Raises NoAnswerError when the database is closed.
        """
        while True:
            try:
                return self.perform(work)
            except NoAnswerError:
                if self._is_closed.wait(_PAUSE):
                    raise

    def give_up(self) -> None:
        """Let nothing wait for the database any more."""
        self._is_closed.set()

    def close(self) -> None:
        """Close the connection."""
        self.give_up()
        with self._lock:
            self._drop()

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(**self.words("batch"), autocommit=True)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.errors.UndefinedTable:
            raise DatabaseError(_NO_SCHEMA) from None
        except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as reason:
            raise NoAnswerError(f"is busy: {self._text(reason)}") from None
        except psycopg.errors.InsufficientPrivilege as reason:
            raise DatabaseError(f"refuses: {self._text(reason)}") from None
        except (
            psycopg.OperationalError,
            psycopg.InterfaceError,
            # This process stood still within a transaction, and the server ended the connection.
            psycopg.errors.IdleInTransactionSessionTimeout,
        ) as reason:
            self._drop()
            text = self._text(reason)
            verb = "refuses the connection" if _REFUSAL in text else "does not respond"
            raise NoAnswerError(f"{verb}: {text}") from None
        except psycopg.Error as reason:
            raise DatabaseError(f"cannot be used: {self._text(reason)}") from None

    def _text(self, reason: Exception) -> str:
        return safe_text(str(reason), self._words)


_REFUSAL: Final = "FATAL:"
"""What PostgreSQL says where it takes no connection, such as one with a wrong password."""
_NO_SCHEMA: Final = "has no tables of arazzo: `arazzo batch init` makes them"


def safe_text(text: str, words: Mapping[str, Any]) -> str:
    """What a server or libpq says in one line, without the password."""
    line = " ".join(text.split())
    password = str(words.get("password") or "")
    return line.replace(password, "***") if password else line


def _parse(url: str) -> dict[str, Any]:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        words = dict(conninfo_to_dict(url))
    except ProgrammingError:
        # What libpq says of it may hold a part of the password.
        raise DatabaseError(_MALFORMED) from None
    _check_places(words)
    return words


def _check_places(words: Mapping[str, Any]) -> None:
    """Raise DatabaseError where a part of a password may stand as host, port or name.

    libpq ends the password at the first ``@``, and takes it for a port if it has a ``/``.
    """
    if any("@" in str(words.get(one) or "").removeprefix("@") for one in ("host", "dbname")):
        raise DatabaseError(_UNENCODED)
    ports = str(words.get("port") or "").split(",")
    if not all(not one or (one.isascii() and one.isdecimal()) for one in ports):
        raise DatabaseError(_UNENCODED)


_MALFORMED: Final = "is no URL such as `postgresql://host:5432/name`"
_UNENCODED: Final = (
    "has an `@` or `/` where none can be, or a port that is no number;"
    " in a password `@` is written `%40`, and `/` is `%2F`"
)
