"""Which addresses are one device: by hardware address, endpoint id, certificate or serial number.

A key that names its holder (a MAC, an endpoint UUID) merges by itself. A certificate merges where
it names the device that shows it, or where all who show it also tell the same serial number: a
certificate that says nothing of the device may be the one that a whole product line left the
factory with. A serial number alone merges one IPv4 with one IPv6 address and nothing else, since
some makers give one number to every unit. Nothing merges what contradicts: two MACs on the link,
two serial numbers, two endpoint ids.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from auditor.model.scope import read_address
from auditor.wire.mac import normal

_MOST_ADDRESSES: Final = 4  # more addresses than this behind one key is a router or a cloned key
_BARE_MAC: Final = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{12}(?![0-9A-Fa-f])")
_SPACED_MAC: Final = re.compile(
    r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f:-])"
)
_SHORTEST_SERIAL: Final = 8
_TWO: Final = 2
_NEAR: Final = 2  # how far apart the MACs of one device's interfaces stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What could name a device.

    Attributes:
        link: MACs seen on the link at this address only.
        told: MACs that the device told.
        endpoints: endpoint UUIDs.
        serials: serial numbers that the device told.
        certificates: fingerprints of its certificates, with what each one says of its holder
            (subject and alternative names as one text).
    """

    link: frozenset[str]
    told: frozenset[str]
    endpoints: frozenset[str]
    serials: frozenset[str]
    certificates: frozenset[tuple[str, str]] = frozenset()


def groups(keys: Mapping[str, Keys]) -> list[list[str]]:
    """The addresses, those of one device together, in order of address.

    Args:
        keys: what each address showed.
    """
    keys = {one: keys[one] for one in sorted(keys, key=address_order)}  # not as they came in
    sets = _Sets(keys)
    for together in _named_by_themselves(keys):
        sets.unite(together)
    for together in _by_certificate(keys):
        sets.unite(together, siblings=True)
    for together in _by_serial(keys):
        sets.unite(together)
    return sets.ordered()


def address_order(address: str) -> tuple[int, int]:
    """The order of addresses in reports: IPv4 first, by number."""
    parsed = read_address(address)
    return parsed.version, int(parsed)


class _Sets:
    """Groups that grow as keys are compared; no group ever holds a contradiction."""

    def __init__(self, keys: Mapping[str, Keys]) -> None:
        self._keys = keys
        self._group = {address: [address] for address in keys}

    def unite(self, addresses: Sequence[str], *, siblings: bool = False) -> None:
        """Make one group of these addresses, unless something speaks against it."""
        whole = list(dict.fromkeys(one for each in addresses for one in self._group[each]))
        if not _agree([self._keys[one] for one in whole], siblings=siblings):
            return
        for one in whole:
            self._group[one] = whole

    def ordered(self) -> list[list[str]]:
        """Every group once."""
        distinct = {id(group): group for group in self._group.values()}.values()
        made = [sorted(group, key=address_order) for group in distinct]
        return sorted(made, key=lambda group: address_order(group[0]))


def _agree(known: Sequence[Keys], *, siblings: bool) -> bool:
    """Different MACs on the link mean different devices, whatever they tell.

    With ``siblings``, neighbouring MACs may be two interfaces of one device, if it tells one
    serial number at both.
    """
    links = {mac for keys in known for mac in keys.link}
    serials = {serial for keys in known for serial in keys.serials}
    if len(links) > 1:
        one_serial = len(serials) == 1 and all(keys.serials for keys in known)
        return siblings and one_serial and _neighbours(links)
    return True


def _neighbours(macs: Iterable[str]) -> bool:
    values = sorted(int(mac.replace(":", ""), 16) for mac in macs)
    return values[-1] - values[0] <= _NEAR


def _named_by_themselves(keys: Mapping[str, Keys]) -> list[list[str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for address, known in keys.items():
        for mac in sorted(known.link | known.told):
            holders[f"mac {mac}"].append(address)
        for endpoint in sorted(known.endpoints):
            holders[f"epr {endpoint}"].append(address)
    return _shared(holders)


def _shared(holders: Mapping[str, list[str]]) -> list[list[str]]:
    return [group for group in holders.values() if 1 < len(group) <= _MOST_ADDRESSES]


def _by_certificate(keys: Mapping[str, Keys]) -> list[list[str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    words: dict[str, str] = {}
    for address, known in keys.items():
        for fingerprint, text in sorted(known.certificates):
            holders[fingerprint].append(address)
            words[fingerprint] = max(words.get(fingerprint, ""), text)
    found = []
    for fingerprint, group in holders.items():
        if not 1 < len(group) <= _MOST_ADDRESSES:
            continue
        known_there = [keys[address] for address in group]
        if consistent(known_there) and _is_own(words[fingerprint], group, known_there):
            found.append(group)
    return found


def consistent(known: Sequence[Keys]) -> bool:
    """Whether no two of them tell different serial numbers, endpoint ids or MACs."""
    return all(
        not (left and right) or bool(left & right)
        for at, one in enumerate(known)
        for other in known[at + 1 :]
        for left, right in (
            (one.serials, other.serials),
            (one.endpoints, other.endpoints),
            (one.told, other.told),
        )
    )


def _is_own(text: str, addresses: Sequence[str], known: Sequence[Keys]) -> bool:
    """Whether a certificate belongs to one device, as far as it or its holders say so."""
    if all(keys.serials for keys in known):
        return True  # the same one, since they are consistent
    if any(_names_address(text, address) for address in addresses):
        return True
    macs = {mac for keys in known for mac in keys.link | keys.told}
    named = {normal(found[0]) for form in (_BARE_MAC, _SPACED_MAC) for found in form.finditer(text)}
    if named & macs:
        return True
    if named and not macs:
        return True
    serials = {serial for keys in known for serial in keys.serials}
    return any(len(one) >= _SHORTEST_SERIAL and one.lower() in text.lower() for one in serials)


def _names_address(text: str, address: str) -> bool:
    """Whether an alternative name is this very address; the factory's own address names nobody."""
    names = {word.strip() for word in re.split(r"[,=\s]+", text)}
    return address in names and not address.startswith(("192.168.1.", "192.168.0."))


def _by_serial(keys: Mapping[str, Keys]) -> list[list[str]]:
    """One IPv4 and one IPv6 address that tell one serial number, and nothing that differs."""
    holders: dict[str, list[str]] = defaultdict(list)
    for address, known in keys.items():
        for serial in sorted(known.serials):
            holders[serial].append(address)
    return [
        group
        for group in holders.values()
        if len(group) == _TWO
        and {address_order(one)[0] for one in group} == {4, 6}
        and consistent([keys[one] for one in group])
    ]
