"""Business days: Monday to Friday without the federal holidays of 5 U.S.C. 6103.

A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after, as for
employees who work from Monday to Friday. Inauguration Day (which only some employees near
Washington have off) and single days that the President gives by order are not in it.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6
_JUNETEENTH_SINCE: Final = 2021
_DAY: Final = timedelta(days=1)

_ON_A_DATE: Final = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth National Independence Day"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
_ON_A_WEEKDAY: Final = (
    (1, _MONDAY, 3, "Birthday of Martin Luther King, Jr."),
    (2, _MONDAY, 3, "Washington's Birthday"),
    (5, _MONDAY, -1, "Memorial Day"),
    (9, _MONDAY, 1, "Labor Day"),
    (10, _MONDAY, 2, "Columbus Day"),
    (11, _THURSDAY, 4, "Thanksgiving Day"),
)


@cache
def holidays(year: int) -> dict[date, str]:
    """The days of a year on which a federal holiday is kept, with its name."""
    found = {_nth(year, month, weekday, nth): name for month, weekday, nth, name in _ON_A_WEEKDAY}
    for its_year in (year, year + 1):
        for month, day, name in _ON_A_DATE:
            if name.startswith("Juneteenth") and its_year < _JUNETEENTH_SINCE:
                continue
            kept = _kept(date(its_year, month, day))
            if kept.year == year:
                found[kept] = name
    return dict(sorted(found.items()))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    if nth < 0:
        last = date(year, month, 31)  # only May is asked for from its end
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _kept(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == _SUNDAY else day


def is_business_day(day: date) -> bool:
    """Whether it is a day from Monday to Friday on which no federal holiday is kept."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def business_day_after(start: date, count: int) -> tuple[date, tuple[tuple[date, str], ...]]:
    """The ``count``-th business day after ``start`` (which is not counted), and holidays skipped.

    Args:
        start: the day of the event.
        count: at least 1; at most 366.

    Raises:
        ValueError: ``count`` is out of its bounds.
    """
    if not 1 <= count <= 366:  # noqa: PLR2004 - a year of them
        raise ValueError(f"{count} business days: count from 1 to 366")
    day, left = start, count
    skipped = []
    while left:
        day += _DAY
        if is_business_day(day):
            left -= 1
        elif day.weekday() < _SATURDAY:
            skipped.append((day, holidays(day.year)[day]))
    return day, tuple(skipped)
