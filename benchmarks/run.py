"""``make bench``: the scan beside its peers in the namespace lab, in one run; results as ratios.

::

    python benchmarks/run.py [--quick] [--only CASE]… [--runs N] [--no-peers] [--report]

Needs root and nmap. What was measured is kept in ``~/.cache/auditor-bench/results.json`` case by
case, so that ``--only`` adds to it, and benchmarks/RESULTS.md with its plot is written from all of it.
The commands of a case take turns, so that a machine that is busy for a while is busy for all.
Other machines give other seconds; the ratios are what is worth comparing.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from auditor.app.version import TOOL  # noqa: E402 - found beside this file
from auditor.lab import netns  # noqa: E402
from auditor.lab.fleet import Device, choose  # noqa: E402
from auditor.lab.namespace import NamespaceFleet  # noqa: E402
from auditor.lab.servers import Conditions  # noqa: E402
from auditor.lab.topology import Plan  # noqa: E402
from benchmarks import offline, results  # noqa: E402
from benchmarks.crowd import Crowd  # noqa: E402
from benchmarks.peers import CACHE, PEERS, Peer, found_by  # noqa: E402
from benchmarks.timing import Cost, environment, measured  # noqa: E402

STORE: Final = CACHE / "results.json"
NEAR: Final = "192.0.2.0/24"
_NEIGHBOURS: Final = Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3")
_ROOMY: Final = 16_384
_TARPIT: Final = 60.0  # seconds before every answer
_SCAN_RESULTS: Final = {0, 10, 11, 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One network and its state.

    Attributes:
        name: for ``--only``.
        network: what is scanned.
        devices: how many there are.
        crowd: whether they share one namespace (:mod:`benchmarks.crowd`).
        routed: behind a router.
        latency: seconds before every answer.
        loss: share of frames lost on the scanner's link.
        tarpits: how many of the devices answer so slowly that every deadline is met.
        runs: how often each command runs.
        peers: whether the peers run that find devices one network at a time.
        quick: part of ``--quick``.
        variants: options to try beside the default.
    """

    name: str
    network: str = NEAR
    devices: int = 200
    crowd: bool = False
    routed: bool = False
    latency: float = 0.02
    loss: float = 0.0
    tarpits: int = 0
    runs: int = 5
    peers: bool = False
    quick: bool = False
    variants: tuple[tuple[str, ...], ...] = ()


CASES: Final = (
    Case(name="24-empty", devices=1),
    Case(name="24-50", devices=50, quick=True),
    Case(name="24-200", peers=True, quick=True, variants=(("--engine", "nmap"),)),
    Case(name="24-200-latency-200", latency=0.2),
    Case(name="24-200-loss-5", loss=0.05),
    Case(name="24-200-tarpits-1%", tarpits=2),
    Case(name="22-200", network="10.9.0.0/22", crowd=True),
    Case(name="20-200", network="10.9.0.0/20", crowd=True),
    Case(name="20-800", network="10.9.0.0/20", devices=800, crowd=True),
    Case(name="20-200-routed", network="10.9.0.0/20", crowd=True, routed=True),
    Case(
        name="16-2000",
        network="10.9.0.0/16",
        devices=2000,
        crowd=True,
        variants=(("--rate", "20000"),),
    ),
)


@contextmanager
def roomy_neighbours(case: Case) -> Iterator[None]:
    """A neighbour table that holds the case's devices, as an administrator of such a network sets it.

    It is one for the machine, with 1,024 entries unless raised; put back afterwards.
    """
    if not case.crowd or case.devices * 2 < int(_NEIGHBOURS.read_text(encoding="ascii")):
        yield
        return
    before = _NEIGHBOURS.read_text(encoding="ascii")
    _NEIGHBOURS.write_text(str(_ROOMY), encoding="ascii")
    try:
        yield
    finally:
        _NEIGHBOURS.write_text(before, encoding="ascii")


@contextmanager
def fleet_of(case: Case) -> Iterator[tuple[str, tuple[Device, ...]]]:
    """The case's network, running: the scanner's namespace, and who is there."""
    conditions = Conditions(latency=case.latency)
    if case.crowd:
        with Crowd(case.network, case.devices, routed=case.routed, conditions=conditions) as crowd:
            yield crowd.scanner, crowd.devices
        return
    personas = list(choose(count=case.devices - case.tarpits))
    if case.tarpits:
        personas += [replace(one, slow=_TARPIT) for one in choose(count=case.tarpits)]
    plan = Plan(link_loss=case.loss)
    with NamespaceFleet(personas, plan, conditions=conditions) as fleet:
        yield fleet.scanner, fleet.devices


