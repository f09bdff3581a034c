"""Cards → assets: one asset per physical device, with an id that survives across scans.

Two addresses are one device when they show the same endpoint UUID, the same MAC (seen on the link
at one IPv4 address only, or told by the device itself), or a certificate that is the device's own;
:mod:`auditor.app.devices.merging` has the rules. A MAC that stands at several IPv4 addresses (router, proxy
ARP) neither testifies nor merges.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from auditor.app.devices import elsewhere
from auditor.app.devices.card import Card
from auditor.app.devices.desk import Desk
from auditor.app.devices.keys import keys_of, tells_mac
from auditor.app.devices.merging import Keys, groups
from auditor.app.devices.recorder import Known, attach, known_of, with_channels
from auditor.model.document import ALSO_AT, Asset
from auditor.model.facts import Observation
from auditor.wire.mac import is_local

__all__ = ["Plan", "assets", "drafts", "keys_of", "one_asset", "plan", "tells_mac"]

_LONGEST: Final = 60  # so that with an address and a channel behind it an id has 128 characters
_HASHED: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which addresses are which device, before any asset is made.

    Attributes:
        groups: the addresses of each device, in order of address.
        ids: the id of each.
        macs: the hardware address of each.
        keys: what each address shows.
        channels: whether any of them told what it records.
    """

    groups: list[list[str]]
    ids: list[str]
    macs: list[str | None]
    keys: Mapping[str, Keys]
    channels: bool


def plan(desk: Desk) -> Plan:
    """Which addresses are which device.

    Answers from outside the scope that turn out to be a device of the scope are no longer listed
    as foreign by the desk; they become a note of its asset.
    """
    shared = desk.shared_macs()
    briefs = desk.cards.briefs()
    keys = {brief.address: _unshared(brief.keys, shared) for brief in briefs}
    found = groups(keys)
    desk.elsewhere = elsewhere.same_devices(_foreign_keys(desk), keys, found)
    named = [_mac_and_id(group, keys) for group in found]
    ids = _unique_ids([name for _, name in named], found)
    told = any(brief.channels for brief in briefs)
    return Plan(groups=found, ids=ids, macs=[mac for mac, _ in named], keys=keys, channels=told)


def assets(desk: Desk) -> tuple[Asset, ...]:
    """Every card as part of one asset, in order of address. Not judged yet."""
    return tuple(drafts(desk, plan(desk)))


def drafts(desk: Desk, planned: Plan, but: frozenset[int] = frozenset()) -> Iterator[Asset]:
    """The planned assets one by one, in order of address; none is kept. Not judged yet.

    Args:
        desk: where their cards are.
        planned: which addresses are which device.
        but: places in the plan to leave out; none may be where a recorder told what it records.
    """
    shared = desk.shared_macs()
    made = (
        _draft([desk.cards.read(one) for one in group], planned.keys, shared, name, desk.elsewhere)
        for at, (group, name) in enumerate(zip(planned.groups, planned.ids, strict=True))
        if at not in but
    )
    if not planned.channels:
        return made
    return with_channels(made, [known_of(group, planned.keys) for group in planned.groups])


def _unshared(keys: Keys, shared: frozenset[str]) -> Keys:
    return replace(keys, link=keys.link - shared) if keys.link & shared else keys


def _foreign_keys(desk: Desk) -> dict[str, list[Keys]]:
    """What every single answer from outside the scope shows."""
    out: dict[str, list[Keys]] = {}
    for address, sightings in desk.foreign.items():
        for seen in sightings:
            card = Card(address=address)
            card.add(seen.observations)
            if seen.mac is not None:
                card.macs.add(seen.mac)
            out.setdefault(address, []).append(keys_of(card, frozenset()))
    return out


def _draft(
    cards: Sequence[Card],
    keys: Mapping[str, Keys],
    shared: frozenset[str],
    name: str,
    outside: Mapping[str, str],
) -> Asset:
    """An asset with its final id, and with notes on its addresses outside the scope."""
    made = _asset(cards, keys, shared)
    added = elsewhere.notes(outside, made.addresses, ALSO_AT) if outside else ()
    if not added and made.id == name:
        return made
    return replace(made, id=name, notes=(*made.notes, *added))


