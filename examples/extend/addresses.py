"""The addresses of covered devices, one a line: for a firewall rule or a work order."""

from auditor.model.document import Scan
from auditor.report._api import Page


class Addresses:
    """One address a line; an empty report says that nothing is covered, not that all is well."""

    name = "addresses"
    suffixes = (".addresses",)
    about = "addresses of covered devices, one a line"

    def render(self, scan: Scan, page: Page) -> bytes:  # noqa: ARG002 - the shape of a format
        """The addresses in the order of the scan document."""
        lines = [
            f"{address}\n"
            for asset in scan.assets
            if asset.headline == "covered"
            for address in asset.addresses
        ]
        return "".join(lines).encode()


FORMAT = Addresses()
