"""Multicast DNS: which services a host announces, asked by name.

Asked from a port of our own, so that answers come to us alone (RFC 6762, section 6.7) and the
system's own resolver keeps its port. One question a datagram: what answers such askers fits few
records into one. It does not cross routers.

The method has a client of its own: ready-made ones open sockets past the scope guard and the
ledger, join the group on the protocol's port, and answer questions there too.
"""

import json
from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Alone, Answer, Question
from auditor.wire import mdns


def _forms() -> Sequence[bytes]:
    return tuple(mdns.query([name]) for name in (mdns.ALL, *mdns.TYPES))


def _forms_host() -> Sequence[bytes]:
    return (mdns.query([mdns.ALL, *mdns.TYPES]),)


def _read(data: bytes) -> Iterator[Answer]:
    answer = mdns.decode(data)
    facts = (
        *(("mdns.service", name) for name in answer.services),
        *(("mdns.txt", json.dumps(pairs, ensure_ascii=False)) for pairs in answer.texts),
        *(("hostname", name) for name in answer.hosts),
    )
    yield Answer(facts=facts, same=frozenset(facts), speaks_for=answer.addresses)


METHOD: Method = Asking(
    Question(
        name="mdns",
        sends="mDNS question for the service list and eight service types, four times, to the"
        " group; else one for all of them, twice, to each attached address",
        port=mdns.PORT,
        forms=_forms,
        forms_host=_forms_host,
        read=_read,
        group=mdns.GROUP,
        times=4,
        again=0.15,
        alone=Alone.ATTACHED,
        host_times=2,
        nudge=False,
    )
)
