"""A recorder's channels → the devices behind it, each counted once.

A recorder that was asked with its owner's password tells what it records. Every channel in use
becomes a child of the recorder, unless the camera was found by itself: then the recorder has a
note, and the camera is counted where it stands. What the recorder tells of a camera is a record,
not the camera's own answer: brand and model are labels, serial number and firmware are matched
by their grammar. A child gets nothing of the recorder's own, and lends it nothing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auditor.app.devices.merging import Keys
from auditor.app.judging.hinge import CHANNEL as NOTE
from auditor.model.document import Asset
from auditor.model.errors import Malformed
from auditor.model.facts import Observation
from auditor.model.signals import BEHIND
from auditor.wire import channels
from auditor.wire.channels import Channel, Listing
from auditor.wire.mac import normal

FIRST_VIRTUAL: Final = 65_000
"""A recorder of the Hikvision family shows channel N's camera at port 65000 + N."""

_SIGNAL: Final = "recorder.channels"
_SHORT_SERIAL: Final = 9  # the shortest end of a serial number that a maker uses as its short form
_RECORDED: Final = ("brand", "model", "serial", "firmware", "mac")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A device that is counted already.

    Attributes:
        name: how a note names it: its address, or a channel of another recorder.
        addresses: where it was found itself; empty for a camera behind another recorder.
        serials: serial numbers that it told.
        macs: hardware addresses that it showed or told.
    """

    name: str
    addresses: frozenset[str] = frozenset()
    serials: frozenset[str] = frozenset()
    macs: frozenset[str] = frozenset()


def known_of(addresses: Sequence[str], keys: Mapping[str, Keys]) -> Known:
    """A device found by itself at these addresses, with what they show."""
    own = [keys[address] for address in addresses]
    return Known(
        name=addresses[0],
        addresses=frozenset(addresses),
        serials=frozenset(item for one in own for item in one.serials),
        macs=frozenset(item for one in own for item in one.link | one.told),
    )


def with_channels(assets: Iterable[Asset], known: Sequence[Known]) -> Iterator[Asset]:
    """The assets one by one, recorders with the devices behind them.

    Args:
        assets: not judged yet, in order of address.
        known: the same devices in the same order, as channels may name them.
    """
    every = list(known)
    for at, asset in enumerate(assets):
        if not _tells(asset):
            yield asset
            continue
        made = attach(asset, every[at], [*every[:at], *every[at + 1 :]])
        every += _behind(made)
        yield made


def attach(recorder: Asset, own: Known, others: Iterable[Known]) -> Asset:
    """A recorder with its channels as children, and notes on those that are found elsewhere.

    Args:
        recorder: an asset that may hold what a recorder told; others come back unchanged.
        own: what the recorder shows of itself.
        others: everything else that is counted already.
    """
    told = [item for item in recorder.observations if item.signal == _SIGNAL]
    listings = [(item, found) for item in told if (found := _decoded(item.value)) is not None]
    if not listings:
        return recorder
    slots: dict[int, tuple[Channel, Observation]] = {}
    for item, found in listings:
        for one in found.channels:
            slots.setdefault(one.channel, (one, item))
    used = {n: slot for n, slot in sorted(slots.items()) if _is_there(slot[0])}
    away = [one for one, _ in slots.values() if one.enabled and not _is_there(one)]
    index = _Index(tuple(others), Counter((one.serial or "").lower() for one, _ in used.values()))
    virtual = {_port(child): child for child in recorder.children}
    children: list[Asset] = []
    notes = [_switched_off(one) for one, _ in slots.values() if not one.enabled]
    if away:
        notes.append(_away(away))
    for number, (one, item) in used.items():
        page = virtual.get(FIRST_VIRTUAL + number)
        same = index.find(one)
        if same is not None:
            virtual.pop(FIRST_VIRTUAL + number, None)
            notes.append(f"{NOTE} {number} is {same.name}")
            continue
        if page is not None and not _contradicts(page, one):
            virtual.pop(FIRST_VIRTUAL + number)
            children.append(_child(recorder.id, one, item, own.macs, page))
        else:
            children.append(_child(recorder.id, one, item, own.macs, None))
    count = len(used) + len(virtual)
    present = [one for one, _ in used.values()]
    doubts = _doubts([found for _, found in listings], [*present, *away])
    return replace(
        recorder,
        children=(*children, *(virtual[port] for port in sorted(virtual))),
        notes=(*recorder.notes, *notes, _count(count, doubts)),
    )


class _Index:
    """Finds the device that a channel is, among those that are counted already."""

    def __init__(self, others: Sequence[Known], serials: Mapping[str, int]) -> None:
        self._others = others
        self._serials = serials
        self._told = Counter(serial.lower() for one in others for serial in one.serials)

    def find(self, one: Channel) -> Known | None:
        """By MAC, by serial number where only one device has it, by address; else None."""
        for other in self._others:
            if one.mac is not None and one.mac in other.macs:
                return other
        for other in self._others:
            if self._same_serial(one, other):
                return other
        for other in self._others:
            if one.address in other.addresses and not self._differs(one, other):
                return other
        return None

    def _same_serial(self, one: Channel, other: Known) -> bool:
        """Some makers give one number to thousands of devices: then it names none of them."""
        if one.serial is None or self._serials.get(one.serial.lower(), 0) > 1:
            return False
        return any(
            self._told[serial.lower()] == 1 and _agree(one.serial, serial)
            for serial in other.serials
        )

    @staticmethod
    def _differs(one: Channel, other: Known) -> bool:
        """Whether the device at that address is another one than the recorder tells of."""
        if one.serial and other.serials:
            return not any(_agree(one.serial, serial) for serial in other.serials)
        return bool(one.mac and other.macs)  # equal ones were found before


def _agree(one: str, other: str) -> bool:
    """Whether two serial numbers are one: equal, or one the short form of the other."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return short == long or (len(short) >= _SHORT_SERIAL and long.endswith(short))


