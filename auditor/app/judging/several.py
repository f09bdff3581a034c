"""Signs that more than one device stands behind one address: port forwards, or a proxy.

Pure. What each port shows stays with the maker that it speaks for: nothing is averaged, and no
maker gains a witness from another's port. This only says that it happened.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from auditor.model.facts import Seen
from auditor.model.judgement import Attribution
from auditor.model.words import Grade, Role, Strength, strength_rank

SEVERAL: Final = "two-devices-or-proxy"
"""The note; ``report.words.NOTES`` says it in a sentence."""

_OWN_WORDS: Final = frozenset({"onvif.serial", "onvif.endpoint", "onvif.mac"})
"""Facts of which one device tells one, at whichever of its ports it is asked."""


def several(observations: Iterable[Seen], attributions: Sequence[Attribution]) -> bool:
    """Whether the facts of one address can hardly come from one device.

    Either two makers are each at least probable by what different TCP ports show, or two ports
    tell different serial numbers, endpoint ids or sets of MACs over ONVIF.
    """
    return _makers_apart(attributions) or _words_apart(observations)


def _makers_apart(attributions: Sequence[Attribution]) -> bool:
    named = [
        item
        for item in attributions
        if item.role is Role.MAKER and item.grade is not Grade.POSSIBLE
    ]
    if len(named) < 2:  # noqa: PLR2004 - two makers
        return False
    makers = [_ports(item) for item in named]
    return any(
        one and other and not one & other
        for at, one in enumerate(makers)
        for other in makers[at + 1 :]
    )


def _ports(item: Attribution) -> frozenset[str]:
    """The TCP ports that speak for a maker with more than a label."""
    return frozenset(
        evidence.endpoint
        for evidence in item.because
        if evidence.endpoint is not None
        and evidence.endpoint.startswith("tcp/")
        and strength_rank(evidence.strength) >= strength_rank(Strength.SUPPORTIVE)
    )


def _words_apart(observations: Iterable[Seen]) -> bool:
    words = [item for item in observations if item.signal in _OWN_WORDS]
    if len(words) < 2:  # noqa: PLR2004 - two ports
        return False
    told: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for item in words:
        if item.endpoint is not None and item.value.strip():
            told[item.signal][item.endpoint].add(item.value.strip().lower())
    return any(_differ(by_port) for by_port in told.values())


def _differ(by_port: Mapping[str, set[str]]) -> bool:
    sets = list(by_port.values())
    return any(not one & other for at, one in enumerate(sets) for other in sets[at + 1 :])
