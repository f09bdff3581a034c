"""``audit`` and ``python -m auditor``. Answers ``--version`` before anything heavy is imported."""

import atexit
import gc
import os
import sys
import threading
from typing import Final, NoReturn

_OBJECTS: Final = 150_000
"""Objects between two looks for garbage in cycles. The default of 700 costs a tenth of a scan; starting
alone makes more than 50,000, so that each start would have a look (20 ms) that finds nothing."""

_TAKEN_APART: Final = frozenset({"sqlalchemy"})
"""Libraries that do something when the interpreter takes their objects apart (databases are closed)."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from auditor.app.version import TOOL  # noqa: PLC0415 - start-up time is the point

        sys.stdout.write(f"{TOOL}\n")
        return
    gc.set_threshold(_OBJECTS, 20, 50)
    from auditor.cli.main import run  # noqa: PLC0415 - start-up time is the point

    leave(run(sys.argv[1:]))


def leave(code: int) -> NoReturn:
    """End the process, without taking apart object by object what the system frees at once.

    That costs a tenth of a second, and a third after a large document. Whatever asked to be told of
    the end is told; where a thread is at work, or a database library was loaded, the end is the
    interpreter's own.

    Args:
        code: the exit code.
    """
    if threading.active_count() > 1 or not _TAKEN_APART.isdisjoint(sys.modules):
        sys.exit(code)
    atexit._run_exitfuncs()  # noqa: SLF001 - the documented end calls it in C
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads any more
        code = code or 1
    os._exit(code)


if __name__ == "__main__":
    main()
