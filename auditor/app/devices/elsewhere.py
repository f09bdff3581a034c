"""Answers from outside the scope that are devices of the scope, at another of their addresses.

A camera that is scanned by its IPv4 address answers group questions from its IPv6 address as well,
and the other way round. Such an answer is no foreign device. It is neither contacted nor judged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final

from auditor.app.devices.merging import Keys, consistent

_IPV4: Final = 4
_MOST_NAMED: Final = 8

Foreign = Mapping[str, Sequence[Keys]]
"""Addresses outside the scope, each with what every single answer from there showed."""


def same_devices(
    foreign: Foreign, keys: Mapping[str, Keys], groups: Sequence[Sequence[str]]
) -> dict[str, str]:
    """Addresses outside the scope, each with the first address of the asset that answers there.

    A key must be that of exactly one asset, and no other answer from that address may be another
    device's: two cameras may share a factory address.

    Args:
        foreign: what answered from outside.
        keys: what each address of the scope shows.
        groups: the addresses of each asset.
    """
    if not foreign:
        return {}
    assets = _Assets(keys, groups)
    plain = _without_shared(foreign, keys)
    found: dict[str, str] = {}
    for address, answers in plain.items():
        holders = {assets.holder(address, one) for one in answers if _says_who(one)}
        if len(holders) == 1 and (at := holders.pop()) is not None:
            found[address] = groups[at][0]
    return found


def notes(elsewhere: Mapping[str, str], addresses: Sequence[str], begin: str) -> tuple[str, ...]:
    """The notes of an asset about its addresses outside the scope.

    Args:
        elsewhere: what :func:`same_devices` gave.
        addresses: the asset's addresses.
        begin: how the notes begin.
    """
    found = sorted(
        (one for one, at in elsewhere.items() if at in addresses),
        key=lambda one: (ip_address(one).version, int(ip_address(one))),
    )
    return tuple(f"{begin}{one} (outside the scope: not asked)" for one in found[:_MOST_NAMED])


class _Assets:
    """Finds the asset that holds a key."""

    def __init__(self, keys: Mapping[str, Keys], groups: Sequence[Sequence[str]]) -> None:
        self._members = [(group, [keys[address] for address in group]) for group in groups]
        self._holders: dict[tuple[str, str], set[int]] = defaultdict(set)
        for at, (_, members) in enumerate(self._members):
            for member in members:
                for key in (*_names(member), *_serials(member)):
                    self._holders[key].add(at)

    def holder(self, address: str, keys: Keys) -> int | None:
        """Which asset it is; None where that is not clear, or it is none of them."""
        found = {at for key in _names(keys) for at in self._holders.get(key, ())}
        if found:
            at = found.pop()
            return None if found or self._contradicts(at, keys) else at
        return self._by_serial(address, keys)

    def _contradicts(self, at: int, keys: Keys) -> bool:
        links = {mac for member in self._members[at][1] for mac in member.link}
        return bool(keys.link and links and not keys.link & links)

    def _by_serial(self, address: str, keys: Keys) -> int | None:
        """A serial number names one IPv4 and one IPv6 address at most, as in the scope."""
        found = {at for key in _serials(keys) for at in self._holders.get(key, ())}
        if len(found) != 1:
            return None
        (at,) = found
        addresses, members = self._members[at]
        version = ip_address(address).version
        if any(ip_address(one).version == version for one in addresses):
            return None
        macs = {mac for member in members for mac in member.link | member.told}
        shown = keys.link | keys.told
        if shown and macs:
            return None  # not one of them is the same
        return at if consistent([keys, *members]) else None


def _says_who(keys: Keys) -> bool:
    return bool(_names(keys) or keys.serials)


def _names(keys: Keys) -> frozenset[tuple[str, str]]:
    macs = {("mac", mac) for mac in keys.link | keys.told}
    return frozenset(macs | {("epr", one) for one in keys.endpoints})


def _serials(keys: Keys) -> frozenset[tuple[str, str]]:
    return frozenset(("sn", one) for one in keys.serials)


def _without_shared(foreign: Foreign, keys: Mapping[str, Keys]) -> dict[str, list[Keys]]:
    """The answers, without MACs of the link that stand at several IPv4 addresses (a router)."""
    at: dict[str, set[str]] = defaultdict(set)
    for address, shown in (*((a, [k]) for a, k in keys.items()), *foreign.items()):
        if ip_address(address).version == _IPV4:
            for mac in (mac for one in shown for mac in one.link):
                at[mac].add(address)
    shared = {mac for mac, held in at.items() if len(held) > 1}
    return {
        address: [replace(one, link=one.link - shared) for one in answers]
        for address, answers in foreign.items()
    }
