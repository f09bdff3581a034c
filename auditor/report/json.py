"""The scan document itself."""

from collections.abc import Iterator

from auditor import codec
from auditor.model.document import Scan
from auditor.report._api import Page


class Json:
    """``auditor.scan/1`` as indented JSON."""

    name = "json"
    suffixes = (".json",)
    about = "the scan document, which every other report is made from"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The document."""
        return codec.encode(scan)

    def pieces(self, scan: Scan, page: Page) -> Iterator[bytes]:  # noqa: ARG002 - likewise
        """The document, asset by asset."""
        return codec.pieces(scan)


FORMAT = Json()
