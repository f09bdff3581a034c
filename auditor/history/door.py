"""The door to the database: SQLite or PostgreSQL by URL, brought to the newest shape on opening."""

import sqlite3
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from auditor.model.errors import ToolError, UsageError

NEWEST: Final = "0002"
_KINDS: Final = ("sqlite", "postgresql")
_WAIT_MS: Final = 10_000
_AGAIN: Final = 0.02  # seconds
_WRITER: Final = 0x61756469746F72
"""PostgreSQL's advisory lock of those who write: "auditor" in ASCII."""


def open_engine(url: str) -> Engine:
    """An engine on the history, migrated to the newest shape.

    Args:
        url: ``sqlite:////path/to/file.db`` or ``postgresql://user@host/name``.

    Raises:
        UsageError: the URL is none, or of another kind of database.
        ToolError: the database cannot be opened, or was written by a newer auditor.
    """
    parsed = _url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        _make_private(Path(parsed.database))
    try:
        engine = create_engine(parsed)
    except (SQLAlchemyError, ImportError) as error:
        raise UsageError(f"history {shown(url)}: {_short(error)}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _careful_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        _migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise ToolError(f"history {shown(url)}: {_short(error)}") from None
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """A transaction, whole or not at all.

    One that reads sees one moment throughout. Those that write go one after the other: what is
    found missing before an insert is still missing then, and nothing that is about to be used is
    swept away.

    Args:
        engine: as ``open_engine`` gave it.
        write: whether it will write.

    Raises:
        SQLAlchemyError: the database refused.
    """
    if engine.dialect.name == "sqlite":
        with engine.execution_options(write=write).begin() as connection:
            yield connection
    elif not write:
        with engine.execution_options(isolation_level="REPEATABLE READ").begin() as connection:
            yield connection
    else:
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            yield connection


def shown(url: str) -> str:
    """The URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(not a URL)"


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite history; None for another kind, or one in memory.

    Raises:
        UsageError: the URL is none, or of another kind of database.
    """
    parsed = _url(url)
    named = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(named) if named and named != ":memory:" else None


def missing_file(url: str) -> Path | None:
    """The file of an SQLite history that is not there yet; None for any other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # opening it says what is wrong with it
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    path = Path(parsed.database)
    return None if path.exists() else path


def _url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise UsageError(
            f"history url {url!r}: not a database URL; write sqlite:////path/history.db"
            " or postgresql://user@host/name"
        ) from None
    if parsed.get_backend_name() not in _KINDS:
        raise UsageError(f"history url: {parsed.get_backend_name()} is none of {', '.join(_KINDS)}")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _make_private(path: Path) -> None:
    """The file and its folder, for this user alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise ToolError(f"history {path}: {error.strerror}") from None


def _careful_sqlite(raw: object, _record: object) -> None:
    """Write-ahead log, every commit on the disk, references checked, a wait before 'locked'."""
    # Python's driver begins a transaction only before some statements; we begin every one.
    raw.isolation_level = None  # type: ignore[attr-defined] # a DBAPI connection
    cursor = raw.cursor()  # type: ignore[attr-defined] # a DBAPI connection
    for words in (f"busy_timeout={_WAIT_MS}", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {words}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn the write-ahead log on. SQLite does not wait where two processes do so at once."""
    until = time.monotonic() + _WAIT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_AGAIN)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at the start, so that it never finds the database changed later."""
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _migrate(engine: Engine) -> None:
    with transaction(engine, write=False) as connection:
        if _is_newest(connection):
            return
    with transaction(engine, write=True) as connection:
        if not _is_newest(connection):  # another process may have done it while we waited
            _upgrade(connection)


def _is_newest(connection: Connection) -> bool:
    found = _revision(connection)
    if found is not None and found > NEWEST:
        raise ToolError(
            f"history: written by a newer auditor (shape {found}, this one knows {NEWEST}); upgrade"
        )
    return found == NEWEST


def _upgrade(connection: Connection) -> None:
    """All steps in the transaction of this connection: a power cut leaves the old shape."""
    # Alembic takes a tenth of a second to import and is needed once in a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option(
        "script_location", str(resources.files("auditor.history") / "migrations")
    )
    config.attributes["connection"] = connection
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _short(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200]
