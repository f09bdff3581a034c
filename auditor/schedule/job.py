"""What is to run when: the facts that systemd units and a crontab are written from."""

import re
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from auditor.model.errors import UsageError

USER: Final = "auditor"
"""The system user that the nightly run belongs to."""
STATE: Final = Path("/var/lib/auditor")
CACHE: Final = Path("/var/cache/auditor")
ENVIRONMENT: Final = {
    "XDG_STATE_HOME": "/var/lib",
    "XDG_DATA_HOME": "/var/lib",
    "XDG_CACHE_HOME": "/var/cache/auditor",
}
"""State and database updates stand where ``sudo audit history`` looks for them too. The cache is
the run's own: one that another user wrote is not trusted."""

DEFAULT_AT: Final = (4, 30)
"""No time zone's clocks jump over it when summer begins; 02:30 and 03:30 are jumped over in many."""

_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DELAY = re.compile(r"(\d{1,4}) ?(s|m|min|h)?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9/._@+,=-]+")
_MOST_DELAY: Final = 12 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One nightly run.

    Attributes:
        config: the configuration, absolute.
        program: the command that starts ``audit``, its first word absolute.
        hour: local time at which it begins.
        minute: of that hour.
        delay: a random part is added, at most so many minutes.
        limit: minutes after which a run that hangs is ended.
        writable: folders beside the state folder that the run writes into.
        secrets: files that only root may read, handed to the run as systemd credentials.
    """

    config: Path
    program: tuple[str, ...] = ("/usr/bin/audit",)
    hour: int = DEFAULT_AT[0]
    minute: int = DEFAULT_AT[1]
    delay: int = 30
    limit: int = 300
    writable: tuple[Path, ...] = ()
    secrets: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what neither a unit nor a crontab can hold.

        Raises:
            UsageError: a path with blanks or signs that they give a meaning to.
        """
        for text in (str(self.config), *self.program, *map(str, self.writable + self.secrets)):
            if not _PLAIN.fullmatch(text):
                raise UsageError(
                    f"schedule: {text!r}: letters, digits and / . _ @ + , = - only; move the file"
                )
        if not self.config.is_absolute() or not self.program[0].startswith("/"):
            raise UsageError("schedule: the paths of the configuration and of audit are absolute")


def parse_at(text: str) -> tuple[int, int]:
    """``02:30`` as hour and minute.

    Raises:
        UsageError: it is no time of day.
    """
    found = _AT.fullmatch(text)
    if found is None:
        raise UsageError(f"--at {text}: a time of day such as 02:30")
    return int(found[1]), int(found[2])


def parse_delay(text: str) -> int:
    """``30m``, ``2h``, ``90s`` or ``0`` as whole minutes, rounded up; a bare number is minutes.

    Raises:
        UsageError: it is no duration, or longer than 12 hours.
    """
    found = _DELAY.fullmatch(text)
    if found is None:
        raise UsageError(f"--random-delay {text}: a duration such as 30m or 2h")
    seconds = int(found[1]) * {"s": 1, "h": 3600}.get(found[2] or "m", 60)
    minutes = -(-seconds // 60)
    if minutes > _MOST_DELAY:
        raise UsageError(f"--random-delay {text}: at most 12h")
    return minutes


def jumped_over(hour: int, minute: int, day: date) -> date | None:
    """The day within a year on which the clocks of this machine jump over that time of day.

    A systemd timer does not run on such a day.

    Args:
        hour: local time.
        minute: of that hour.
        day: the first day to look at.
    """
    for number in range(366):
        that = day + timedelta(days=number)
        wanted = (that.year, that.month, that.day, hour, minute, 0, 0, 0, -1)
        found = time.localtime(time.mktime(wanted))
        if (found.tm_hour, found.tm_min) != (hour, minute):
            return that
    return None