def _child(
    parent: str, one: Channel, told: Observation, foreign: frozenset[str], page: Asset | None
) -> Asset:
    """The device at a channel: what the recorder tells, and its own web page where it shows one."""
    mac = None if one.mac in foreign else one.mac
    endpoint = f"{BEHIND}{one.channel}"

    def note(signal: str, text: str) -> Observation:
        return Observation(
            signal=signal, value=text, endpoint=endpoint, probe=told.probe, at=told.at
        )

    kept = replace(one, mac=mac)
    facts = [note("recorder.channel", json.dumps(channels.as_json(kept), ensure_ascii=False))]
    for signal in _RECORDED:
        text = getattr(kept, signal)
        if text is not None:
            facts.append(note(signal, text))
    return Asset(
        id=f"{parent}/channel-{one.channel}",
        address=one.address,
        addresses=(one.address,) if one.address else (),
        mac=mac,
        attempts=page.attempts if page else (),
        observations=(*facts, *(page.observations if page else ())),
    )


def _behind(recorder: Asset) -> list[Known]:
    """The children of a recorder, as what another recorder's channels may be as well."""
    return [
        Known(
            name=f"{child.id.rpartition('/')[2].replace('-', ' ')} of {recorder.address}",
            serials=frozenset(o.value for o in child.observations if o.signal == "serial"),
            macs=frozenset({child.mac} if child.mac else ()),
        )
        for child in recorder.children
    ]


def _contradicts(page: Asset, one: Channel) -> bool:
    """Whether the web page at the channel's port names another MAC than the recorder does."""
    shown = {normal(item.value) for item in page.observations if item.signal == "mac"}
    return bool(shown) and one.mac is not None and one.mac not in shown


def _port(child: Asset) -> int:
    tail = child.id.rpartition("/")[2]
    return int(tail) if tail.isdecimal() else 0


def _tells(asset: Asset) -> bool:
    return any(item.signal == _SIGNAL for item in asset.observations)


def _decoded(text: str) -> Listing | None:
    try:
        return channels.decode(text)
    except Malformed:
        return None


def _is_there(one: Channel) -> bool:
    """Whether a camera stands behind a channel: an empty PoE port may be listed, with an address."""
    named = any((one.model, one.serial, one.firmware, one.mac))
    if not one.enabled:
        return False
    if one.online is None:
        return named or one.address is not None
    return one.online or named


def _away(found: Sequence[Channel]) -> str:
    numbers = _numbers(one.channel for one in found)
    names = "names" if len(found) == 1 else "name"
    are = "is" if len(found) == 1 else "are"
    plural = "" if len(found) == 1 else "s"
    return f"{NOTE}{plural} {numbers} {names} no camera and {are} not online: not counted"


def _switched_off(one: Channel) -> str:
    where = f" ({one.address})" if one.address else ""
    return f"{NOTE} {one.channel} is switched off on the recorder{where} and not counted"


def _doubts(listings: Sequence[Listing], used: Sequence[Channel]) -> list[str]:
    """Why there may be more behind the recorder than it told."""
    doubts = [f"the recorder did not tell: {one.why}" for one in listings if one.why]
    if any(one.cut for one in listings):
        doubts.append(f"the list is longer than {channels.MOST}")
    offline = [one.channel for one in used if one.online is False]
    unsaid = [one.channel for one in used if one.online is None]
    if offline:
        doubts.append(f"offline: {_numbers(offline)}")
    if unsaid:
        doubts.append(f"state not told: {_numbers(unsaid)}")
    return doubts


def _numbers(found: Iterable[int]) -> str:
    """``1-4, 7``."""
    runs: list[list[int]] = []
    for number in sorted(found):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)


def _count(count: int, doubts: Sequence[str]) -> str:
    things = "camera stands" if count == 1 else "cameras stand"
    if not doubts:
        return f"{NOTE}s: {count} {things} behind this recorder"
    return f"{NOTE}s: at least {count} {things} behind this recorder ({'; '.join(doubts)})"
