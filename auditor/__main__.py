"""``audit`` and ``python -m auditor``. Answers ``--version`` before anything heavy is imported."""

import gc
import sys
from typing import Final

_OBJECTS: Final = 50_000
"""Objects between two looks for garbage in cycles: the default of 700 costs a tenth of a scan."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from auditor.app.version import TOOL  # noqa: PLC0415 - start-up time is the point

        sys.stdout.write(f"{TOOL}\n")
        return
    gc.set_threshold(_OBJECTS, 20, 50)
    from auditor.cli.main import run  # noqa: PLC0415 - start-up time is the point

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
