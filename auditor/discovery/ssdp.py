"""SSDP: what UPnP devices say of themselves, and where their description is.

The description is not fetched here: a probe does that, and only from the address that answered.
"""

from collections.abc import Iterator, Sequence

from auditor.discovery._api import Method
from auditor.discovery._ask import Asking
from auditor.discovery._question import Answer, Question
from auditor.model.errors import Malformed
from auditor.wire import ssdp, xml

_WAIT = 1
"""Seconds over which devices spread their answers."""
_LINE, _ADDRESS, _DESCRIPTION = 512, 1024, 16 * 1024


def _forms() -> Sequence[bytes]:
    return tuple(ssdp.search(target, _WAIT) for target in ssdp.TARGETS)


def _forms_host() -> Sequence[bytes]:
    return (ssdp.search(ssdp.TARGETS[0], _WAIT),)


def _read(data: bytes) -> Iterator[Answer]:
    answer = ssdp.decode(data)
    said = (
        ("ssdp.server", (answer.server or "")[:_LINE]),
        ("ssdp.usn", (answer.usn or "")[:_LINE]),
        ("ssdp.location", (answer.location or "")[:_ADDRESS]),
        ("ssdp.description", _description(answer.body)),
    )
    facts = tuple((signal, value) for signal, value in said if value)
    yield Answer(facts=facts, same=facts)


def _description(body: str) -> str:
    """The description, where a device sends it with its answer."""
    if not body.startswith("<") or len(body) > _DESCRIPTION:
        return ""
    try:
        xml.parse(body)
    except Malformed:
        return ""
    return body


METHOD: Method = Asking(
    Question(
        name="ssdp",
        sends="SSDP M-SEARCH for five targets, three times, to the group; else one for ssdp:all, twice,"
        " to each address",
        port=ssdp.PORT,
        forms=_forms,
        forms_host=_forms_host,
        read=_read,
        group=ssdp.GROUP,
        times=3,
        again=0.15,
        linger=1.05,
        host_times=2,
        nudge=False,
    )
)
