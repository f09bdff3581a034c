"""Cards → assets: one asset per physical device, with an id that survives across scans.

Two addresses are one device when they show the same endpoint UUID, or the same MAC: either seen
on the link at one IPv4 address only, or told by the device itself. A MAC that stands at several
IPv4 addresses (router, proxy ARP) neither testifies nor merges.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from auditor.app.desk import Card, Desk
from auditor.attribution.derive import derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.model.document import Asset
from auditor.model.facts import Observation
from auditor.wire.mac import is_local

_MOST_ADDRESSES = 4  # more addresses than this behind one key is a router or a cloned key


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What could name a device.

    Attributes:
        link: MACs seen on the link at this address only.
        told: MACs that the device told.
        endpoints: endpoint UUIDs.
        serials: serial numbers that the device told.
    """

    link: frozenset[str]
    told: frozenset[str]
    endpoints: frozenset[str]
    serials: frozenset[str]


def keys_of(card: Card, shared: frozenset[str]) -> Keys:
    """The keys that one address shows."""
    facts: list[Fact] = []
    for item in card.facts:
        fact = raw(item)
        if item.signal != "mac":
            facts.extend(derive(fact))
            facts.append(fact)
    return Keys(
        link=frozenset(card.macs - shared),
        told=frozenset(fact.value for fact in facts if fact.signal == "mac" and fact.via),
        endpoints=frozenset(
            _uuid(fact.value) for fact in facts if fact.signal == "wsd.endpoint" and fact.value
        ),
        serials=frozenset(
            fact.value for fact in facts if fact.signal == "serial" and fact.voice is Voice.DEVICE
        ),
    )


def _uuid(text: str) -> str:
    return text.lower().removeprefix("urn:").removeprefix("uuid:").strip()


def assets(desk: Desk) -> tuple[Asset, ...]:
    """Every card as part of one asset, in order of address. Not judged yet."""
    shared = desk.shared_macs()
    keys = {address: keys_of(card, shared) for address, card in desk.cards.items()}
    groups = _groups(keys)
    drafts = [_asset([desk.cards[a] for a in group], keys, shared) for group in groups]
    return _with_unique_ids(drafts)


def one_asset(card: Card, desk: Desk) -> Asset:
    """The asset that one card is by itself, for judging as the scan goes."""
    shared = desk.shared_macs()
    return _asset([card], {card.address: keys_of(card, shared)}, shared)


def _groups(keys: Mapping[str, Keys]) -> list[list[str]]:
    parent = {address: address for address in keys}

    def root(address: str) -> str:
        while parent[address] != address:
            address = parent[address]
        return address

    holders: dict[str, list[str]] = defaultdict(list)
    for address, known in keys.items():
        for mac in known.link | known.told:
            holders[f"mac {mac}"].append(address)
        for endpoint in known.endpoints:
            holders[f"epr {endpoint}"].append(address)
    for together in holders.values():
        if 1 < len(together) <= _MOST_ADDRESSES and _one_device(together, keys):
            for other in together[1:]:
                parent[root(other)] = root(together[0])
    groups: dict[str, list[str]] = defaultdict(list)
    for address in keys:
        groups[root(address)].append(address)
    ordered = [sorted(group, key=_address_order) for group in groups.values()]
    return sorted(ordered, key=lambda group: _address_order(group[0]))


def _one_device(addresses: Sequence[str], keys: Mapping[str, Keys]) -> bool:
    """Different MACs on the link mean different devices, whatever they tell."""
    links = {mac for address in addresses for mac in keys[address].link}
    return len(links) <= 1


def _address_order(address: str) -> tuple[int, int]:
    parsed = ip_address(address)
    return parsed.version, int(parsed)


def _asset(cards: Sequence[Card], keys: Mapping[str, Keys], shared: frozenset[str]) -> Asset:
    addresses = tuple(card.address for card in cards)
    known = [keys[address] for address in addresses]
    link = sorted({mac for item in known for mac in item.link})
    told = sorted({mac for item in known for mac in item.told if not is_local(mac)})
    mac = next(iter(link or told), None)
    observations = _merged_facts(cards, shared)
    notes = tuple(
        f"mac {mac} stands at several addresses (router or proxy ARP) and was not used"
        for mac in sorted({item for card in cards for item in card.macs} & shared)
    )
    asset_id = _id(mac, known, addresses[0])
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


def _id(mac: str | None, known: Sequence[Keys], address: str) -> str:
    if mac is not None:
        return f"mac-{mac.replace(':', '')}"
    endpoints = sorted({item for keys in known for item in keys.endpoints})
    if endpoints:
        return f"epr-{endpoints[0]}"
    serials = sorted({item for keys in known for item in keys.serials})
    if serials:
        return f"sn-{serials[0]}"
    return f"ip-{address}"


def _with_unique_ids(drafts: Sequence[Asset]) -> tuple[Asset, ...]:
    """Cloned keys exist (one serial on a whole product line): then the address tells them apart."""
    times: dict[str, int] = defaultdict(int)
    for draft in drafts:
        times[draft.id] += 1
    return tuple(
        replace(draft, id=f"{draft.id}@{draft.address}") if times[draft.id] > 1 else draft
        for draft in drafts
    )
