"""``audit`` and ``python -m auditor``. Answers ``--version`` before anything heavy is imported."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from auditor.app.version import TOOL  # noqa: PLC0415 - start-up time is the point

        sys.stdout.write(f"{TOOL}\n")
        return
    from auditor.cli.main import run  # noqa: PLC0415 - start-up time is the point

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
