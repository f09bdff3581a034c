"""When a device was built, as its serial number's grammar tells."""

from collections.abc import Iterable
from typing import Final

from auditor.attribution.hit import Hit

_DATE_DIGITS: Final = 8


def built(hits: Iterable[Hit]) -> str | None:
    """Month of production as ``YYYY-MM``; None where none is named, or two are."""
    months = set()
    for hit in hits:
        if not hit.groups:
            continue
        digits = dict(hit.groups).get("date", "")
        if len(digits) == _DATE_DIGITS and digits.isdigit() and "01" <= digits[4:6] <= "12":
            months.add(f"{digits[:4]}-{digits[4:6]}")
    return months.pop() if len(months) == 1 else None
