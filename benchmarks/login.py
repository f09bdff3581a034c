"""How many devices a second the login phase inventories, on a simulated fleet.

    python benchmarks/login.py [DEVICES]

Devices that speak ONVIF are asked once more with that family alone. The fleet runs in a process of its own, on the loopback. Measured twice: the login phase by itself
(every device already found and its web server known), and the whole scan with ``--credentials``.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from auditor import codec
from auditor.app import clock
from auditor.app.credentials.login import log_in
from auditor.app.credentials.login_desk import Logins
from auditor.app.devices.desk import Desk
from auditor.app.devices.identity import keys_of
from auditor.app.scanning.resume import restore
from auditor.lab import guarded
from auditor.lab.loopback import Loopback
from auditor.model.document import Scan
from auditor.model.scope import Scope
from auditor.net.ledger import Ledger
from auditor.net.limits import Limits
from auditor.net.live import LiveNet

MIX = ("hikvision-login-old", "dahua-login-new", "axis-login-old", "uniview-login-new")


def serve(count: int) -> None:
    """Serve the fleet until standard input ends."""
    personas = guarded.load()
    mixed = [personas[MIX[number % len(MIX)]] for number in range(count)]
    with Loopback(mixed, seed="bench") as fleet:
        print(fleet.target, flush=True)
        sys.stdin.read()


def credentials(folder: Path) -> Path:
    """A credentials file for the whole fleet."""
    path = folder / "credentials.toml"
    path.write_text(
        f'[[login]]\ndefault = true\nuser = "{guarded.USER}"\npassword = "{guarded.PASSWORD}"\n'
    )
    path.chmod(0o600)
    return path


async def phase(scan: Scan, target: str, secret: Path, *, only: str = "") -> tuple[int, float]:
    """Log in to every device of a scan; gives how many were logged in, and the seconds.

    Args:
        scan: the devices, already found.
        target: their addresses.
        secret: the credentials file.
        only: the one family to use; empty for the one that fits each device best.
    """
    scope = Scope.of([target], ())
    desk = Desk(scope)
    restore(desk, scan)
    assets = {asset.address: asset for asset in scan.assets}
    net = LiveNet(scope, limits=Limits(requests_per_host=30), ledger=Ledger())
    logins = Logins(str(secret))
    shared = logins.desk()
    if only:
        shared = replace(shared, logins=tuple(x for x in shared.logins if x.name == only))
    gate = asyncio.Semaphore(96)

    async def nothing() -> None:
        return

    async def one(address: str) -> None:
        async with gate:
            card = desk.cards[address]
            await log_in(card, assets[address], keys_of(card, frozenset()), shared, net, nothing)

    begin, cpu = clock.monotonic(), time.process_time()
    await asyncio.gather(*(one(address) for address in assets))
    seconds = clock.monotonic() - begin
    await net.close()
    logins.close()
    done = shared.tally.by_ending["accepted"]
    print({ending: len(found) for ending, found in shared.tally.by_ending.items()}, end=" ")
    print(f"{(time.process_time() - cpu) * 1000 / len(assets):.1f} ms of processor a device")
    return len(done), seconds


def read(path: Path) -> Scan:
    """A scan document."""
    return codec.decode(path.read_bytes(), name=str(path))


def scanned(target: str, out: Path, *words: str) -> float:
    """Seconds of one scan in a process of its own."""
    begin = time.monotonic()
    command = [sys.executable, "-m", "auditor", "scan", target, "-q", "-o", str(out), *words]
    subprocess.run(command, check=False)
    return time.monotonic() - begin


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    fleet = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert fleet.stdout is not None
        target = fleet.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            os.environ["XDG_STATE_HOME"] = str(folder / "state")
            secret = credentials(folder)
            plain = scanned(target, folder / "plain.json", "--thorough")
            done, seconds = asyncio.run(phase(read(folder / "plain.json"), target, secret))
            print(f"login phase: {done} devices in {seconds:.2f} s = {done / seconds:.0f} a second")
            whole = scanned(target, folder / "whole.json", "--credentials", str(secret))
            found = json.loads((folder / "whole.json").read_text())
            notes = [note for note in found["coverage"]["notes"] if note.startswith("logins")]
            print(f"whole scan with logins: {whole:.2f} s for {count} devices; {notes}")
            asked = asyncio.run(
                phase(read(folder / "plain.json"), target, secret, only="login-onvif")
            )
            print(
                f"ONVIF alone: {asked[0]} devices in {asked[1]:.2f} s = {asked[0] / asked[1]:.0f} a second"
            )
            print(f"thorough scan without: {plain:.2f} s")
    finally:
        assert fleet.stdin is not None
        fleet.stdin.close()
        fleet.wait(20)
    return 0


if __name__ == "__main__":
    sys.exit(main())
