"""How much of a fleet looks new to the history although nothing changed, scan after scan.

``python -m benchmarks.steady [DEVICES [SCANS [thorough]]]``: real scans of an unchanged fleet on
the loopback, each stored in one history.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

from auditor.app.judging.bench import Terms
from auditor.app.scanning.options import ScanOptions
from auditor.app.scanning.scan import scan
from auditor.history.diff import compare
from auditor.history.pack import Digests, observation_digest, version_digest
from auditor.history.store import History
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
from auditor.model.document import Asset, Scan


def _parts(asset: Asset) -> set[tuple[str, str]]:
    found = {(item.signal, observation_digest(item)) for item in asset.observations}
    return found | {
        (f"attempt {a.probe}", f"{a.endpoint} {a.outcome} {a.detail}") for a in asset.attempts
    }


def _why(old: Scan, new: Scan) -> Counter[str]:
    """What differs, by signal or probe, over the devices that are another version."""
    was, digests = {asset.id: asset for asset in old.assets}, Digests()
    told: Counter[str] = Counter()
    for asset in new.assets:
        once = was.get(asset.id)
        if once and version_digest(once, digests) != version_digest(asset, digests):
            told.update({name for name, _ in _parts(was[asset.id]) ^ _parts(asset)})
    return told


async def main(devices: int, scans: int, *, thorough: bool) -> None:
    """Print a line for each scan after the first."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.db"
        async with Loopback(choose(count=devices)) as fleet:
            options = ScanOptions(targets=(fleet.target,), thorough=thorough)
            last = None
            for number in range(scans):
                found = await scan(options, Terms(), lambda _: None)
                before = _bytes(file)
                history = History(f"sqlite:///{file}")
                versions = history.size()["version"]
                history.add(found, network="lab")
                versions = history.size()["version"] - versions
                history.close()  # the log goes into the file
                if last is not None:
                    changed = compare(last, found)
                    kinds = {
                        k: len(getattr(changed, k)) for k in ("verdict", "reattributed", "firmware")
                    }
                    print(
                        f"scan {number + 1}: {len(found.assets)} devices, {versions} new versions,"
                        f" {(_bytes(file) - before) / 1024:.0f} KiB; changes {kinds};"
                        f" requests {found.sent.requests}; {_why(last, found).most_common(6)}"
                    )
                last = found


def _bytes(file: Path) -> int:
    return sum(path.stat().st_size for path in file.parent.glob(f"{file.name}*"))


if __name__ == "__main__":
    words = sys.argv[1:]
    asyncio.run(
        main(int(words[0]) if words else 60, int(words[1]) if words[1:] else 4,
             thorough="thorough" in words)
    )  # fmt: skip
