"""A fleet that is scanned without a network: recorded observations through the real pipeline.

Every device is a copy of one of ``examples/sample-fleet/scan.json`` with its own MAC, serial,
endpoint and address. Identity, judging, document, journal, history, reports and alerts are the
product's own; only the packets are missing.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from pathlib import Path

from auditor import codec
from auditor.app import clock
from auditor.app.devices.desk import Card, Desk, Stage
from auditor.app.devices.identity import assets
from auditor.app.events import Event, JudgedOne
from auditor.app.judging.bench import Terms, bench
from auditor.app.judging.hinge import judge_asset, marked
from auditor.app.scanning.document import Ran, document
from auditor.app.scanning.options import ScanOptions, scope_of
from auditor.app.version import TOOL
from auditor.model.document import Asset, MethodState, Scan, Sent
from auditor.model.facts import Observation

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "sample-fleet" / "scan.json"
HIKVISION, LTS, DAHUA, LOREX, UNIVIEW, HANWHA, MILESIGHT = 0, 1, 3, 5, 9, 11, 12
BASES = (HIKVISION, LTS, DAHUA, LOREX, UNIVIEW, HANWHA, MILESIGHT)
FIRMWARE = {HIKVISION: ("V5.7.15build 240201", "V5.7.16build 240805")}
_TAIL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """One simulated device as it is on one night.

    Attributes:
        number: makes MAC, serial and endpoint its own.
        base: place of its model in the sample.
        address: where it is.
        newer: whether it runs the newer firmware.
        mac_of: the base whose hardware block the MAC is of, if another firmware was put on it.
        silent: signals that did not come in time on this night.
    """

    number: int
    base: int
    address: str
    newer: bool = False
    mac_of: int | None = None
    silent: frozenset[str] = frozenset()

    def facts(self) -> tuple[Observation, ...]:
        """What it would have said."""
        return tuple(item for item in _facts(self) if item.signal not in self.silent)


_SAMPLE: list[Asset] = []


def sample() -> Sequence[Asset]:
    """The recorded devices."""
    if not _SAMPLE:
        _SAMPLE.extend(codec.decode(SAMPLE.read_bytes()).assets)
    return _SAMPLE


def fleet(count: int, *, first: int = 1) -> dict[int, Camera]:
    """So many devices, at most 250 in a /24."""
    return {
        number: Camera(
            number=number,
            base=BASES[number % len(BASES)],
            address=f"192.168.{40 + number // 250}.{number % 250 + 1}",
        )
        for number in range(first, first + count)
    }


def _facts(camera: Camera) -> tuple[Observation, ...]:
    base = sample()[camera.base]
    words = _words(base, camera)
    found = []
    for item in base.observations:
        value = item.value
        for old, new in words:
            value = value.replace(old, new)
        found.append(replace(item, value=value, at=clock.stamp()))
    return tuple(found)


def _words(base: Asset, camera: Camera) -> list[tuple[str, str]]:
    words = [(str(base.address), camera.address)]
    block = sample()[base_of(camera)].mac
    for item in base.observations:
        if item.signal == "mac" or base.mac:
            old = (base.mac or item.value).replace(":", "")
            new = (block or old).replace(":", "")[:6] + f"{camera.number:06x}"
            words += _forms(old, new)
            break
    if base.serial:
        tail = base.serial[-_TAIL:]
        fresh = f"{camera.number:05d}" if tail.isdigit() else f"{camera.number:05X}"
        words.append((base.serial, base.serial[:-_TAIL] + fresh))
        words.append((base.serial[-9:], base.serial[-9:-_TAIL] + fresh))
    if base.id.startswith("epr-"):
        old = base.id.removeprefix("epr-")
        words.append((old, f"{old[:-12]}{camera.number:012x}"))
    if camera.newer:
        words.append(FIRMWARE[camera.base])
    return words


def base_of(camera: Camera) -> int:
    """The base of its hardware address."""
    return camera.base if camera.mac_of is None else camera.mac_of


def _link_local(mac: str) -> str:
    """The address that IPv6 makes of a hardware address."""
    octets = bytes.fromhex(mac)
    name = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + name))


def _forms(old: str, new: str) -> list[tuple[str, str]]:
    found = [(_link_local(old), _link_local(new))]
    for sign in (":", "-", ""):
        pair = [sign.join(text[at : at + 2] for at in range(0, 12, 2)) for text in (old, new)]
        found += [(pair[0], pair[1]), (pair[0].upper(), pair[1].upper())]
    return found


class Air:
    """Stands in for the scan: whoever is ``there`` answers.

    Attributes:
        there: the devices of this night, by network (site name of the scan's targets).
        complete: whether the scan sees everything.
        pause: seconds between two devices.
        fail: raised instead of a scan.
    """

    def __init__(self, there: Sequence[Camera] = ()) -> None:
        self.there: Sequence[Camera] = there
        self.complete = True
        self.pause = 0.0
        self.fail: Exception | None = None
        self.fail_after: int | None = None
        self.scans = 0
        self.asked: list[ScanOptions] = []

    async def scan(
        self,
        options: ScanOptions,
        terms: Terms,
        tell: Callable[[Event], None],
        stop: asyncio.Event | None = None,
        previous: Scan | None = None,
        notes: object = None,
    ) -> Scan:
        """As ``auditor.app.scanning.scan.scan``."""
        del previous, notes
        self.scans += 1
        self.asked.append(options)
        if self.fail is not None and self.fail_after is None:
            raise self.fail
        started = clock.stamp()
        scope = await scope_of(options)
        judge_with = await asyncio.to_thread(bench, terms)
        desk = Desk(scope)
        swept = True
        for count, camera in enumerate(c for c in self.there if c.address in scope):
            if count and stop is not None and stop.is_set():  # one device at least
                swept = False
                break
            if self.fail is not None and count == self.fail_after:
                raise self.fail
            desk.cards[camera.address] = card_of(camera)
            if self.pause:
                await asyncio.sleep(self.pause)
            single = Desk(scope)
            single.cards[camera.address] = desk.cards[camera.address]
            tell(JudgedOne(asset=judge_asset(assets(single)[0], judge_with)))
        final = marked(tuple(judge_asset(asset, judge_with) for asset in assets(desk)))
        ran = Ran(
            id=uuid.uuid4().hex,
            started=started,
            finished=clock.stamp(),
            tool=TOOL,
            engine="native",
            site=options.site,
            interrupted=not swept,
            swept=swept,
            states=()
            if self.complete
            else (MethodState(method="tcp", state="failed", why="test"),),
            sent=Sent(),
        )
        return document(ran, desk, final, judge_with)


def card_of(camera: Camera) -> Card:
    """What the desk would hold of a device that was interviewed."""
    card = Card(address=camera.address, stage=Stage.DONE, methods={"tcp"})
    card.add(camera.facts())
    card.macs.update(
        item.value for item in card.facts if item.signal == "mac" and item.endpoint == "link"
    )
    card.open_ports.add(80)
    return card
