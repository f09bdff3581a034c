"""Record the sample fleet: ``python examples/sample-fleet/record.py``.

Starts simulated devices on the loopback, scans them, and writes ``scan.json`` beside this file.
Times are frozen, durations are zero and the scan id is a word. Two recordings are still not equal
to the byte: questions carry fresh ids, which devices repeat, and a device that is settled early is
asked less. ``python -m docs.generate`` then renders the reports from it.
"""

import asyncio
import os
import re
from dataclasses import replace
from pathlib import Path

FROZEN = "1795255200"  # 2026-11-21T10:00:00Z
FLEET = (
    "hikvision-camera-new", "lts-camera", "annke-camera", "dahua-nvr", "honeywell-camera",
    "lorex-camera", "ezviz-camera", "false-friend-camera", "tp-link-vigi", "uniview-oem",
    "axis-camera", "hanwha-camera", "milesight-camera", "hp-printer",
)  # fmt: skip
PORTS = (80, 443, 554, 2020, 8000, 8080, 8443, 8554, 37777)


def record() -> bytes:
    """Scan the fleet and give the document with frozen times."""
    os.environ["SOURCE_DATE_EPOCH"] = FROZEN  # before the clock of the product is asked
    from auditor import codec  # noqa: PLC0415 - after the clock is frozen
    from auditor.app.judging.bench import Terms  # noqa: PLC0415
    from auditor.app.scanning.options import ScanOptions  # noqa: PLC0415
    from auditor.app.scanning.scan import scan  # noqa: PLC0415
    from auditor.lab.fleet import choose  # noqa: PLC0415
    from auditor.lab.loopback import Loopback  # noqa: PLC0415

    async def run() -> bytes:
        async with Loopback(choose(FLEET)) as fleet:
            options = ScanOptions(targets=(fleet.target,), site="sample fleet", ports=PORTS)
            document = await scan(options, Terms(), lambda _: None)
        header = replace(document.scan, id="sample-fleet")
        assets = tuple(
            replace(
                asset,
                attempts=tuple(replace(attempt, ms=0) for attempt in asset.attempts),
                observations=tuple(
                    sorted(asset.observations, key=lambda o: (o.endpoint or "", o.signal, o.value))
                ),
            )
            for asset in document.assets
        )
        return codec.encode(replace(document, scan=header, assets=assets))

    # Another fleet on this machine may hold 127.77.0.0/24; the recording does not show it.
    return re.sub(rb"127\.77\.\d+\.", b"127.77.0.", asyncio.run(run()))


if __name__ == "__main__":
    (Path(__file__).parent / "scan.json").write_bytes(record())
