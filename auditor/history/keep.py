"""Which scans stay: the newest of each day, week and month, as many as are asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from auditor.history.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many to keep of each; all rules together decide, and the newest of a network stays.

    Attributes:
        last: the newest scans, whenever they were.
        daily: the newest complete scan of each of so many days that have one.
        weekly: of so many ISO weeks.
        monthly: of so many months.
    """

    last: int = 10
    daily: int = 31
    weekly: int = 13
    monthly: int = 60


def superfluous(entries: Iterable[Entry], keep: Keep) -> tuple[str, ...]:
    """Ids of the scans that no rule keeps, oldest first.

    A complete scan stands for its day, week and month before one that is not.
    """
    of_network: dict[str, list[Entry]] = {}
    for item in entries:
        of_network.setdefault(item.network, []).append(item)
    gone: list[Entry] = []
    for every in of_network.values():
        newest_first = sorted(every, key=lambda item: (item.started, item.id), reverse=True)
        kept = {item.id for item in newest_first[: max(1, keep.last)]}
        for many, period in ((keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)):
            kept |= _newest_of_each(newest_first, many, period)
        gone += [item for item in newest_first if item.id not in kept]
    return tuple(item.id for item in sorted(gone, key=lambda item: (item.started, item.id)))


def _newest_of_each(
    newest_first: list[Entry], many: int, period: Callable[[Entry], object]
) -> set[str]:
    chosen: dict[object, Entry] = {}
    for item in newest_first:
        name = period(item)
        known = chosen.get(name)
        if known is None and len(chosen) == many:
            break
        if known is None or (item.complete and not known.complete):
            chosen[name] = item
    return {item.id for item in chosen.values()}


def _day(item: Entry) -> object:
    return item.started[:10]


def _week(item: Entry) -> object:
    try:
        return date.fromisoformat(item.started[:10]).isocalendar()[:2]
    except ValueError:
        return item.started[:10]


def _month(item: Entry) -> object:
    return item.started[:7]
