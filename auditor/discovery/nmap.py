"""The sweep of ``--engine nmap``: nmap finds the hosts, in batches, as our own child process.

Only the hosts and what the link shows of them are taken from nmap: no service detection, no
scripts, no operating system guess. Its packets do not pass through our own counter; the state
says how many there were by estimate.
"""

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import defusedxml.ElementTree as SafeTree
from defusedxml import DefusedXmlException

from auditor.discovery import _nmap_run
from auditor.discovery._api import Method, Seen, Wish
from auditor.discovery._ground import Patch, batches, table_of, version_of
from auditor.discovery._link import link_sighting
from auditor.discovery._ports import all_ports, first_ports, port_fact
from auditor.model.document import MethodState
from auditor.model.facts import Sighting
from auditor.net.api import Net
from auditor.net.system.privilege import can_raw
from auditor.wire import mac

MISSING: Final = "nmap is not installed: install it (apt install nmap), or use --engine native"
UNPRIVILEGED: Final = (
    "nmap without root cannot send ARP: hosts that answer on no asked port are not seen,"
    " and only the neighbour table gives hardware addresses; run with sudo"
)
_HOST_TIMEOUT: Final = 30
_SPARE: Final = 60.0
_TRIES: Final = 2
_END: Final = b"</host>"
_STUB: Final = (
    b'<runstats><finished time="0" timestr="" elapsed="0"/>'
    b'<hosts up="0" down="0" total="0"/></runstats></nmaprun>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How nmap is to look at a batch.

    Attributes:
        arguments: how, without rate and targets.
        probes: packets that one silent host costs.
        needs_port: only an open port proves a host (loopback).
        limit: what is lost this way, in words.
    """

    arguments: tuple[str, ...]
    probes: int
    needs_port: bool = False
    limit: str | None = None


@dataclass(slots=True, kw_only=True)
class _Count:
    """What came of one patch."""

    packets: int = 0
    broken: int = 0
    why: str | None = None


class Nmap:
    """The method.

    Args:
        privileged: whether nmap may send ARP; None to find out.
    """

    name = "nmap"
    engines = frozenset({"nmap"})
    sends = (
        "nmap host discovery: ARP request on attached Ethernets, else TCP SYN or connect to the"
        " first ports"
    )

    def __init__(self, *, privileged: bool | None = None) -> None:
        self._privileged = privileged

    async def run(self, net: Net, wish: Wish) -> AsyncIterator[Seen]:
        """Sweep the scope, one batch after the other."""
        binary = _nmap_run.binary()
        if binary is None:
            yield MethodState(method=self.name, state="unavailable", why=MISSING)
            return
        for patch in await wish.ground.patches(net):
            count = _Count()
            found: set[str] = set()
            plan = self._plan(patch, wish)
            async for sighting in self._patch(binary, net, wish, patch, plan, count):
                found.add(sighting.address)
                yield sighting
            yield _state(self.name, patch, plan, count, len(found))

    def _plan(self, patch: Patch, wish: Wish) -> _Plan:
        ports = all_ports(wish) if patch.loopback else first_ports(wish)
        text = ",".join(str(port) for port in ports)
        privileged = _nmap_may_raw() if self._privileged is None else self._privileged
        if patch.loopback:
            arguments = ("-Pn", "-sT", "-p", text, "--open", "--unprivileged")
            return _Plan(arguments=arguments, probes=len(ports), needs_port=True)
        if privileged and patch.ethernet:
            return _Plan(arguments=("-sn", "-PR"), probes=_TRIES)
        arguments = ("-sn", f"-PS{text}", *(() if privileged else ("--unprivileged",)))
        limit = UNPRIVILEGED if patch.ethernet else None
        return _Plan(arguments=arguments, probes=len(ports) * _TRIES, limit=limit)

    async def _patch(
        self, binary: str, net: Net, wish: Wish, patch: Patch, plan: _Plan, count: _Count
    ) -> AsyncIterator[Sighting]:
        for batch in _by_version(patch.addresses):
            command = _command(binary, plan, wish, batch)
            seconds = _SPARE + _HOST_TIMEOUT + len(batch) * plan.probes * _TRIES / wish.rate
            try:
                output = await _nmap_run.run(command, seconds=seconds)
            except OSError as error:
                count.broken += 1
                count.why = str(error)
                continue
            hosts = await asyncio.to_thread(_parsed, output, count)
            count.packets += len(batch) * plan.probes - len(hosts) * (plan.probes - 1)
            for sighting in _sightings(net, wish, patch, plan, batch, hosts):
                yield sighting


def _nmap_may_raw() -> bool:
    """Whether nmap will send ARP: it goes by the user, and the kernel by the capability."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and can_raw()


def _by_version(addresses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for version in (4, 6):
        yield from batches([one for one in addresses if version_of(one) == version])


def _command(binary: str, plan: _Plan, wish: Wish, batch: Sequence[str]) -> tuple[str, ...]:
    # Through ipaddress once more: a target must never be read as an option.
    targets = tuple(str(ipaddress.ip_address(address)) for address in batch)
    return (
        binary,
        "-n",
        *plan.arguments,
        *(("-6",) if version_of(targets[0]) == 6 else ()),  # noqa: PLR2004 - IP version
        "--max-rate",
        str(max(1, wish.rate)),
        "--max-retries",
        "1",
        "--host-timeout",
        f"{_HOST_TIMEOUT}s",
        "-oX",
        "-",
        *targets,
    )


def _parsed(output: _nmap_run.Output, count: _Count) -> Mapping[str, Any]:
    """The hosts of one run; of a run that broke off, those that were written before it did."""
    xml = output.xml
    if not output.whole:
        count.broken += 1
        count.why = output.complaint or "nmap was stopped at its deadline"
    hosts = _analysed(xml)
    if hosts is None:
        if output.whole:
            count.broken += 1
            count.why = "its output is not whole"
        hosts = _analysed(xml[: xml.rfind(_END) + len(_END)] + _STUB) if _END in xml else None
    return hosts or {}


def _analysed(xml: bytes) -> Mapping[str, Any] | None:
    """python-nmap's reading; None for output that is not whole, or holds entities."""
    if not xml:
        return None
    import nmap as python_nmap  # noqa: PLC0415 - most scans do without, and its loading takes long

    try:
        SafeTree.fromstring(xml, forbid_dtd=False, forbid_entities=True)
        scanner = python_nmap.PortScanner()
        result = scanner.analyse_nmap_xml_scan(xml.decode(errors="replace"))
    except (
        SafeTree.ParseError,
        DefusedXmlException,
        python_nmap.PortScannerError,
        AttributeError,
        ValueError,
    ):
        return None
    hosts: Mapping[str, Any] = result["scan"]
    return hosts


def _sightings(
    net: Net,
    wish: Wish,
    patch: Patch,
    plan: _Plan,
    batch: Sequence[str],
    hosts: Mapping[str, Any],
) -> Iterator[Sighting]:
    face = None if patch.interface is None else patch.interface.name
    wanted = frozenset(batch)
    links = {} if plan.limit is None else table_of(net, wanted)
    for address, host in hosts.items():
        ports = _open_ports(host)
        up = host.get("status", {}).get("state") == "up"
        if address not in wanted or not up or (plan.needs_port and not ports):
            continue
        hardware = mac.normal(str(host["addresses"].get("mac", ""))) or links.pop(address, None)
        if hardware is not None and patch.ethernet and face is not None:
            yield link_sighting(Nmap.name, address, hardware, wish, face)
        else:
            facts = tuple(port_fact(port, Nmap.name, wish) for port in ports)
            yield Sighting(address=address, method=Nmap.name, interface=face, observations=facts)
    for address, hardware in links.items():
        if face is not None:
            yield link_sighting(Nmap.name, address, hardware, wish, face)


def _open_ports(host: Mapping[str, Any]) -> tuple[int, ...]:
    tcp: Mapping[int, Mapping[str, str]] = host.get("tcp", {})
    return tuple(sorted(port for port, row in tcp.items() if row.get("state") == "open"))


def _state(method: str, patch: Patch, plan: _Plan, count: _Count, found: int) -> MethodState:
    why = [f"about {count.packets} packets sent by nmap itself, estimated from its host counts"]
    state = "ok"
    if plan.limit is not None:
        state = "limited"
        why.insert(0, plan.limit)
    if count.broken:
        state = "limited" if found else "failed"
        why.insert(0, f"{count.broken} runs of nmap broke off: {count.why}")
    return MethodState(
        method=method,
        state=state,
        interface=None if patch.interface is None else patch.interface.name,
        why="; ".join(why),
        found=found,
    )


METHOD: Method = Nmap()
