"""The one clock of the house."""

import os
import time
from datetime import UTC, date, datetime


def now() -> datetime:
    """The time in UTC; ``SOURCE_DATE_EPOCH`` freezes it, for reproducible output."""
    frozen = os.environ.get("SOURCE_DATE_EPOCH")
    if frozen and frozen.isdigit():
        return datetime.fromtimestamp(int(frozen), UTC)
    return datetime.now(UTC)


def stamp() -> str:
    """The time as RFC 3339 with milliseconds and ``Z``."""
    return now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def today() -> date:
    """The date in UTC."""
    return now().date()


def monotonic() -> float:
    """Seconds of a clock that never runs backwards."""
    return time.monotonic()
