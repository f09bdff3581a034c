"""Cards → assets: one asset per physical device, with an id that survives across scans.

Two addresses are one device when they show the same endpoint UUID, the same MAC (seen on the link
at one IPv4 address only, or told by the device itself), or a certificate that is the device's own;
:mod:`auditor.app.merging` has the rules. A MAC that stands at several IPv4 addresses (router, proxy
ARP) neither testifies nor merges.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from typing import Final

from auditor.app import elsewhere
from auditor.app.desk import Card, Desk
from auditor.app.merging import Keys, groups
from auditor.app.recorder import Known, attach, known_of, with_channels
from auditor.attribution.derive import derive
from auditor.attribution.facts import Fact, Voice, raw
from auditor.model.document import ALSO_AT, Asset
from auditor.model.facts import Observation
from auditor.wire.mac import from_eui64, is_local

_LINK_LOCAL: Final = 0xFE80 << 112
_INTERFACE_ID: Final = (1 << 64) - 1
_LONGEST: Final = 60  # so that with an address and a channel behind it an id has 128 characters
_HASHED: Final = 12


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
        told=frozenset(fact.value for fact in facts if fact.signal == "mac" and fact.via)
        | _inside(card.address),
        endpoints=frozenset(
            _uuid(fact.value) for fact in facts if fact.signal == "wsd.endpoint" and fact.value
        ),
        serials=frozenset(
            fact.value for fact in facts if fact.signal == "serial" and fact.voice is Voice.DEVICE
        ),
        certificates=_certificates(card.facts),
    )


def tells_mac(card: Card, shared: frozenset[str]) -> bool:
    """Whether the device told a hardware address of its own, by which its asset is named."""
    return any(not is_local(mac) for mac in keys_of(card, shared).told)


def _inside(address: str) -> frozenset[str]:
    """The MAC inside an IPv6 address that was made from one (RFC 4291); most are not."""
    parsed = ip_address(address)
    if parsed.version == 4:  # noqa: PLR2004 - IP version
        return frozenset()
    made = from_eui64(str(IPv6Address(_LINK_LOCAL | int(parsed) & _INTERFACE_ID)))
    return frozenset() if made is None else frozenset({made})


def _certificates(facts: Iterable[Observation]) -> frozenset[tuple[str, str]]:
    """Fingerprints, each with the subject and the alternative names that stand at its endpoint."""
    listed = [item for item in facts if item.signal in {"tls.sha256", "tls.subject", "tls.san"}]
    words: dict[str | None, list[str]] = defaultdict(list)
    for item in listed:
        if item.signal != "tls.sha256":
            words[item.endpoint].append(item.value)
    return frozenset(
        (item.value, ", ".join(sorted(words[item.endpoint])))
        for item in listed
        if item.signal == "tls.sha256"
    )


def _uuid(text: str) -> str:
    return text.lower().removeprefix("urn:").removeprefix("uuid:").strip()


def assets(desk: Desk) -> tuple[Asset, ...]:
    """Every card as part of one asset, in order of address. Not judged yet.

    Answers from outside the scope that turn out to be a device of the scope become a note of its
    asset, and are no longer listed as foreign by the desk.
    """
    shared = desk.shared_macs()
    keys = {address: keys_of(card, shared) for address, card in desk.cards.items()}
    found = groups(keys)
    desk.elsewhere = elsewhere.same_devices(_foreign_keys(desk), keys, found)
    drafts = [_asset([desk.cards[a] for a in group], keys, shared) for group in found]
    if desk.elsewhere:
        drafts = [_with_notes(draft, desk.elsewhere) for draft in drafts]
    return with_channels(_with_unique_ids(drafts), keys)


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


def _with_notes(draft: Asset, outside: Mapping[str, str]) -> Asset:
    added = elsewhere.notes(outside, draft.addresses, ALSO_AT)
    return replace(draft, notes=(*draft.notes, *added)) if added else draft


def one_asset(card: Card, desk: Desk) -> Asset:
    """The asset that one card is by itself, for judging as the scan goes."""
    shared = desk.shared_macs()
    keys = {card.address: keys_of(card, shared)}
    made = _asset([card], keys, shared)
    others = (
        Known(name=address, addresses=frozenset({address}), macs=frozenset(other.macs))
        for address, other in desk.cards.items()
        if address != card.address
    )  # made only if they are asked for: most devices have no channels
    return attach(made, known_of(made, keys), others)


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


def _with_unique_ids(drafts: Sequence[Asset]) -> tuple[Asset, ...]:
    """Cloned keys exist (one serial on a whole product line): then the address tells them apart."""
    times: dict[str, int] = defaultdict(int)
    for draft in drafts:
        times[draft.id] += 1
    return tuple(
        replace(draft, id=f"{draft.id}@{draft.address}") if times[draft.id] > 1 else draft
        for draft in drafts
    )
