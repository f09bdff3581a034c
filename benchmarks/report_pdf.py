"""How long the PDF report takes, and how large it is, for fleets of several sizes.

Run it as ``python benchmarks/report_pdf.py [DEVICES…]``. The fleet is the sample fleet repeated:
each device keeps its evidence and gets an id, an address and a hardware address of its own.
"""

import ipaddress
import resource
import sys
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from auditor import codec
from auditor.model.document import Asset, Coverage, Scan
from auditor.report._api import Page
from auditor.report.pdf import FORMAT

_SAMPLE = Path(__file__).parent.parent / "examples" / "sample-fleet" / "scan.json"
_SIZES = (14, 100, 1000, 5000)
_FIRST = ipaddress.IPv4Address("10.0.0.1")


def fleet(count: int) -> Scan:
    """The sample fleet, repeated until it has ``count`` devices."""
    sample = codec.decode(_SAMPLE.read_bytes(), name=str(_SAMPLE))
    assets = tuple(
        _renamed(asset, number) for number, asset in enumerate(islice(cycle(sample.assets), count))
    )
    tally = {
        name: sum(asset.headline == name for asset in assets)
        for name in (
            "covered", "exempt", "not_covered", "indeterminate", "outside", "unidentified"
        )
    }  # fmt: skip
    last = str(_FIRST + count - 1)
    cover: Coverage = replace(sample.coverage, in_scope=count, answered=count, assessed=count)
    return replace(
        sample,
        scan=replace(sample.scan, scope=(f"{_FIRST}-{last}",)),
        coverage=cover,
        summary=replace(sample.summary, assets=count, **tally),
        assets=assets,
    )


def _renamed(asset: Asset, number: int) -> Asset:
    address = str(_FIRST + number)
    mac = (
        f"{asset.mac[:8]}:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        if asset.mac
        else None
    )
    return replace(asset, id=f"{asset.id}-{number}", address=address, addresses=(address,), mac=mac)


def main(sizes: list[int]) -> None:
    """Print one line for each size."""
    for count in sizes:
        scan = fleet(count)
        start = time.perf_counter()
        data = FORMAT.render(scan, Page())
        spent = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{count:>6} devices  {spent:7.2f} s  {len(data) / 1e6:7.2f} MB  peak {peak:6.0f} MB of memory",
            flush=True,
        )


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or list(_SIZES))
