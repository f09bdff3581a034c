"""Configuration findings that the same facts give for free. Kept apart from compliance.

Each is a word; ``report`` says it in a sentence. Rules of the database add their own (``note``).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from auditor.model.errors import Malformed
from auditor.model.facts import Seen
from auditor.wire.flatten import flatten

OPEN_STREAM: Final = "open-stream"
CLOCK_WRONG: Final = "clock-wrong"
NOT_REBOOTED: Final = "not-rebooted"
DHIP_ANSWERS: Final = "dhip-answers"
OPEN_IDENTITY: Final = "open-identity"

_LOGGED_IN: Final = "login-"
_TELLING: Final = frozenset({"rtsp.sdp", "onvif.clock", "onvif.serial", "dhip", "sadp"})
_CLOCK_SLACK: Final = timedelta(minutes=5)
_UPTIME: Final = timedelta(days=365)
_OLDEST: Final = 2000


def findings(observations: Iterable[Seen]) -> tuple[str, ...]:
    """The words of what the facts show, sorted."""
    telling = [item for item in observations if item.signal in _TELLING]
    return tuple(sorted({word for item in telling for word in _of(item)})) if telling else ()


def _of(item: Seen) -> Iterator[str]:
    if item.signal == "rtsp.sdp" and item.value.strip():
        yield OPEN_STREAM
    elif item.signal == "onvif.clock":
        if _apart(item, _CLOCK_SLACK):
            yield CLOCK_WRONG
    elif item.signal == "onvif.serial" and item.value.strip():
        if not item.probe.startswith(_LOGGED_IN):
            yield OPEN_IDENTITY
    elif item.signal == "dhip":
        yield DHIP_ANSWERS
    elif item.signal == "sadp" and _long_up(item):
        yield NOT_REBOOTED


def _apart(item: Seen, slack: timedelta) -> bool:
    """Whether the device's clock and ours differed by more than the slack when it was read."""
    theirs, ours = _time(item.value), _time(item.at)
    return theirs is not None and ours is not None and abs(theirs - ours) > slack


def _long_up(item: Seen) -> bool:
    try:
        texts = flatten("sadp", item.value).get("BootTime", ())
    except Malformed:
        return False
    booted = next((_time(text.strip().replace(" ", "T") + "Z") for text in texts), None)
    seen = _time(item.at)
    if booted is None or seen is None or booted.year < _OLDEST:
        return False  # a clock that was never set says nothing
    return seen - booted > _UPTIME


def _time(text: str | None) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return parsed if parsed is not None and parsed.tzinfo is not None else None
