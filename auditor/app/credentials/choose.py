"""Which entry is for a device: the most specific one, and only that. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from auditor.app.credentials.file import Entry
from auditor.model.document import Asset
from auditor.model.words import Grade, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """What the choice looks at.

    Attributes:
        addresses: addresses of the device.
        mac: its hardware address, colon form, lower case.
        vendors: vendor ids, the ones that count first first: brand, maker, platform.
    """

    addresses: tuple[str, ...]
    mac: str | None = None
    vendors: tuple[str, ...] = ()


def whom(asset: Asset) -> Whom:
    """What the choice looks at, of a judged asset.

    A brand counts as read. A maker or platform counts when it is at least probable: a guess is
    no reason to show a password to a device.
    """
    sure = {
        role: [
            one.vendor
            for one in asset.attributions
            if one.role is role and one.grade is not Grade.POSSIBLE
        ]
        for role in (Role.MAKER, Role.PLATFORM)
    }
    brands = [asset.brand] if asset.brand else []
    ordered = dict.fromkeys([*brands, *sure[Role.MAKER], *sure[Role.PLATFORM]])
    return Whom(
        addresses=asset.addresses or ((asset.address,) if asset.address else ()),
        mac=asset.mac,
        vendors=tuple(ordered),
    )


def choose(entries: Sequence[Entry], device: Whom) -> Entry | None:
    """The one entry to use: address, longest network, longest MAC prefix, vendor, default."""
    for found in (
        _by_address(entries, device.addresses),
        _by_network(entries, device.addresses),
        _by_mac(entries, device.mac),
        _by_vendor(entries, device.vendors),
    ):
        if found is not None:
            return found
    return next((entry for entry in entries if entry.is_default), None)


def _by_address(entries: Sequence[Entry], addresses: Iterable[str]) -> Entry | None:
    wanted = {str(ip_address(one)) for one in addresses}
    return next((entry for entry in entries if wanted & set(entry.addresses)), None)


def _by_network(entries: Sequence[Entry], addresses: Iterable[str]) -> Entry | None:
    parsed = [ip_address(one) for one in addresses]
    fits = [
        (network.prefixlen, -place, entry)
        for place, entry in enumerate(entries)
        for network in entry.networks
        for one in parsed
        if one in network
    ]
    return max(fits, key=lambda one: one[:2])[2] if fits else None


def _by_mac(entries: Sequence[Entry], mac: str | None) -> Entry | None:
    fits = [
        (len(prefix), entry)
        for entry in entries
        for prefix in entry.macs
        if mac is not None and mac.startswith(prefix)
    ]
    return max(fits, key=lambda one: one[0])[1] if fits else None


def _by_vendor(entries: Sequence[Entry], vendors: Iterable[str]) -> Entry | None:
    for vendor in vendors:
        for entry in entries:
            if vendor in entry.vendors:
                return entry
    return None