def measure(case: Case, runs: int, peers: tuple[Peer, ...]) -> dict[str, Any]:
    """All commands of a case, taking turns."""
    rows: dict[str, list[dict[str, Any]]] = {}
    lacking: dict[str, str] = {}
    variants = {"audit scan": ()} | {f"audit scan {' '.join(v)}": v for v in case.variants}
    with roomy_neighbours(case), fleet_of(case) as (namespace, devices):
        for turn in range(runs):
            for name, more in variants.items():
                rows.setdefault(name, []).append(_scan(namespace, case, devices, more))
            for peer in peers:
                prefix = int(case.network.partition("/")[2])
                if turn >= peer.runs or prefix < peer.widest or peer.name in lacking:
                    continue
                if why := peer.lack():
                    lacking[peer.name] = why
                    continue
                rows.setdefault(peer.name, []).append(_peer(namespace, case, devices, peer))
    load = os.getloadavg()
    return {
        "case": asdict(case),
        "rows": rows,
        "lacking": lacking,
        "load": [round(x, 1) for x in load],
    }


def _peers(case: Case, *, few: bool) -> tuple[Peer, ...]:
    """The peers of a case; the first, the yardstick, is in every one."""
    base, *others = PEERS
    wanted = (peer for peer in others if not few and (case.crowd if peer.crowd else case.peers))
    return (base, *wanted)


def _earlier(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Rows of peers that an earlier run measured and this one left out: slow ones take long."""
    rows = {**before.get("earlier", {}), **before.get("rows", {})}
    peers = {peer.name for peer in PEERS}
    return {name: runs for name, runs in rows.items() if name in peers - now["rows"].keys()}


def _scan(
    namespace: str, case: Case, devices: tuple[Device, ...], more: tuple[str, ...]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scan.json"
        words = [sys.executable, "-m", "auditor", "scan", case.network, "-v", "-o", str(out)]
        cost = measured(namespace, [*words, *more], seconds=600, env=environment(ROOT, CACHE))
        if cost.code not in _SCAN_RESULTS:
            raise SystemExit(f"{case.name}: audit scan: exit {cost.code}: {cost.out[-500:]}")
        scan = json.loads(out.read_bytes())
    assets = {address: asset for asset in scan["assets"] for address in asset["addresses"]}
    known = [device for device in devices if device.persona.expect.maker]
    right = sum(_maker(assets.get(d.address, {})) == d.persona.expect.maker for d in known)
    found = sum(device.address in assets for device in devices)
    return _row(cost) | {
        "found": found / max(1, len(devices)),
        "makers": right / max(1, len(known)),
        "sent": {key: scan["sent"][key] for key in ("packets", "connections", "requests")},
    }


def _maker(asset: dict[str, Any]) -> str:
    makers = (one["vendor"] for one in asset.get("attributions", ()) if one["role"] == "maker")
    return next(makers, "")


def _peer(namespace: str, case: Case, devices: tuple[Device, ...], peer: Peer) -> dict[str, Any]:
    addresses = tuple(device.address for device in devices)
    cost = measured(namespace, peer.command(case.network, addresses), seconds=peer.seconds)
    found = found_by(cost.out, frozenset(addresses)) / max(1, len(devices))
    return _row(cost) | {"found": found, "stopped": cost.code < 0}


def _row(cost: Cost) -> dict[str, Any]:
    return {
        "seconds": cost.seconds,
        "first": cost.first,
        "processor": cost.processor,
        "memory": cost.memory,
    }


def _keep(known: dict[str, Any]) -> None:
    STORE.parent.mkdir(parents=True, exist_ok=True)
    STORE.write_text(json.dumps(known, indent=1), encoding="utf-8")


def machine() -> str:
    """The machine, in one line."""
    return (
        f"{TOOL}, Python {platform.python_version()}, {os.cpu_count()} cores,"
        f" {platform.system()} {platform.release()}, {platform.machine()}"
    )


def main() -> int:
    """Measure what was asked for, and write the page from all that is known."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*(case.name for case in CASES), "offline"]
    parser.add_argument("--only", action="append", metavar="CASE", choices=names)
    parser.add_argument(
        "--quick", action="store_true", help="two cases, three runs, nmap -sn alone"
    )
    parser.add_argument("--runs", type=int, help="of each command")
    parser.add_argument("--no-peers", action="store_true", help="nmap -sn alone")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the page")
    asked = parser.parse_args()
    if not asked.report and (reason := netns.lack()):
        sys.stderr.write(f"benchmarks need network namespaces: {reason}\n")
        return 1
    known = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
    for case in () if asked.report else CASES:
        if (asked.only and case.name not in asked.only) or (asked.quick and not case.quick):
            continue
        runs = asked.runs or (3 if asked.quick else case.runs)
        sys.stderr.write(f"{case.name}: {runs} runs\n")
        before = known.get(case.name, {})
        known[case.name] = measure(case, runs, _peers(case, few=asked.quick or asked.no_peers))
        known[case.name]["machine"] = machine()
        known[case.name]["earlier"] = _earlier(before, known[case.name])
        _keep(known)
        sys.stdout.write(results.table(known[case.name]) + "\n")
    if not asked.report and (not asked.only or "offline" in asked.only) and not asked.quick:
        sys.stderr.write("offline\n")
        known["offline"] = offline.measure(asked.runs or offline.RUNS) | {"machine": machine()}
        _keep(known)
    if not asked.quick:
        results.write(
            [known[c.name] for c in CASES if c.name in known],
            ROOT / "benchmarks",
            known.get("offline"),
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
