"""WS-Discovery: asks for ONVIF devices, whose answer names model, address and firmware family.

The method has a client of its own: ready-made ones wait for seconds, lose answers when many
devices speak at once, and send one form where devices differ in which they answer.
"""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.wire import wsd

MOST_ENVELOPE = 16 * 1024


def _forms() -> Sequence[bytes]:
    """The three forms, with ids of their own: devices drop a message that they saw before."""
    return wsd.probes(tuple(str(uuid4()) for _ in range(3)))


def _read(data: bytes) -> Iterator[Answer]:
    for match in wsd.decode(data):
        envelope = match.envelope if len(match.envelope.encode()) < MOST_ENVELOPE else ""
        facts = (
            ("wsd.endpoint", match.endpoint),
            ("wsd.types", match.types),
            ("wsd.scopes", match.scopes),
            ("wsd.xaddrs", match.xaddrs),
            ("wsd.envelope", envelope),
        )
        yield Answer(
            facts=tuple((signal, value) for signal, value in facts if value),
            same=(match.endpoint, match.types, match.scopes, match.xaddrs),
        )


METHOD: Method = Asking(
    Question(
        name="wsdiscovery",
        sends="WS-Discovery Probe in three forms, twice; to the group, else to each address",
        port=wsd.PORT,
        forms=_forms,
        read=_read,
        group=wsd.GROUP,
        group6=wsd.GROUP6,
    )
)
