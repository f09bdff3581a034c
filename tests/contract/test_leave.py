"""Leaving quickly loses nothing: no byte, no exit code, nobody who asked to be told."""

import os
import subprocess
import sys
import threading

import pytest

from auditor import __main__ as entry

HEAD = "import sys, atexit; from auditor.__main__ import leave; "


def left(code: str, **more) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", HEAD + code], capture_output=True, timeout=60, check=False, **more
    )


def test_everything_that_was_written_arrives():
    done = left("sys.stdout.write('x' * 300_000); sys.stderr.write('y' * 300_000); leave(10)")
    assert done.returncode == 10
    assert (len(done.stdout), len(done.stderr)) == (300_000, 300_000)


def test_who_asked_to_be_told_of_the_end_is_told():
    assert left("atexit.register(print, 'told'); leave(0)").stdout == b"told\n"


def test_an_answer_that_nobody_reads_is_an_error_in_silence():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", HEAD + "sys.stdout.write('x' * 10); leave(0)"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr == b""


def test_a_database_library_is_taken_apart_as_always(monkeypatch):
    monkeypatch.setattr(entry.os, "_exit", lambda _: pytest.fail("left too quickly"))
    monkeypatch.setitem(sys.modules, "sqlalchemy", object())
    with pytest.raises(SystemExit) as told:
        entry.leave(12)
    assert told.value.code == 12


def test_a_thread_at_work_is_waited_for():
    code = (
        "import threading, time;"
        " threading.Thread(target=lambda: (time.sleep(0.2), print('done'))).start(); leave(0)"
    )
    assert left(code).stdout == b"done\n"
    assert threading.active_count() >= 1
