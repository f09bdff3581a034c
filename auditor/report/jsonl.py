"""One asset a line, for streams and log pipelines."""

from collections.abc import Iterator

from auditor import codec
from auditor.model.document import Scan
from auditor.report._api import Page


class JsonLines:
    """Each asset as one line of JSON."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")
    about = "one asset a line"

    def render(self, scan: Scan, page: Page) -> bytes:
        """Every asset as a line."""
        return b"".join(self.pieces(scan, page))

    def pieces(self, scan: Scan, page: Page) -> Iterator[bytes]:  # noqa: ARG002 - as of a format
        """The lines."""
        return (b"".join((line, b"\n")) for line in codec.asset_lines(scan.assets))


FORMAT = JsonLines()