def one_asset(card: Card, desk: Desk) -> Asset:
    """The asset that one card is by itself, for judging as the scan goes."""
    shared = desk.shared_macs()
    keys = {card.address: keys_of(card, shared)}
    made = _asset([card], keys, shared)
    others = (
        Known(name=address, addresses=frozenset({address}), macs=macs)
        for address, macs in desk.cards.macs()
        if address != card.address
    )  # made only if they are asked for: most devices have no channels
    return attach(made, known_of(made.addresses, keys), others)


def _asset(cards: Sequence[Card], keys: Mapping[str, Keys], shared: frozenset[str]) -> Asset:
    addresses = tuple(card.address for card in cards)
    mac, asset_id = _mac_and_id(addresses, keys)
    observations = _merged_facts(cards, shared)
    notes = tuple(
        f"mac {mac} stands at several addresses (router or proxy ARP) and was not used"
        for mac in sorted({item for card in cards for item in card.macs} & shared)
    )
    return Asset(
        id=asset_id,
        address=addresses[0],
        addresses=addresses,
        mac=mac,
        notes=notes,
        attempts=tuple(attempt for card in cards for attempt in card.attempts),
        observations=observations,
        children=tuple(
            _child(asset_id, port, child)
            for card in cards
            for port, child in sorted(card.behind.items())
        ),
    )


def _child(parent: str, port: int, card: Card) -> Asset:
    """A camera that a recorder shows at one of its ports. It has no address and no MAC of its own."""
    return Asset(
        id=f"{parent}/{port}",
        address=None,
        attempts=tuple(card.attempts),
        observations=card.facts,
    )


def _merged_facts(cards: Iterable[Card], shared: frozenset[str]) -> tuple[Observation, ...]:
    out: dict[tuple[str, str, str | None], Observation] = {}
    for card in cards:
        for key, item in card.observations.items():
            if item.signal == "mac" and item.value in shared:
                continue
            out.setdefault(key, item)
    return tuple(out.values())


def _mac_and_id(addresses: Sequence[str], keys: Mapping[str, Keys]) -> tuple[str | None, str]:
    """The hardware address and the id of the device at these addresses."""
    known = [keys[address] for address in addresses]
    link = sorted({mac for item in known for mac in item.link})
    told = sorted({mac for item in known for mac in item.told if not is_local(mac)})
    mac = next(iter(link or told), None)
    return mac, _id(mac, known, addresses[0])


def _id(mac: str | None, known: Sequence[Keys], address: str) -> str:
    if mac is not None:
        return f"mac-{mac.replace(':', '')}"
    for begin, told in (
        ("epr", {item for keys in known for item in keys.endpoints}),
        ("sn", {item for keys in known for item in keys.serials}),
    ):
        names = [name for name in map(_name, sorted(told)) if name]
        if names:
            return f"{begin}-{names[0]}"
    return f"ip-{address}"


def _name(told: str) -> str:
    """What a device calls itself, fit for an id: short, and nothing in it that cannot be seen.

    Where something had to go, a hash of the whole keeps two such names apart.
    """
    seen = "".join(ch for ch in told if ch.isprintable()).strip()
    room = _LONGEST - len("epr-")
    if not seen or (seen == told.strip() and len(seen) <= room):
        return seen
    tail = hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:_HASHED]
    return f"{seen[: room - _HASHED - 1].rstrip()}~{tail}"


def _unique_ids(ids: Sequence[str], groups: Sequence[Sequence[str]]) -> list[str]:
    """Cloned keys exist (one serial on a whole product line): then the address tells them apart."""
    times = Counter(ids)
    return [
        f"{one}@{group[0]}" if times[one] > 1 else one
        for one, group in zip(ids, groups, strict=True)
    ]
