"""What devices are grouped and filtered by: maker, rule, network, change since the last scan."""

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from auditor.model.document import Scan
from auditor.model.words import Outcome
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html._markup import cut, escape
from auditor.report.html._view import CHANGES, Device, View, maker_of, rank

_REACHING: Final = {Outcome.COVERED, Outcome.EXEMPT, Outcome.INDETERMINATE}
_PREFIX: Final = {4: 24, 6: 64}
_MOST: Final = 2000


@dataclass(slots=True)
class Names:
    """Names in the order in which they were met; each has a number.

    Beyond ``_MOST`` names the rest share the last number, so that a forged document cannot make
    a list of choices that no browser shows.
    """

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """The number of a name."""
        known = self.numbers.get(name)
        if known is None:
            known = min(len(self.numbers), _MOST)
            self.numbers[name if known < _MOST else t.FACET_REST] = known
        return known

    def markup(self) -> list[str]:
        """The names as markup, by number."""
        return [escape(name) for name in self.numbers]


@dataclass(slots=True, kw_only=True)
class Facets:
    """The choices of every filter, filled while devices are asked for their row."""

    makers: Names = field(default_factory=Names)
    networks: Names = field(default_factory=Names)
    rules: Names = field(default_factory=Names)

    def row(self, view: View, device: Device) -> tuple[int, int, int, list[int], list[int]]:
        """Outcome, maker, network, rules that reach it, and changes of a device, as numbers."""
        asset = device.asset
        maker = maker_of(asset)
        named = view.vendor(maker.vendor) if maker else phrases.MAKER_UNKNOWN
        rules = [
            self.rules.number(cut(verdict.regime, 60))
            for verdict in asset.verdicts
            if verdict.outcome in _REACHING
        ]
        network = network_of(asset.address, view.scan.scan.scope)
        return (
            rank(asset.headline),
            self.makers.number(named),
            self.networks.number(network or t.NETWORK_UNKNOWN),
            list(dict.fromkeys(rules)),
            [CHANGES.index(kind) for kind in view.changed.get(asset.id, ())],
        )


def facets_of(scan: Scan) -> Facets:
    """Empty choices, with the rules in the order of the policy."""
    facets = Facets()
    for note in scan.law:
        facets.rules.number(cut(note.id, 60))
    return facets


def network_of(address: str | None, scope: tuple[str, ...]) -> str | None:
    """The network by which a device is grouped: its part of the scope, at most a /24 or a /64.

    None where the address is not one.
    """
    if address is None:
        return None
    base, _, port = address.rpartition(":")
    if base and port.isdigit() and base.count(":") == 0:
        address = base
    return _network(address, scope)


@lru_cache(maxsize=1 << 14)
def _network(address: str, scope: tuple[str, ...]) -> str | None:
    try:
        place = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    own = ipaddress.ip_network((place, _PREFIX[place.version]), strict=False)
    for network in _networks(scope):
        if place in network and network.prefixlen > own.prefixlen:
            return str(network)
    return str(own)


@lru_cache(maxsize=64)
def _networks(
    scope: tuple[str, ...],
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    found = []
    for text in scope[:_MOST]:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return tuple(found)
