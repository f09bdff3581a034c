"""One asset a line, for streams and log pipelines."""

from auditor import codec
from auditor.model.document import Scan
from auditor.report._api import Page


class JsonLines:
    """Each asset as one line of JSON."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")
    about = "one asset a line"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """Every asset as a line."""
        return b"".join(codec.encode_asset(asset) + b"\n" for asset in scan.assets)


FORMAT = JsonLines()
