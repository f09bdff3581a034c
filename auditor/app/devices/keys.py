"""What one address shows that could name its device."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Never

from auditor.app.devices.card import Card
from auditor.app.devices.merging import Keys
from auditor.attribution.derive import LOOKS_ONLY, NO_KEYS, derived
from auditor.attribution.facts import Fact, Voice, raw
from auditor.model.facts import Observation
from auditor.model.scope import read_address
from auditor.wire.mac import in_address, is_local

_NOTHING: Final[frozenset[Never]] = frozenset()


def keys_of(card: Card, shared: frozenset[str]) -> Keys:
    """The keys that one address shows. Its facts only grow, so their number tells if they are new."""
    state = len(card.observations), len(card.macs), shared
    if card.keyed is None or card.keyed[0] != state:
        card.keyed = state, _keys_of(card, shared)
    return card.keyed[1]


def _keys_of(card: Card, shared: frozenset[str]) -> Keys:
    facts: list[Fact] = []
    for item in card.facts:
        fact = raw(item)
        if item.signal != "mac":
            if item.signal not in NO_KEYS:
                facts.extend(derived(fact))
            facts.append(fact)
    link = _set(card.macs - shared)
    told = {
        fact.value
        for fact in facts
        if fact.signal == "mac" and fact.via and fact.via not in LOOKS_ONLY
    }
    told |= _inside(card.address)
    return Keys(
        link=link,
        told=link if told == link else _set(told),
        endpoints=_set(
            _uuid(fact.value) for fact in facts if fact.signal == "wsd.endpoint" and fact.value
        ),
        serials=_set(
            fact.value for fact in facts if fact.signal == "serial" and fact.voice is Voice.DEVICE
        ),
        certificates=_certificates(card.facts) or _NOTHING,
    )


def _set(items: Iterable[str]) -> frozenset[str]:
    """One set for all that is empty: there are thousands of them, and most are."""
    return frozenset(items) or _NOTHING


def tells_mac(card: Card, shared: frozenset[str]) -> bool:
    """Whether the device told a hardware address of its own, by which its asset is named."""
    return any(not is_local(mac) for mac in keys_of(card, shared).told)


def _inside(address: str) -> frozenset[str]:
    """The MAC inside an IPv6 address that was made from one (RFC 4291); most are not."""
    parsed = read_address(address)
    if parsed.version == 4:  # noqa: PLR2004 - IP version
        return frozenset()
    made = in_address(str(parsed))
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
