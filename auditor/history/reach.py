"""Whether a scan could have seen an address: absence from elsewhere proves nothing."""

import ipaddress
from collections.abc import Iterable
from typing import Final

from auditor.model.document import Asset, Scan
from auditor.model.errors import UsageError
from auditor.model.scope import Span, parse_span

_PARTS: Final = (
    ("not_scanned", "was not scanned"),
    ("excluded", "was excluded"),
    ("out_of_time", "was not asked before the time was up"),
    ("this_machine", "was the address of the scanning machine"),
)


class Reach:
    """What one scan asked, from its coverage."""

    def __init__(self, scan: Scan) -> None:
        ledger = scan.coverage.ledger
        self._unassessed = {item.address for item in scan.coverage.not_assessed}
        self._left_out = [(_spans(getattr(ledger, part)), told) for part, told in _PARTS]
        self._asked = _spans((*ledger.answered, *ledger.silent, *ledger.refused, *ledger.filtered))
        self._scope = _spans(scan.scan.scope)
        self._whole = scan.coverage.in_scope is not None and bool(self._asked)

    def why_not(self, asset: Asset) -> str | None:
        """Why this scan may lack a device that is there; None if it should have shown it."""
        addresses = tuple(dict.fromkeys((asset.address, *asset.addresses)))
        known = [address for address in addresses if address]
        reasons = [self._one(address) for address in known]
        if not known or None in reasons:
            return None
        return next(reason for reason in reasons if reason)

    def _one(self, address: str) -> str | None:
        if address in self._unassessed:
            return f"{address} answered and could not be assessed"
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return None
        if any(parsed in span for span in self._asked):
            return None
        for spans, told in self._left_out:
            if any(parsed in span for span in spans):
                return f"{address} {told}"
        if not self._whole or any(parsed in span for span in self._scope):
            return None
        return f"{address} was not in scope"


def _spans(texts: Iterable[str]) -> list[Span]:
    """Those texts that name addresses; host names and files say nothing here."""
    found = []
    for text in texts:
        try:
            found.append(parse_span(text))
        except UsageError:
            continue
    return found
