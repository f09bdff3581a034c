"""Which device of one scan is which of another."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from auditor.model.document import Asset
from auditor.model.words import Kind, Role

_LEAST_SERIAL: Final = 6
_LEAST_SIGNS: Final = 3
_ENDPOINT: Final = "wsd.endpoint"


@dataclass(frozen=True, slots=True)
class Member:
    """A device and the recorder that it stands behind."""

    asset: Asset
    parent: Asset | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """The devices of two scans.

    Attributes:
        pairs: the same device in both, earlier and later.
        appeared: those of the later scan only.
        absent: those of the earlier scan only.
    """

    pairs: tuple[tuple[Member, Member], ...]
    appeared: tuple[Member, ...]
    absent: tuple[Member, ...]


_Pair = tuple[Member, Member]
_Keys = Callable[[Asset], Iterable[str]]


def family(assets: Iterable[Asset], parent: Asset | None = None) -> Iterator[Member]:
    """Every device and every device behind it."""
    for asset in assets:
        yield Member(asset, parent)
        yield from family(asset.children, asset)


def match(old: Iterable[Asset], new: Iterable[Asset]) -> Matched:
    """The devices of two scans, as ``match_members`` finds them again."""
    return match_members(list(family(old)), list(family(new)))


def match_members(before: list[Member], after: list[Member]) -> Matched:
    """Find each device again: by its id, MAC, endpoint id, serial number, place, in this order.

    A key other than the id counts only where exactly one device of either scan shows it among
    those not found yet, and a serial number only where it can be one of its own: makers ship
    thousands of devices with ``123456``. A place is the port of a recorder that was found again;
    or an address, where one of the two tells nothing else that names it or both tell the same, and
    nothing that both tell of their make contradicts. The order in which the documents list their devices has no
    influence.
    """
    pairs = _by_id(before, after)
    for keys in _NAMES:
        pairs += _by(keys, _without(before, pairs, 0), _without(after, pairs, 1))
    near = _by(_addresses, _without(before, pairs, 0), _without(after, pairs, 1))
    pairs += [pair for pair in near if _may_be_one(pair[0].asset, pair[1].asset)]
    pairs += _by_port(pairs, _without(before, pairs, 0), _without(after, pairs, 1))
    return Matched(
        pairs=tuple(pairs),
        appeared=tuple(_without(after, pairs, 1)),
        absent=tuple(_without(before, pairs, 0)),
    )


def sketch(asset: Asset) -> Asset:
    """What of a device is needed to find it again; a hundredth of the whole."""
    maker = next((item for item in asset.attributions if item.role is Role.MAKER), None)
    cited = maker.because[0] if maker else None  # no conclusion stands without evidence
    place = cited and (cited.via or cited.signal, cited.endpoint)
    return Asset(
        id=asset.id,
        address=asset.address,
        addresses=asset.addresses,
        mac=asset.mac,
        serial=asset.serial,
        kind=asset.kind,
        brand=asset.brand,
        model=asset.model,
        attributions=(replace(maker, because=(cited,), against=()),) if maker and cited else (),
        observations=tuple(
            item if item.signal == _ENDPOINT else replace(item, value="")
            for item in asset.observations
            if item.signal == _ENDPOINT or (item.signal, item.endpoint) == place
        ),
        children=tuple(map(sketch, asset.children)),
    )


def anonymous(asset: Asset) -> bool:
    """Whether it is named by an address alone: it told nothing by which to know it elsewhere."""
    named = any(name for keys in _NAMES for name in keys(asset))
    return not named and asset.id in {f"ip-{address}" for address in _addresses(asset)}


def _by_id(before: list[Member], after: list[Member]) -> list[_Pair]:
    """Ids are unique in a document of ours; in a forged one the n-th is taken for the n-th."""
    old, new = _grouped(before), _grouped(after)
    pairs = []
    for name in old.keys() & new.keys():
        groups = [old[name], new[name]]
        if max(map(len, groups)) > 1:
            groups = [sorted(group, key=_content) for group in groups]
        pairs += list(zip(*groups, strict=False))
    return [(once, again) for once, again in pairs]


def _grouped(members: list[Member]) -> Mapping[str, list[Member]]:
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.asset.id, []).append(member)
    return found


def _by(keys: _Keys, before: list[Member], after: list[Member]) -> list[_Pair]:
    """Those that share a key which nobody else on their side shows."""
    return _agreed(_unique(before, keys), _unique(after, keys))


def _agreed(once: Mapping[str, Member], again: Mapping[str, Member]) -> list[_Pair]:
    """Those that share a key, if all their keys agree on who is who."""
    found = {
        (id(once[name]), id(again[name])): (once[name], again[name])
        for name in once.keys() & again.keys()
    }
    left, right = Counter(pair[0] for pair in found), Counter(pair[1] for pair in found)
    return [pair for name, pair in found.items() if left[name[0]] == right[name[1]] == 1]


def _by_port(pairs: list[_Pair], before: list[Member], after: list[Member]) -> list[_Pair]:
    """Devices at one port of a recorder that was found again under another id."""
    again = {id(once.asset): id(now.asset) for once, now in pairs}

    def was(member: Member) -> Iterator[str]:
        if (port := _port(member)) and (recorder := again.get(id(member.parent))):
            yield f"{recorder}/{port}"

    def now(member: Member) -> Iterator[str]:
        if port := _port(member):
            yield f"{id(member.parent)}/{port}"

    found = _agreed(_by_only(before, was), _by_only(after, now))
    return [pair for pair in found if _agree(pair[0].asset, pair[1].asset)]


def _port(member: Member) -> str | None:
    """What its id says besides that of the recorder it stands behind."""
    own = f"{member.parent.id}/" if member.parent else ""
    return member.asset.id.removeprefix(own) if member.asset.id.startswith(own) else None


def _unique(members: list[Member], keys: _Keys) -> dict[str, Member]:
    return _by_only(members, lambda member: keys(member.asset))


def _by_only(members: list[Member], keys: Callable[[Member], Iterable[str]]) -> dict[str, Member]:
    """Key → the only member that shows it."""
    found: dict[str, list[Member]] = {}
    for member in members:
        for name in set(keys(member)):
            found.setdefault(name, []).append(member)
    return {name: group[0] for name, group in found.items() if len(group) == 1}


def _without(members: list[Member], pairs: list[_Pair], side: int) -> list[Member]:
    met = {id(pair[side]) for pair in pairs}
    return [member for member in members if id(member) not in met]


def _macs(asset: Asset) -> Iterator[str]:
    if asset.mac:
        yield asset.mac


def _endpoints(asset: Asset) -> Iterator[str]:
    """Its WS-Discovery endpoint ids (UUIDs), written in one way."""
    for item in asset.observations:
        if item.signal == _ENDPOINT:
            name = item.value.lower().removeprefix("urn:").removeprefix("uuid:").strip()
            if name:
                yield name


def _serials(asset: Asset) -> Iterator[str]:
    serial = asset.serial or ""
    own = len(serial) >= _LEAST_SERIAL and len(set(serial)) >= _LEAST_SIGNS
    if own and serial not in "0123456789":
        yield serial


_NAMES: Final[tuple[_Keys, ...]] = (_macs, _endpoints, _serials)


def _addresses(asset: Asset) -> Iterator[str]:
    yield from filter(None, dict.fromkeys((asset.address, *asset.addresses)))


def _may_be_one(once: Asset, again: Asset) -> bool:
    """Whether two at one address are one: nothing else names one of them, or the same names both.

    What several devices show (a serial number that a maker gave to all) is no name by itself, but
    with the address it is.
    """
    shared = any(set(keys(once)) & set(keys(again)) for keys in _NAMES)
    return (shared or anonymous(once) or anonymous(again)) and _agree(once, again)


def _agree(once: Asset, again: Asset) -> bool:
    """Whether nothing that both tell of their make contradicts."""
    told = [
        (None if one.kind is Kind.UNKNOWN else one.kind, one.brand, one.model, _maker(one))
        for one in (once, again)
    ]
    return all(a is None or b is None or a == b for a, b in zip(*told, strict=True))


def _maker(asset: Asset) -> str | None:
    return next((i.vendor for i in asset.attributions if i.role is Role.MAKER), None)


def _content(member: Member) -> tuple[bytes, bytes]:
    parent = b"" if member.parent is None else msgspec.json.encode(member.parent)
    return msgspec.json.encode(member.asset), parent
