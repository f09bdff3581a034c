"""Facts for the representations of FAR 52.204-24 and 52.204-26, as JSON."""

import msgspec

from auditor.model.document import Scan
from auditor.report._api import Page
from auditor.report.far.representations import facts


class FarFactsJson:
    """The JSON twin of ``far-facts``; it has no key for an answer."""

    name = "far-facts-json"
    suffixes = (".facts.json",)
    about = "the facts sheet as JSON"

    def render(self, scan: Scan, page: Page) -> bytes:
        """The facts sheet."""
        return msgspec.json.format(msgspec.json.encode(facts(scan, page)), indent=1) + b"\n"


FORMAT = FarFactsJson()
