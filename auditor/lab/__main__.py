"""``python -m auditor.lab``: keep a simulated fleet up until SIGTERM or Ctrl-C."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from ipaddress import IPv4Network
from pathlib import Path

from auditor.lab import netns
from auditor.lab.fleet import Device, choose
from auditor.lab.loopback import Loopback
from auditor.lab.namespace import NamespaceFleet
from auditor.lab.topology import NEAR, Plan
from auditor.model.errors import AuditError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m auditor.lab", description=__doc__)
    sub = parser.add_subparsers(dest="mode", required=True)
    for mode in ("loopback", "namespace"):
        one = sub.add_parser(mode, help=f"a fleet in the {mode}")
        one.add_argument("--count", type=int, help="number of devices; default: one of each")
        one.add_argument("--persona", action="append", help="only this persona (repeatable)")
        one.add_argument("--seed", default="lab", help="varies MACs and serials")
        one.add_argument("--witness", type=Path, help="write what was sent to this file at the end")
        one.add_argument("--network", type=IPv4Network, help="the network of the fleet")
    space = sub.choices["namespace"]
    space.add_argument("--routed", type=int, default=0, help="devices behind a router")
    space.add_argument("--down", type=int, default=0, help="so many of the first devices are off")
    space.add_argument("--loss", type=float, default=0.0, help="share of frames lost, 0 to 1")
    space.add_argument(
        "--proxied", type=IPv4Network, help="addresses that a proxy-ARP router holds"
    )
    clean = sub.add_parser("clean", help="remove what a crashed fleet left behind")
    clean.add_argument("--all", action="store_true", help="also fleets that still run")
    sub.add_parser("list", help="the personas")
    return parser


def _fleet(options: argparse.Namespace) -> Loopback | NamespaceFleet:
    personas = choose(options.persona, options.count)
    if options.mode == "loopback":
        return Loopback(personas, seed=options.seed, network=options.network)
    plan = Plan(
        network=options.network or NEAR,
        routed=options.routed,
        down=frozenset(range(1, options.down + 1)),
        link_loss=options.loss,
        proxied=options.proxied,
    )
    return NamespaceFleet(personas, plan, seed=options.seed)


def _line(device: Device) -> str:
    return f"{device.address}\t{device.mac}\t{device.persona.id}\t{device.serial}"


def _keep(fleet: Loopback | NamespaceFleet, record: Path | None) -> None:
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    with fleet:
        if isinstance(fleet, NamespaceFleet):
            print(f"# scan with: ip netns exec {fleet.scanner} COMMAND", flush=True)  # noqa: T201
            for limit in fleet.limits:
                print(f"# {limit}", flush=True)  # noqa: T201
        print("\n".join(_line(device) for device in fleet.devices), flush=True)  # noqa: T201
        print("# ready", flush=True)  # noqa: T201
        end.wait()
    if record is not None:
        told = {device.name: fleet.witness(device).as_data() for device in fleet.devices}
        record.write_text(json.dumps(told, indent=1), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when it did its job, 2 when it could not."""
    options = _parser().parse_args(arguments)
    try:
        if options.mode == "clean":
            print("\n".join(netns.clean(everything=options.all)) or "nothing")  # noqa: T201
        elif options.mode == "list":
            print("\n".join(f"{p.id}\t{p.title}" for p in choose()))  # noqa: T201
        else:
            _keep(_fleet(options), options.witness)
    except AuditError as error:
        print(f"lab: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
