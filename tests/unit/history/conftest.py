"""A history on SQLite and on a PostgreSQL server of its own, for every test that asks for one."""

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from auditor.history.store import History

_NUMBERS = itertools.count()


def _tool(name: str) -> str | None:
    """A server program; Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def _as_postgres(*words: str) -> None:
    """The server refuses to run as root."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*before, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
        cwd="/",
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr.decode()}")


@pytest.fixture(scope="session")
def postgres_folder():
    """A running server; gives the folder of its socket."""
    initdb, control = _tool("initdb"), _tool("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = str(folder / "data")
        _as_postgres(initdb, "-D", data, "-U", "auditor", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off"
        log = str(folder / "log")
        _as_postgres(control, "-D", data, "-l", log, "-o", settings, "-w", "-t", "30", "start")
        try:
            yield folder
        finally:
            _as_postgres(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_folder):
    """An empty database on the server."""
    import psycopg

    name = f"history{next(_NUMBERS)}"
    with psycopg.connect(
        host=str(postgres_folder), user="auditor", dbname="postgres", autocommit=True
    ) as door:
        door.execute(f"CREATE DATABASE {name}")
    return f"postgresql://auditor@/{name}?host={postgres_folder}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("pg"))])
def url(request, tmp_path):
    """An empty place for a history, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def history(url):
    """An empty history."""
    made = History(url)
    yield made
    made.close()
