"""Coverage-guided fuzzing of one wire module: ``python -m tests.fuzz.one TARGET [libFuzzer options]``.

Needs atheris. A finding is an exception other than ``Malformed``, more than a second of processor
time, or more than 100 MB of memory for one input.
"""

import resource
import sys
import time

import atheris

PATTERNS = frozenset({"endpoint", "mac", "sadp", "soap", "volatile", "wsd", "xml"})
"""Targets that atheris's stand-in for patterns can run: it knows no search between two places."""

if sys.argv[1] in PATTERNS:  # patterns are opaque to coverage; so the fuzzer sees what they want
    atheris.enabled_hooks.add("RegEx")
    atheris.enabled_hooks.add("str")

with atheris.instrument_imports(include=["auditor.wire", "auditor.model"]):
    from tests.fuzz.targets import targets

    TARGET = targets()[sys.argv[1]]

SLOW = 1.0
"""Seconds of processor time that one input may take."""
LARGE = 100 * 1024
"""KiB that one input may add to the most memory that was ever used."""


def one_input(data: bytes) -> None:
    """Decode, and look at the clock and the memory."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    TARGET(data)
    took = time.process_time() - began
    if took > SLOW:
        raise RuntimeError(f"one input took {took:.1f} s")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    if grown > LARGE:
        raise RuntimeError(f"one input took {grown >> 10} MB")


if __name__ == "__main__":
    # libFuzzer starts itself anew for a merge, through a shell: by this first word.
    myself = f"{sys.executable} -m tests.fuzz.one {sys.argv[1]}"
    atheris.Setup([myself, *sys.argv[2:]], one_input)
    atheris.Fuzz()
