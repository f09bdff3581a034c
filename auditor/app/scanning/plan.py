"""What to ask next: spends a host's budget on what decides soonest, and stops when nothing can change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from auditor.model.judgement import Judged
from auditor.model.words import VIDEO_KINDS, Grade, Kind, Role
from auditor.probes._api import Probe


def settled(judged: Judged) -> bool:
    """Whether nothing that is still to be asked could change what matters.

    A device is settled when its maker is confirmed, no other maker is more than a possibility, its
    kind is known and it told its model; a host that is not video equipment when that is sure.
    """
    kind = Kind(judged.kind)
    makers = [item for item in judged.attributions if item.role is Role.MAKER]
    if kind is Kind.OTHER and not judged.video_sign:
        return True
    if not makers or makers[0].grade is not Grade.CONFIRMED:
        return False
    if any(item.grade is not Grade.POSSIBLE for item in makers[1:]):
        return False
    return kind in VIDEO_KINDS and judged.model is not None


NAMING: Final = frozenset(
    {"onvif.mac", "onvif.endpoint", "ssdp.description", "isapi.device_info", "axis.basicdeviceinfo"}
)
"""Signals in which a device tells its hardware address or its endpoint id."""

_OWN: Final[Mapping[str, str]] = {
    "isapi.device_info": "hikvision",
    "axis.basicdeviceinfo": "axis",
}
"""Of those, the ones that only a family's own devices tell."""

_ANNOUNCED: Final = frozenset({"ssdp.description"})
"""Of those, the ones that a device has pointed to itself, so that anyone may be asked for them."""


def naming(probes: Iterable[Probe], judged: Judged) -> tuple[Probe, ...]:
    """The probes that can tell who a device of this kind is, in the order in which they are asked.

    Beyond a router nothing but the device itself tells its hardware address. So that it has the
    same id in every scan, these are asked even where nothing else could change.
    """
    vendors = {item.vendor for item in judged.attributions}
    is_other = Kind(judged.kind) is Kind.OTHER and not judged.video_sign

    def can(probe: Probe) -> bool:
        own = {_OWN[signal] for signal in probe.yields if signal in _OWN}
        if own:
            return bool(own & vendors)
        return bool(probe.yields & (_ANNOUNCED if is_other else NAMING))

    return ordered(probe for probe in probes if can(probe))


VIRTUAL_HOSTS: Final = range(65001, 65033)
"""Ports at which a recorder of the Hikvision family shows the cameras on its own PoE ports."""

_VIRTUAL_HOST_PLATFORMS: Final = frozenset({"hikvision"})


def shows_virtual_hosts(judged: Judged) -> bool:
    """Whether a host is a recorder that may show cameras behind it at ports 65001 and up."""
    return Kind(judged.kind) is Kind.RECORDER and any(
        item.role is Role.PLATFORM
        and item.vendor in _VIRTUAL_HOST_PLATFORMS
        and item.grade is not Grade.POSSIBLE
        for item in judged.attributions
    )


WORDS_OF: Final[Mapping[str, str]] = {
    "isapi": "hikvision",
    "loginpage": "hikvision",
    "magicbox": "dahua",
    "axis": "axis",
}
"""Probes that ask in the words of one family, which nobody else understands."""

FAMILIES: Final = 20
"""Rank at which the questions of one family begin."""

PAGES: Final = 30
"""Rank at which the questions of little worth begin."""


def ordered(probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """Probes in the order in which they are asked."""
    return tuple(sorted(probes, key=lambda probe: (probe.rank, probe.name)))


def next_of(left: Sequence[Probe], judged: Judged) -> Probe:
    """Whom to ask next, of those that are left, in their order.

    Where something speaks for a family already, its own questions come before those of others: they
    may decide, and then the others are saved.
    """
    first = left[0]
    if not FAMILIES <= first.rank < PAGES:
        return first
    vendors = {item.vendor for item in judged.attributions}
    own = (one for one in left if one.rank < PAGES and WORDS_OF.get(one.name) in vendors)
    return next(own, first)


def expected_seconds(addresses: int | None, rate: int) -> float:
    """A plain estimate for the operator: sweep at the rate, and the waits that cannot be shortened."""
    sweep = (addresses or 0) * 2 / max(rate, 1)
    return round(3.0 + sweep, 1)
