"""Which device of one scan is which of another."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from auditor.model.document import Asset

_LEAST_SERIAL: Final = 6
_LEAST_SIGNS: Final = 3


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


def family(assets: Iterable[Asset], parent: Asset | None = None) -> Iterator[Member]:
    """Every device and every device behind it."""
    for asset in assets:
        yield Member(asset, parent)
        yield from family(asset.children, asset)


def match(old: Iterable[Asset], new: Iterable[Asset]) -> Matched:
    """Find each device again: by its id; else by its MAC, else by its serial number.

    MAC and serial count only where exactly one device of either scan shows them, and a serial only
    where it can be one of its own: makers ship thousands of devices with ``123456``. The order in
    which the documents list their devices has no influence.
    """
    before, after = list(family(old)), list(family(new))
    pairs = _by_id(before, after)
    for key in (_mac, _serial):
        left, right = _without(before, pairs, 0), _without(after, pairs, 1)
        once, again = _unique(left, key), _unique(right, key)
        pairs += [(once[name], again[name]) for name in once.keys() & again.keys()]
    return Matched(
        pairs=tuple(pairs),
        appeared=tuple(_without(after, pairs, 1)),
        absent=tuple(_without(before, pairs, 0)),
    )


def _by_id(before: list[Member], after: list[Member]) -> list[tuple[Member, Member]]:
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


def _unique(members: list[Member], key: Callable[[Asset], str | None]) -> dict[str, Member]:
    found: dict[str, list[Member]] = {}
    for member in members:
        if name := key(member.asset):
            found.setdefault(name, []).append(member)
    return {name: group[0] for name, group in found.items() if len(group) == 1}


def _without(members: list[Member], pairs: list[tuple[Member, Member]], side: int) -> list[Member]:
    met = {id(pair[side]) for pair in pairs}
    return [member for member in members if id(member) not in met]


def _mac(asset: Asset) -> str | None:
    return asset.mac


def _serial(asset: Asset) -> str | None:
    serial = asset.serial or ""
    own = len(serial) >= _LEAST_SERIAL and len(set(serial)) >= _LEAST_SIGNS
    return serial if own and serial not in "0123456789" else None


def _content(member: Member) -> tuple[bytes, bytes]:
    parent = b"" if member.parent is None else msgspec.json.encode(member.parent)
    return msgspec.json.encode(member.asset), parent
