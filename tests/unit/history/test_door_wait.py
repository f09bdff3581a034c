"""Turning SQLite's write-ahead log on waits for another process that does so too."""

import sqlite3

import pytest

from auditor.history import door


class Cursor:
    """Refuses as often as it is told to."""

    def __init__(self, *words):
        self.words, self.asked = list(words), 0

    def execute(self, _text):
        self.asked += 1
        if self.words:
            raise sqlite3.OperationalError(self.words.pop(0))


def test_it_asks_again_while_the_database_is_locked():
    cursor = Cursor("database is locked", "database is locked")
    door._write_ahead(cursor)
    assert cursor.asked == 3


def test_another_refusal_is_not_waited_out():
    cursor = Cursor("disk I/O error")
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        door._write_ahead(cursor)
    assert cursor.asked == 1


def test_it_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(door, "_WAIT_MS", -1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        door._write_ahead(Cursor("database is locked"))
